package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/imochain/imod/x/aigc/types"
)

// This file keeps what the EVM's logs lack. A message and block code run outside of the EVM and can emit no log; whoever reads
// logs must still come to the true owners. So every change of a token leaves a record of what the logs say instead, and a call of the
// collection's contract, by anyone, emits what is due and removes the record. A call of the contract that changes a token emits its
// own logs at once and leaves nothing.

// ownerChanged notes that a token went from one account to another; empty is nobody.
func (k *Keeper) ownerChanged(ctx context.Context, collectionID uint64, id types.TokenID, from, to string) error {
	return k.owe(ctx, collectionID, id, from, to, types.Unlogged{})
}

// contentChanged notes that the result, or only the metadata, of a token is news.
func (k *Keeper) contentChanged(ctx context.Context, collectionID uint64, id types.TokenID, due types.Unlogged) error {
	own, err := k.ownership(ctx, collectionID, id)
	if err != nil {
		return err
	}
	return k.owe(ctx, collectionID, id, own.Owner, own.Owner, due)
}

// owe adds to the record of a token. Without a record the logs name the owner before the change. A token that is gone owes
// nothing but its Transfer, and one that came and went unseen owes nothing.
func (k *Keeper) owe(ctx context.Context, collectionID uint64, id types.TokenID, from, to string, due types.Unlogged) error {
	record, err := k.unlogged.Get(ctx, keyOf(collectionID, id))
	switch {
	case errors.Is(err, collections.ErrNotFound):
		record = types.Unlogged{Owner: from}
	case err != nil:
		return err
	}
	record.Result = to != "" && (record.Result || due.Result)
	record.Metadata = to != "" && (record.Metadata || due.Metadata)
	if record.Owner == to && !record.Result && !record.Metadata {
		return k.unlogged.Remove(ctx, keyOf(collectionID, id))
	}
	return k.unlogged.Set(ctx, keyOf(collectionID, id), record)
}

// Logged says that the logs of a token are complete: the caller has just emitted what was due.
func (k *Keeper) Logged(ctx context.Context, collectionID uint64, id types.TokenID) error {
	return k.unlogged.Remove(ctx, keyOf(collectionID, id))
}

// Missed tells what the logs lack of a token; nothing is the zero value.
func (k *Keeper) Missed(ctx context.Context, collectionID uint64, id types.TokenID) (types.Missed, error) {
	record, err := k.unlogged.Get(ctx, keyOf(collectionID, id))
	if errors.Is(err, collections.ErrNotFound) {
		return types.Missed{}, nil
	}
	if err != nil {
		return types.Missed{}, err
	}
	missed := types.Missed{Any: true, Result: record.Result, Metadata: record.Metadata}
	if record.Owner != "" {
		if missed.From, err = k.account(record.Owner); err != nil {
			return types.Missed{}, err
		}
	}
	missed.To, err = k.OwnerOf(ctx, collectionID, id)
	if err != nil && !errors.Is(err, types.ErrTokenNotFound) {
		return types.Missed{}, err
	}
	if !missed.Result {
		return missed, nil
	}
	token, err := k.Token(ctx, collectionID, id)
	if err != nil {
		return types.Missed{}, err
	}
	missed.OutputRoot = token.Provenance.OutputRoot
	if missed.Prompt, err = token.Provenance.Prompt().Encode(); err != nil {
		return types.Missed{}, types.ErrInconsistent.Wrap(err.Error())
	}
	return missed, nil
}

// Unlogged lists tokens of a collection of which the logs lack something, in order of id, at most limit.
func (k *Keeper) Unlogged(ctx context.Context, collectionID uint64, limit int) ([]types.TokenID, error) {
	var ids []types.TokenID
	err := k.unlogged.Walk(ctx, collections.NewPrefixedPairRange[uint64, []byte](collectionID),
		func(key tokenKey, _ types.Unlogged) (bool, error) {
			if len(ids) >= limit {
				return true, nil
			}
			id, err := types.TokenIDFromBytes(key.K2())
			ids = append(ids, id)
			return false, err
		})
	return ids, err
}
