package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// PermitNonce is the number of signed allowances of a share token that owner has used, and
// the number that the next one has to carry.
func (k *Keeper) PermitNonce(ctx context.Context, shareDenom string, owner sdk.AccAddress) (uint64, error) {
	pool, err := k.state(ctx, shareDenom)
	if err != nil {
		return 0, err
	}
	return getOr(ctx, k.permits, collections.Join(pool.Id, owner), 0)
}

// UsePermit returns the number of owner's next signed allowance and takes it: no signature
// counts twice. The caller checks the signature over it.
func (k *Keeper) UsePermit(ctx context.Context, shareDenom string, owner sdk.AccAddress) (uint64, error) {
	nonce, err := k.PermitNonce(ctx, shareDenom, owner)
	if err != nil {
		return 0, err
	}
	pool, err := k.state(ctx, shareDenom)
	if err != nil {
		return 0, err
	}
	return nonce, k.permits.Set(ctx, collections.Join(pool.Id, owner), nonce+1)
}
