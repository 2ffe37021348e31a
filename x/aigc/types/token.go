package types

import (
	"bytes"

	"github.com/imochain/imod/x/aigc/prompt"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// RootLength is the length of a root, in bytes.
const RootLength = 32

// NewProvenance copies from a request what was asked.
func NewProvenance(request oracletypes.Request) Provenance {
	return Provenance{
		ModelId:         request.ModelId,
		Version:         request.Version,
		ManifestRoot:    request.ManifestRoot,
		Seed:            request.Seed,
		Input:           request.Input,
		RequestedHeight: request.CreatedHeight,
	}
}

// WithResult adds what a final request answers.
func (p Provenance) WithResult(request oracletypes.Request) Provenance {
	p.OutputRoot = request.OutputRoot
	p.TrustClass = request.TrustClass
	p.FinalHeight = request.FinalHeight
	return p
}

// Prompt is what the token's id is the hash of.
func (p Provenance) Prompt() prompt.Prompt {
	return prompt.Prompt{Version: p.Version, Seed: p.Seed, Input: p.Input}
}

// SameQuestion tells whether two records ask the same of the same model.
func (p Provenance) SameQuestion(o Provenance) bool {
	return p.ModelId == o.ModelId && p.Version == o.Version && p.Seed == o.Seed &&
		bytes.Equal(p.ManifestRoot, o.ManifestRoot) && bytes.Equal(p.Input, o.Input)
}

// Complete tells whether the record names a final result.
func (p Provenance) Complete() bool {
	return len(p.ManifestRoot) == RootLength && len(p.OutputRoot) == RootLength &&
		p.TrustClass != oracletypes.TrustClass_TRUST_CLASS_UNSPECIFIED
}

// Tombstone is what stays of a token that its owner burnt: enough to keep the
// prompt used up and to find the request in an archive.
func (t Token) Tombstone() Token {
	return Token{
		CollectionId:  t.CollectionId,
		TokenId:       t.TokenId,
		Status:        TOKEN_STATUS_BURNT,
		RequestId:     t.RequestId,
		Minter:        t.Minter,
		MintedHeight:  t.MintedHeight,
		SettledHeight: t.SettledHeight,
		NamedHeight:   t.NamedHeight,
	}
}
