package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

// maxPolicyLooks bounds the policies that one look for mirrors reads, those of validators that left included.
const maxPolicyLooks = 1000

// SetPolicy publishes what a validator's operator says of its machine, in place of what it said before; an
// empty one takes that back. Nothing is decided by it: what a machine declines its votes say.
func (k *Keeper) SetPolicy(ctx context.Context, operator sdk.AccAddress, msg *types.MsgSetPolicy) error {
	validator, err := k.bondedValidator(ctx, operator)
	if err != nil {
		return err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	policy := msg.Policy(validator, sdkCtx.BlockHeight())
	if policy.Empty() {
		err = k.withdrawPolicy(ctx, validator)
	} else if err = policy.Validate(); err == nil {
		err = k.policies.Set(ctx, validator, policy)
	}
	if err != nil {
		return err
	}
	return sdkCtx.EventManager().EmitTypedEvent(&types.EventPolicySet{Validator: policy.Validator, Withdrawn: policy.Empty()})
}

func (k *Keeper) withdrawPolicy(ctx context.Context, validator sdk.ConsAddress) error {
	if has, err := k.policies.Has(ctx, validator); err != nil {
		return err
	} else if !has {
		return types.ErrInvalidPolicy.Wrapf("%s has none to take back", validator)
	}
	return k.policies.Remove(ctx, validator)
}

// policyOf returns what a validator published, nil for nothing.
func (k *Keeper) policyOf(ctx context.Context, validator sdk.ConsAddress) (*types.Policy, error) {
	p, err := k.policies.Get(ctx, validator)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, nil //nolint:nilnil // absent is an answer
	}
	return &p, err
}

// Mirrors returns where bonded validators offer the bundles that they hold: at most limit addresses, in the
// order of the validators' consensus addresses. It is for nodes, after a commit.
func (k *Keeper) Mirrors(ctx context.Context, limit int) (mirrors []string, err error) {
	iter, err := k.policies.Iterate(ctx, nil)
	if err != nil {
		return nil, err
	}
	policies, err := firstEntries(iter, maxPolicyLooks)
	if err != nil {
		return nil, err
	}
	for _, p := range policies {
		if len(mirrors) == limit {
			break
		}
		if p.Value.Mirror == "" {
			continue
		}
		if v, err := k.staking.ValidatorByConsAddr(ctx, p.Key); err == nil && v != nil && v.IsBonded() {
			mirrors = append(mirrors, p.Value.Mirror)
		}
	}
	return mirrors, nil
}
