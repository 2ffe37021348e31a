package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/accumulator"
	"github.com/imochain/imod/x/revshare/types"
)

// till is one till of a pool: coins that holders are owed, handed over by the pool in advance, so
// that a claim writes neither the pool's account nor its books. Which till pays is a function of
// the holder's address; a claim that finds too little in it fetches more (ADR 8).
type till struct {
	pool   uint64
	number uint32
}

func (t till) account() sdk.AccAddress {
	return types.TillAddress(t.pool, t.number)
}

// payFromTill moves the payout of a plan from the holder's till to the recipient, and books it.
// Every move of coins is booked right behind it: a transfer that is refused leaves books and coins
// equal, whoever swallows its error.
func (k *Keeper) payFromTill(ctx context.Context, holder, recipient sdk.AccAddress, plan *claimPlan) error {
	t := till{pool: plan.pool.Id, number: types.TillOf(holder)}
	left := make([]math.Int, len(plan.payout))
	for i, coin := range plan.payout {
		cash, err := k.fillTill(ctx, plan, t, coin)
		if err != nil {
			return err
		}
		left[i] = cash.Sub(coin.Amount)
	}
	if err := k.deps.Bank.SendCoins(ctx, t.account(), recipient, plan.payout); err != nil {
		return err
	}
	for i, coin := range plan.payout {
		if err := k.setCash(ctx, t, coin.Denom, left[i]); err != nil {
			return err
		}
	}
	return nil
}

// fillTill makes sure that the till can pay coin, and returns what lies in it. The pool hands over
// what is missing and an equal part of what else it owes, so that the next claims find it there.
// What the pool has handed to other tills already is fetched from those, at most Tills of them.
func (k *Keeper) fillTill(ctx context.Context, plan *claimPlan, t till, coin sdk.Coin) (math.Int, error) {
	s := plan.stream(coin.Denom)
	if err := k.checkBooks(ctx, plan.pool, *s); err != nil {
		return math.Int{}, err
	}
	cash, err := k.cash(ctx, t, coin.Denom)
	if err != nil || cash.GTE(coin.Amount) {
		return cash, err
	}
	if hand := accumulator.Hand(s.Stream, coin.Amount.Sub(cash), types.Tills); hand.IsPositive() {
		if err := k.handOver(ctx, plan, s, t, hand); err != nil {
			return cash, err
		}
		cash = cash.Add(hand)
	}
	if cash.LT(coin.Amount) {
		return k.fetch(ctx, plan.pool, t, coin, cash)
	}
	return cash, nil
}

// handOver moves amount from the pool to a till. For the stream it is paid: what a till holds is
// on nobody's account but the tills'.
func (k *Keeper) handOver(ctx context.Context, plan *claimPlan, s *streamPlan, t till, amount math.Int) error {
	paid, err := accumulator.Pay(s.Stream, amount)
	if err != nil {
		return errorsmod.Wrapf(types.ErrInsolvent, "%s%s: %v", amount, s.denom, err)
	}
	if err := k.saveRoll(ctx, &plan.pool.rolled); err != nil {
		return err
	}
	if err := k.deps.Bank.SendCoins(ctx, plan.pool.account(), t.account(), sdk.Coins{{Denom: s.denom, Amount: amount}}); err != nil {
		return err
	}
	s.Stream, s.changed = paid, true
	if err := k.saveStream(ctx, t.pool, s); err != nil {
		return err
	}
	return k.addCash(ctx, t, s.denom, amount)
}

// fetch moves what a till lacks from the other tills, in ascending order.
func (k *Keeper) fetch(ctx context.Context, pool rolledPool, t till, coin sdk.Coin, cash math.Int) (math.Int, error) {
	others, err := k.readTills(ctx, t.pool, coin.Denom)
	if err != nil {
		return cash, err
	}
	for _, kv := range others {
		missing := coin.Amount.Sub(cash)
		other := till{pool: t.pool, number: kv.Key.K3()}
		if other == t || !missing.IsPositive() {
			continue
		}
		take := math.MinInt(kv.Value, missing)
		if err := k.deps.Bank.SendCoins(ctx, other.account(), t.account(), sdk.Coins{{Denom: coin.Denom, Amount: take}}); err != nil {
			return cash, err
		}
		if err := k.setCash(ctx, other, coin.Denom, kv.Value.Sub(take)); err != nil {
			return cash, err
		}
		if err := k.addCash(ctx, t, coin.Denom, take); err != nil {
			return cash, err
		}
		cash = cash.Add(take)
	}
	if cash.LT(coin.Amount) {
		return cash, errorsmod.Wrapf(types.ErrInsolvent, "%s of %s: the tills hold %s", coin, pool.ShareDenom, cash)
	}
	return cash, nil
}

// cash is what the books say lies in a till. It is an error if less lies there.
func (k *Keeper) cash(ctx context.Context, t till, denom string) (math.Int, error) {
	cash, err := getOr(ctx, k.tills, collections.Join3(t.pool, denom, t.number), math.ZeroInt())
	if err != nil {
		return cash, err
	}
	if balance := k.deps.Bank.GetBalance(ctx, t.account(), denom).Amount; balance.LT(cash) {
		return cash, errorsmod.Wrapf(types.ErrPoolBreached, "till %d holds %s%s, not %s", t.number, balance, denom, cash)
	}
	return cash, nil
}

func (k *Keeper) setCash(ctx context.Context, t till, denom string, amount math.Int) error {
	key := collections.Join3(t.pool, denom, t.number)
	if amount.IsZero() {
		return k.tills.Remove(ctx, key)
	}
	return k.tills.Set(ctx, key, amount)
}

func (k *Keeper) addCash(ctx context.Context, t till, denom string, amount math.Int) error {
	before, err := getOr(ctx, k.tills, collections.Join3(t.pool, denom, t.number), math.ZeroInt())
	if err != nil {
		return err
	}
	return k.setCash(ctx, t, denom, before.Add(amount))
}

// readTills reads the tills of a stream that hold something, ascending.
func (k *Keeper) readTills(ctx context.Context, poolID uint64, denom string) ([]collections.KeyValue[poolDenomKind, math.Int], error) {
	return collect(ctx, k.tills, collections.NewSuperPrefixedTripleRange[uint64, string, uint32](poolID, denom), types.Tills)
}
