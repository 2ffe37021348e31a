package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/aigc/types"
)

// hashGasPerByte prices the hashing of content before it is done; about four
// times what SHA-256 costs beside a signature check.
const hashGasPerByte = 3

// contentRoot is the root that an oracle result names for these output bytes.
func contentRoot(ctx context.Context, content []byte) [32]byte {
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(uint64(len(content))*hashGasPerByte, "aigc content root")
	return merkle.BytesRoot(content)
}

// acceptContent checks content for a token whose result is known and returns the
// deposit that its payer locks. No content needs none.
func (k *Keeper) acceptContent(
	ctx context.Context, token types.Token, payer sdk.AccAddress, content []byte,
) (*types.StorageDeposit, error) {
	if len(content) == 0 {
		return token.Deposit, nil
	}
	if token.Deposit != nil {
		return nil, types.ErrContentStored
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	if len(content) > int(params.MaxContentBytes) {
		return nil, types.ErrContentTooLarge.Wrapf("%d bytes, at most %d", len(content), params.MaxContentBytes)
	}
	root := contentRoot(ctx, content)
	if string(root[:]) != string(token.Provenance.OutputRoot) {
		return nil, types.ErrContentMismatch
	}
	text, err := k.text(payer)
	if err != nil {
		return nil, err
	}
	return &types.StorageDeposit{Payer: text, Amount: params.Deposit(len(content))}, nil
}

// storeContent keeps accepted content and takes the deposit; no content is nothing to do.
func (k *Keeper) storeContent(
	ctx context.Context, token types.Token, id types.TokenID, payer sdk.AccAddress, content []byte,
) error {
	if len(content) == 0 {
		return nil
	}
	if err := k.contents.Set(ctx, keyOf(token.CollectionId, id), content); err != nil {
		return err
	}
	if err := k.toEscrow(ctx, token.CollectionId, payer, token.Deposit.Amount); err != nil {
		return err
	}
	return emit(ctx, &types.EventContentStored{
		CollectionId: token.CollectionId, TokenId: id.String(), Bytes: uint64(len(content)),
		Payer: token.Deposit.Payer, Deposit: token.Deposit.Amount,
	})
}

// Content reads the raw output bytes kept for a token.
func (k *Keeper) Content(ctx context.Context, collectionID uint64, id types.TokenID) ([]byte, error) {
	content, err := k.contents.Get(ctx, keyOf(collectionID, id))
	if errors.Is(err, collections.ErrNotFound) {
		return nil, types.ErrContentNotFound.Wrapf("token %s in collection %d", id, collectionID)
	}
	return content, err
}
