// Package keeper keeps collections, tokens and their market. A token comes only
// from the chain's own record of a finalised request; ownership follows ERC-721,
// so that the same methods serve messages and the collection precompile.
package keeper

import (
	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/types"
)

// tokenKey is (collection id, token id).
type tokenKey = collections.Pair[uint64, []byte]

// dueKey is (due height, collection id, denom).
type dueKey = collections.Triple[int64, uint64, string]

// commitmentDueKey is (due height, collection id, hash).
type commitmentDueKey = collections.Triple[int64, uint64, []byte]

// Keeper holds the module's state. Its public methods are the rules; messages
// and precompiles only decode and authorise.
type Keeper struct {
	addresses address.Codec
	bank      types.BankKeeper
	community types.CommunityPoolKeeper
	models    types.ModelKeeper
	oracle    types.OracleKeeper
	hooks     types.CollectionHooks
	authority string

	Schema           collections.Schema
	params           collections.Item[types.Params]
	lastCollectionID collections.Sequence
	collections      *collections.IndexedMap[uint64, types.Collection, collectionIndexes]
	counts           collections.Map[uint64, types.Counts]
	tokens           collections.Map[tokenKey, types.Token]
	contents         collections.Map[tokenKey, []byte]
	ownerships       collections.Map[tokenKey, types.Ownership]
	enumeration      collections.Map[collections.Pair[uint64, uint64], []byte]
	owned            collections.Map[collections.Triple[sdk.AccAddress, uint64, uint64], []byte]
	balances         collections.Map[collections.Pair[sdk.AccAddress, uint64], uint64]
	operators        collections.KeySet[collections.Triple[uint64, sdk.AccAddress, sdk.AccAddress]]
	listings         *collections.IndexedMap[tokenKey, types.Listing, listingIndexes]
	offers           *collections.IndexedMap[tokenAccountKey, types.Offer, offerIndexes]
	commitments      collections.Map[tokenKey, types.Commitment]
	commitmentsDue   collections.KeySet[commitmentDueKey]
	flags            collections.Map[tokenKey, types.Flags]
	reports          collections.Map[tokenAccountKey, types.Report]
	unlogged         collections.Map[tokenKey, types.Unlogged]
	trades           collections.Map[collections.Pair[uint64, string], types.Trade]
	credits          collections.Map[collections.Triple[sdk.AccAddress, uint64, string], math.Int]
	incomes          collections.Map[collections.Pair[uint64, string], types.Income]
	incomesDue       collections.KeySet[dueKey]
}

// NewKeeper builds the keeper. It panics on wiring mistakes only.
func NewKeeper(
	cdc codec.BinaryCodec,
	storeService store.KVStoreService,
	addresses address.Codec,
	bank types.BankKeeper,
	community types.CommunityPoolKeeper,
	models types.ModelKeeper,
	oracle types.OracleKeeper,
	authority string,
) *Keeper {
	if _, err := addresses.StringToBytes(authority); err != nil {
		panic("aigc: authority is not an address: " + err.Error())
	}
	sb := collections.NewSchemaBuilder(storeService)
	token := collections.PairKeyCodec(collections.Uint64Key, collections.BytesKey)
	tokenAccount := collections.TripleKeyCodec(collections.Uint64Key, collections.BytesKey, sdk.AccAddressKey)
	k := &Keeper{
		addresses: addresses,
		bank:      bank,
		community: community,
		models:    models,
		oracle:    oracle,
		authority: authority,

		params:           collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		lastCollectionID: collections.NewSequence(sb, types.LastCollectionIDKey, "last_collection_id"),
		collections: collections.NewIndexedMap(sb, types.CollectionsKey, "collections", collections.Uint64Key,
			codec.CollValue[types.Collection](cdc), newCollectionIndexes(sb)),
		counts:     collections.NewMap(sb, types.CountsKey, "counts", collections.Uint64Key, codec.CollValue[types.Counts](cdc)),
		tokens:     collections.NewMap(sb, types.TokensKey, "tokens", token, codec.CollValue[types.Token](cdc)),
		contents:   collections.NewMap(sb, types.ContentsKey, "contents", token, collections.BytesValue),
		ownerships: collections.NewMap(sb, types.OwnershipsKey, "ownerships", token, codec.CollValue[types.Ownership](cdc)),
		enumeration: collections.NewMap(sb, types.EnumerationKey, "enumeration",
			collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key), collections.BytesValue),
		owned: collections.NewMap(sb, types.OwnedKey, "owned",
			collections.TripleKeyCodec(sdk.AccAddressKey, collections.Uint64Key, collections.Uint64Key), collections.BytesValue),
		balances: collections.NewMap(sb, types.BalancesKey, "balances",
			collections.PairKeyCodec(sdk.AccAddressKey, collections.Uint64Key), collections.Uint64Value),
		operators: collections.NewKeySet(sb, types.OperatorsKey, "operators",
			collections.TripleKeyCodec(collections.Uint64Key, sdk.AccAddressKey, sdk.AccAddressKey)),
		listings: collections.NewIndexedMap(sb, types.ListingsKey, "listings", token,
			codec.CollValue[types.Listing](cdc), newListingIndexes(sb)),
		offers: collections.NewIndexedMap(sb, types.OffersKey, "offers", tokenAccount,
			codec.CollValue[types.Offer](cdc), newOfferIndexes(sb, tokenAccount)),
		commitments: collections.NewMap(sb, types.CommitmentsKey, "commitments", token, codec.CollValue[types.Commitment](cdc)),
		commitmentsDue: collections.NewKeySet(sb, types.CommitmentsDueKey, "commitments_due",
			collections.TripleKeyCodec(collections.Int64Key, collections.Uint64Key, collections.BytesKey)),
		flags:    collections.NewMap(sb, types.FlagsKey, "flags", token, codec.CollValue[types.Flags](cdc)),
		reports:  collections.NewMap(sb, types.ReportsKey, "reports", tokenAccount, codec.CollValue[types.Report](cdc)),
		unlogged: collections.NewMap(sb, types.UnloggedKey, "unlogged", token, codec.CollValue[types.Unlogged](cdc)),
		trades: collections.NewMap(sb, types.TradesKey, "trades",
			collections.PairKeyCodec(collections.Uint64Key, collections.StringKey), codec.CollValue[types.Trade](cdc)),
		credits: collections.NewMap(sb, types.CreditsKey, "credits",
			collections.TripleKeyCodec(sdk.AccAddressKey, collections.Uint64Key, collections.StringKey), sdk.IntValue),
		incomes: collections.NewMap(sb, types.IncomesKey, "incomes",
			collections.PairKeyCodec(collections.Uint64Key, collections.StringKey), codec.CollValue[types.Income](cdc)),
		incomesDue: collections.NewKeySet(sb, types.IncomesDueKey, "incomes_due",
			collections.TripleKeyCodec(collections.Int64Key, collections.Uint64Key, collections.StringKey)),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

// SetHooks sets what reacts to new collections; app calls it once while wiring.
func (k *Keeper) SetHooks(hooks types.CollectionHooks) {
	if k.hooks != nil {
		panic("aigc: hooks are set already")
	}
	k.hooks = hooks
}
