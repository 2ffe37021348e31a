package keeper

import (
	"bytes"
	"context"
	"encoding/hex"

	"github.com/imochain/imod/x/aigc/types"
)

// Update lets a final token take over what the chain's record of its request says by
// now. Anyone may call it, nobody decides: data must be the root that the record
// names, or bytes with that root, and differ from what the token says. Content kept
// for the old result is removed and its deposit returned.
func (k *Keeper) Update(ctx context.Context, collectionID uint64, encoded, data []byte) (types.Settled, error) {
	id, ok := types.TokenIDOf(collectionID, encoded)
	if !ok {
		return types.Settled{}, types.ErrInvalidPrompt.Wrap("it is not the canonical encoding")
	}
	token, err := k.Token(ctx, collectionID, id)
	if err != nil {
		return types.Settled{}, err
	}
	if token.Status != types.TOKEN_STATUS_FINAL {
		return types.Settled{}, types.ErrTokenPending.Wrapf("%s waits for request %d", id, token.RequestId)
	}
	request, err := k.oracle.Request(ctx, token.RequestId)
	if err != nil {
		return types.Settled{}, err
	}
	if !request.Final() {
		return types.Settled{}, types.ErrNoResult.Wrapf("request %d", token.RequestId)
	}
	next := token.Provenance.WithResult(request)
	if bytes.Equal(next.OutputRoot, token.Provenance.OutputRoot) {
		return types.Settled{}, types.ErrUnchanged.Wrapf("token %s", id)
	}
	if !next.Complete() || !types.NewProvenance(request).SameQuestion(*token.Provenance) {
		return types.Settled{}, types.ErrForeignResult.Wrapf("request %d", request.Id)
	}
	if !bytes.Equal(data, next.OutputRoot) {
		root := contentRoot(ctx, data)
		if !bytes.Equal(root[:], next.OutputRoot) {
			return types.Settled{}, types.ErrContentMismatch
		}
	}
	deposit := token.Deposit
	token.Provenance, token.Deposit = &next, nil
	if err := k.contents.Remove(ctx, keyOf(collectionID, id)); err != nil {
		return types.Settled{}, err
	}
	if err := k.tokens.Set(ctx, keyOf(collectionID, id), token); err != nil {
		return types.Settled{}, err
	}
	if err := k.contentChanged(ctx, collectionID, id, types.Unlogged{Result: true}); err != nil {
		return types.Settled{}, err
	}
	if err := emit(ctx, &types.EventTokenUpdated{
		CollectionId: collectionID, TokenId: id.String(),
		OutputRoot: hex.EncodeToString(next.OutputRoot), TrustClass: next.TrustClass,
	}); err != nil {
		return types.Settled{}, err
	}
	if err := k.returnDeposit(ctx, collectionID, deposit); err != nil {
		return types.Settled{}, err
	}
	return k.settled(ctx, token, id, false)
}

// returnDeposit pays a storage deposit back to who locked it, if there is one.
func (k *Keeper) returnDeposit(ctx context.Context, collectionID uint64, deposit *types.StorageDeposit) error {
	if deposit == nil {
		return nil
	}
	payer, err := k.account(deposit.Payer)
	if err != nil {
		return err
	}
	return k.pay(ctx, collectionID, types.EscrowAddress(collectionID), payer, deposit.Amount)
}
