package keeper

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/imochain/imod/x/aigc/metadata"
	"github.com/imochain/imod/x/aigc/types"
)

// Verify tells whether data is the recorded output for a prompt: true if and only
// if the prompt's token in the collection is final and data is its 32-byte output
// root, or bytes that hash to it. A prompt that nobody minted, a pending and a burnt
// token give false.
func (k *Keeper) Verify(ctx context.Context, collectionID uint64, encoded, data []byte) (bool, error) {
	if err := k.requireCollection(ctx, collectionID); err != nil {
		return false, err
	}
	id, ok := types.TokenIDOf(collectionID, encoded)
	if !ok {
		return false, nil
	}
	token, err := k.Token(ctx, collectionID, id)
	if errors.Is(err, types.ErrTokenNotFound) {
		return false, nil
	}
	if err != nil || token.Status != types.TOKEN_STATUS_FINAL {
		return false, err
	}
	if bytes.Equal(data, token.Provenance.OutputRoot) {
		return true, nil
	}
	if len(data) > types.MaxContentBytes {
		return false, nil
	}
	root := contentRoot(ctx, data)
	return bytes.Equal(root[:], token.Provenance.OutputRoot), nil
}

// Prompt is the canonical encoding that a token's id is the hash of.
func (k *Keeper) Prompt(ctx context.Context, collectionID uint64, id types.TokenID) ([]byte, error) {
	token, err := k.Token(ctx, collectionID, id)
	if err != nil {
		return nil, err
	}
	encoded, err := token.Provenance.Prompt().Encode()
	if err != nil {
		return nil, types.ErrInconsistent.Wrap(err.Error())
	}
	return encoded, nil
}

// TokenURI is a data URI with the token's metadata, content included if it is kept.
func (k *Keeper) TokenURI(ctx context.Context, collectionID uint64, id types.TokenID) (string, error) {
	c, err := k.Collection(ctx, collectionID)
	if err != nil {
		return "", err
	}
	token, err := k.Token(ctx, collectionID, id)
	if err != nil {
		return "", err
	}
	content, err := k.Content(ctx, collectionID, id)
	if err != nil && !errors.Is(err, types.ErrContentNotFound) {
		return "", err
	}
	flags, err := k.Flags(ctx, collectionID, id)
	if err != nil {
		return "", err
	}
	p := token.Provenance
	encoded, err := p.Prompt().Encode()
	if err != nil {
		return "", types.ErrInconsistent.Wrap(err.Error())
	}
	return metadata.URI(metadata.Record{
		CollectionName: c.Name, CollectionID: c.Id, TokenID: id, Status: word(token.Status.String(), "TOKEN_STATUS_"),
		ModelID: p.ModelId, Version: p.Version, ManifestRoot: p.ManifestRoot, Seed: p.Seed, Input: p.Input, Prompt: encoded,
		OutputRoot: p.OutputRoot, TrustClass: word(p.TrustClass.String(), "TRUST_CLASS_"), RequestID: token.RequestId,
		RequestedHeight: p.RequestedHeight, FinalHeight: p.FinalHeight, Content: content, Sensitive: flags.Sensitive, Withdrawn: flags.Withdrawn,
	})
}

// word is the readable end of an enum value's name.
func word(name, prefix string) string {
	return strings.ToLower(strings.TrimPrefix(name, prefix))
}
