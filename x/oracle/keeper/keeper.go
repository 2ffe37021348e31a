// Package keeper holds the state of x/oracle: requests, proofs of model, bindings, fees.
package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/claims"
	"github.com/imochain/imod/x/oracle/executors"
	"github.com/imochain/imod/x/oracle/panel"
	"github.com/imochain/imod/x/oracle/types"
)

// Keeper of the module. It holds no state of its own.
type Keeper struct {
	addresses address.Codec
	bank      types.BankKeeper
	staking   types.StakingKeeper
	distr     types.DistributionKeeper
	models    types.ModelKeeper
	outputs   types.OutputSource
	previews  types.PreviewSource // nil on most nodes; for queries only
	code      types.CodeKeeper
	minted    types.Minted
	authority string

	// executors, claims and panels keep the state of optimistic results; what they do to requests is here.
	executors *executors.Registry
	claims    *claims.Book
	panels    *panel.Panels

	Schema           collections.Schema
	params           collections.Item[types.Params]
	totals           collections.Item[types.Totals]
	requests         *collections.IndexedMap[uint64, types.Request, requestIndexes]
	open             collections.KeySet[openKey]
	proofs           collections.Map[uint64, types.Proof]
	bindings         collections.Map[bindingKey, []byte]
	validators       collections.Map[sdk.ConsAddress, types.Validator]
	validatorNumbers collections.Map[uint64, []byte]
	credits          collections.Map[collections.Pair[sdk.AccAddress, string], math.Int]
	heldIncomes      collections.Map[collections.Pair[uint64, string], math.Int]
	receiptRoots     collections.Map[int64, types.ReceiptRoot]
	closed           collections.KeySet[collections.Pair[int64, uint64]]
	callbacks        collections.Map[uint64, types.Callback]
	readyCallbacks   collections.KeySet[collections.Pair[int64, uint64]]
	couriers         collections.Map[uint64, types.Courier]
	courierPlaces    collections.Map[sdk.ConsAddress, uint64]
	beacon           collections.Item[types.Beacon]
	beaconChains     collections.Map[sdk.ConsAddress, types.BeaconChain]
	policies         collections.Map[sdk.ConsAddress, types.Policy]
	unseeded         collections.KeySet[collections.Pair[int64, uint64]]
	proofQueue       collections.Map[uint64, uint64]
	trials           collections.KeySet[collections.Pair[uint32, uint64]]
	custodies        collections.Map[uint64, types.Proof]
	opened           collections.Map[bindingKey, []byte]
	freeOpenings     collections.KeySet[bindingKey]
	availabilities   collections.Map[uint64, types.Availability]
	proofRecords     collections.Map[collections.Pair[uint64, uint32], types.ProofRecord]
	custodyCursor    collections.Item[types.CustodyCursor]
	provisions       collections.Item[types.Provisions]
	waiting          collections.KeySet[collections.Pair[int64, uint64]]
}

// NewKeeper makes the keeper. addresses reads account addresses in every form that the chain
// accepts; authority may change parameters.
func NewKeeper(
	cdc codec.BinaryCodec,
	service store.KVStoreService,
	addresses address.Codec,
	bank types.BankKeeper,
	staking types.StakingKeeper,
	distr types.DistributionKeeper,
	models types.ModelKeeper,
	authority string,
) *Keeper {
	sb := collections.NewSchemaBuilder(service)
	k := &Keeper{
		addresses: addresses,
		bank:      bank,
		staking:   staking,
		distr:     distr,
		models:    models,
		authority: authority,

		params: collections.NewItem(sb, types.ParamsPrefix, "params", codec.CollValue[types.Params](cdc)),
		totals: collections.NewItem(sb, types.TotalsPrefix, "totals", codec.CollValue[types.Totals](cdc)),
		requests: collections.NewIndexedMap(sb, types.RequestsPrefix, "requests",
			collections.Uint64Key, codec.CollValue[types.Request](cdc), newRequestIndexes(sb, addresses)),
		open: collections.NewKeySet(sb, types.OpenSubjectsPrefix, "open_subjects",
			collections.TripleKeyCodec(collections.Int64Key, collections.Uint32Key, collections.Uint64Key)),
		proofs: collections.NewMap(sb, types.ProofsPrefix, "proofs",
			collections.Uint64Key, codec.CollValue[types.Proof](cdc)),
		bindings: collections.NewMap(sb, types.BindingsPrefix, "bindings",
			collections.TripleKeyCodec(collections.Uint32Key, collections.Uint64Key, sdk.ConsAddressKey), collections.BytesValue),
		validators: collections.NewMap(sb, types.ValidatorsPrefix, "validators",
			sdk.ConsAddressKey, codec.CollValue[types.Validator](cdc)),
		validatorNumbers: collections.NewMap(sb, types.ValidatorNumbersPrefix, "validator_numbers",
			collections.Uint64Key, collections.BytesValue),
		credits: collections.NewMap(sb, types.CreditsPrefix, "credits",
			collections.PairKeyCodec(sdk.AccAddressKey, collections.StringKey), sdk.IntValue),
		heldIncomes: collections.NewMap(sb, types.HeldIncomesPrefix, "held_incomes",
			collections.PairKeyCodec(collections.Uint64Key, collections.StringKey), sdk.IntValue),
		receiptRoots: collections.NewMap(sb, types.ReceiptRootsPrefix, "receipt_roots",
			collections.Int64Key, codec.CollValue[types.ReceiptRoot](cdc)),
		closed: collections.NewKeySet(sb, types.ClosedRequestsPrefix, "closed_requests",
			collections.PairKeyCodec(collections.Int64Key, collections.Uint64Key)),
		callbacks: collections.NewMap(sb, types.CallbacksPrefix, "callbacks",
			collections.Uint64Key, codec.CollValue[types.Callback](cdc)),
		readyCallbacks: collections.NewKeySet(sb, types.ReadyCallbacksPrefix, "ready_callbacks",
			collections.PairKeyCodec(collections.Int64Key, collections.Uint64Key)),
		couriers: collections.NewMap(sb, types.CouriersPrefix, "couriers",
			collections.Uint64Key, codec.CollValue[types.Courier](cdc)),
		courierPlaces: collections.NewMap(sb, types.CourierPlacesPrefix, "courier_places",
			sdk.ConsAddressKey, collections.Uint64Value),
		beacon: collections.NewItem(sb, types.BeaconPrefix, "beacon", codec.CollValue[types.Beacon](cdc)),
		beaconChains: collections.NewMap(sb, types.BeaconChainsPrefix, "beacon_chains",
			sdk.ConsAddressKey, codec.CollValue[types.BeaconChain](cdc)),
		policies: collections.NewMap(sb, types.PoliciesPrefix, "policies",
			sdk.ConsAddressKey, codec.CollValue[types.Policy](cdc)),
		proofQueue: collections.NewMap(sb, types.ProofQueuePrefix, "proof_queue", collections.Uint64Key, collections.Uint64Value),
		trials: collections.NewKeySet(sb, types.TrialsPrefix, "trials",
			collections.PairKeyCodec(collections.Uint32Key, collections.Uint64Key)),
		custodies: collections.NewMap(sb, types.CustodiesPrefix, "custodies",
			collections.Uint64Key, codec.CollValue[types.Proof](cdc)),
		opened: collections.NewMap(sb, types.OpenedPrefix, "opened",
			collections.TripleKeyCodec(collections.Uint32Key, collections.Uint64Key, sdk.ConsAddressKey), collections.BytesValue),
		freeOpenings: collections.NewKeySet(sb, types.FreeOpeningsPrefix, "free_openings",
			collections.TripleKeyCodec(collections.Uint32Key, collections.Uint64Key, sdk.ConsAddressKey)),
		availabilities: collections.NewMap(sb, types.AvailabilitiesPrefix, "availabilities",
			collections.Uint64Key, codec.CollValue[types.Availability](cdc)),
		proofRecords: collections.NewMap(sb, types.ProofRecordsPrefix, "proof_records",
			collections.PairKeyCodec(collections.Uint64Key, collections.Uint32Key), codec.CollValue[types.ProofRecord](cdc)),
		custodyCursor: collections.NewItem(sb, types.CustodyCursorPrefix, "custody_cursor", codec.CollValue[types.CustodyCursor](cdc)),
		unseeded: collections.NewKeySet(sb, types.UnseededPrefix, "unseeded",
			collections.PairKeyCodec(collections.Int64Key, collections.Uint64Key)),
		provisions: collections.NewItem(sb, types.ProvisionsPrefix, "provisions", codec.CollValue[types.Provisions](cdc)),
		waiting: collections.NewKeySet(sb, types.WaitingPrefix, "waiting",
			collections.PairKeyCodec(collections.Int64Key, collections.Uint64Key)),
	}
	k.executors = executors.NewRegistry(sb, cdc, addresses, purse{k})
	k.claims = claims.NewBook(sb, cdc, purse{k}, func(text string) (sdk.AccAddress, error) { return k.account("account", text) })
	k.panels = panel.NewPanels(sb, cdc)
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

// SetOutputSource sets where the Output query finds bytes that are not in state. It is called once
// at wiring; without it such a query is answered Unavailable.
func (k *Keeper) SetOutputSource(source types.OutputSource) { k.outputs = source }

// SetMinted sets who tells what each block mints. It is called once at wiring; without it nothing goes
// by attestation score.
func (k *Keeper) SetMinted(minted types.Minted) { k.minted = minted }

// Params returns the parameters.
func (k *Keeper) Params(ctx context.Context) (types.Params, error) { return k.params.Get(ctx) }

func (k *Keeper) getTotals(ctx context.Context) (types.Totals, error) { return k.totals.Get(ctx) }

// getOr reads a map and returns fallback for an absent key.
func getOr[K, V any](ctx context.Context, m collections.Map[K, V], key K, fallback V) (V, error) {
	value, err := m.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return fallback, nil
	}
	return value, err
}
