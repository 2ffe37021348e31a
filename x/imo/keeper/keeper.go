// Package keeper holds the state of models and offerings and the rules that change it.
package keeper

import (
	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// Keeper owns models, their tokens and the offerings that sell them.
type Keeper struct {
	account   types.AccountKeeper
	addresses address.Codec
	bank      types.BankKeeper
	community types.CommunityPoolKeeper
	revshare  types.RevShareKeeper
	authority string

	modelHooks types.ModelHooks
	tokenHooks types.TokenHooks
	transfers  types.TransferKeeper
	code       types.CodeChecker

	// Schema describes the module's store.
	Schema collections.Schema

	params           collections.Item[types.Params]
	modelSequence    collections.Item[uint64]
	models           *collections.IndexedMap[uint64, types.Model, modelIndexes]
	versions         collections.Map[collections.Pair[uint64, uint32], types.Version]
	manifests        collections.Map[collections.Pair[uint64, uint32], []byte]
	weightsRoots     collections.Map[[]byte, uint64]
	shared           collections.Map[collections.Triple[uint64, uint32, uint64], types.SharedWeights]
	incomes          collections.Map[collections.Pair[uint64, string], types.Income]
	incomePayments   collections.Map[collections.Triple[uint64, string, sdk.AccAddress], math.Int]
	payoutsDue       collections.KeySet[uint64]
	payoutCursor     collections.Item[uint64]
	offeringSequence collections.Item[uint64]
	offerings        *collections.IndexedMap[uint64, types.Offering, offeringIndexes]
	terms            collections.Map[uint64, types.Terms]
	bids             *collections.IndexedMap[collections.Pair[uint64, uint64], types.Bid, bidIndexes]
	allocations      collections.Map[collections.Pair[uint64, sdk.AccAddress], types.Allocation]
	beneficiaries    collections.Map[collections.Pair[uint64, sdk.AccAddress], types.Beneficiary]
	due              collections.KeySet[collections.Pair[uint64, uint64]]
	networkKind      collections.Item[uint32]
	market           market
	ticks            collections.Map[collections.Pair[uint64, uint32], types.BookTick]
	versionVotes     collections.Map[collections.Triple[uint64, uint32, sdk.AccAddress], math.Int]
	pendingVersions  collections.KeySet[collections.Pair[uint64, uint64]]
	returns          collections.Map[collections.Pair[string, uint64], types.Return]
	freeExits        *collections.IndexedMap[sdk.AccAddress, uint64, freeExitIndexes]
}

// NewKeeper returns a keeper. Hooks are set afterwards, once.
func NewKeeper(
	storeService store.KVStoreService,
	cdc codec.BinaryCodec,
	account types.AccountKeeper,
	bank types.BankKeeper,
	community types.CommunityPoolKeeper,
	revshare types.RevShareKeeper,
	authority string,
) *Keeper {
	if account.GetModuleAddress(types.ModuleName) == nil {
		panic("the module account of x/imo is not set")
	}
	addresses := account.AddressCodec()
	if _, err := addresses.StringToBytes(authority); err != nil {
		panic("the authority of x/imo is not an address: " + err.Error())
	}
	sb := collections.NewSchemaBuilder(storeService)
	modelVersion := collections.PairKeyCodec(collections.Uint64Key, collections.Uint32Key)
	offeringAccount := collections.PairKeyCodec(collections.Uint64Key, sdk.AccAddressKey)
	k := &Keeper{
		account: account, addresses: addresses, bank: bank, community: community, revshare: revshare, authority: authority,

		params:        collections.NewItem(sb, types.ParamsPrefix, "params", codec.CollValue[types.Params](cdc)),
		modelSequence: collections.NewItem(sb, types.ModelSequencePrefix, "model_sequence", collections.Uint64Value),
		models: collections.NewIndexedMap(sb, types.ModelsPrefix, "models", collections.Uint64Key,
			codec.CollValue[types.Model](cdc), newModelIndexes(sb, addresses)),
		versions:  collections.NewMap(sb, types.VersionsPrefix, "versions", modelVersion, codec.CollValue[types.Version](cdc)),
		manifests: collections.NewMap(sb, types.ManifestsPrefix, "manifests", modelVersion, collections.BytesValue),
		weightsRoots: collections.NewMap(sb, types.WeightsRootsPrefix, "weights_roots", collections.BytesKey,
			collections.Uint64Value),
		incomes: collections.NewMap(sb, types.IncomesPrefix, "incomes",
			collections.PairKeyCodec(collections.Uint64Key, collections.StringKey), codec.CollValue[types.Income](cdc)),
		incomePayments: collections.NewMap(sb, types.IncomePaymentsPrefix, "income_payments",
			collections.TripleKeyCodec(collections.Uint64Key, collections.StringKey, sdk.AccAddressKey), sdk.IntValue),
		payoutsDue:       collections.NewKeySet(sb, types.PayoutsDuePrefix, "payouts_due", collections.Uint64Key),
		payoutCursor:     collections.NewItem(sb, types.PayoutCursorPrefix, "payout_cursor", collections.Uint64Value),
		offeringSequence: collections.NewItem(sb, types.OfferingSequencePrefix, "offering_sequence", collections.Uint64Value),
		offerings: collections.NewIndexedMap(sb, types.OfferingsPrefix, "offerings", collections.Uint64Key,
			codec.CollValue[types.Offering](cdc), newOfferingIndexes(sb)),
		terms: collections.NewMap(sb, types.TermsPrefix, "terms", collections.Uint64Key, codec.CollValue[types.Terms](cdc)),
		bids: collections.NewIndexedMap(sb, types.BidsPrefix, "bids",
			collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key), codec.CollValue[types.Bid](cdc),
			newBidIndexes(sb, addresses)),
		allocations: collections.NewMap(sb, types.AllocationsPrefix, "allocations", offeringAccount,
			codec.CollValue[types.Allocation](cdc)),
		beneficiaries: collections.NewMap(sb, types.BeneficiariesPrefix, "beneficiaries", offeringAccount,
			codec.CollValue[types.Beneficiary](cdc)),
		due: collections.NewKeySet(sb, types.DuePrefix, "due",
			collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key)),
		networkKind: collections.NewItem(sb, types.NetworkKindPrefix, "network_kind", collections.Uint32Value),
		market:      newMarket(sb, cdc),
		versionVotes: collections.NewMap(sb, types.VersionVotesPrefix, "version_votes",
			collections.TripleKeyCodec(collections.Uint64Key, collections.Uint32Key, sdk.AccAddressKey), sdk.IntValue),
		pendingVersions: collections.NewKeySet(sb, types.PendingVersionsPrefix, "pending_versions",
			collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key)),
		returns: collections.NewMap(sb, types.ReturnsPrefix, "returns",
			collections.PairKeyCodec(collections.StringKey, collections.Uint64Key), codec.CollValue[types.Return](cdc)),
		freeExits: collections.NewIndexedMap(sb, types.FreeExitsPrefix, "free_exits", sdk.AccAddressKey, collections.Uint64Value,
			newFreeExitIndexes(sb)),
		shared: collections.NewMap(sb, types.SharedWeightsPrefix, "shared_weights",
			collections.TripleKeyCodec(collections.Uint64Key, collections.Uint32Key, collections.Uint64Key),
			codec.CollValue[types.SharedWeights](cdc)),
		ticks: collections.NewMap(sb, types.TicksPrefix, "ticks", modelVersion, codec.CollValue[types.BookTick](cdc)),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

// SetHooks sets the module that proves versions. Once, at wiring.
func (k *Keeper) SetHooks(hooks types.ModelHooks) {
	if k.modelHooks != nil {
		panic("model hooks of x/imo are set twice")
	}
	k.modelHooks = hooks
}

// SetTokenHooks sets what registers tokens with the EVM. Once, at wiring.
func (k *Keeper) SetTokenHooks(hooks types.TokenHooks) {
	if k.tokenHooks != nil {
		panic("token hooks of x/imo are set twice")
	}
	k.tokenHooks = hooks
}

// SetTransfers sets what carries parts of bids to other chains. Once, at wiring.
func (k *Keeper) SetTransfers(transfers types.TransferKeeper) {
	if k.transfers != nil {
		panic("transfers of x/imo are set twice")
	}
	k.transfers = transfers
}

// SetCodeChecker sets what tells contracts from people. Once, at wiring.
func (k *Keeper) SetCodeChecker(code types.CodeChecker) {
	if k.code != nil {
		panic("the code checker of x/imo is set twice")
	}
	k.code = code
}
