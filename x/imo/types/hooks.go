package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// ServableVersion is what whoever runs a model needs to know of one version of it.
type ServableVersion struct {
	// ModelID and Version name the version; Version is never 0 here.
	ModelID uint64
	Version uint32
	// ManifestRoot is the 32-byte root of Manifest, the canonical encoding.
	ManifestRoot []byte
	Manifest     []byte
	// URIs are where the bundle can be fetched.
	URIs []string
	// WorkUnits is the work of one request; TotalBytes the size of the bundle.
	WorkUnits  uint64
	TotalBytes uint64
	// MaxInputBytes and MaxOutputBytes bound a request.
	MaxInputBytes  uint32
	MaxOutputBytes uint32
	// Price is the creator's price per request; it may be 0.
	Price sdk.Coin
	// Creator is the model's creator.
	Creator sdk.AccAddress
	// Optimistic is true when executors answer instead of validators.
	Optimistic bool
}

// ModelHooks is what the module above hears of models. It is called inside the message that submits a version:
// an error undoes the message.
type ModelHooks interface {
	// AfterVersionSubmitted opens the proof of the version and pulls the verification fee from the payer.
	AfterVersionSubmitted(ctx context.Context, modelID uint64, version uint32, payer sdk.AccAddress, fee sdk.Coin) error
}

// TokenHooks is what the app hears of tokens. It is called once per model, inside MsgCreateOffering.
type TokenHooks interface {
	// AfterTokenCreated registers the token's ERC-20 pair and code stub.
	AfterTokenCreated(ctx context.Context, modelID uint64, denom string) error
}
