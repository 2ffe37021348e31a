package keeper

import (
	"context"
	"encoding/hex"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	revsharetypes "github.com/imochain/imod/x/revshare/types"

	"github.com/imochain/imod/x/imo/types"
)

// setLineage reads the parents that a registration names, checks that each allows it, and freezes the shares of all
// ancestors.
func (k *Keeper) setLineage(ctx context.Context, m *types.Model, msg *types.MsgRegisterModel) error {
	if msg.DerivativeBps > types.MaxLineageBps || msg.DerivativeBps > 0 && !msg.Derivatives {
		return types.ErrLineage.Wrapf("derivative_bps is %d, allowed are 0 to %d, 0 without derivatives", msg.DerivativeBps, types.MaxLineageBps)
	}
	m.Derivatives, m.DerivativeBps = msg.Derivatives, msg.DerivativeBps
	parents := append([]types.LineageShare(nil), msg.Parents...)
	if err := types.CheckParents(parents); err != nil {
		return err
	}
	if id := msg.ParentModelId; id != 0 {
		if len(parents) > 0 {
			return types.ErrLineage.Wrapf("parent_model_id is %d and parents has %d entries, one of them must be empty", id, len(parents))
		}
		parent, err := k.Model(ctx, id)
		if err != nil {
			return err
		}
		parents = append(parents, types.LineageShare{ModelId: id, Bps: parent.DerivativeBps})
	}
	ancestors := map[uint64][]types.LineageShare{}
	for _, p := range parents {
		parent, err := k.Model(ctx, p.ModelId)
		if err != nil {
			return err
		}
		if err := parent.CheckParent(m.Licence, p.Bps); err != nil {
			return err
		}
		ancestors[p.ModelId] = parent.Lineage
	}
	if len(parents) > 0 {
		m.ParentModelId = parents[0].ModelId
	}
	var err error
	m.Lineage, err = types.Flatten(parents, func(id uint64) []types.LineageShare { return ancestors[id] })
	return err
}

// claimWeights takes the weights of a new version for its model, unless they have an owner that keeps them.
func (k *Keeper) claimWeights(ctx context.Context, m types.Model, root []byte) error {
	free, err := k.checkWeights(ctx, m, root)
	if err != nil || !free {
		return err
	}
	return k.weightsRoots.Set(ctx, root, m.Id)
}

// checkWeights tells whether weights are free. They may also belong to the model itself, or to a proved version of the
// one that it names as its first parent; otherwise to nobody.
func (k *Keeper) checkWeights(ctx context.Context, m types.Model, root []byte) (bool, error) {
	owner, err := k.weightsRoots.Get(ctx, root)
	switch {
	case errors.Is(err, collections.ErrNotFound):
		return true, nil
	case err != nil:
		return false, err
	case owner == m.Id:
		return false, nil
	case owner == m.ParentModelId:
		proved, err := k.hasWeights(ctx, owner, hex.EncodeToString(root), 0,
			types.MODEL_STATUS_REPRODUCED, types.MODEL_STATUS_REPRODUCED_BY_EXECUTORS)
		if err != nil || proved {
			return false, err
		}
	}
	return false, types.ErrDuplicateWeights.Wrapf("weights root %s belongs to model %d", hex.EncodeToString(root), owner)
}

// hasWeights tells whether a version of a model, other than one, has weights and one of some states. A model has a bounded
// number of versions.
func (k *Keeper) hasWeights(ctx context.Context, modelID uint64, root string, except uint32, states ...types.ModelStatus) (bool, error) {
	found := false
	err := k.versions.Walk(ctx, collections.NewPrefixedPairRange[uint64, uint32](modelID),
		func(_ collections.Pair[uint64, uint32], v types.Version) (bool, error) {
			for _, s := range states {
				found = found || v.Version != except && v.WeightsRoot == root && v.Status == s
			}
			return found, nil
		})
	return found, err
}

// payLineage pays the ancestors of a model their parts of its income and returns what is left. An ancestor whose books
// take no more leaves its part with the model: nobody can make a payment fail.
func (k *Keeper) payLineage(
	ctx context.Context, payer sdk.AccAddress, m types.Model, income sdk.Coin, kind uint32, payers []revsharetypes.PaidBy,
) (sdk.Coin, error) {
	left := income
	for _, share := range m.Lineage {
		part := sdk.NewCoin(income.Denom, income.Amount.MulRaw(int64(share.Bps)).QuoRaw(types.BasisPoints))
		if !part.IsPositive() {
			continue
		}
		ancestor, err := k.Model(ctx, share.ModelId)
		if err != nil {
			return left, err
		}
		err = k.creditIncome(ctx, payer, ancestor, part, kind, payers)
		if errors.Is(err, types.ErrLimit) {
			continue
		}
		if err != nil {
			return left, err
		}
		left = left.Sub(part)
		if err := emit(ctx, &types.EventModelIncome{
			ModelId: ancestor.Id, Kind: kind, Amount: part, Protocol: sdk.NewCoin(part.Denom, math.ZeroInt()), ToHolders: ancestor.SoldOfferingId != 0,
		}); err != nil {
			return left, err
		}
	}
	return left, nil
}

// creditIncome gives a model's income to its holders once its token has supply, to its contributors before.
func (k *Keeper) creditIncome(
	ctx context.Context, payer sdk.AccAddress, m types.Model, amount sdk.Coin, kind uint32, payers []revsharetypes.PaidBy,
) error {
	if m.SoldOfferingId != 0 {
		return k.revshare.Deposit(ctx, payer, m.TokenDenom, amount, revsharetypes.SourceKind(kind), payers...) //nolint:gosec // numbered by revshare
	}
	return k.bookIncome(ctx, payer, m.Id, amount)
}
