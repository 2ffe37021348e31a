package demo

import (
	"context"
	"fmt"
	"math/big"
	"time"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/localnet/rpc"
	imotypes "github.com/imochain/imod/x/imo/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// claimGas covers a claim that also closes an epoch, which a simulation a block earlier does not see.
const claimGas = 400_000

// release lets Dee ask for what the terms promised Ana.
func (d *demo) release(ctx context.Context) error {
	queries := imotypes.NewQueryClient(d.client.Conn())
	res, err := queries.Offering(ctx, &imotypes.QueryOfferingRequest{Id: d.sale.id})
	if err != nil {
		return err
	}
	due := res.Terms.Tranches[0].ReleaseTime
	if announced := res.Offering.Tranches[0].AnnouncedTime.Add(res.Terms.ExitWindow); announced.After(due) {
		due = announced
	}
	err = d.poll(ctx, 2*time.Minute, "the day on which the proceeds are due", func() (bool, error) {
		status, err := d.client.Comet().Status(ctx)
		if err != nil {
			return false, err
		}
		if status.SyncInfo.LatestBlockTime.Before(due) {
			return false, nil
		}
		// The block is known before it is executed, and a simulation sees what is executed.
		info, err := d.client.Comet().ABCIInfo(ctx)
		return err == nil && info.Response.LastBlockHeight >= status.SyncInfo.LatestBlockHeight, err
	})
	if err != nil {
		return err
	}
	var answer imotypes.MsgReleaseProceedsResponse
	if _, err := d.ask(ctx, d.dee, &imotypes.MsgReleaseProceeds{Sender: d.dee.Address.String(), OfferingId: d.sale.id}, &answer); err != nil {
		return err
	}
	protocol := part(d.sale.proceeds, res.Terms.ProceedsProtocolBps)
	d.checks.equal("released to Ana", answer.Paid.Amount, d.sale.proceeds.Sub(protocol))
	d.released = answer.Paid.Amount
	d.money.pay(offering, d.ana.name, "proceeds of the sale", answer.Paid.Amount)
	d.money.pay(offering, community, "part of the proceeds", answer.Released.Amount.Sub(answer.Paid.Amount))
	d.progress.note("Ana has %s IMO of %s", imo(answer.Paid.Amount), imo(answer.Released.Amount))
	return nil
}

// claim waits until all income has fallen due, and lets every holder claim it.
func (d *demo) claim(ctx context.Context) error {
	if err := d.waitDripped(ctx); err != nil {
		return err
	}
	params, err := revsharetypes.NewQueryClient(d.client.Conn()).Params(ctx, &revsharetypes.QueryParamsRequest{})
	if err != nil {
		return err
	}
	closed := params.CurrentEpoch - 1 // does not change any more
	claims := make(map[*person]*claimed, len(d.holders()))
	for _, p := range d.holders() {
		claims[p] = &claimed{}
	}
	if err := together(d.holders(), func(p *person) error { return d.claimOf(ctx, p, closed, claims[p]) }); err != nil {
		return err
	}
	income := d.money.got(pool)
	for _, p := range d.holders() {
		c := claims[p]
		d.checks.equal("claim of "+p.name, c.got, c.due)
		bps := d.holding(p)
		d.checks.holds(fmt.Sprintf("%s has %d %% of the token and of %s IMO", p.name, bps/100, imo(income)), imo(c.got),
			part(income, bps).Sub(c.got).Abs().LTE(sdkmath.OneInt()))
		d.money.pay(pool, p.name, fmt.Sprintf("%d %% of the income", bps/100), c.got)
		d.progress.note("%s claims %s IMO", p.name, imo(c.got))
	}
	d.checks.equal("claimableRevenue of Chi (contract and query)", claims[d.chi].view, claims[d.chi].due)
	return nil
}

// waitDripped waits until everything that the pool was paid lies in closed epochs.
func (d *demo) waitDripped(ctx context.Context) error {
	queries := revsharetypes.NewQueryClient(d.client.Conn())
	return d.poll(ctx, 2*time.Minute, "the income to fall due", func() (bool, error) {
		res, err := queries.Pool(ctx, &revsharetypes.QueryPoolRequest{Denom: d.denom})
		if err != nil {
			return false, err
		}
		for _, s := range res.Streams {
			if s.Denom == baseDenom {
				return s.Stream.Deposited.IsPositive() && s.Stream.Waiting.Add(s.Stream.Dripping).Add(s.Stream.Held).IsZero(), nil
			}
		}
		return false, nil
	})
}

// holding is a holder's part of the token in basis points. Ana's is locked: what is not sold.
func (d *demo) holding(p *person) uint32 {
	if p != d.ana {
		return uint32(d.sale.tokens(p).MulRaw(10_000).Quo(d.sale.supply).Int64())
	}
	left := uint32(10_000)
	for _, p := range d.investors() {
		left -= d.holding(p)
	}
	return left
}

// claimed is what a claim should pay and did, and for a claim through the contract what the contract said before.
type claimed struct {
	due, got sdkmath.Int
	view     any
}

func (d *demo) claimOf(ctx context.Context, p *person, epoch uint64, c *claimed) error {
	queries := revsharetypes.NewQueryClient(d.client.Conn())
	res, err := queries.ClaimableAt(ctx, &revsharetypes.QueryClaimableAtRequest{Denom: d.denom, Address: p.Address.String(), Epoch: epoch})
	if err != nil {
		return err
	}
	c.due = sdk.Coins(res.Amount).AmountOf(baseDenom)
	before, err := d.client.Balance(ctx, p.Address, baseDenom)
	if err != nil {
		return err
	}
	fees := p.fees
	if p == d.chi {
		err = d.claimByContract(ctx, p, epoch, c)
	} else {
		_, err = d.send(ctx, p, &revsharetypes.MsgClaim{Holder: p.Address.String(), ShareDenom: d.denom, UpTo: epoch}, rpc.WithGas(claimGas))
	}
	if err != nil {
		return err
	}
	after, err := d.client.Balance(ctx, p.Address, baseDenom)
	c.got = after.Sub(before).Add(p.fees.Sub(fees))
	return err
}

func (d *demo) claimByContract(ctx context.Context, p *person, epoch uint64, c *claimed) error {
	id := new(big.Int).SetUint64(epoch)
	view, err := d.eth.call(ctx, d.tokenAddress(), "claimableRevenue", p.Eth(), id)
	if err != nil {
		return err
	}
	c.view = view[0]
	_, err = d.transact(ctx, p, d.tokenAddress(), nil, "claim", id)
	return err
}
