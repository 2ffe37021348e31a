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
	ExecutorsPrefix           = collections.NewPrefix(60) // account -> Executor
	HoldersPrefix             = collections.NewPrefix(61) // (model id, account): executors that hold a model
	JobsPrefix                = collections.NewPrefix(62) // (kind, id, account) -> Job
	JobDeadlinesPrefix        = collections.NewPrefix(63) // (deadline, kind, id, account)
	LeavingPrefix             = collections.NewPrefix(64) // (release height, account): executors that leave
	JobsByExecutorPrefix      = collections.NewPrefix(65) // (account, kind, id)
	WaitingPrefix             = collections.NewPrefix(66) // (height, request id): requests that look for an executor
	ClaimsPrefix              = collections.NewPrefix(70) // claim id -> Claim
	ClaimWindowsPrefix        = collections.NewPrefix(71) // (height, claim id): claims that become final at its end
	DisputesPrefix            = collections.NewPrefix(72) // game id -> Dispute
	DisputesByClaimPrefix     = collections.NewPrefix(73) // (claim id, game id)
	DisputeDeadlinesPrefix    = collections.NewPrefix(74) // (height, game id): games that go on
	SettlementsPrefix         = collections.NewPrefix(75) // (height, claim id): fallen claims whose money is not shared out
	KeptPrefix                = collections.NewPrefix(76) // (claim id, key) -> what games about it revealed
	DisputeTotalsPrefix       = collections.NewPrefix(77) // -> DisputeTotals
	LostBondsPrefix           = collections.NewPrefix(78) // game id: lost games whose bond is not shared out
	CleanupsPrefix            = collections.NewPrefix(82) // claim id: closed claims about which something is kept
	ClosedDisputesPrefix      = collections.NewPrefix(79) // (height, 0 claim or 1 game, id): closed in that block
	PanelsPrefix              = collections.NewPrefix(80) // (kind, id) -> Panel
	PanelsDuePrefix           = collections.NewPrefix(81) // (height, kind, id)
)

// EscrowAddress is the 20-byte account that holds the fees of open subjects, the validators'
// tallies, credited refunds and held model income. Payers of requests and proofs fund it through
// the keeper; only the keeper draws from it. What else is sent there changes nothing.
func EscrowAddress() sdk.AccAddress {
	return address.Module(ModuleName, []byte("escrow"))[:20]
}
