package keeper

import (
	"context"
	"maps"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

// exportAccounts gathers what a pool knows of each account, ascending by address.
func (k *Keeper) exportAccounts(ctx context.Context, pool types.Pool) ([]types.GenesisAccount, error) {
	known := map[string]*types.GenesisAccount{}
	of := func(addr sdk.AccAddress) *types.GenesisAccount {
		if known[string(addr)] == nil {
			known[string(addr)] = &types.GenesisAccount{}
		}
		return known[string(addr)]
	}
	marks, err := collect(ctx, k.checkpoints, collections.NewPrefixedTripleRange[uint64, sdk.AccAddress, uint64](pool.Id), 0)
	if err != nil {
		return nil, err
	}
	for _, kv := range marks {
		acc := of(kv.Key.K2())
		acc.Checkpoints = append(acc.Checkpoints, types.GenesisCheckpoint{Epoch: kv.Key.K3(), Checkpoint: kv.Value})
	}
	positions, err := collect(ctx, k.positions, collections.NewPrefixedPairRange[uint64, sdk.AccAddress](pool.Id), 0)
	if err != nil {
		return nil, err
	}
	for _, kv := range positions {
		of(kv.Key.K2()).Position = &kv.Value
	}
	autos, err := collect(ctx, k.auto, collections.NewPrefixedPairRange[string, sdk.AccAddress](pool.ShareDenom), 0)
	if err != nil {
		return nil, err
	}
	for _, kv := range autos {
		of(kv.Key.K2()).Auto = &kv.Value
	}
	permits, err := collect(ctx, k.permits, collections.NewPrefixedPairRange[uint64, sdk.AccAddress](pool.Id), 0)
	if err != nil {
		return nil, err
	}
	for _, kv := range permits {
		of(kv.Key.K2()).Permits = kv.Value
	}
	var out []types.GenesisAccount
	for _, key := range slices.Sorted(maps.Keys(known)) {
		acc := known[key]
		if acc.Address, err = k.deps.AddressCodec.BytesToString([]byte(key)); err != nil {
			return nil, err
		}
		out = append(out, *acc)
	}
	return out, nil
}
