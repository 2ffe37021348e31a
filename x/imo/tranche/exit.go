package tranche

import (
	"cosmossdk.io/math"

	"github.com/imochain/imod/x/imo/pool"
	"github.com/imochain/imod/x/imo/types"
)

// Unreleased is the part of the proceeds that is in the escrow for holders: neither released, nor paid to those who
// left, nor in the market.
func Unreleased(o types.Offering) math.Int {
	if o.Status != types.OFFERING_STATUS_SUCCEEDED {
		return math.ZeroInt()
	}
	return o.Proceeds.Sub(o.Seeded).Sub(o.Exited).Sub(o.ReleasedProtocol).Sub(o.ReleasedContributors)
}

// Market is what the market holds for holders: the pool, all its shares, and those of the locked position. The zero
// value is no market.
type Market struct {
	Pool          types.Pool
	Total, Locked math.Int
}

// Exists tells whether there is a market.
func (m Market) Exists() bool { return !m.Total.IsNil() }

// Worth is the locked position's part of the reserves, rounded down.
func (m Market) Worth() (tokens, payment math.Int) {
	if !m.Exists() {
		return math.ZeroInt(), math.ZeroInt()
	}
	return pool.Worth(m.Pool, m.Total, m.Locked)
}

// Assets are what the tokens that can exit are worth together.
type Assets struct {
	// Unreleased is in the escrow, Payment in the locked position.
	Unreleased, Payment math.Int
	// Circulating is the number of tokens that can exit: all but those under locks and those in the locked position.
	Circulating math.Int
}

// Net computes them. supply is the token's supply, locked the number of tokens that nobody can hold yet.
//
// Whoever buys tokens out of the locked position adds its price to the assets and its tokens to those who can exit.
// Because the position starts at what buyers paid, where the price equals the value of an exit, every trade away from
// there adds at least as much as it dilutes, and no sequence of trades and exits lowers what the others can exit with
// below that price before the first release.
func Net(o types.Offering, m Market, supply, locked math.Int) Assets {
	tokens, payment := m.Worth()
	return Assets{Unreleased: Unreleased(o), Payment: payment, Circulating: supply.Sub(locked).Sub(tokens)}
}

// Departure is an exit carried out.
type Departure struct {
	// Escrow is paid out of the unreleased proceeds, Payment out of the pool.
	Escrow, Payment math.Int
	// Tokens of the locked position are burnt besides the holder's, Shares of it are destroyed.
	Tokens, Shares math.Int
	// Pool is the market afterwards.
	Pool types.Pool
}

// Payout is what the holder gets.
func (d Departure) Payout() math.Int { return d.Escrow.Add(d.Payment) }

// Exit is what burning tokens pays: their part of the unreleased proceeds and of the locked position, and never more
// than the clearing price, so that what others lost by rounding up is no gain. The same part of the locked position goes
// with it, in payment and in tokens, so that the market's price stays and so does what the others can exit with.
func Exit(t types.Terms, o types.Offering, m Market, a Assets, burnt math.Int) (Departure, error) {
	if _, ok := Next(o); !ok || o.Status != types.OFFERING_STATUS_SUCCEEDED {
		return Departure{}, types.ErrNothingToExit.Wrapf("offering %d", o.Id)
	}
	if burnt.GT(a.Circulating) {
		return Departure{}, types.ErrLimit.Wrapf("%s exits, %s can", t.Tokens(burnt), t.Tokens(a.Circulating))
	}
	d := take(m, burnt, a.Circulating)
	d.Escrow = a.Unreleased.Mul(burnt).Quo(a.Circulating)
	most := types.ValueRoundedDown(burnt, o.ClearingPrice)
	if payout := d.Payout(); payout.GT(most) {
		// Less of everything. The part of a part is computed from the whole payout, which is at least most.
		d = take(m, burnt.Mul(most).Quo(payout), a.Circulating)
		d.Payment = math.MinInt(d.Payment, most)
		d.Escrow = math.MinInt(most.Sub(d.Payment), a.Unreleased.Mul(burnt).Quo(a.Circulating))
	}
	if !d.Payout().IsPositive() {
		return Departure{}, types.ErrInvalidCoin.Wrapf("%s is too little to be paid 1%s", t.Tokens(burnt), t.PaymentDenom)
	}
	if m.Exists() {
		d.Pool.Payment.Amount = m.Pool.Payment.Amount.Sub(d.Payment)
		d.Pool.Tokens.Amount = m.Pool.Tokens.Amount.Sub(d.Tokens)
	}
	return d, nil
}

// take is the part of the locked position that leaves with tokens. pool.MinShares stay for ever.
func take(m Market, burnt, circulating math.Int) Departure {
	d := Departure{Escrow: math.ZeroInt(), Payment: math.ZeroInt(), Tokens: math.ZeroInt(), Shares: math.ZeroInt(), Pool: m.Pool}
	if !m.Exists() {
		return d
	}
	d.Shares = math.MinInt(m.Locked.Mul(burnt).Quo(circulating), m.Locked.SubRaw(pool.MinShares))
	if d.Shares.IsPositive() {
		d.Tokens, d.Payment = pool.Worth(m.Pool, m.Total, d.Shares)
	} else {
		d.Shares = math.ZeroInt()
	}
	return d
}
