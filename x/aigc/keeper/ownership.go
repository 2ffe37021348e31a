package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/types"
)

// This file is the ownership store: who holds a token, how many tokens an
// account holds, and the two enumerations of ERC-721. An enumeration is a map from
// position to token; a token that leaves is replaced by the last one, so that every
// step costs the same in a collection of ten and of a million.

func keyOf(collectionID uint64, id types.TokenID) tokenKey {
	return collections.Join(collectionID, id.Bytes())
}

// ownership reads who holds a token. A token without an owner does not exist.
func (k *Keeper) ownership(ctx context.Context, collectionID uint64, id types.TokenID) (types.Ownership, error) {
	o, err := k.ownerships.Get(ctx, keyOf(collectionID, id))
	if errors.Is(err, collections.ErrNotFound) {
		return types.Ownership{}, types.ErrTokenNotFound.Wrapf("%s in collection %d", id, collectionID)
	}
	return o, err
}

func (k *Keeper) collectionCounts(ctx context.Context, collectionID uint64) (types.Counts, error) {
	counts, err := k.counts.Get(ctx, collectionID)
	if errors.Is(err, collections.ErrNotFound) {
		return types.Counts{}, nil
	}
	return counts, err
}

func (k *Keeper) balance(ctx context.Context, collectionID uint64, owner sdk.AccAddress) (uint64, error) {
	n, err := k.balances.Get(ctx, collections.Join(owner, collectionID))
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return n, err
}

func (k *Keeper) setBalance(ctx context.Context, collectionID uint64, owner sdk.AccAddress, n uint64) error {
	key := collections.Join(owner, collectionID)
	if n == 0 {
		return k.balances.Remove(ctx, key)
	}
	return k.balances.Set(ctx, key, n)
}

// insert gives a new token its first owner and its seats at the end of both enumerations.
func (k *Keeper) insert(ctx context.Context, collectionID uint64, id types.TokenID, owner sdk.AccAddress) error {
	key := keyOf(collectionID, id)
	taken, err := k.ownerships.Has(ctx, key)
	if err != nil {
		return err
	}
	if taken {
		return types.ErrTokenExists.Wrapf("%s in collection %d", id, collectionID)
	}
	counts, err := k.collectionCounts(ctx, collectionID)
	if err != nil {
		return err
	}
	text, err := k.text(owner)
	if err != nil {
		return err
	}
	own := types.Ownership{Owner: text, Position: counts.Supply}
	if own.OwnerPosition, err = k.addToOwner(ctx, collectionID, id, owner); err != nil {
		return err
	}
	if err := k.enumeration.Set(ctx, collections.Join(collectionID, counts.Supply), id.Bytes()); err != nil {
		return err
	}
	counts.Supply++
	counts.Minted++
	if err := k.counts.Set(ctx, collectionID, counts); err != nil {
		return err
	}
	if err := k.ownerships.Set(ctx, key, own); err != nil {
		return err
	}
	return k.ownerChanged(ctx, collectionID, id, "", text)
}

// move changes the owner and clears the token's approval.
func (k *Keeper) move(ctx context.Context, collectionID uint64, id types.TokenID, own types.Ownership, to sdk.AccAddress) error {
	from, err := k.account(own.Owner)
	if err != nil {
		return err
	}
	own.Approved = ""
	if from.Equals(to) {
		return k.ownerships.Set(ctx, keyOf(collectionID, id), own)
	}
	if err := k.removeFromOwner(ctx, collectionID, from, own.OwnerPosition); err != nil {
		return err
	}
	if own.OwnerPosition, err = k.addToOwner(ctx, collectionID, id, to); err != nil {
		return err
	}
	before := own.Owner
	if own.Owner, err = k.text(to); err != nil {
		return err
	}
	if err := k.ownerships.Set(ctx, keyOf(collectionID, id), own); err != nil {
		return err
	}
	return k.ownerChanged(ctx, collectionID, id, before, own.Owner)
}

// remove takes a token out of both enumerations. A token that expired does not
// count as minted, a burnt one does.
func (k *Keeper) remove(ctx context.Context, collectionID uint64, id types.TokenID, own types.Ownership, expired bool) error {
	owner, err := k.account(own.Owner)
	if err != nil {
		return err
	}
	if err := k.removeFromOwner(ctx, collectionID, owner, own.OwnerPosition); err != nil {
		return err
	}
	counts, err := k.collectionCounts(ctx, collectionID)
	if err != nil {
		return err
	}
	if counts.Supply == 0 || counts.Minted == 0 {
		return types.ErrInconsistent.Wrapf("collection %d counts no tokens", collectionID)
	}
	counts.Supply--
	if expired {
		counts.Minted--
	}
	if err := k.counts.Set(ctx, collectionID, counts); err != nil {
		return err
	}
	if err := k.fillSeat(ctx, collectionID, own.Position, counts.Supply); err != nil {
		return err
	}
	if err := k.ownerships.Remove(ctx, keyOf(collectionID, id)); err != nil {
		return err
	}
	return k.ownerChanged(ctx, collectionID, id, own.Owner, "")
}

// fillSeat puts the token of the collection's last seat on the one that became free.
func (k *Keeper) fillSeat(ctx context.Context, collectionID, free, last uint64) error {
	if free != last {
		moved, err := k.enumeration.Get(ctx, collections.Join(collectionID, last))
		if err != nil {
			return err
		}
		if err := k.reseat(ctx, collectionID, moved, func(o *types.Ownership) { o.Position = free }); err != nil {
			return err
		}
		if err := k.enumeration.Set(ctx, collections.Join(collectionID, free), moved); err != nil {
			return err
		}
	}
	return k.enumeration.Remove(ctx, collections.Join(collectionID, last))
}

// addToOwner seats a token at the end of its owner's enumeration.
func (k *Keeper) addToOwner(ctx context.Context, collectionID uint64, id types.TokenID, owner sdk.AccAddress) (uint64, error) {
	n, err := k.balance(ctx, collectionID, owner)
	if err != nil {
		return 0, err
	}
	if err := k.owned.Set(ctx, collections.Join3(owner, collectionID, n), id.Bytes()); err != nil {
		return 0, err
	}
	return n, k.setBalance(ctx, collectionID, owner, n+1)
}

// removeFromOwner frees a seat of the owner's enumeration and fills it with the last.
func (k *Keeper) removeFromOwner(ctx context.Context, collectionID uint64, owner sdk.AccAddress, free uint64) error {
	n, err := k.balance(ctx, collectionID, owner)
	if err != nil {
		return err
	}
	if free >= n {
		return types.ErrInconsistent.Wrapf("position %d of %d tokens", free, n)
	}
	last := n - 1
	if free != last {
		moved, err := k.owned.Get(ctx, collections.Join3(owner, collectionID, last))
		if err != nil {
			return err
		}
		if err := k.reseat(ctx, collectionID, moved, func(o *types.Ownership) { o.OwnerPosition = free }); err != nil {
			return err
		}
		if err := k.owned.Set(ctx, collections.Join3(owner, collectionID, free), moved); err != nil {
			return err
		}
	}
	if err := k.owned.Remove(ctx, collections.Join3(owner, collectionID, last)); err != nil {
		return err
	}
	return k.setBalance(ctx, collectionID, owner, last)
}

// reseat changes a position in another token's record.
func (k *Keeper) reseat(ctx context.Context, collectionID uint64, id []byte, change func(*types.Ownership)) error {
	key := collections.Join(collectionID, id)
	own, err := k.ownerships.Get(ctx, key)
	if err != nil {
		return err
	}
	change(&own)
	return k.ownerships.Set(ctx, key, own)
}
