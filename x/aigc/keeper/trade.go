package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/settlement"
	"github.com/imochain/imod/x/aigc/types"
)

// addTrade adds one sale to the sums of its collection and denom.
func (k *Keeper) addTrade(ctx context.Context, collectionID uint64, price sdk.Coin, parts settlement.Parts) error {
	trade, err := k.trade(ctx, collectionID, price.Denom)
	if err != nil {
		return err
	}
	trade.Sales++
	for _, sum := range []struct {
		of   *math.Int
		part math.Int
	}{{&trade.Volume, price.Amount}, {&trade.RoyaltyPool, parts.Pool}, {&trade.RoyaltyCreator, parts.Creator}} {
		if *sum.of, err = sum.of.SafeAdd(sum.part); err != nil {
			return types.ErrInconsistent.Wrap(err.Error())
		}
	}
	return k.trades.Set(ctx, collections.Join(collectionID, price.Denom), trade)
}

func (k *Keeper) trade(ctx context.Context, collectionID uint64, denom string) (types.Trade, error) {
	trade, err := k.trades.Get(ctx, collections.Join(collectionID, denom))
	if errors.Is(err, collections.ErrNotFound) {
		return types.Trade{Volume: math.ZeroInt(), RoyaltyPool: math.ZeroInt(), RoyaltyCreator: math.ZeroInt()}, nil
	}
	return trade, err
}

// Market reads a collection's floor price and sums, by denom: those allowed now and those with sales.
func (k *Keeper) Market(ctx context.Context, collectionID uint64) ([]types.DenomMarket, error) {
	if err := k.requireCollection(ctx, collectionID); err != nil {
		return nil, err
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	denoms := slices.Clone(params.AllowedDenoms)
	err = k.trades.Walk(ctx, collections.NewPrefixedPairRange[uint64, string](collectionID),
		func(key collections.Pair[uint64, string], _ types.Trade) (bool, error) {
			denoms = append(denoms, key.K2())
			return len(denoms) >= maxPage, nil
		})
	if err != nil {
		return nil, err
	}
	slices.Sort(denoms)
	denoms = slices.Compact(denoms)
	markets := make([]types.DenomMarket, len(denoms))
	for i, denom := range denoms {
		if markets[i], err = k.denomMarket(ctx, collectionID, denom); err != nil {
			return nil, err
		}
	}
	return markets, nil
}

func (k *Keeper) denomMarket(ctx context.Context, collectionID uint64, denom string) (types.DenomMarket, error) {
	trade, err := k.trade(ctx, collectionID, denom)
	if err != nil {
		return types.DenomMarket{}, err
	}
	market := types.DenomMarket{Denom: denom, Trade: trade}
	raw, listed, err := k.listings.Indexes.byPrice.floor(ctx, collectionID, denom)
	if err != nil || !listed {
		return market, err
	}
	id, err := types.TokenIDFromBytes(raw)
	if err != nil {
		return market, err
	}
	listing, err := k.listing(ctx, collectionID, id)
	if err != nil {
		return market, err
	}
	market.Floor = &types.ListedToken{CollectionId: collectionID, TokenId: id.String(), Listing: listing}
	return market, nil
}
