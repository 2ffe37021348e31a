// Package types holds the messages, state records, events and errors of x/aigc,
// the pure functions on them, and the interfaces the keeper calls.
package types

import (
	"cosmossdk.io/collections"
)

const (
	// ModuleName names the module. It has no module account: money lies in one
	// derived account per collection, EscrowAddress.
	ModuleName = "aigc"

	// StoreKey is the module's store.
	StoreKey = ModuleName

	// RequestOrigin marks the oracle requests that the module makes for its minters.
	RequestOrigin = "aigc"
)

// Prefixes of the store. A number is never used again for something else.
var (
	// ParamsKey -> Params
	ParamsKey = collections.NewPrefix(0)
	// LastCollectionIDKey -> uint64, the id given last
	LastCollectionIDKey = collections.NewPrefix(1)
	// CollectionsKey: collection id -> Collection
	CollectionsKey = collections.NewPrefix(2)
	// CollectionsByModelKey: (model id, collection id) -> {}
	CollectionsByModelKey = collections.NewPrefix(3)
	// CountsKey: collection id -> Counts
	CountsKey = collections.NewPrefix(4)
	// TokensKey: (collection id, token id) -> Token; burnt tokens stay as tombstones
	TokensKey = collections.NewPrefix(5)
	// ContentsKey: (collection id, token id) -> raw output bytes
	ContentsKey = collections.NewPrefix(6)
	// OwnershipsKey: (collection id, token id) -> Ownership, for tokens that have an owner
	OwnershipsKey = collections.NewPrefix(7)
	// EnumerationKey: (collection id, position) -> token id; positions are 0 to supply-1
	EnumerationKey = collections.NewPrefix(8)
	// OwnedKey: (owner, collection id, position) -> token id; positions are 0 to balance-1
	OwnedKey = collections.NewPrefix(9)
	// BalancesKey: (owner, collection id) -> number of tokens, absent for none
	BalancesKey = collections.NewPrefix(10)
	// OperatorsKey: (collection id, owner, operator) -> {}
	OperatorsKey = collections.NewPrefix(11)
	// ListingsKey: (collection id, token id) -> Listing
	ListingsKey = collections.NewPrefix(12)
	// CreditsKey: (owner, collection id, denom) -> amount that waits in the collection's escrow account
	CreditsKey = collections.NewPrefix(13)
	// IncomesKey: (collection id, denom) -> Income, royalty that waits in the collection's escrow account
	IncomesKey = collections.NewPrefix(14)
	// IncomesDueKey: (due height, collection id, denom) -> {}, one entry for each income
	IncomesDueKey = collections.NewPrefix(15)
	// ListingsByPriceKey: (collection id, denom, price and token id) -> {}
	ListingsByPriceKey = collections.NewPrefix(16)
	// OffersKey: (collection id, token id, bidder) -> Offer, whose price waits in the collection's escrow account
	OffersKey = collections.NewPrefix(17)
	// OffersByBidderKey: (bidder, (collection id, token id, bidder)) -> {}
	OffersByBidderKey = collections.NewPrefix(18)
	// TradesKey: (collection id, denom) -> Trade
	TradesKey = collections.NewPrefix(19)
	// CommitmentsKey: (collection id, hash) -> Commitment, whose money waits in the collection's escrow account
	CommitmentsKey = collections.NewPrefix(20)
	// CommitmentsDueKey: (due height, collection id, hash) -> {}, one entry for each commitment
	CommitmentsDueKey = collections.NewPrefix(21)
	// FlagsKey: (collection id, token id) -> Flags, for tokens that have any
	FlagsKey = collections.NewPrefix(22)
	// ReportsKey: (collection id, token id, reporter) -> Report, whose bond waits in the collection's escrow account
	ReportsKey = collections.NewPrefix(23)
	// UnloggedKey: (collection id, token id) -> Unlogged, only while the EVM's logs lack something
	UnloggedKey = collections.NewPrefix(24)
)
