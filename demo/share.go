package demo

import (
	"context"
	"fmt"
	"math/big"
	"time"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"google.golang.org/grpc/metadata"

	"github.com/imochain/imod/localnet/rpc"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// claimGas covers a claim that also closes an epoch, which a simulation a block earlier does not see.
const claimGas = 400_000

// leastIncome is what alice waits for before she claims.
var leastIncome = sdkmath.NewIntWithDecimal(1, decimals-2)

func (d *demo) claim(ctx context.Context) error {
	queries := revsharetypes.NewQueryClient(d.client.Conn())
	err := poll(ctx, time.Minute, "income of alice", func() (bool, error) {
		due, err := d.claimable(ctx, d.alice)
		return due.GT(leastIncome), err
	})
	if err != nil {
		return err
	}
	params, err := queries.Params(ctx, &revsharetypes.QueryParamsRequest{})
	if err != nil {
		return err
	}
	closed := params.CurrentEpoch - 1 // does not change any more

	at := func(key rpc.Key) (sdkmath.Int, error) {
		res, err := queries.ClaimableAt(ctx, &revsharetypes.QueryClaimableAtRequest{Denom: d.denom, Address: key.Address.String(), Epoch: closed})
		if err != nil {
			return sdkmath.Int{}, err
		}
		return sdk.Coins(res.Amount).AmountOf(baseDenom), nil
	}
	alice, err := at(d.alice)
	if err != nil {
		return err
	}
	bob, err := at(d.bob)
	if err != nil {
		return err
	}
	d.table.holds("bob holds twice as much as alice and earned twice as much", fmt.Sprintf("%s and %s", imo(bob), imo(alice)),
		bob.Sub(alice.MulRaw(2)).Abs().LTE(sdkmath.NewInt(2)))

	if err := d.claimByMessage(ctx, alice, closed); err != nil {
		return err
	}
	return d.claimByContract(ctx, bob, closed)
}

func (d *demo) claimByMessage(ctx context.Context, due sdkmath.Int, epoch uint64) error {
	before, err := d.client.Balance(ctx, d.alice.Address, baseDenom)
	if err != nil {
		return err
	}
	result, err := d.client.SendTx(ctx, d.alice,
		[]sdk.Msg{&revsharetypes.MsgClaim{Holder: d.alice.Address.String(), ShareDenom: d.denom, UpTo: epoch}}, rpc.WithGas(claimGas))
	if err != nil {
		return err
	}
	after, err := d.client.Balance(ctx, d.alice.Address, baseDenom)
	if err != nil {
		return err
	}
	got := after.Sub(before).Add(result.Fee.AmountOf(baseDenom))
	d.table.equal("alice claimed by message", got, due)
	d.table.pay("pool of "+d.denom, "alice", imo(got))
	return nil
}

func (d *demo) claimByContract(ctx context.Context, due sdkmath.Int, epoch uint64) error {
	id := new(big.Int).SetUint64(epoch)
	view, err := d.eth.call(ctx, d.tokenAddress(), "claimableRevenue", d.bob.Eth(), id)
	if err != nil {
		return err
	}
	d.table.equal("claimableRevenue of bob (contract and query)", view[0], due)
	before, err := d.client.Balance(ctx, d.bob.Address, baseDenom)
	if err != nil {
		return err
	}
	receipt, err := d.eth.transact(ctx, d.bob, d.tokenAddress(), nil, "claim", id)
	if err != nil {
		return err
	}
	after, err := d.client.Balance(ctx, d.bob.Address, baseDenom)
	if err != nil {
		return err
	}
	fee := new(big.Int).Mul(new(big.Int).SetUint64(receipt.GasUsed), receipt.EffectiveGasPrice)
	got := after.Sub(before).Add(sdkmath.NewIntFromBigInt(fee))
	d.table.equal("bob claimed through the token contract", got, due)
	d.table.pay("pool of "+d.denom, "bob", imo(got))
	return nil
}

func (d *demo) claimable(ctx context.Context, key rpc.Key) (sdkmath.Int, error) {
	res, err := revsharetypes.NewQueryClient(d.client.Conn()).Claimable(ctx, &revsharetypes.QueryClaimableRequest{Denom: d.denom, Address: key.Address.String()})
	if err != nil {
		return sdkmath.ZeroInt(), err
	}
	return sdk.Coins(res.Amount).AmountOf(baseDenom), nil
}

// audit asks the chain for its own books and adds up every balance.
func (d *demo) audit(ctx context.Context) error {
	solvency, err := revsharetypes.NewQueryClient(d.client.Conn()).Solvency(ctx, &revsharetypes.QuerySolvencyRequest{Denom: d.denom})
	if err != nil {
		return err
	}
	for _, pool := range solvency.Pools {
		for _, denom := range pool.Denoms {
			d.table.holds("solvency of "+pool.ShareDenom+" in "+denom.Denom, "deposits "+imo(denom.Deposited)+", paid "+imo(denom.Paid), pool.Solvent)
		}
	}
	d.table.holds("every pool is solvent", fmt.Sprintf("%d pools", len(solvency.Pools)), solvency.Solvent && len(solvency.Pools) > 0)

	height, err := d.client.Height(ctx)
	if err != nil {
		return err
	}
	at := metadata.AppendToOutgoingContext(ctx, "x-cosmos-block-height", fmt.Sprint(height))
	for _, denom := range []string{baseDenom, d.denom} {
		sum, supply, err := d.addUp(at, denom)
		if err != nil {
			return err
		}
		d.table.equal(fmt.Sprintf("sum of all balances of %s at block %d", denom, height), sum, supply)
	}
	return nil
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
