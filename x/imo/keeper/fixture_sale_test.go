package keeper_test

import (
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// goodOffering sells 600 of 1,000 tokens at 1,000 aimo each from the block's time on: 1,000 seconds, cancels in the
// first 500, soft cap 100,000, an exit window of 100 seconds, vesting over 1,000 seconds after a cliff of 100.
func (f *fixture) goodOffering(creator sdk.AccAddress, modelID uint64) *types.MsgCreateOffering {
	now := f.ctx.BlockTime()
	return &types.MsgCreateOffering{
		Creator: text(creator), ModelId: modelID, Kind: types.OFFERING_KIND_FIXED,
		TokenName: "Sample token", TokenSymbol: "SMPL",
		TotalSupply: sdk.NewCoin(types.TokenDenom(modelID), whole(1_000)),
		SaleBps:     6_000, ContributorsBps: 3_000, TreasuryBps: 1_000, Treasury: text(account(30)),
		PaymentDenom: aimo, Price: math.NewInt(1_000),
		SoftCap: sdk.NewInt64Coin(aimo, 100_000), MinBid: sdk.NewInt64Coin(aimo, 10), OwnerCap: sdk.NewInt64Coin(aimo, 400_000),
		StartTime: now, EndTime: now.Add(saleTime), CancelDeadline: now.Add(500 * time.Second),
		Tranches:   []types.Tranche{{ReleaseTime: now.Add(saleTime + exitTime), Bps: 10_000}},
		ExitWindow: exitTime, VestingCliff: 100 * time.Second, VestingDuration: 1_000 * time.Second,
		DisclosureHash:  hash("disclosure"),
		MinRequestPrice: sdk.NewInt64Coin(aimo, 10), MaxRequestPrice: sdk.NewInt64Coin(aimo, 10_000),
	}
}

// whole is a number of whole tokens.
func whole(n int64) math.Int { return types.OneToken().MulRaw(n) }

// offer creates an offering.
func (f *fixture) offer(msg *types.MsgCreateOffering) (uint64, string) {
	f.t.Helper()
	res, err := f.msg.CreateOffering(f.ctx, msg)
	require.NoError(f.t, err)
	return res.OfferingId, res.TermsHash
}

// openSale registers a model of account 1 with contributors 1 (weight 3) and 2 (weight 1) and opens goodOffering.
func (f *fixture) openSale() (id uint64, termsHash string) {
	f.t.Helper()
	creator := account(1)
	model := f.model(creator, "sale", types.Contributor{Address: text(creator), Weight: 3}, types.Contributor{Address: text(account(2)), Weight: 1})
	return f.offer(f.goodOffering(creator, model))
}

// bid funds a bidder and bids.
func (f *fixture) bid(id uint64, termsHash string, bidder sdk.AccAddress, amount int64) *types.MsgPlaceBidResponse {
	f.t.Helper()
	f.fund(bidder, sdk.NewInt64Coin(aimo, amount))
	res, err := f.msg.PlaceBid(f.ctx, bidOf(id, termsHash, bidder, amount))
	require.NoError(f.t, err)
	return res
}

func bidOf(id uint64, termsHash string, bidder sdk.AccAddress, amount int64) *types.MsgPlaceBid {
	return &types.MsgPlaceBid{
		Bidder: text(bidder), OfferingId: id, Amount: sdk.NewInt64Coin(aimo, amount), MaxPrice: math.NewInt(1_000), TermsHash: termsHash,
	}
}

// offering reads an offering.
func (f *fixture) offering(id uint64) types.Offering {
	f.t.Helper()
	res, err := f.query.Offering(f.ctx, &types.QueryOfferingRequest{Id: id})
	require.NoError(f.t, err)
	return res.Offering
}

// sold runs a successful sale: account 10 buys 300 tokens, account 11 100, of 600.
func (f *fixture) sold() (id uint64, denom string) {
	f.t.Helper()
	id, hash := f.openSale()
	f.bid(id, hash, account(10), 300_000)
	f.bid(id, hash, account(11), 100_000)
	f.endBlock(saleTime)
	require.Equal(f.t, types.OFFERING_STATUS_SUCCEEDED, f.offering(id).Status)
	return id, types.TokenDenom(f.offering(id).ModelId)
}

// collect collects an account's tokens.
func (f *fixture) collect(id uint64, owner sdk.AccAddress) sdk.Coins {
	f.t.Helper()
	res, err := f.msg.CollectAllocation(f.ctx, &types.MsgCollectAllocation{Sender: text(account(40)), OfferingId: id, Owner: text(owner)})
	require.NoError(f.t, err)
	return res.Collected
}

// spend spends everything that is left of an offering's treasury, which has vested, and nobody objects. It moves the
// clock by the window.
func (f *fixture) spend(id uint64, to sdk.AccAddress) sdk.Coin {
	f.t.Helper()
	o := f.offering(id)
	res, err := f.query.Offering(f.ctx, &types.QueryOfferingRequest{Id: id})
	require.NoError(f.t, err)
	left := res.Terms.Tokens(res.Terms.Part(res.Terms.TreasuryBps).Sub(o.Spent))
	proposed, err := f.msg.ProposeSpend(f.ctx, &types.MsgProposeSpend{
		Treasury: res.Terms.Treasury, ModelId: o.ModelId, Recipient: text(to), Amount: left, Note: "work",
	})
	require.NoError(f.t, err)
	f.ctx = f.ctx.WithBlockTime(proposed.DecideTime)
	paid, err := f.msg.ExecuteSpend(f.ctx, &types.MsgExecuteSpend{Sender: text(account(40)), SpendId: proposed.SpendId})
	require.NoError(f.t, err)
	return paid.Paid
}
