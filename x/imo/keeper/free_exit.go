package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/collections/indexes"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// freeExitIndexes finds free exits by height.
type freeExitIndexes struct {
	height *indexes.Multi[uint64, sdk.AccAddress, uint64]
}

// IndexesList implements collections.Indexes.
func (i freeExitIndexes) IndexesList() []collections.Index[sdk.AccAddress, uint64] {
	return []collections.Index[sdk.AccAddress, uint64]{i.height}
}

func newFreeExitIndexes(sb *collections.SchemaBuilder) freeExitIndexes {
	return freeExitIndexes{height: indexes.NewMulti(sb, types.FreeExitsByHeightPrefix, "free_exits_by_height",
		collections.Uint64Key, sdk.AccAddressKey, func(_ sdk.AccAddress, height uint64) (uint64, error) { return height, nil })}
}

// AdmitFreeExit notes that an account leaves without a fee: types.MaxFreeExits a block, one of an account in
// types.FreeExitGap blocks. The pool's state counts for the block to come. What is noted is forgotten after the gap and is no
// part of a genesis: a chain that starts anew counts anew.
func (k *Keeper) AdmitFreeExit(ctx context.Context, account sdk.AccAddress) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	height := uint64(sdkCtx.BlockHeight())
	if sdkCtx.IsCheckTx() {
		height++
	}
	last, err := k.freeExits.Get(ctx, account)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	if err == nil && height < last+types.FreeExitGap {
		return types.ErrFreeExit.Wrapf("%s had one in block %d, the next is free from block %d on", account, last, last+types.FreeExitGap)
	}
	now, err := k.freeExitsOf(ctx, collections.NewPrefixedPairRange[uint64, sdk.AccAddress](height), types.MaxFreeExits)
	if err != nil {
		return err
	}
	if len(now) == types.MaxFreeExits {
		return types.ErrFreeExit.Wrapf("block %d has %d of them, try the next one", height, types.MaxFreeExits)
	}
	if err := k.forgetFreeExits(ctx, height); err != nil {
		return err
	}
	return k.freeExits.Set(ctx, account, height)
}

// forgetFreeExits removes a few notes that no longer hold anybody back: more than a free exit adds.
func (k *Keeper) forgetFreeExits(ctx context.Context, height uint64) error {
	if height < types.FreeExitGap {
		return nil
	}
	past := new(collections.Range[collections.Pair[uint64, sdk.AccAddress]]).
		EndInclusive(collections.PairPrefix[uint64, sdk.AccAddress](height - types.FreeExitGap))
	accounts, err := k.freeExitsOf(ctx, past, 2)
	if err != nil {
		return err
	}
	for _, account := range accounts {
		if err := k.freeExits.Remove(ctx, account); err != nil {
			return err
		}
	}
	return nil
}

// freeExitsOf lists the accounts of the first notes in a range of heights.
func (k *Keeper) freeExitsOf(ctx context.Context, in collections.Ranger[collections.Pair[uint64, sdk.AccAddress]], limit int) ([]sdk.AccAddress, error) {
	iter, err := k.freeExits.Indexes.height.Iterate(ctx, in)
	if err != nil {
		return nil, err
	}
	defer iter.Close()
	var accounts []sdk.AccAddress
	for ; iter.Valid() && len(accounts) < limit; iter.Next() {
		account, err := iter.PrimaryKey()
		if err != nil {
			return nil, err
		}
		accounts = append(accounts, account)
	}
	return accounts, nil
}
