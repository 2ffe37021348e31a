// Package types holds the messages, state records, errors, validation and expected keepers of x/imo.
package types

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/address"
)

const (
	// ModuleName is the module's name. Its account holds registration deposits (from creators), income of models
	// without a token (from payers, for contributors) and minted tokens that nobody collected yet. Only the keeper draws.
	ModuleName = "imo"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
	// BaseDenom is the denom of fees and deposits, 10^18 of it one IMO.
	BaseDenom = "aimo"
	// TokenDecimals are the decimals of every model token.
	TokenDecimals = 18

	// MaxFreeExits bounds the exits without a fee in a block.
	MaxFreeExits = 20
	// FreeExitGap is how many blocks an account waits between two of them.
	FreeExitGap = 600

	tokenDenomPrefix = "model-"
	accountLength    = 20
)

// Prefixes of the store.
var (
	ParamsPrefix           = collections.NewPrefix(0)  // -> Params
	ModelSequencePrefix    = collections.NewPrefix(1)  // -> last model id
	ModelsPrefix           = collections.NewPrefix(2)  // model id -> Model
	ModelsByCreatorPrefix  = collections.NewPrefix(3)  // (creator, model id)
	VersionsPrefix         = collections.NewPrefix(4)  // (model id, version) -> Version
	ManifestsPrefix        = collections.NewPrefix(5)  // (model id, version) -> manifest bytes
	WeightsRootsPrefix     = collections.NewPrefix(6)  // weights root -> model id
	IncomesPrefix          = collections.NewPrefix(7)  // (model id, denom) -> Income
	IncomePaymentsPrefix   = collections.NewPrefix(8)  // (model id, denom, contributor) -> amount paid
	PayoutsDuePrefix       = collections.NewPrefix(9)  // model id with a deposit or income to pay
	PayoutCursorPrefix     = collections.NewPrefix(10) // -> model id after which payouts go on
	OfferingSequencePrefix = collections.NewPrefix(11) // -> last offering id
	OfferingsPrefix        = collections.NewPrefix(12) // offering id -> Offering
	OfferingsByModelPrefix = collections.NewPrefix(13) // (model id, offering id)
	TermsPrefix            = collections.NewPrefix(14) // offering id -> Terms
	BidsPrefix             = collections.NewPrefix(15) // (offering id, bid id) -> Bid
	BidsByOwnerPrefix      = collections.NewPrefix(16) // (owner, (offering id, bid id))
	AllocationsPrefix      = collections.NewPrefix(17) // (offering id, owner) -> Allocation
	BeneficiariesPrefix    = collections.NewPrefix(18) // (offering id, contributor or treasury) -> Beneficiary
	DuePrefix              = collections.NewPrefix(19) // (unix nanoseconds, offering id)
	NetworkKindPrefix      = collections.NewPrefix(20) // -> NetworkKind
	TicksPrefix            = collections.NewPrefix(21) // (offering id, tick number) -> BookTick
	VersionVotesPrefix     = collections.NewPrefix(22) // (model id, version, holder) -> weight of the objection
	PendingVersionsPrefix  = collections.NewPrefix(23) // (unix nanoseconds, model id) with a version that waits
	// 24 on belong to the market and the treasury.
	PoolsPrefix           = collections.NewPrefix(24) // model id -> Pool
	PoolSharesPrefix      = collections.NewPrefix(25) // model id -> PoolShares
	PoolRevenuesPrefix    = collections.NewPrefix(26) // (model id, denom) -> PoolRevenue
	PoolIndexesPrefix     = collections.NewPrefix(27) // (model id, epoch, denom) -> index of the pool's revenue
	PositionsPrefix       = collections.NewPrefix(28) // (model id, owner) -> Position
	UsagesPrefix          = collections.NewPrefix(29) // model id -> Usage
	SpendSequencePrefix   = collections.NewPrefix(30) // -> last spend id
	SpendsPrefix          = collections.NewPrefix(31) // spend id -> Spend
	SpendsByModelPrefix   = collections.NewPrefix(32) // (model id, spend id)
	SpendObjectionsPrefix = collections.NewPrefix(33) // (spend id, holder) -> weight
	ReturnsPrefix         = collections.NewPrefix(34) // (channel, sequence) -> Return
	SharedWeightsPrefix   = collections.NewPrefix(35) // (model id, version, earlier model id) -> SharedWeights
	// 36 and 37 hold back free exits; they are no part of a genesis.
	FreeExitsPrefix         = collections.NewPrefix(36) // account -> height of its last free exit
	FreeExitsByHeightPrefix = collections.NewPrefix(37) // (height, account)
)

// Address ranges of EVM objects: 12 bytes, then an 8-byte id.
var (
	tokenRange      = []byte{0xd2, 0x5d, 0x71, 0x34, 0xe5, 0x5a, 0x6d, 0x5b, 0x23, 0xef, 0xba, 0x78}
	collectionRange = []byte{0x25, 0x18, 0xe0, 0x38, 0xb9, 0x77, 0x60, 0x57, 0xbb, 0xa6, 0xdf, 0x4f}
)

// TokenDenom returns the bank denom of a model's token.
func TokenDenom(modelID uint64) string {
	return tokenDenomPrefix + strconv.FormatUint(modelID, 10)
}

// ModelIDFromDenom returns the model whose token has the denom. Only the canonical spelling is one.
func ModelIDFromDenom(denom string) (uint64, bool) {
	digits, ok := strings.CutPrefix(denom, tokenDenomPrefix)
	if !ok {
		return 0, false
	}
	id, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || id == 0 || TokenDenom(id) != denom {
		return 0, false
	}
	return id, true
}

// IsTokenDenom tells whether a denom is in the namespace of model tokens, canonical or not.
func IsTokenDenom(denom string) bool { return strings.HasPrefix(denom, tokenDenomPrefix) }

// DisplayDenom is the denom unit of a whole token (10^18 base units) in bank metadata.
func DisplayDenom(modelID uint64) string { return "MODEL-" + strconv.FormatUint(modelID, 10) }

// TokenAddress returns the EVM address of a model's token.
func TokenAddress(modelID uint64) sdk.AccAddress {
	return binary.BigEndian.AppendUint64(bytes.Clone(tokenRange), modelID)
}

// TokenAddressFromDenom returns the EVM address of the token with this denom.
func TokenAddressFromDenom(denom string) (sdk.AccAddress, bool) {
	id, ok := ModelIDFromDenom(denom)
	if !ok {
		return nil, false
	}
	return TokenAddress(id), true
}

// OfferingAddress returns the escrow of an offering. Bidders fund it; refunds, exits and released proceeds leave it.
func OfferingAddress(offeringID uint64) sdk.AccAddress {
	return address.Module(ModuleName, []byte("offering"), binary.BigEndian.AppendUint64(nil, offeringID))[:accountLength]
}

// PoolAddress returns the account of the market of a model's token. Liquidity and swaps fund it; swaps, liquidity taken
// out, exits and revenue of positions leave it.
func PoolAddress(modelID uint64) sdk.AccAddress {
	return address.Module(ModuleName, []byte("pool"), binary.BigEndian.AppendUint64(nil, modelID))[:accountLength]
}

// PoolAddressFromDenom returns the account of the market of the token with this denom.
func PoolAddressFromDenom(denom string) (sdk.AccAddress, bool) {
	id, ok := ModelIDFromDenom(denom)
	if !ok {
		return nil, false
	}
	return PoolAddress(id), true
}

// ReservedAddress tells whether an address stands for code of ours and can own nothing: a model token, a collection,
// a precompile or zero. Precompiles lie below 2^16.
func ReservedAddress(addr sdk.AccAddress) bool {
	if len(addr) != accountLength {
		return false
	}
	return bytes.HasPrefix(addr, tokenRange) || bytes.HasPrefix(addr, collectionRange) ||
		bytes.Equal(addr[:accountLength-2], make([]byte, accountLength-2))
}
