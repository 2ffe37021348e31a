// Package types holds the messages, state records, errors and expected keepers of x/oracle.
package types

import (
	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/address"
)

const (
	// ModuleName is the module's name.
	ModuleName = "oracle"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
	// FeeDenom is the denom of network fees.
	FeeDenom = "aimo"
)

// Prefixes of the store.
var (
	ParamsPrefix              = collections.NewPrefix(0)  // -> Params
	TotalsPrefix              = collections.NewPrefix(1)  // -> Totals
	RequestsPrefix            = collections.NewPrefix(2)  // request id -> Request
	RequestsByRequesterPrefix = collections.NewPrefix(3)  // (account, request id)
	RequestsByModelPrefix     = collections.NewPrefix(4)  // (model id, request id)
	RequestsByStatusPrefix    = collections.NewPrefix(5)  // (status, request id)
	OpenSubjectsPrefix        = collections.NewPrefix(6)  // (deadline, kind, id): work list and expiry queue
	ProofsPrefix              = collections.NewPrefix(7)  // model id -> Proof
	BindingsPrefix            = collections.NewPrefix(8)  // (kind, id, consensus address) -> binding; one zero byte when void
	ValidatorsPrefix          = collections.NewPrefix(9)  // consensus address -> Validator
	ValidatorNumbersPrefix    = collections.NewPrefix(10) // number -> consensus address
	CreditsPrefix             = collections.NewPrefix(11) // (account, denom) -> amount
	HeldIncomesPrefix         = collections.NewPrefix(12) // (model id, denom) -> amount
	ReceiptRootsPrefix        = collections.NewPrefix(13) // height -> ReceiptRoot
	ClosedRequestsPrefix      = collections.NewPrefix(14) // (height, request id): final or expired in that block
	CallbacksPrefix           = collections.NewPrefix(15) // request id -> Callback
	ReadyCallbacksPrefix      = collections.NewPrefix(16) // (lapse height, request id): callbacks that wait for a courier
	CouriersPrefix            = collections.NewPrefix(17) // place from 0 -> Courier
	CourierPlacesPrefix       = collections.NewPrefix(18) // consensus address -> place
	BeaconPrefix              = collections.NewPrefix(19) // -> Beacon
	BeaconChainsPrefix        = collections.NewPrefix(20) // consensus address -> BeaconChain
	UnseededPrefix            = collections.NewPrefix(21) // (height at whose end the seed is drawn, request id)
	ProvisionsPrefix          = collections.NewPrefix(22) // -> Provisions
	PoliciesPrefix            = collections.NewPrefix(23) // consensus address -> Policy
	ProofQueuePrefix          = collections.NewPrefix(40) // number -> model id: versions that wait to be proved
	TrialsPrefix              = collections.NewPrefix(41) // (kind, model id): running proofs and custodies
	CustodiesPrefix           = collections.NewPrefix(42) // model id -> Proof
	OpenedPrefix              = collections.NewPrefix(43) // (kind, model id, consensus address) -> results root, witness
	FreeOpeningsPrefix        = collections.NewPrefix(44) // (kind, model id, consensus address): used its free message
	AvailabilitiesPrefix      = collections.NewPrefix(45) // model id -> Availability
	ProofRecordsPrefix        = collections.NewPrefix(46) // (model id, version) -> ProofRecord
	CustodyCursorPrefix       = collections.NewPrefix(47) // -> CustodyCursor
)

// EscrowAddress is the 20-byte account that holds the fees of open subjects, the validators'
// tallies, credited refunds and held model income. Payers of requests and proofs fund it through
// the keeper; only the keeper draws from it. What else is sent there changes nothing.
func EscrowAddress() sdk.AccAddress {
	return address.Module(ModuleName, []byte("escrow"))[:20]
}
