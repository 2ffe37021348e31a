package demo

import (
	"context"
	"fmt"

	"google.golang.org/grpc/metadata"

	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/types/query"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// audit asks the chain for its own books, compares them with ours and adds up every balance.
func (d *demo) audit(ctx context.Context) error {
	solvency, err := revsharetypes.NewQueryClient(d.client.Conn()).Solvency(ctx, &revsharetypes.QuerySolvencyRequest{Denom: d.denom})
	if err != nil {
		return err
	}
	for _, p := range solvency.Pools {
		for _, denom := range p.Denoms {
			d.checks.holds("solvency of the pool of "+p.ShareDenom+" in "+denom.Denom, "deposits "+imo(denom.Deposited)+", paid "+imo(denom.Paid), p.Solvent)
			d.checks.equal("deposits of the pool: the chain's record and the money table", denom.Deposited, d.money.got(pool))
		}
	}
	d.checks.holds("every pool is solvent", fmt.Sprintf("%d pools", len(solvency.Pools)), solvency.Solvent && len(solvency.Pools) > 0)

	height, err := d.height(ctx)
	if err != nil {
		return err
	}
	at := metadata.AppendToOutgoingContext(ctx, "x-cosmos-block-height", fmt.Sprint(height))
	for _, denom := range []string{baseDenom, d.denom} {
		sum, supply, err := d.addUp(at, denom)
		if err != nil {
			return err
		}
		d.checks.equal(fmt.Sprintf("sum of all balances of %s at block %d", denom, height), sum, supply)
	}
	d.progress.note("the pool is solvent, and all balances add up to the supply")
	return d.settleAccounts(ctx)
}

func (d *demo) addUp(ctx context.Context, denom string) (sum, supply sdkmath.Int, err error) {
	queries := banktypes.NewQueryClient(d.client.Conn())
	total, err := queries.SupplyOf(ctx, &banktypes.QuerySupplyOfRequest{Denom: denom})
	if err != nil {
		return sum, supply, err
	}
	sum = sdkmath.ZeroInt()
	page := &query.PageRequest{Limit: 100}
	for {
		res, err := queries.DenomOwners(ctx, &banktypes.QueryDenomOwnersRequest{Denom: denom, Pagination: page})
		if err != nil {
			return sum, supply, err
		}
		for _, owner := range res.DenomOwners {
			sum = sum.Add(owner.Balance.Amount)
		}
		if len(res.Pagination.NextKey) == 0 {
			return sum, total.Amount.Amount, nil
		}
		page = &query.PageRequest{Key: res.Pagination.NextKey, Limit: 100}
	}
}
