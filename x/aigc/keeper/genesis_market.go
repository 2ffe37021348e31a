package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/imochain/imod/x/aigc/types"
)

// importMarket writes offers, commitments, reports, trades and what logs lack; listings come with their tokens.
func (k *Keeper) importMarket(ctx context.Context, gs *types.GenesisState) error {
	for _, g := range gs.Offers {
		id, err := types.TokenIDFromBytes(g.TokenId)
		if err != nil {
			return err
		}
		bidder, err := k.account(g.Offer.Bidder)
		if err != nil {
			return err
		}
		if err := k.offers.Set(ctx, tokenAccountKeyOf(g.CollectionId, id, bidder), g.Offer); err != nil {
			return err
		}
	}
	for _, g := range gs.Commitments {
		hash, err := types.CommitmentFromBytes(g.Hash)
		if err != nil {
			return err
		}
		if _, err := k.account(g.Commitment.Sender); err != nil {
			return err
		}
		if err := k.putCommitment(ctx, g.CollectionId, hash, g.Commitment); err != nil {
			return err
		}
	}
	for _, g := range gs.Reports {
		id, err := types.TokenIDFromBytes(g.TokenId)
		if err != nil {
			return err
		}
		reporter, err := k.account(g.Report.Reporter)
		if err != nil {
			return err
		}
		if err := k.reports.Set(ctx, tokenAccountKeyOf(g.CollectionId, id, reporter), g.Report); err != nil {
			return err
		}
	}
	for _, g := range gs.Trades {
		if err := k.trades.Set(ctx, collections.Join(g.CollectionId, g.Denom), g.Trade); err != nil {
			return err
		}
	}
	for _, g := range gs.Unlogged {
		if g.Unlogged.Owner != "" {
			if _, err := k.account(g.Unlogged.Owner); err != nil {
				return err
			}
		}
		if err := k.unlogged.Set(ctx, collections.Join(g.CollectionId, g.TokenId), g.Unlogged); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) exportMarket(ctx context.Context, gs *types.GenesisState) error {
	if err := k.offers.Walk(ctx, nil, func(key tokenAccountKey, offer types.Offer) (bool, error) {
		gs.Offers = append(gs.Offers, types.GenesisOffer{CollectionId: key.K1(), TokenId: key.K2(), Offer: offer})
		return false, nil
	}); err != nil {
		return err
	}
	if err := k.commitments.Walk(ctx, nil, func(key tokenKey, commitment types.Commitment) (bool, error) {
		gs.Commitments = append(gs.Commitments, types.GenesisCommitment{CollectionId: key.K1(), Hash: key.K2(), Commitment: commitment})
		return false, nil
	}); err != nil {
		return err
	}
	if err := k.reports.Walk(ctx, nil, func(key tokenAccountKey, report types.Report) (bool, error) {
		gs.Reports = append(gs.Reports, types.GenesisReport{CollectionId: key.K1(), TokenId: key.K2(), Report: report})
		return false, nil
	}); err != nil {
		return err
	}
	if err := k.trades.Walk(ctx, nil, func(key collections.Pair[uint64, string], trade types.Trade) (bool, error) {
		gs.Trades = append(gs.Trades, types.GenesisTrade{CollectionId: key.K1(), Denom: key.K2(), Trade: trade})
		return false, nil
	}); err != nil {
		return err
	}
	return k.unlogged.Walk(ctx, nil, func(key tokenKey, record types.Unlogged) (bool, error) {
		gs.Unlogged = append(gs.Unlogged, types.GenesisUnlogged{CollectionId: key.K1(), TokenId: key.K2(), Unlogged: record})
		return false, nil
	})
}
