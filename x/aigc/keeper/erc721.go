package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/types"
)

// OwnerOf tells who holds a token.
func (k *Keeper) OwnerOf(ctx context.Context, collectionID uint64, id types.TokenID) (sdk.AccAddress, error) {
	own, err := k.ownership(ctx, collectionID, id)
	if err != nil {
		return nil, err
	}
	return k.account(own.Owner)
}

// BalanceOf counts the tokens of an account in a collection.
func (k *Keeper) BalanceOf(ctx context.Context, collectionID uint64, owner sdk.AccAddress) (uint64, error) {
	if err := checkAccount(owner); err != nil {
		return 0, err
	}
	if err := k.requireCollection(ctx, collectionID); err != nil {
		return 0, err
	}
	return k.balance(ctx, collectionID, owner)
}

// GetApproved tells who may move one token besides its owner and operators; nil
// is nobody. The name is the standard's.
func (k *Keeper) GetApproved(ctx context.Context, collectionID uint64, id types.TokenID) (sdk.AccAddress, error) {
	own, err := k.ownership(ctx, collectionID, id)
	if err != nil || own.Approved == "" {
		return nil, err
	}
	return k.account(own.Approved)
}

// IsApprovedForAll tells whether operator may move all of owner's tokens in a collection.
func (k *Keeper) IsApprovedForAll(ctx context.Context, collectionID uint64, owner, operator sdk.AccAddress) (bool, error) {
	if err := checkAccounts(owner, operator); err != nil {
		return false, err
	}
	if err := k.requireCollection(ctx, collectionID); err != nil {
		return false, err
	}
	return k.operators.Has(ctx, collections.Join3(collectionID, owner, operator))
}

// TotalSupply counts the tokens of a collection that have an owner, pending ones included.
func (k *Keeper) TotalSupply(ctx context.Context, collectionID uint64) (uint64, error) {
	if err := k.requireCollection(ctx, collectionID); err != nil {
		return 0, err
	}
	counts, err := k.collectionCounts(ctx, collectionID)
	return counts.Supply, err
}

// TokenByIndex is the token at a position of the collection's enumeration.
func (k *Keeper) TokenByIndex(ctx context.Context, collectionID, index uint64) (types.TokenID, error) {
	if err := k.requireCollection(ctx, collectionID); err != nil {
		return types.TokenID{}, err
	}
	id, err := k.enumeration.Get(ctx, collections.Join(collectionID, index))
	return tokenAt(id, err, index)
}

// TokenOfOwnerByIndex is the token at a position of an owner's enumeration.
func (k *Keeper) TokenOfOwnerByIndex(
	ctx context.Context, collectionID uint64, owner sdk.AccAddress, index uint64,
) (types.TokenID, error) {
	if err := checkAccount(owner); err != nil {
		return types.TokenID{}, err
	}
	if err := k.requireCollection(ctx, collectionID); err != nil {
		return types.TokenID{}, err
	}
	id, err := k.owned.Get(ctx, collections.Join3(owner, collectionID, index))
	return tokenAt(id, err, index)
}

func tokenAt(id []byte, err error, index uint64) (types.TokenID, error) {
	if errors.Is(err, collections.ErrNotFound) {
		return types.TokenID{}, types.ErrIndexOutOfRange.Wrapf("index %d", index)
	}
	if err != nil {
		return types.TokenID{}, err
	}
	return types.TokenIDFromBytes(id)
}

// TransferFrom moves a final token. The caller is the owner, the approved account
// or an operator; from must be the owner. A listing of the token ends.
func (k *Keeper) TransferFrom(
	ctx context.Context, caller, from, to sdk.AccAddress, collectionID uint64, id types.TokenID,
) error {
	own, err := k.actOn(ctx, caller, collectionID, id)
	if err != nil {
		return err
	}
	owner, err := k.account(own.Owner)
	if err != nil {
		return err
	}
	if !owner.Equals(from) {
		return types.ErrWrongOwner.Wrapf("token %s", id)
	}
	if err := k.checkRecipient(collectionID, to); err != nil {
		return err
	}
	if err := k.endListing(ctx, collectionID, id); err != nil {
		return err
	}
	return k.handOver(ctx, collectionID, id, own, to)
}

// handOver moves a token and says so.
func (k *Keeper) handOver(ctx context.Context, collectionID uint64, id types.TokenID, own types.Ownership, to sdk.AccAddress) error {
	if err := k.move(ctx, collectionID, id, own, to); err != nil {
		return err
	}
	text, err := k.text(to)
	if err != nil {
		return err
	}
	return emit(ctx, &types.EventTokenTransferred{CollectionId: collectionID, TokenId: id.String(), From: own.Owner, To: text})
}

// actOn reads the ownership of a final token on which the caller may act.
func (k *Keeper) actOn(ctx context.Context, caller sdk.AccAddress, collectionID uint64, id types.TokenID) (types.Ownership, error) {
	token, err := k.Token(ctx, collectionID, id)
	if err != nil {
		return types.Ownership{}, err
	}
	if token.Status == types.TOKEN_STATUS_PENDING {
		return types.Ownership{}, types.ErrTokenPending.Wrapf("%s waits for request %d", id, token.RequestId)
	}
	own, err := k.ownership(ctx, collectionID, id)
	if err != nil {
		return types.Ownership{}, err
	}
	approved, err := k.isApproved(ctx, caller, collectionID, own)
	if err != nil {
		return types.Ownership{}, err
	}
	if !approved {
		return types.Ownership{}, types.ErrNotApproved.Wrapf("token %s", id)
	}
	return own, nil
}

// isApproved tells whether caller is owner, approved for the token, or operator.
func (k *Keeper) isApproved(ctx context.Context, caller sdk.AccAddress, collectionID uint64, own types.Ownership) (bool, error) {
	text, err := k.text(caller)
	if err != nil {
		return false, err
	}
	if text == own.Approved {
		return true, nil
	}
	return k.isOwnerOrOperator(ctx, caller, collectionID, own)
}

func (k *Keeper) isOwnerOrOperator(ctx context.Context, caller sdk.AccAddress, collectionID uint64, own types.Ownership) (bool, error) {
	owner, err := k.account(own.Owner)
	if err != nil || owner.Equals(caller) {
		return err == nil, err
	}
	return k.operators.Has(ctx, collections.Join3(collectionID, owner, caller))
}

// Approve names who may move one token; an empty address clears. The caller is
// the owner or an operator. A pending token may be approved: it cannot move yet.
func (k *Keeper) Approve(ctx context.Context, caller, approved sdk.AccAddress, collectionID uint64, id types.TokenID) error {
	own, err := k.ownership(ctx, collectionID, id)
	if err != nil {
		return err
	}
	allowed, err := k.isOwnerOrOperator(ctx, caller, collectionID, own)
	if err != nil {
		return err
	}
	if !allowed {
		return types.ErrNotApproved.Wrapf("token %s", id)
	}
	own.Approved = ""
	if !approved.Empty() {
		if err := checkAccount(approved); err != nil {
			return err
		}
		if own.Approved, err = k.text(approved); err != nil {
			return err
		}
	}
	if err := k.ownerships.Set(ctx, keyOf(collectionID, id), own); err != nil {
		return err
	}
	return emit(ctx, &types.EventTokenApproved{
		CollectionId: collectionID, TokenId: id.String(), Owner: own.Owner, Approved: own.Approved,
	})
}

// SetApprovalForAll names or dismisses an operator for all of owner's tokens in a collection.
func (k *Keeper) SetApprovalForAll(ctx context.Context, owner, operator sdk.AccAddress, collectionID uint64, approved bool) error {
	if err := checkAccounts(owner, operator); err != nil {
		return err
	}
	if operator.Equals(sdk.AccAddress(make([]byte, types.AddressLength))) {
		return types.ErrInvalidAddress.Wrap("the zero address cannot be an operator")
	}
	if err := k.requireCollection(ctx, collectionID); err != nil {
		return err
	}
	key := collections.Join3(collectionID, owner, operator)
	if err := k.setOperator(ctx, key, approved); err != nil {
		return err
	}
	event := &types.EventOperatorSet{CollectionId: collectionID, Approved: approved}
	var err error
	if event.Owner, err = k.text(owner); err != nil {
		return err
	}
	if event.Operator, err = k.text(operator); err != nil {
		return err
	}
	return emit(ctx, event)
}

func (k *Keeper) setOperator(ctx context.Context, key collections.Triple[uint64, sdk.AccAddress, sdk.AccAddress], approved bool) error {
	if approved {
		return k.operators.Set(ctx, key)
	}
	return k.operators.Remove(ctx, key)
}
