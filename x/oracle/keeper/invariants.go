package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

// Owed returns what the escrow owes by denom: fees of open subjects, money of open
// callbacks, bonds of executors and challengers, tallies, credited refunds and held income. It reads everything; it is for tests, genesis and simulation.
func (k *Keeper) Owed(ctx context.Context) (sdk.Coins, error) {
	owed := sdk.NewCoins()
	add := func(denom string, amount math.Int) {
		if amount.IsPositive() {
			owed = owed.Add(sdk.NewCoin(denom, amount))
		}
	}
	for _, status := range openStatuses {
		if err := k.walkStatus(ctx, status, func(r types.Request) error {
			add(r.NetworkFee.Denom, r.NetworkFee.Amount)
			add(r.ModelPrice.Denom, r.ModelPrice.Amount)
			return nil
		}); err != nil {
			return nil, err
		}
	}
	bonds, err := k.owedBonds(ctx)
	if err != nil {
		return nil, err
	}
	add(types.FeeDenom, bonds)
	if err := k.callbacks.Walk(ctx, nil, func(_ uint64, cb types.Callback) (bool, error) {
		if cb.Holds() {
			add(types.FeeDenom, cb.Money().Amount)
		}
		return false, nil
	}); err != nil {
		return nil, err
	}
	if err := k.proofs.Walk(ctx, nil, func(_ uint64, p types.Proof) (bool, error) {
		add(p.Fee.Denom, p.Fee.Amount)
		return false, nil
	}); err != nil {
		return nil, err
	}
	if err := k.validators.Walk(ctx, nil, func(_ sdk.ConsAddress, v types.Validator) (bool, error) {
		add(types.FeeDenom, v.Tally)
		return false, nil
	}); err != nil {
		return nil, err
	}
	if err := k.credits.Walk(ctx, nil, func(key collections.Pair[sdk.AccAddress, string], amount math.Int) (bool, error) {
		add(key.K2(), amount)
		return false, nil
	}); err != nil {
		return nil, err
	}
	if err := k.heldIncomes.Walk(ctx, nil, func(key collections.Pair[uint64, string], amount math.Int) (bool, error) {
		add(key.K2(), amount)
		return false, nil
	}); err != nil {
		return nil, err
	}
	totals, err := k.totals.Get(ctx)
	if err != nil {
		return nil, err
	}
	add(types.FeeDenom, totals.CommunityTally)
	provisions, err := k.Provisions(ctx)
	if err != nil {
		return nil, err
	}
	add(types.FeeDenom, provisions.Pot)
	add(types.FeeDenom, provisions.DueLeft)
	return owed, nil
}

// EscrowCovers checks that the escrow holds at least what it owes.
func (k *Keeper) EscrowCovers(ctx context.Context) error {
	owed, err := k.Owed(ctx)
	if err != nil {
		return err
	}
	for _, coin := range owed {
		if held := k.bank.GetBalance(ctx, types.EscrowAddress(), coin.Denom); held.Amount.LT(coin.Amount) {
			return types.ErrInvalidState.Wrapf("escrow holds %s, owes %s", held, coin)
		}
	}
	return nil
}

// OpenFigures checks that the totals count exactly what is open.
func (k *Keeper) OpenFigures(ctx context.Context) error {
	var want types.Totals
	if err := k.walkStatus(ctx, types.RequestStatus_REQUEST_STATUS_PENDING, func(r types.Request) error {
		if !r.Optimistic {
			want.OpenRequests++
			want.OpenWorkUnits += r.WorkUnits
		}
		return nil
	}); err != nil {
		return err
	}
	if err := k.proofs.Walk(ctx, nil, func(uint64, types.Proof) (bool, error) {
		want.OpenProofs++
		return false, nil
	}); err != nil {
		return err
	}
	have, err := k.totals.Get(ctx)
	if err != nil {
		return err
	}
	if have.OpenRequests != want.OpenRequests || have.OpenWorkUnits != want.OpenWorkUnits || have.OpenProofs != want.OpenProofs {
		return types.ErrInvalidState.Wrapf("totals say %d requests, %d work units, %d proofs; open are %d, %d, %d",
			have.OpenRequests, have.OpenWorkUnits, have.OpenProofs, want.OpenRequests, want.OpenWorkUnits, want.OpenProofs)
	}
	return nil
}

// CheckInvariants runs every invariant.
func (k *Keeper) CheckInvariants(ctx context.Context) error {
	if err := k.EscrowCovers(ctx); err != nil {
		return err
	}
	if err := k.OpenFigures(ctx); err != nil {
		return err
	}
	return k.optimisticFigures(ctx)
}
