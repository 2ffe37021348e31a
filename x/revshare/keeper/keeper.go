// Package keeper keeps the revenue pools: it reads balances, supplies and epochs, lets the
// accumulator package decide, and is the one place that moves the coins of a pool.
package keeper

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

type (
	poolAccount      = collections.Pair[uint64, sdk.AccAddress]
	poolDenom        = collections.Pair[uint64, string]
	poolEpoch        = collections.Pair[uint64, uint64]
	poolDenomEpoch   = collections.Triple[uint64, string, uint64]
	poolDenomKind    = collections.Triple[uint64, string, uint32] // or place in a ring, or till
	poolAccountEpoch = collections.Triple[uint64, sdk.AccAddress, uint64]
	denomAccount     = collections.Pair[string, sdk.AccAddress]
	epochDenomHolder = collections.Triple[uint64, string, sdk.AccAddress]
)

// Dependencies are the things around the keeper.
type Dependencies struct {
	Bank         types.BankKeeper
	Accounts     types.AccountKeeper
	Transfer     types.TransferKeeper
	Code         types.CodeChecker
	AddressCodec address.Codec
	// TokenAddress knows the share denoms and the EVM account of each.
	TokenAddress types.TokenAddress
	// Reserved knows the addresses that nobody may name as a recipient.
	Reserved types.Reserved
	// Market knows the account of a share denom's market, which claims for itself and for nobody else's asking.
	Market types.TokenAddress
	// Excluded accounts hold shares that do not earn; at most 16, the same on every node.
	// x/imo's module account is one of them.
	Excluded []sdk.AccAddress
}

// Keeper keeps the revenue pools.
type Keeper struct {
	deps      Dependencies
	lazy      types.LazyShares
	prices    types.Prices
	authority string

	Schema      collections.Schema
	params      collections.Item[types.Params]
	clock       collections.Item[types.Clock]
	poolIDs     collections.Sequence
	pools       collections.Map[string, types.Pool]
	states      collections.Map[string, types.PoolState]
	supplies    collections.Map[poolEpoch, math.Int]
	streams     collections.Map[poolDenom, types.Stream]
	expiries    collections.Map[poolDenomEpoch, math.Int]
	segments    collections.Map[poolDenomEpoch, types.Segment]
	checkpoints collections.Map[poolAccountEpoch, types.Checkpoint]
	positions   collections.Map[poolAccount, types.Position]
	payouts     collections.Map[sdk.AccAddress, []byte]
	earnings    collections.Map[poolDenomKind, math.Int]
	redemptions collections.Map[poolDenom, types.Redemption]
	windows     collections.Map[uint64, types.RedeemWindow]
	days        collections.Map[poolDenomKind, types.DayTotal]
	payers      collections.Map[poolDenom, types.Payers]
	refusals    collections.Map[sdk.AccAddress, types.Refusals]
	auto        collections.Map[denomAccount, types.AutoPayout]
	autoQueue   collections.KeySet[epochDenomHolder]
	permits     collections.Map[poolAccount, uint64]
	tills       collections.Map[poolDenomKind, math.Int]
}

// NewKeeper builds the keeper. It panics on wiring mistakes only.
func NewKeeper(cdc codec.BinaryCodec, storeService store.KVStoreService, deps Dependencies, authority string) *Keeper {
	if _, err := deps.AddressCodec.StringToBytes(authority); err != nil {
		panic(fmt.Errorf("revshare: authority: %w", err))
	}
	if len(deps.Excluded) > types.MaxExcluded {
		panic(fmt.Errorf("revshare: %d excluded accounts, at most %d", len(deps.Excluded), types.MaxExcluded))
	}
	sb := collections.NewSchemaBuilder(storeService)
	epochKey := collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key)
	denomKey := collections.PairKeyCodec(collections.Uint64Key, collections.StringKey)
	kindKey := collections.TripleKeyCodec(collections.Uint64Key, collections.StringKey, collections.Uint32Key)
	denomEpochKey := collections.TripleKeyCodec(collections.Uint64Key, collections.StringKey, collections.Uint64Key)
	k := &Keeper{
		deps:      deps,
		lazy:      noLazyShares{},
		prices:    noPrices{},
		authority: authority,
		params:    collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		clock:     collections.NewItem(sb, types.ClockKey, "clock", codec.CollValue[types.Clock](cdc)),
		poolIDs:   collections.NewSequence(sb, types.PoolSequenceKey, "pool_ids"),
		pools:     collections.NewMap(sb, types.PoolsPrefix, "pools", collections.StringKey, codec.CollValue[types.Pool](cdc)),
		states:    collections.NewMap(sb, types.StatesPrefix, "pool_states", collections.StringKey, codec.CollValue[types.PoolState](cdc)),
		supplies:  collections.NewMap(sb, types.SuppliesPrefix, "supplies", epochKey, sdk.IntValue),
		streams:   collections.NewMap(sb, types.StreamsPrefix, "streams", denomKey, codec.CollValue[types.Stream](cdc)),
		expiries:  collections.NewMap(sb, types.ExpiriesPrefix, "expiries", denomEpochKey, sdk.IntValue),
		segments:  collections.NewMap(sb, types.SegmentsPrefix, "segments", denomEpochKey, codec.CollValue[types.Segment](cdc)),
		checkpoints: collections.NewMap(sb, types.CheckpointsPrefix, "checkpoints",
			collections.TripleKeyCodec(collections.Uint64Key, sdk.AccAddressKey, collections.Uint64Key), codec.CollValue[types.Checkpoint](cdc)),
		positions: collections.NewMap(sb, types.PositionsPrefix, "positions",
			collections.PairKeyCodec(collections.Uint64Key, sdk.AccAddressKey), codec.CollValue[types.Position](cdc)),
		payouts: collections.NewMap(sb, types.PayoutsPrefix, "payouts", sdk.AccAddressKey, collections.BytesValue),
		earnings: collections.NewMap(sb, types.EarningsPrefix, "earnings",
			kindKey, sdk.IntValue),
		redemptions: collections.NewMap(sb, types.RedemptionsPrefix, "redemptions", denomKey, codec.CollValue[types.Redemption](cdc)),
		windows:     collections.NewMap(sb, types.WindowsPrefix, "redeem_windows", collections.Uint64Key, codec.CollValue[types.RedeemWindow](cdc)),
		days:        collections.NewMap(sb, types.DaysPrefix, "days", kindKey, codec.CollValue[types.DayTotal](cdc)),
		payers:      collections.NewMap(sb, types.PayersPrefix, "payers", denomKey, codec.CollValue[types.Payers](cdc)),
		refusals:    collections.NewMap(sb, types.RefusalsPrefix, "refusals", sdk.AccAddressKey, codec.CollValue[types.Refusals](cdc)),
		auto: collections.NewMap(sb, types.AutoPrefix, "auto_payouts",
			collections.PairKeyCodec(collections.StringKey, sdk.AccAddressKey), codec.CollValue[types.AutoPayout](cdc)),
		autoQueue: collections.NewKeySet(sb, types.AutoQueuePrefix, "auto_queue",
			collections.TripleKeyCodec(collections.Uint64Key, collections.StringKey, sdk.AccAddressKey)),
		permits: collections.NewMap(sb, types.PermitsPrefix, "permits",
			collections.PairKeyCodec(collections.Uint64Key, sdk.AccAddressKey), collections.Uint64Value),
		tills: collections.NewMap(sb, types.TillsPrefix, "tills", kindKey, sdk.IntValue),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

// SetLazyShares wires the provider of shares without a bank balance; once, before the
// first block.
func (k *Keeper) SetLazyShares(lazy types.LazyShares) {
	if _, unset := k.lazy.(noLazyShares); !unset {
		panic("revshare: lazy shares set twice")
	}
	k.lazy = lazy
}

// SetPrices wires the provider of sale prices; once, before the first block.
func (k *Keeper) SetPrices(prices types.Prices) {
	if _, unset := k.prices.(noPrices); !unset {
		panic("revshare: prices set twice")
	}
	k.prices = prices
}

// Authority is the account that may change parameters.
func (k *Keeper) Authority() string {
	return k.authority
}

// noLazyShares is the provider of a chain that has none.
type noLazyShares struct{}

func (noLazyShares) LazyShares(context.Context, string, sdk.AccAddress) (math.Int, uint64, error) {
	return math.ZeroInt(), 0, nil
}

func (noLazyShares) VirtualTotal(context.Context, string) (math.Int, error) {
	return math.ZeroInt(), nil
}

// noPrices is the provider of a chain that sells nothing.
type noPrices struct{}

func (noPrices) LastSalePrice(context.Context, string) (sdk.Coin, error) {
	return sdk.Coin{}, nil
}

// collect reads at most limit entries of a range (all when limit is 0), so that callers
// write only after the iterator is closed.
func collect[K, V any](ctx context.Context, m collections.Map[K, V], r collections.Ranger[K], limit int) ([]collections.KeyValue[K, V], error) {
	iter, err := m.Iterate(ctx, r)
	if errors.Is(err, collections.ErrInvalidIterator) {
		return nil, nil // an empty range
	}
	if err != nil {
		return nil, err
	}
	defer iter.Close()
	var out []collections.KeyValue[K, V]
	for ; iter.Valid() && (limit == 0 || len(out) < limit); iter.Next() {
		kv, err := iter.KeyValue()
		if err != nil {
			return nil, err
		}
		out = append(out, kv)
	}
	return out, nil
}

// getOr is Get with a value for "absent".
func getOr[K, V any](ctx context.Context, m collections.Map[K, V], key K, absent V) (V, error) {
	v, err := m.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return absent, nil
	}
	return v, err
}
