package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// addIncome takes royalty for the model's revenue into escrow, to be paid at the
// end of the block. All sales of a block in one denom make one payment.
func (k *Keeper) addIncome(ctx context.Context, collectionID uint64, from sdk.AccAddress, amount sdk.Coin) error {
	if amount.IsZero() {
		return nil
	}
	if err := k.toEscrow(ctx, collectionID, from, amount); err != nil {
		return err
	}
	key := collections.Join(collectionID, amount.Denom)
	income, err := k.incomes.Get(ctx, key)
	switch {
	case errors.Is(err, collections.ErrNotFound):
		income = types.Income{CollectionId: collectionID, Amount: amount, DueHeight: height(ctx)}
	case err != nil:
		return err
	default:
		income.Amount = income.Amount.Add(amount)
	}
	if err := k.incomesDue.Set(ctx, due(income)); err != nil {
		return err
	}
	return k.incomes.Set(ctx, key, income)
}

// payIncome pays what is due under the key to the model's revenue.
func (k *Keeper) payIncome(ctx context.Context, key dueKey) error {
	income, c, err := k.dueIncome(ctx, key)
	if err != nil {
		return err
	}
	if err := k.incomesDue.Remove(ctx, key); err != nil {
		return err
	}
	if err := k.incomes.Remove(ctx, collections.Join(c.Id, income.Amount.Denom)); err != nil {
		return err
	}
	kind := uint32(revsharetypes.SourceKind_SOURCE_KIND_ROYALTY)
	if err := k.models.PayModelIncome(ctx, types.EscrowAddress(c.Id), c.ModelId, income.Amount, kind); err != nil {
		return err
	}
	return emit(ctx, &types.EventIncomePaid{CollectionId: c.Id, ModelId: c.ModelId, Amount: income.Amount})
}

// holdIncome puts off a payment that failed.
func (k *Keeper) holdIncome(ctx context.Context, key dueKey) error {
	income, c, err := k.dueIncome(ctx, key)
	if err != nil {
		return err
	}
	if err := k.incomesDue.Remove(ctx, key); err != nil {
		return err
	}
	income.DueHeight = height(ctx) + retryBlocks
	if err := k.incomesDue.Set(ctx, due(income)); err != nil {
		return err
	}
	if err := k.incomes.Set(ctx, collections.Join(c.Id, income.Amount.Denom), income); err != nil {
		return err
	}
	return emit(ctx, &types.EventIncomeHeld{
		CollectionId: c.Id, ModelId: c.ModelId, Amount: income.Amount, DueHeight: income.DueHeight,
	})
}

func (k *Keeper) dueIncome(ctx context.Context, key dueKey) (types.Income, types.Collection, error) {
	income, err := k.incomes.Get(ctx, collections.Join(key.K2(), key.K3()))
	if err != nil {
		return types.Income{}, types.Collection{}, err
	}
	c, err := k.Collection(ctx, key.K2())
	return income, c, err
}

// due is the entry of an income in the queue.
func due(income types.Income) dueKey {
	return collections.Join3(income.DueHeight, income.CollectionId, income.Amount.Denom)
}

// collectionIncomes lists what waits for one collection's model, by denom. Prices
// are in allowed denoms only, so the list is short.
func (k *Keeper) collectionIncomes(ctx context.Context, collectionID uint64) ([]types.Income, error) {
	var out []types.Income
	err := k.incomes.Walk(ctx, collections.NewPrefixedPairRange[uint64, string](collectionID),
		func(_ collections.Pair[uint64, string], income types.Income) (bool, error) {
			out = append(out, income)
			return len(out) >= maxPage, nil
		})
	return out, err
}
