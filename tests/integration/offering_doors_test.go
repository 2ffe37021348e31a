package integration_test

import (
	"encoding/hex"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	imotypes "github.com/imochain/imod/x/imo/types"
	revsharekeeper "github.com/imochain/imod/x/revshare/keeper"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// door is one action as a message and as a call of the contract.
type door struct {
	name    string
	after   time.Duration // time that passes before
	setup   func(*job)    // what happens before, on both networks
	from    chain.Account
	message sdk.Msg
	method  string
	args    []any
	value   *big.Int
	refused bool
}

// openBatch opens a BATCH of 3,000 tokens from 0.1 to 1 IMO, and 250 for the market.
func (j *job) openBatch() imotypes.Offering {
	j.T.Helper()
	ok(j.T, j.Chain.Next(j.Chain.Tx(j.ana, j.batchSale())))
	o, _, err := j.App().IMOKeeper.Offering(j.Context(), 1)
	require.NoError(j.T, err)
	return o
}

// batchSale are the terms of that sale.
func (j *job) batchSale() *imotypes.MsgCreateOffering {
	start, hardCap, window := j.Chain.Time(), coin(imo(3000)), 30*time.Second
	return &imotypes.MsgCreateOffering{
		Creator: j.ana.String(), ModelId: 1, Kind: imotypes.OFFERING_KIND_BATCH, TokenName: "Tiny", TokenSymbol: "TINY",
		TotalSupply: sdk.NewCoin(j.denom, imo(5000)), SaleBps: 6000, ContributorsBps: 2500, LiquidityBps: 500, PoolFeeBps: 30, TreasuryBps: 1000, HardCap: &hardCap,
		PaymentDenom: app.BaseDenom, Price: sdkmath.NewIntWithDecimal(1, 17), SoftCap: coin(imo(200)), MinBid: coin(imo(1)),
		OwnerCap: coin(imo(2000)), StartTime: time.Unix(0, 0).UTC(), EndTime: start.Add(120 * time.Second), CancelDeadline: start.Add(100 * time.Second),
		Tranches: []imotypes.Tranche{{ReleaseTime: start.Add(300 * time.Second), Bps: 10000}}, ExitWindow: 10 * time.Second,
		TreasuryWindow: &window, VestingDuration: 100 * time.Second, DisclosureHash: hex.EncodeToString(make([]byte, 32)),
		MinRequestPrice: coin(imo(0)), MaxRequestPrice: coin(imo(10)),
	}
}

// TestTwoDoors: one table of actions, through messages on one network and through the contract on another, leads to the
// same state after every step; what one door refuses the other refuses, and nothing changes.
func TestTwoDoors(t *testing.T) {
	byMessage, byCall := newJob(t), newJob(t)
	offering := byMessage.openBatch()
	require.Equal(t, offering, byCall.openBatch())
	for _, step := range doors(byMessage, offering) {
		for _, j := range []*job{byMessage, byCall} {
			if step.after > 0 {
				j.NextAfter(step.after)
				j.Next() // clears and settles
			}
			if step.setup != nil {
				step.setup(j)
			}
		}
		before := byMessage.imoState()
		results := byMessage.Next(byMessage.Tx(step.from, step.message))
		result := results[len(results)-1]
		require.Equal(t, step.refused, result.Code != 0, "%s by message: %s", step.name, result.Log)

		data, err := abiOf(t, "offerings").Pack(step.method, step.args...)
		require.NoError(t, err)
		done, reason := byCall.attempt(step.from, chain.Call{To: &offeringsAddress, Value: step.value, Data: data})
		require.Equal(t, step.refused, !done, "%s by call: %s", step.name, reason)

		require.Equal(t, byMessage.imoState(), byCall.imoState(), step.name)
		if step.refused {
			require.Equal(t, before, byMessage.imoState(), step.name)
		}
		for _, who := range []chain.Account{byMessage.ana, byMessage.bo, byMessage.chi, byMessage.dee, byMessage.eve} {
			require.Equal(t, byMessage.Balance(who.Address(), byMessage.denom).String(), byCall.Balance(who.Address(), byCall.denom).String(), step.name)
		}
		for _, ours := range []sdk.AccAddress{imotypes.OfferingAddress(1), imotypes.PoolAddress(1)} { // others pay fees
			require.Equal(t, byMessage.Balance(ours, app.BaseDenom).String(), byCall.Balance(ours, app.BaseDenom).String(), step.name)
		}
	}
	require.Equal(t, imotypes.OFFERING_STATUS_SUCCEEDED, byCall.offeringStatus())
	for _, j := range []*job{byMessage, byCall} {
		require.True(t, j.paidAutomatically(j.chi), "her bid asked for it")
		require.False(t, j.paidAutomatically(j.bo))
	}
}

// paidAutomatically tells whether an account is paid its revenue of the token without a claim.
func (j *job) paidAutomatically(who chain.Account) bool {
	j.T.Helper()
	res, err := revsharekeeper.NewQueryServer(j.App().RevShareKeeper).Holder(j.Context(), &revsharetypes.QueryHolderRequest{Denom: j.denom, Address: who.String()})
	require.NoError(j.T, err)
	return res.Auto != nil
}

func (j *job) offeringStatus() imotypes.OfferingStatus {
	o, _, err := j.App().IMOKeeper.Offering(j.Context(), 1)
	require.NoError(j.T, err)
	return o.Status
}

// imoGenesis is the whole state of x/imo, imoState the same as text.
func (j *job) imoGenesis() *imotypes.GenesisState {
	j.T.Helper()
	g, err := j.App().IMOKeeper.ExportGenesis(j.Context())
	require.NoError(j.T, err)
	return g
}

func (j *job) imoState() string {
	j.T.Helper()
	return string(j.App().AppCodec().MustMarshalJSON(j.imoGenesis()))
}
