package keeper

import (
	"context"
	"encoding/hex"
	"errors"

	"github.com/cosmos/gogoproto/proto"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// Token reads the record of a token, burnt ones not included.
func (k *Keeper) Token(ctx context.Context, collectionID uint64, id types.TokenID) (types.Token, error) {
	token, err := k.record(ctx, collectionID, id)
	if err == nil && token.Status == types.TOKEN_STATUS_BURNT {
		return types.Token{}, types.ErrTokenNotFound.Wrapf("%s in collection %d was burnt", id, collectionID)
	}
	return token, err
}

// record reads what is kept of a token, tombstones included.
func (k *Keeper) record(ctx context.Context, collectionID uint64, id types.TokenID) (types.Token, error) {
	token, err := k.tokens.Get(ctx, keyOf(collectionID, id))
	if errors.Is(err, collections.ErrNotFound) {
		return types.Token{}, types.ErrTokenNotFound.Wrapf("%s in collection %d", id, collectionID)
	}
	return token, err
}

// Settle ends the pending state of a token: with the result if its request is
// final, with its destruction if it expired. Anyone may call it. The caller may
// give the content to be kept, also for a token that was settled without.
func (k *Keeper) Settle(
	ctx context.Context, caller sdk.AccAddress, collectionID uint64, id types.TokenID, content []byte,
) (types.Settled, error) {
	if err := checkAccount(caller); err != nil {
		return types.Settled{}, err
	}
	token, err := k.Token(ctx, collectionID, id)
	if err != nil {
		return types.Settled{}, err
	}
	if token.Status == types.TOKEN_STATUS_FINAL {
		return k.addContent(ctx, caller, token, id, content)
	}
	request, err := k.oracle.Request(ctx, token.RequestId)
	switch {
	case errors.Is(err, oracletypes.ErrRequestNotFound):
		// pruned: nobody settled it while its result was on record
		return k.lapse(ctx, token, id)
	case err != nil:
		return types.Settled{}, err
	case request.Final():
		return k.finalize(ctx, caller, token, id, request, content)
	case request.Status == oracletypes.RequestStatus_REQUEST_STATUS_EXPIRED:
		return k.lapse(ctx, token, id)
	default:
		return types.Settled{}, types.ErrNoResult.Wrapf("request %d", token.RequestId)
	}
}

// finalize writes the result into the token, then pays out the mint price.
func (k *Keeper) finalize(
	ctx context.Context, caller sdk.AccAddress, token types.Token, id types.TokenID,
	request oracletypes.Request, content []byte,
) (types.Settled, error) {
	if !types.NewProvenance(request).SameQuestion(*token.Provenance) {
		return types.Settled{}, types.ErrForeignResult.Wrapf("request %d", request.Id)
	}
	c, err := k.Collection(ctx, token.CollectionId)
	if err != nil {
		return types.Settled{}, err
	}
	creator, err := k.account(c.Creator)
	if err != nil {
		return types.Settled{}, err
	}
	price, feeBps := *token.Escrowed, token.ProtocolFeeBps
	if err := finish(&token, request, height(ctx)); err != nil {
		return types.Settled{}, err
	}
	if token.Deposit, err = k.acceptContent(ctx, token, caller, content); err != nil {
		return types.Settled{}, err
	}
	if err := k.tokens.Set(ctx, keyOf(c.Id, id), token); err != nil {
		return types.Settled{}, err
	}
	if err := k.storeContent(ctx, token, id, caller, content); err != nil {
		return types.Settled{}, err
	}
	if err := k.announceFinal(ctx, token, id); err != nil {
		return types.Settled{}, err
	}
	if _, err := k.distribute(ctx, c, id, types.EscrowAddress(c.Id), creator, price, feeBps); err != nil {
		return types.Settled{}, err
	}
	return k.settled(ctx, token, id, len(content) > 0)
}

// finish turns a token final with the result of its request.
func finish(token *types.Token, request oracletypes.Request, height int64) error {
	provenance := token.Provenance.WithResult(request)
	if !provenance.Complete() {
		return types.ErrNoResult.Wrapf("result of request %d is incomplete", request.Id)
	}
	token.Provenance = &provenance
	token.Status = types.TOKEN_STATUS_FINAL
	token.Escrowed = nil
	token.ProtocolFeeBps = 0
	token.SettledHeight = height
	return nil
}

func (k *Keeper) announceFinal(ctx context.Context, token types.Token, id types.TokenID) error {
	if err := k.contentChanged(ctx, token.CollectionId, id, types.Unlogged{Result: true}); err != nil {
		return err
	}
	return emit(ctx, &types.EventTokenSettled{
		CollectionId: token.CollectionId, TokenId: id.String(), RequestId: token.RequestId,
		OutputRoot: hex.EncodeToString(token.Provenance.OutputRoot), TrustClass: token.Provenance.TrustClass,
	})
}

// addContent stores content for a token that has none yet, so that whoever
// settles first without content takes nothing from anybody.
func (k *Keeper) addContent(
	ctx context.Context, caller sdk.AccAddress, token types.Token, id types.TokenID, content []byte,
) (types.Settled, error) {
	if len(content) == 0 {
		return types.Settled{}, types.ErrAlreadySettled.Wrapf("token %s", id)
	}
	deposit, err := k.acceptContent(ctx, token, caller, content)
	if err != nil {
		return types.Settled{}, err
	}
	token.Deposit = deposit
	if err := k.tokens.Set(ctx, keyOf(token.CollectionId, id), token); err != nil {
		return types.Settled{}, err
	}
	if err := k.storeContent(ctx, token, id, caller, content); err != nil {
		return types.Settled{}, err
	}
	if err := k.contentChanged(ctx, token.CollectionId, id, types.Unlogged{Metadata: true}); err != nil {
		return types.Settled{}, err
	}
	return k.settled(ctx, token, id, true)
}

// settled reports a final token.
func (k *Keeper) settled(ctx context.Context, token types.Token, id types.TokenID, stored bool) (types.Settled, error) {
	owner, err := k.OwnerOf(ctx, token.CollectionId, id)
	if err != nil {
		return types.Settled{}, err
	}
	encoded, err := token.Provenance.Prompt().Encode()
	if err != nil {
		return types.Settled{}, types.ErrInconsistent.Wrap(err.Error())
	}
	return types.Settled{
		Status: token.Status, Owner: owner, RequestID: token.RequestId, Prompt: encoded,
		OutputRoot: token.Provenance.OutputRoot, ContentStored: stored,
	}, nil
}

// lapse destroys a pending token without a result and returns its mint price; the
// oracle returned its fees by itself. The prompt can be minted again.
func (k *Keeper) lapse(ctx context.Context, token types.Token, id types.TokenID) (types.Settled, error) {
	out, err := k.settled(ctx, token, id, false)
	if err != nil {
		return types.Settled{}, err
	}
	out.Status, out.OutputRoot = types.TOKEN_STATUS_BURNT, nil
	return out, k.undo(ctx, token, id, func(owner string) proto.Message {
		return &types.EventTokenExpired{
			CollectionId: token.CollectionId, TokenId: id.String(), Owner: owner, RequestId: token.RequestId,
		}
	})
}

// displace destroys a pending token whose prompt somebody else named earlier. Its
// request goes on: who paid for it has the result, only not the token.
func (k *Keeper) displace(ctx context.Context, token types.Token, id types.TokenID) (sdk.AccAddress, error) {
	owner, err := k.OwnerOf(ctx, token.CollectionId, id)
	if err != nil {
		return nil, err
	}
	return owner, k.undo(ctx, token, id, func(owner string) proto.Message {
		return &types.EventTokenDisplaced{
			CollectionId: token.CollectionId, TokenId: id.String(), Owner: owner, RequestId: token.RequestId,
		}
	})
}

// undo takes a pending token back as if it had never been minted, says so and
// returns the mint price.
func (k *Keeper) undo(ctx context.Context, token types.Token, id types.TokenID, event func(owner string) proto.Message) error {
	own, err := k.ownership(ctx, token.CollectionId, id)
	if err != nil {
		return err
	}
	minter, err := k.account(token.Minter)
	if err != nil {
		return err
	}
	if err := k.remove(ctx, token.CollectionId, id, own, true); err != nil {
		return err
	}
	if err := k.tokens.Remove(ctx, keyOf(token.CollectionId, id)); err != nil {
		return err
	}
	if err := k.flags.Remove(ctx, keyOf(token.CollectionId, id)); err != nil {
		return err
	}
	if err := emit(ctx, event(own.Owner)); err != nil {
		return err
	}
	return k.pay(ctx, token.CollectionId, types.EscrowAddress(token.CollectionId), minter, *token.Escrowed)
}

// Burn destroys a final token for its owner, approved account or operator. What was
// locked for its content goes back to who locked it; the prompt stays used up.
func (k *Keeper) Burn(ctx context.Context, caller sdk.AccAddress, collectionID uint64, id types.TokenID) error {
	own, err := k.actOn(ctx, caller, collectionID, id)
	if err != nil {
		return err
	}
	token, err := k.Token(ctx, collectionID, id)
	if err != nil {
		return err
	}
	if err := k.endListing(ctx, collectionID, id); err != nil {
		return err
	}
	if err := k.remove(ctx, collectionID, id, own, false); err != nil {
		return err
	}
	if err := k.contents.Remove(ctx, keyOf(collectionID, id)); err != nil {
		return err
	}
	if err := k.flags.Remove(ctx, keyOf(collectionID, id)); err != nil {
		return err
	}
	if err := k.tokens.Set(ctx, keyOf(collectionID, id), token.Tombstone()); err != nil {
		return err
	}
	if err := emit(ctx, &types.EventTokenBurnt{CollectionId: collectionID, TokenId: id.String(), Owner: own.Owner}); err != nil {
		return err
	}
	return k.returnDeposit(ctx, collectionID, token.Deposit)
}
