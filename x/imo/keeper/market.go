package keeper

import (
	"cosmossdk.io/collections"
	"cosmossdk.io/collections/indexes"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// market is the state of markets and treasuries.
type market struct {
	pools           collections.Map[uint64, types.Pool]
	shares          collections.Map[uint64, types.PoolShares]
	revenues        collections.Map[collections.Pair[uint64, string], types.PoolRevenue]
	indexes         collections.Map[collections.Triple[uint64, uint64, string], math.Int]
	positions       collections.Map[collections.Pair[uint64, sdk.AccAddress], types.Position]
	usages          collections.Map[uint64, types.Usage]
	spendSequence   collections.Item[uint64]
	spends          *collections.IndexedMap[uint64, types.Spend, spendIndexes]
	spendObjections collections.Map[collections.Pair[uint64, sdk.AccAddress], math.Int]
}

func newMarket(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) market {
	byAccount := collections.PairKeyCodec(collections.Uint64Key, sdk.AccAddressKey)
	return market{
		pools:  collections.NewMap(sb, types.PoolsPrefix, "pools", collections.Uint64Key, codec.CollValue[types.Pool](cdc)),
		shares: collections.NewMap(sb, types.PoolSharesPrefix, "pool_shares", collections.Uint64Key, codec.CollValue[types.PoolShares](cdc)),
		revenues: collections.NewMap(sb, types.PoolRevenuesPrefix, "pool_revenues",
			collections.PairKeyCodec(collections.Uint64Key, collections.StringKey), codec.CollValue[types.PoolRevenue](cdc)),
		indexes: collections.NewMap(sb, types.PoolIndexesPrefix, "pool_indexes",
			collections.TripleKeyCodec(collections.Uint64Key, collections.Uint64Key, collections.StringKey), sdk.IntValue),
		positions:     collections.NewMap(sb, types.PositionsPrefix, "positions", byAccount, codec.CollValue[types.Position](cdc)),
		usages:        collections.NewMap(sb, types.UsagesPrefix, "usages", collections.Uint64Key, codec.CollValue[types.Usage](cdc)),
		spendSequence: collections.NewItem(sb, types.SpendSequencePrefix, "spend_sequence", collections.Uint64Value),
		spends: collections.NewIndexedMap(sb, types.SpendsPrefix, "spends", collections.Uint64Key, codec.CollValue[types.Spend](cdc),
			newSpendIndexes(sb)),
		spendObjections: collections.NewMap(sb, types.SpendObjectionsPrefix, "spend_objections", byAccount, sdk.IntValue),
	}
}

// spendIndexes finds spends by model.
type spendIndexes struct {
	model *indexes.Multi[uint64, uint64, types.Spend]
}

// IndexesList implements collections.Indexes.
func (i spendIndexes) IndexesList() []collections.Index[uint64, types.Spend] {
	return []collections.Index[uint64, types.Spend]{i.model}
}

func newSpendIndexes(sb *collections.SchemaBuilder) spendIndexes {
	return spendIndexes{model: indexes.NewMulti(sb, types.SpendsByModelPrefix, "spends_by_model",
		collections.Uint64Key, collections.Uint64Key,
		func(_ uint64, s types.Spend) (uint64, error) { return s.ModelId, nil })}
}
