package book

import (
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// MaxBidsPerOwner bounds the standing bids of an owner in one offering, own and third-party ones apart, so that
// whatever sums an owner's bids is bounded.
const MaxBidsPerOwner = 64

// Order is a bid before the book has seen it.
type Order struct {
	Bidder   string
	Owner    string
	Amount   sdk.Coin
	MaxPrice math.Int
	Height   int64
	// Cap is the owner's own cap: the offering's, or a lower one from its allow list.
	Cap math.Int
	// Home is where parts of the bid go on another chain, nil without one.
	Home *types.Home
	// AutoPayout asks for automatic payment of the token's revenue; only the owner itself may.
	AutoPayout bool
}

// Placement is a bid in the book and the sums that include it. Price is the price of the bid's tick.
type Placement struct {
	Bid        types.Bid
	Price      math.Int
	Offering   types.Offering
	Allocation types.Allocation
}

// FilledAtOnce tells whether bids know what they buy when they are placed; otherwise the end decides.
func FilledAtOnce(t types.Terms) bool { return t.Kind == types.OFFERING_KIND_FIXED }

// Place puts an order into the book. Caps count per owner; bids that others place for the owner count against a cap
// of their own, so that nobody can use up another's.
func Place(t types.Terms, o types.Offering, a types.Allocation, in Order) (Placement, error) {
	if err := types.CheckPositive("amount", in.Amount, t.PaymentDenom); err != nil {
		return Placement{}, err
	}
	if in.Amount.Amount.LT(t.MinBid.Amount) {
		return Placement{}, types.ErrBelowMinimum.Wrapf("amount is %s, must be at least %s", in.Amount, t.MinBid)
	}
	if err := types.CheckAmount("max_price", in.MaxPrice); err != nil {
		return Placement{}, err
	}
	if in.MaxPrice.LT(t.Price) {
		return Placement{}, types.ErrMaxPrice.Wrapf("max_price is %s, the offering's price is %s", in.MaxPrice, t.Price)
	}
	if sum := o.Deposited.Add(in.Amount.Amount); sum.GT(types.MaxAmount()) {
		return Placement{}, types.ErrLimit.Wrapf("deposits of offering %d would be %s, allowed are at most 2^120", o.Id, sum)
	}
	a, err := countBid(t, a, in)
	if err != nil {
		return Placement{}, err
	}
	tokens, cost := math.ZeroInt(), math.ZeroInt()
	if FilledAtOnce(t) {
		if tokens, cost, err = fillFixed(t, o, in.Amount.Amount); err != nil {
			return Placement{}, err
		}
	}
	tick, price := t.TickAt(in.MaxPrice)

	o.BidCount++
	o.StandingBids++
	o.Deposited = o.Deposited.Add(in.Amount.Amount)
	o.Proceeds = o.Proceeds.Add(cost)
	o.Sold = o.Sold.Add(tokens)
	a.Deposited = a.Deposited.Add(in.Amount.Amount)
	a.Cost = a.Cost.Add(cost)
	a.Tokens = a.Tokens.Add(tokens)
	if in.Home.TakesRefund() {
		a.Away, a.AwayCost = a.Away.Add(in.Amount.Amount), a.AwayCost.Add(cost)
	}
	if in.AutoPayout {
		a.AutoBids++
	}
	bid := types.Bid{
		OfferingId: o.Id, Id: o.BidCount, Bidder: in.Bidder, Owner: in.Owner,
		Amount: in.Amount, MaxPrice: in.MaxPrice, Cost: cost, Tokens: tokens, Height: in.Height, Tick: tick,
		Home: in.Home, AutoPayout: in.AutoPayout,
	}
	return Placement{Bid: bid, Price: price, Offering: o, Allocation: a}, nil
}

// fillFixed takes what the deposit buys out of what is left at the fixed price; the last bid may get less.
func fillFixed(t types.Terms, o types.Offering, amount math.Int) (tokens, cost math.Int, err error) {
	left := t.ForSale().Sub(o.Sold)
	if !left.IsPositive() {
		return tokens, cost, types.ErrSoldOut.Wrapf("offering %d sold all %s", o.Id, t.Tokens(t.ForSale()))
	}
	tokens = math.MinInt(types.TokensFor(amount, t.Price), left)
	return tokens, types.CostRoundedUp(tokens, t.Price), nil
}

// countBid checks the owner's caps and counts the bid in its class.
func countBid(t types.Terms, a types.Allocation, in Order) (types.Allocation, error) {
	class, limit, bids, sum := "own", in.Cap, &a.OwnBids, a.Deposited.Sub(a.ThirdParty)
	if in.Bidder != in.Owner {
		if in.AutoPayout {
			return a, types.ErrNotOwner.Wrapf("auto_payout is set by %s, the owner is %s", in.Bidder, in.Owner)
		}
		class, bids, sum = "third-party", &a.ThirdPartyBids, a.ThirdParty
		a.ThirdParty = a.ThirdParty.Add(in.Amount.Amount)
	}
	if total := sum.Add(in.Amount.Amount); total.GT(limit) {
		return a, types.ErrOwnerCap.Wrapf("%s bids of %s would be %s, allowed are %s", class, in.Owner, t.Payment(total), t.Payment(limit))
	}
	if *bids >= MaxBidsPerOwner {
		return a, types.ErrTooManyBids.Wrapf("%s has %d standing %s bids, allowed are %d", in.Owner, *bids, class, MaxBidsPerOwner)
	}
	*bids++
	return a, nil
}

// Cancellation is what taking a bid back pays and leaves.
type Cancellation struct {
	Refund     sdk.Coin
	Offering   types.Offering
	Allocation types.Allocation
}

// Cancel takes a standing bid out of the book. Excess that the owner already took back counts against the owner's
// other bids first and against this one only for what they cannot cover, so that the owner gets exactly what is owed.
func Cancel(o types.Offering, a types.Allocation, b types.Bid) Cancellation {
	deposited, cost := a.Deposited.Sub(b.Amount.Amount), a.Cost.Sub(b.Cost)
	if b.Home.TakesRefund() {
		a.Away, a.AwayCost = a.Away.Sub(b.Amount.Amount), a.AwayCost.Sub(b.Cost)
	}
	refunded := math.MinInt(a.Refunded, deposited.Sub(a.Away).Sub(cost.Sub(a.AwayCost)))
	refund := b.Amount.Amount.Sub(a.Refunded.Sub(refunded))

	o.StandingBids--
	o.Deposited = o.Deposited.Sub(b.Amount.Amount)
	o.Refunded = o.Refunded.Sub(a.Refunded.Sub(refunded))
	o.Proceeds = o.Proceeds.Sub(b.Cost)
	o.Sold = o.Sold.Sub(b.Tokens)
	a.Deposited, a.Cost, a.Refunded = deposited, cost, refunded
	a.Tokens = a.Tokens.Sub(b.Tokens)
	if b.AutoPayout {
		a.AutoBids--
	}
	if b.Bidder == b.Owner {
		a.OwnBids--
	} else {
		a.ThirdParty = a.ThirdParty.Sub(b.Amount.Amount)
		a.ThirdPartyBids--
	}
	return Cancellation{Refund: sdk.NewCoin(b.Amount.Denom, refund), Offering: o, Allocation: a}
}
