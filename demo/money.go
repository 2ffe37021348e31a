package demo

import (
	"context"
	"fmt"
	"slices"

	sdkmath "cosmossdk.io/math"
)

// Parties that are no person.
const (
	offering   = "Ana's offering"
	pool       = "holders' pool"
	validators = "validators"
	community  = "community pool"
)

// mostFees is what nobody's transactions of the whole story cost more than.
var mostFees = sdkmath.NewIntWithDecimal(1, decimals-2)

// payment is one row of the money table, in base units.
type payment struct {
	from, to, what string
	amount         sdkmath.Int
}

// ledger is who paid whom how much of the base denom, apart from fees of transactions.
type ledger struct{ payments []payment }

// pay adds to the row of the same parties and purpose.
func (l *ledger) pay(from, to, what string, amount sdkmath.Int) {
	i := slices.IndexFunc(l.payments, func(p payment) bool { return p.from == from && p.to == to && p.what == what })
	if i < 0 {
		l.payments = append(l.payments, payment{from, to, what, amount})
		return
	}
	l.payments[i].amount = l.payments[i].amount.Add(amount)
}

func (l *ledger) paid(party string) sdkmath.Int {
	return l.sum(func(p payment) bool { return p.from == party })
}

func (l *ledger) got(party string) sdkmath.Int {
	return l.sum(func(p payment) bool { return p.to == party })
}

func (l *ledger) sum(counts func(payment) bool) sdkmath.Int {
	sum := sdkmath.ZeroInt()
	for _, p := range l.payments {
		if counts(p) {
			sum = sum.Add(p.amount)
		}
	}
	return sum
}

// parties are all in the order of the table.
func (d *demo) parties() []string {
	var names []string
	for _, p := range d.all() {
		names = append(names, p.name)
	}
	return append(names, offering, pool, validators, community)
}

// totals are the sums of the two columns of the table of parties.
func (d *demo) totals() (got, paid sdkmath.Int) {
	got, paid = sdkmath.ZeroInt(), sdkmath.ZeroInt()
	for _, name := range d.parties() {
		got, paid = got.Add(d.money.got(name)), paid.Add(d.money.paid(name))
	}
	return got, paid
}

// settleAccounts compares the table with the bank: what a person has now is what the person had, plus
// what the table says was got, minus what it says was paid, minus fees of transactions, to the unit.
func (d *demo) settleAccounts(ctx context.Context) error {
	for _, p := range d.all() {
		var err error
		if p.after, err = d.client.Balance(ctx, p.Address, baseDenom); err != nil {
			return err
		}
		want := p.before.Add(d.money.got(p.name)).Sub(d.money.paid(p.name)).Sub(p.fees)
		d.checks.holds("fees of the transactions of "+p.name, imo(p.fees), p.fees.LTE(mostFees))
		d.checks.equal("balance of "+p.name+": before + got - paid - fees of transactions", p.after, want)
	}
	got, paid := d.totals()
	d.checks.equal("the money table adds up: got and paid", got, paid)
	d.checks.equal(offering+": everything that came in went out", d.money.paid(offering), d.money.got(offering))
	dust := d.money.got(pool).Sub(d.money.paid(pool))
	d.checks.holds(pool+": everything that came in went out, but for at most a unit per holder", fmt.Sprintf("%s of %s aimo left", dust, d.money.got(pool)),
		!dust.IsNegative() && dust.LTE(sdkmath.NewInt(int64(len(d.holders())))))
	return nil
}
