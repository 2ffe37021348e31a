package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// BankKeeper moves coins.
type BankKeeper interface {
	SendCoins(ctx context.Context, from, to sdk.AccAddress, amount sdk.Coins) error
	BlockedAddr(addr sdk.AccAddress) bool
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
}

// CommunityPoolKeeper takes the protocol's part of sales.
type CommunityPoolKeeper interface {
	FundCommunityPool(ctx context.Context, amount sdk.Coins, sender sdk.AccAddress) error
}

// ModelKeeper knows models and pays their income; x/imo's keeper.
type ModelKeeper interface {
	// ServableVersion resolves version 0 to the latest and refuses what cannot be served.
	ServableVersion(ctx context.Context, modelID uint64, version uint32) (imotypes.ServableVersion, error)
	// PayModelIncome moves amount from payer to the model's revenue. It is called in
	// block code only, on a branch of its own: a refusal holds the money. payers say whose money it is.
	PayModelIncome(ctx context.Context, payer sdk.AccAddress, modelID uint64, amount sdk.Coin, kind uint32, payers ...revsharetypes.PaidBy) error
	// TokenDenom tells whether the model has a token, and with it a revenue pool.
	TokenDenom(ctx context.Context, modelID uint64) (string, bool, error)
}

// OracleKeeper runs models; x/oracle's keeper.
type OracleKeeper interface {
	// CreateRequest charges the payer and opens a request; refunds go to the requester.
	CreateRequest(ctx context.Context, in oracletypes.NewRequest) (oracletypes.Request, error)
	// Request reads one, with ErrRequestNotFound for one that never was or was pruned.
	Request(ctx context.Context, id uint64) (oracletypes.Request, error)
}

// CollectionHooks lets app react to a new collection: it puts the code stub at
// the ERC-721 address.
type CollectionHooks interface {
	AfterCollectionCreated(ctx context.Context, id uint64) error
}
