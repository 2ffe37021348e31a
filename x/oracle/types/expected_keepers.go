package types

import (
	"context"

	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"

	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	imotypes "github.com/imochain/imod/x/imo/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// BankKeeper moves the coins of requests.
type BankKeeper interface {
	SendCoins(ctx context.Context, from, to sdk.AccAddress, amt sdk.Coins) error
	SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, module string, amt sdk.Coins) error
	// BurnCoins burns what a module account holds.
	BurnCoins(ctx context.Context, module string, amt sdk.Coins) error
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	BlockedAddr(addr sdk.AccAddress) bool
}

// StakingKeeper finds validators by consensus address and the keys that sign extensions.
type StakingKeeper interface {
	ValidatorByConsAddr(ctx context.Context, addr sdk.ConsAddress) (stakingtypes.ValidatorI, error)
	Validator(ctx context.Context, addr sdk.ValAddress) (stakingtypes.ValidatorI, error)
	GetPubKeyByConsAddr(ctx context.Context, addr sdk.ConsAddress) (cmtcrypto.PublicKey, error)
}

// DistributionKeeper pays validators and the community pool.
type DistributionKeeper interface {
	AllocateTokensToValidator(ctx context.Context, val stakingtypes.ValidatorI, tokens sdk.DecCoins) error
	FundCommunityPool(ctx context.Context, amount sdk.Coins, sender sdk.AccAddress) error
}

// Minted tells what the running block minted for its validators and delegators.
type Minted interface {
	BlockProvision(ctx context.Context) (sdk.Coin, error)
}

// ModelKeeper is what x/imo answers about models and takes for them.
type ModelKeeper interface {
	ServableVersion(ctx context.Context, modelID uint64, version uint32) (imotypes.ServableVersion, error)
	// ManifestOf returns the encoded manifest of any version, whether it takes requests or not.
	ManifestOf(ctx context.Context, modelID uint64, version uint32) ([]byte, error)
	VersionForProof(ctx context.Context, modelID uint64) (imotypes.ServableVersion, bool, error)
	RecordProof(ctx context.Context, modelID uint64, version uint32, outcome imotypes.ProofOutcome) error
	// VersionForCustody returns the latest version, frozen or not, and whether its model has a live
	// token; version 0 if there is none to hold.
	VersionForCustody(ctx context.Context, modelID uint64) (imotypes.ServableVersion, bool, error)
	// SetFrozen freezes a model whose bytes are lost to most, or thaws it.
	SetFrozen(ctx context.Context, modelID uint64, frozen bool) error
	// LastModelID returns the id given last.
	LastModelID(ctx context.Context) (uint64, error)
	// PayModelIncome moves income from payer; payers say whose money it is.
	PayModelIncome(ctx context.Context, payer sdk.AccAddress, modelID uint64, amount sdk.Coin, kind uint32, payers ...revsharetypes.PaidBy) error
	// RecordUsage counts answered requests and what they paid to the network.
	RecordUsage(ctx context.Context, modelID, requests uint64, networkFees sdk.Coin) error
}

// CodeKeeper tells contracts from people.
type CodeKeeper interface {
	// HasCode is true for EVM code other than a 7702 delegation.
	HasCode(ctx context.Context, addr sdk.AccAddress) bool
}

// PreviewSource runs models on this node for nobody's account. It has a queue of its own and may refuse.
type PreviewSource interface {
	Preview(ctx context.Context, root [32]byte, uris []string, input []byte, seed uint64) (output []byte, err error)
}

// OutputSource serves output bytes that the node's sidecar computed. Its answers are checked
// against the root, so it is not trusted; it may be absent.
type OutputSource interface {
	Output(ctx context.Context, root [32]byte) (output []byte, mediaType string, err error)
}
