package types

import (
	"context"

	"cosmossdk.io/core/address"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"

	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// AccountKeeper reads addresses and makes accounts.
type AccountKeeper interface {
	HasAccount(ctx context.Context, addr sdk.AccAddress) bool
	NewAccountWithAddress(ctx context.Context, addr sdk.AccAddress) sdk.AccountI
	SetAccount(ctx context.Context, account sdk.AccountI)
	AddressCodec() address.Codec
	GetModuleAddress(moduleName string) sdk.AccAddress
	GetModuleAccount(ctx context.Context, moduleName string) sdk.ModuleAccountI
}

// BankKeeper moves the coins of offerings and mints and burns model tokens.
type BankKeeper interface {
	SendCoins(ctx context.Context, from, to sdk.AccAddress, amt sdk.Coins) error
	SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, module string, amt sdk.Coins) error
	MintCoins(ctx context.Context, module string, amt sdk.Coins) error
	BurnCoins(ctx context.Context, module string, amt sdk.Coins) error
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	GetSupply(ctx context.Context, denom string) sdk.Coin
	SetDenomMetaData(ctx context.Context, metadata banktypes.Metadata)
	BlockedAddr(addr sdk.AccAddress) bool
}

// CodeChecker tells contracts from people.
type CodeChecker interface {
	// HasCode is true for EVM code other than a 7702 delegation.
	HasCode(ctx context.Context, addr sdk.AccAddress) bool
}

// CommunityPoolKeeper takes the protocol's shares.
type CommunityPoolKeeper interface {
	FundCommunityPool(ctx context.Context, amount sdk.Coins, sender sdk.AccAddress) error
}

// RevShareKeeper keeps the revenue pools of model tokens.
type RevShareKeeper interface {
	CreatePool(ctx context.Context, shareDenom string) error
	HasPool(ctx context.Context, shareDenom string) (bool, error)
	Touch(ctx context.Context, shareDenom string, accounts ...sdk.AccAddress) error
	// Burn destroys tokens of an account; nothing else does.
	Burn(ctx context.Context, holder sdk.AccAddress, burnt sdk.Coin) error
	MaterializeLazy(ctx context.Context, shareDenom string, account sdk.AccAddress, amount math.Int) error
	// Deposit takes revenue from an account; payers say whose money it is, where it is not the account's own.
	Deposit(ctx context.Context, from sdk.AccAddress, shareDenom string, amount sdk.Coin, kind revsharetypes.SourceKind, payers ...revsharetypes.PaidBy) error
	// SetAutoPayout asks for payments without a claim. It refuses contracts, and wishes that exist, before it writes anything.
	SetAutoPayout(ctx context.Context, holder sdk.AccAddress, shareDenom string, enabled bool) error
	CurrentEpoch(ctx context.Context) (uint64, error)
	// ClaimThrough pays an account what it earned in closed epochs up to upTo, and says how far it came.
	ClaimThrough(ctx context.Context, holder sdk.AccAddress, shareDenom string, upTo uint64) (sdk.Coins, uint64, error)
	// ClaimableRevenue is what a claim would pay an account up to an epoch.
	ClaimableRevenue(ctx context.Context, shareDenom string, holder sdk.AccAddress, upTo uint64) (sdk.Coins, error)
	// RecordDate fixes a record date for a vote of holders, HeldAt is what an account held then.
	RecordDate(ctx context.Context, shareDenom string) (epoch uint64, eligible math.Int, err error)
	HeldAt(ctx context.Context, shareDenom string, account sdk.AccAddress, epoch uint64) (math.Int, error)
}

// TransferKeeper sends coins to other chains.
type TransferKeeper interface {
	Transfer(ctx context.Context, msg *transfertypes.MsgTransfer) (*transfertypes.MsgTransferResponse, error)
}
