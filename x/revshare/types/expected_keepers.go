package types

import (
	"context"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// BankKeeper is what revshare needs of x/bank.
type BankKeeper interface {
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	SpendableCoin(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	GetSupply(ctx context.Context, denom string) sdk.Coin
	BlockedAddr(addr sdk.AccAddress) bool
	SendCoins(ctx context.Context, from, to sdk.AccAddress, amount sdk.Coins) error
	SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, module string, amount sdk.Coins) error
	BurnCoins(ctx context.Context, module string, amount sdk.Coins) error
}

// AccountKeeper is what revshare needs of x/auth: whether an account has ever signed.
type AccountKeeper interface {
	GetAccount(ctx context.Context, addr sdk.AccAddress) sdk.AccountI
}

// TransferKeeper is what revshare needs of IBC transfer. Its total covers the escrow
// accounts of all channels in one key.
type TransferKeeper interface {
	GetTotalEscrowForDenom(ctx sdk.Context, denom string) sdk.Coin
}

// CodeChecker tells contracts from people.
type CodeChecker interface {
	// HasCode is true for EVM code other than a 7702 delegation.
	HasCode(ctx context.Context, addr sdk.AccAddress) bool
}

// LazyShares provides shares that have no bank balance yet: bought but uncollected, or
// unvested. x/imo implements it.
type LazyShares interface {
	// LazyShares is what account holds of denom without a bank balance; since is the
	// epoch in which that began: the closes of epochs >= since count it. Zero if none.
	LazyShares(ctx context.Context, denom string, account sdk.AccAddress) (amount math.Int, since uint64, err error)
	// VirtualTotal is the sum of LazyShares over all accounts.
	VirtualTotal(ctx context.Context, denom string) (math.Int, error)
}

// Prices knows what share tokens were last sold for.
type Prices interface {
	// LastSalePrice is the price of 10^18 base units of denom at its last sale; the zero
	// coin, without a denom, while there was none.
	LastSalePrice(ctx context.Context, denom string) (sdk.Coin, error)
}

// TokenAddress returns the EVM account of a share denom, and false for every denom that
// is not one. It must be pure: it runs on each coin of each transfer.
type TokenAddress func(denom string) (sdk.AccAddress, bool)

// Reserved tells the addresses that no user may name as a recipient although bank does
// not block them: tokens, collections, precompiles. It must be pure.
type Reserved func(addr sdk.AccAddress) bool
