package types

import (
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// NewMint is what a mint needs, whichever door it comes through.
type NewMint struct {
	// Minter owns the token and the oracle request, and gets the refunds.
	Minter sdk.AccAddress
	// Payer pays the oracle's fees and the mint price.
	Payer sdk.AccAddress
	// CollectionID is the collection.
	CollectionID uint64
	// Version is the model's version; 0 is the latest.
	Version uint32
	// Seed drives sampling.
	Seed uint64
	// Input is the model's raw input.
	Input []byte
	// MaxFee bounds network fee and model price together; the mint price is on top.
	MaxFee sdk.Coins
	// StoreOutput pays the oracle to keep the output bytes with the request.
	StoreOutput bool
	// Salt reveals a commitment to the prompt, 32 bytes; empty mints without one.
	Salt []byte
}

// Minted is what a mint made.
type Minted struct {
	// TokenID is the new token.
	TokenID TokenID
	// RequestID is the oracle request behind it.
	RequestID uint64
	// Prompt is the canonical encoding that the id is the hash of.
	Prompt []byte
	// Displaced held a pending token of the prompt that was destroyed for this one; nil if there was none.
	Displaced sdk.AccAddress
}

// Settled is what a settlement did: everything an ERC-7007 log needs.
type Settled struct {
	// Status is FINAL, or BURNT if the request expired.
	Status TokenStatus
	// Owner holds the token, or held it until it was burnt.
	Owner sdk.AccAddress
	// RequestID is the oracle request behind it.
	RequestID uint64
	// Prompt is the canonical encoding.
	Prompt []byte
	// OutputRoot is the 32-byte root of the output; nil if the request expired.
	OutputRoot []byte
	// ContentStored is true if the call stored the content.
	ContentStored bool
}

// Missed is what the EVM's logs lack of a token that was changed outside of the EVM.
type Missed struct {
	// Any is false if they lack nothing.
	Any bool
	// From is whom they name, nil if nobody; To is who owns the token, nil if it is gone. Equal if it did not move.
	From, To sdk.AccAddress
	// Result is true while AigcData, Update and MetadataUpdate are due, with Prompt and OutputRoot.
	Result bool
	// Metadata is true while MetadataUpdate is due.
	Metadata bool
	// Prompt is the canonical encoding.
	Prompt []byte
	// OutputRoot is the 32-byte root of the output.
	OutputRoot []byte
}

// Royalty answers an ERC-2981 query.
type Royalty struct {
	// Receiver is where a market outside of this module should send the royalty.
	Receiver sdk.AccAddress
	// Amount is pool and creator royalty together.
	Amount math.Int
}
