// Package naive is the revenue share written down without cleverness, for tests: it closes
// every epoch, walks every holder, keeps every drip apart and remembers what each epoch
// earned. The accumulator has to agree with it to the last scaled unit.
package naive

import (
	"maps"
	"math/big"
	"slices"
)

// ScaleBits is the scale of earned amounts.
const ScaleBits = 128

const wholeBps = 10_000

// Lazy is a share without a bank balance, counted from the close of Since on.
type Lazy struct {
	Amount *big.Int
	Since  uint64
}

// Ledger is the books of one pool.
type Ledger struct {
	MinEligible *big.Int
	MinDrip     *big.Int
	Parts       uint64
	// ClaimableBps is the part of a deposit that is shared; the rest is redeemable.
	ClaimableBps int64
	Epoch        uint64
	Bank         map[string]*big.Int // balances that may earn: no excluded account, no IBC escrow
	Lazy         map[string]Lazy
	Streams      map[string]*Stream

	record  map[string]*big.Int // what each held at the close of the epoch before
	settled map[string]uint64
}

// Stream is the books of one denom.
type Stream struct {
	Waiting, Carry, Deposited, Paid *big.Int
	// Pot is what burns are paid from.
	Pot *big.Int

	drips   []drip
	earned  map[string]map[uint64]*big.Int // scaled, by holder and epoch
	residue map[string]*big.Int
}

type drip struct {
	first, part *big.Int // extra in the first epoch; released in each
	start, end  uint64
}

// New returns empty books in an epoch.
func New(epoch, parts uint64, minEligible, minDrip *big.Int) *Ledger {
	return &Ledger{
		MinEligible: minEligible, MinDrip: minDrip, Parts: parts, Epoch: epoch, ClaimableBps: wholeBps,
		Bank: map[string]*big.Int{}, Lazy: map[string]Lazy{}, Streams: map[string]*Stream{},
		record: map[string]*big.Int{}, settled: map[string]uint64{},
	}
}

// Add changes the bank balance of a holder.
func (l *Ledger) Add(who string, delta *big.Int) {
	if l.Bank[who] == nil {
		l.Bank[who] = new(big.Int)
	}
	l.Bank[who].Add(l.Bank[who], delta)
}

// Eligible is what shares the revenue of the running epoch.
func (l *Ledger) Eligible() *big.Int {
	sum := new(big.Int)
	for _, b := range l.record {
		sum.Add(sum, b)
	}
	return sum
}

func (l *Ledger) shares() bool {
	e := l.Eligible()
	return e.Sign() > 0 && e.Cmp(l.MinEligible) >= 0
}

// Deposit adds revenue and starts its drip.
func (l *Ledger) Deposit(denom string, amount *big.Int) {
	s := l.Streams[denom]
	if s == nil {
		s = &Stream{
			Pot: new(big.Int), Waiting: new(big.Int), Carry: new(big.Int), Deposited: new(big.Int), Paid: new(big.Int),
			earned: map[string]map[uint64]*big.Int{}, residue: map[string]*big.Int{},
		}
		l.Streams[denom] = s
	}
	rest := amount
	amount = new(big.Int).Mul(amount, big.NewInt(l.ClaimableBps))
	amount.Quo(amount, big.NewInt(wholeBps))
	s.Pot.Add(s.Pot, new(big.Int).Sub(rest, amount))
	s.Deposited.Add(s.Deposited, amount)
	s.Waiting.Add(s.Waiting, amount)
	l.start(s)
}

func (l *Ledger) start(s *Stream) {
	if s.Waiting.Sign() == 0 || s.Waiting.Cmp(l.MinDrip) < 0 || !l.shares() {
		return
	}
	part, first := new(big.Int).QuoRem(s.Waiting, new(big.Int).SetUint64(l.Parts), new(big.Int))
	s.drips = append(s.drips, drip{first: first, part: part, start: l.Epoch, end: l.Epoch + l.Parts})
	s.Waiting = new(big.Int)
}

// Advance closes n epochs, one by one.
func (l *Ledger) Advance(n uint64) {
	for range n {
		for _, s := range l.Streams {
			l.close(s)
		}
		l.record = maps.Clone(l.Bank)
		for who, b := range l.record {
			l.record[who] = new(big.Int).Set(b)
		}
		for who, lazy := range l.Lazy {
			if lazy.Since <= l.Epoch {
				if l.record[who] == nil {
					l.record[who] = new(big.Int)
				}
				l.record[who].Add(l.record[who], lazy.Amount)
			}
		}
		l.Epoch++
	}
}

func (l *Ledger) close(s *Stream) {
	l.start(s) // what waited for holders
	released := new(big.Int)
	open := s.drips[:0]
	for _, d := range s.drips {
		released.Add(released, d.part)
		if d.start == l.Epoch {
			released.Add(released, d.first)
		}
		if d.end > l.Epoch+1 {
			open = append(open, d)
		}
	}
	s.drips = open
	if released.Sign() == 0 {
		return
	}
	if !l.shares() {
		s.Waiting.Add(s.Waiting, released)
		return
	}
	total := new(big.Int).Lsh(released, ScaleBits)
	total.Add(total, s.Carry)
	growth, carry := new(big.Int).QuoRem(total, l.Eligible(), new(big.Int))
	s.Carry = carry
	for who, b := range l.record {
		if b.Sign() == 0 {
			continue
		}
		if s.earned[who] == nil {
			s.earned[who] = map[uint64]*big.Int{}
		}
		s.earned[who][l.Epoch] = new(big.Int).Mul(growth, b)
	}
}

// Redeem burns what a holder has and pays its part of every pot. elsewhere is what may come to
// burn one day but is held by nobody here, such as tokens in escrow.
func (l *Ledger) Redeem(who string, burnt, elsewhere *big.Int) map[string]*big.Int {
	supply := new(big.Int).Set(elsewhere)
	for _, b := range l.Bank {
		supply.Add(supply, b)
	}
	for _, lazy := range l.Lazy {
		supply.Add(supply, lazy.Amount)
	}
	paid := map[string]*big.Int{}
	for denom, s := range l.Streams {
		x := new(big.Int).Mul(s.Pot, burnt)
		paid[denom] = x.Quo(x, supply)
		s.Pot.Sub(s.Pot, x)
	}
	l.Add(who, new(big.Int).Neg(burnt))
	return paid
}

// Pending is what a stream has not shared yet.
func (s *Stream) Pending(epoch uint64) *big.Int {
	sum := new(big.Int).Set(s.Waiting)
	for _, d := range s.drips {
		left := new(big.Int).SetUint64(d.end - max(epoch, d.start))
		sum.Add(sum, left.Mul(left, d.part))
		if d.start == epoch {
			sum.Add(sum, d.first)
		}
	}
	return sum
}

// Scaled is the unpaid revenue of a holder up to an epoch, exact.
func (l *Ledger) Scaled(denom, who string, upTo uint64) *big.Int {
	sum := new(big.Int)
	s := l.Streams[denom]
	if s == nil {
		return sum
	}
	if r := s.residue[who]; r != nil {
		sum.Add(sum, r)
	}
	for epoch, amount := range s.earned[who] {
		if epoch > l.settled[who] && epoch <= upTo {
			sum.Add(sum, amount)
		}
	}
	return sum
}

// Revenue is what a holder earned in one epoch, rounded down.
func (l *Ledger) Revenue(denom, who string, epoch uint64) *big.Int {
	s := l.Streams[denom]
	if s == nil || s.earned[who][epoch] == nil {
		return new(big.Int)
	}
	return new(big.Int).Rsh(s.earned[who][epoch], ScaleBits)
}

// Claimable is the whole units of Scaled.
func (l *Ledger) Claimable(denom, who string, upTo uint64) *big.Int {
	return new(big.Int).Rsh(l.Scaled(denom, who, upTo), ScaleBits)
}

// Settle takes everything of the closed epochs into the residue, unpaid.
func (l *Ledger) Settle(who string) {
	for denom, s := range l.Streams {
		s.residue[who] = l.Scaled(denom, who, l.Epoch-1)
	}
	l.settled[who] = l.Epoch - 1
}

// Claim pays a holder up to an epoch, clamped to the closed ones, in every denom that it does not
// refuse. It
// returns nil when there is nothing to pay, and then changes nothing.
func (l *Ledger) Claim(who string, upTo uint64, refused ...string) map[string]*big.Int {
	if l.Epoch == 0 {
		return nil
	}
	upTo = min(upTo, l.Epoch-1)
	if upTo < l.settled[who] {
		return nil // also when something settled is not paid: it is of later epochs too
	}
	paid, any := map[string]*big.Int{}, false
	for denom := range l.Streams {
		paid[denom] = l.Claimable(denom, who, upTo)
		if slices.Contains(refused, denom) {
			paid[denom] = new(big.Int)
		}
		any = any || paid[denom].Sign() > 0
	}
	if !any {
		return nil
	}
	for denom, s := range l.Streams {
		left := l.Scaled(denom, who, upTo)
		s.residue[who] = left.Sub(left, new(big.Int).Lsh(paid[denom], ScaleBits))
		s.Paid.Add(s.Paid, paid[denom])
	}
	l.settled[who] = upTo
	return paid
}
