package keeper_test

import (
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// batchOf turns goodOffering into a BATCH from 1,000 to 10,000 aimo a token.
func batchOf(msg *types.MsgCreateOffering) *types.MsgCreateOffering {
	hardCap := sdk.NewInt64Coin(aimo, 6_000_000)
	msg.Kind, msg.HardCap, msg.TickBps = types.OFFERING_KIND_BATCH, &hardCap, 1_000
	msg.OwnerCap = sdk.NewInt64Coin(aimo, 6_000_000)
	return msg
}

// openKind opens goodOffering as another kind.
func (f *fixture) openKind(kind types.OfferingKind) (uint64, string) {
	f.t.Helper()
	msg := f.goodOffering(account(1), f.model(account(1), "sale"))
	if msg.Kind = kind; kind == types.OFFERING_KIND_BATCH {
		batchOf(msg)
	}
	return f.offer(msg)
}

// bidAt funds a bidder and bids with a maximum price.
func (f *fixture) bidAt(id uint64, termsHash string, bidder sdk.AccAddress, amount, maxPrice int64) *types.MsgPlaceBidResponse {
	f.t.Helper()
	f.fund(bidder, sdk.NewInt64Coin(aimo, amount))
	msg := bidOf(id, termsHash, bidder, amount)
	msg.MaxPrice = math.NewInt(maxPrice)
	res, err := f.msg.PlaceBid(f.ctx, msg)
	require.NoError(f.t, err)
	return res
}

func (f *fixture) allocation(id uint64, owner sdk.AccAddress) *types.QueryAllocationResponse {
	f.t.Helper()
	res, err := f.query.Allocation(f.ctx, &types.QueryAllocationRequest{Id: id, Address: text(owner)})
	require.NoError(f.t, err)
	return res
}

func (f *fixture) clearing(id uint64) *types.QueryClearingResponse {
	f.t.Helper()
	res, err := f.query.Clearing(f.ctx, &types.QueryClearingRequest{Id: id})
	require.NoError(f.t, err)
	return res
}

// TestBatch: a book from the first bid to the last claim, with figures that can be checked by hand.
func TestBatch(t *testing.T) {
	f := newFixture(t)
	id, hash := f.openKind(types.OFFERING_KIND_BATCH)

	low := f.bidAt(id, hash, account(10), 300_000, 1_000) // floor
	require.Equal(t, "1000", low.TickPrice.String())
	require.True(t, low.Tokens.IsZero() && low.Cost.IsZero() && low.Excess.IsZero(), "only the end can tell")
	mid := f.bidAt(id, hash, account(11), 660_000, 1_150) // stands on the tick 1,100
	require.Equal(t, "1100", mid.TickPrice.String())
	f.bidAt(id, hash, account(12), 330_000, 5_000)
	require.Equal(t, "1100", f.clearing(id).Price.String(), "330,000 above do not pay 660,000, with 660,000 at the tick they do")
	require.Len(t, f.clearing(id).Book, 3)
	before := f.allocation(id, account(11))
	require.Equal(t, "330000", before.ExpectedCost.Amount.String(), "half of the deposit at the margin")
	_, err := f.msg.CollectRefund(f.ctx, &types.MsgCollectRefund{Sender: text(account(11)), OfferingId: id})
	require.ErrorIs(t, err, types.ErrNothingToCollect, "a deposit that only the end can judge is no excess")

	f.bidAt(id, hash, account(13), 1_000_000, 9_000)
	_, err = f.msg.CancelBid(f.ctx, &types.MsgCancelBid{Owner: text(account(13)), OfferingId: id, BidId: 4})
	require.NoError(t, err)
	require.EqualValues(t, 1_000_000, f.balance(account(13), aimo))
	f.invariants()

	f.endBlock(saleTime)
	o := f.offering(id)
	require.Equal(t, types.OFFERING_STATUS_SUCCEEDED, o.Status)
	require.Equal(t, "660000", o.Proceeds.String())
	require.Equal(t, whole(600).String(), o.Sold.String())
	require.Equal(t, "1100", o.ClearingPrice.String())
	for _, tc := range []struct {
		owner        byte
		refund, cost int64
		tokens       math.Int
	}{{10, 300_000, 0, math.ZeroInt()}, {11, 330_000, 330_000, whole(300)}, {12, 0, 330_000, whole(300)}} {
		got := f.allocation(id, account(tc.owner))
		require.Equal(t, tc.refund, got.Refundable.Amount.Int64(), tc.owner)
		require.Equal(t, tc.cost, got.Allocation.Cost.Int64())
		require.Equal(t, tc.tokens.String(), got.Collectable.Amount.String())
		if tc.refund > 0 {
			_, err = f.msg.CollectRefund(f.ctx, &types.MsgCollectRefund{Sender: text(account(40)), OfferingId: id, Owner: text(account(tc.owner))})
			require.NoError(t, err)
			require.Equal(t, tc.refund, f.balance(account(tc.owner), aimo))
		}
	}
	require.Equal(t, whole(300).String(), f.collect(id, account(11)).AmountOf(types.TokenDenom(1)).String())
	f.invariants()

	history, err := f.query.History(f.ctx, &types.QueryHistoryRequest{Address: text(account(11))})
	require.NoError(t, err)
	require.Len(t, history.Entries, 1)
	require.Equal(t, whole(300).String(), history.Entries[0].Bid.Tokens.String())
}

// fill places n bids from as many owners at pseudo-random prices.
func (f *fixture) fill(id uint64, hash string, n int) {
	f.t.Helper()
	state := uint64(7)
	for i := range n {
		state = state*6364136223846793005 + 1442695040888963407
		owner := account(0)
		owner[18], owner[19] = byte(i>>8), byte(i)
		f.bidAt(id, hash, owner, 1_000+int64(state>>50), 1_000+int64(state>>32)%4_000)
	}
}

// TestClearingInterrupted: a clearing in one go, one by messages of anyone, and one that is exported and imported in the
// middle end in the same state.
func TestClearingInterrupted(t *testing.T) {
	base := newFixture(t)
	id, hash := base.openKind(types.OFFERING_KIND_BATCH)
	base.fill(id, hash, 450)

	whole := base.branch(t)
	whole.endBlock(saleTime)
	require.Equal(t, types.OFFERING_STATUS_SUCCEEDED, whole.offering(id).Status)
	want, err := whole.keeper.ExportGenesis(whole.ctx)
	require.NoError(t, err)

	pieces := base.branch(t)
	pieces.at(saleTime)
	for i, status := range []types.OfferingStatus{types.OFFERING_STATUS_CLEARING, types.OFFERING_STATUS_CLEARING, types.OFFERING_STATUS_SUCCEEDED} {
		require.NoError(t, pieces.keeper.CheckInvariants(pieces.ctx))
		res, err := finalize(pieces, id)
		require.NoError(t, err)
		require.Equal(t, status, res.Status, "call %d", i)
		if i == 0 {
			_, err = pieces.msg.CancelBid(pieces.ctx, &types.MsgCancelBid{Owner: text(account(0)), OfferingId: id, BidId: 1})
			require.ErrorIs(t, err, types.ErrOfferingNotOpen)
			g, err := pieces.keeper.ExportGenesis(pieces.ctx)
			require.NoError(t, err)
			require.NoError(t, g.Validate())
			require.NoError(t, pieces.keeper.InitGenesis(pieces.ctx, *g))
		}
	}
	got, err := pieces.keeper.ExportGenesis(pieces.ctx)
	require.NoError(t, err)
	require.Equal(t, want, got)
	_, err = finalize(pieces, id)
	require.ErrorIs(t, err, types.ErrOfferingSettled)
}

// TestLateBid: in the last moments a bid that moves the price extends the end, a bounded number of times; one that moves
// nothing does not.
func TestLateBid(t *testing.T) {
	f := newFixture(t)
	id, hash := f.openKind(types.OFFERING_KIND_BATCH)
	f.bidAt(id, hash, account(10), 700_000, 2_000)
	early := f.offering(id).EndTime
	f.at(saleTime - 31*time.Second)
	f.bidAt(id, hash, account(11), 700_000, 4_000)
	require.Equal(t, early, f.offering(id).EndTime, "not late yet")
	for i := range 5 {
		end := f.offering(id).EndTime
		f.ctx = f.ctx.WithBlockTime(end.Add(-time.Second))
		f.bidAt(id, hash, account(13), 20, 1_000)
		require.Equal(t, end, f.offering(id).EndTime, "a bid below the margin moves nothing")
		f.bidAt(id, hash, account(12), 600_000, 9_000)
		if i < 3 {
			end = end.Add(30 * time.Second)
		}
		require.Equal(t, end, f.offering(id).EndTime, "bid %d", i)
		f.invariants()
	}
	require.EqualValues(t, 3, f.offering(id).Extensions)
	f.endBlock(saleTime)
	require.Equal(t, types.OFFERING_STATUS_OPEN, f.offering(id).Status, "the queue knows the new end")
	f.endBlock(saleTime + 90*time.Second)
	require.Equal(t, types.OFFERING_STATUS_SUCCEEDED, f.offering(id).Status)
}

// allowList is a list of two accounts.
func allowList(f *fixture, id uint64, a, b sdk.AccAddress, limit int64) (root string, first, second *types.Allowance) {
	first, second = &types.Allowance{Cap: math.NewInt(limit)}, &types.Allowance{Cap: math.NewInt(2 * limit)}
	l, r := first.Leaf(f.ctx.ChainID(), id, a), second.Leaf(f.ctx.ChainID(), id, b)
	first.Proof, second.Proof = [][]byte{r}, [][]byte{l}
	return hex.EncodeToString(types.AllowNode(l, r)), first, second
}

func TestAllowList(t *testing.T) {
	f := newFixture(t)
	msg := f.goodOffering(account(1), f.model(account(1), "sale"))
	root, first, second := allowList(f, 1, account(10), account(11), 1_000)
	msg.AllowRoot = root
	_, err := f.msg.CreateOffering(f.ctx, msg)
	require.ErrorIs(t, err, types.ErrExpectedID, "leaves name an id that creation must give")
	msg.ExpectedId = 2
	_, err = f.msg.CreateOffering(f.ctx, msg)
	require.ErrorIs(t, err, types.ErrExpectedID)
	msg.ExpectedId = 1
	f = newFixture(t)
	f.model(account(1), "sale")
	id, hash := f.offer(msg)

	place := func(owner sdk.AccAddress, amount int64, allowance *types.Allowance) error {
		f.fund(account(12), sdk.NewInt64Coin(aimo, amount))
		bid := bidOf(id, hash, account(12), amount)
		bid.Owner, bid.Allowance = text(owner), allowance
		_, err := f.msg.PlaceBid(f.ctx, bid)
		return err
	}
	forged := *first
	forged.Cap = math.NewInt(1 << 40)
	long := *first
	long.Proof = make([][]byte, 33)
	short := *first
	short.Proof = [][]byte{{1}}
	for name, tc := range map[string]struct {
		owner     sdk.AccAddress
		amount    int64
		allowance *types.Allowance
		want      error
	}{
		"fails: no proof":              {account(10), 100, nil, types.ErrNotAllowed},
		"fails: another's proof":       {account(11), 100, first, types.ErrNotAllowed},
		"fails: a cap of one's own":    {account(10), 100, &forged, types.ErrNotAllowed},
		"fails: a proof too long":      {account(10), 100, &long, types.ErrNotAllowed},
		"fails: a sibling cut short":   {account(10), 100, &short, types.ErrNotAllowed},
		"fails: over the leaf's cap":   {account(10), 1_001, first, types.ErrOwnerCap},
		"fails: a stranger":            {account(13), 100, second, types.ErrNotAllowed},
		"fails: negative cap":          {account(10), 100, &types.Allowance{Cap: math.NewInt(-1)}, types.ErrInvalidCoin},
		"fails: over the leaf's cap 2": {account(11), 2_001, second, types.ErrOwnerCap},
	} {
		t.Run(name, func(t *testing.T) {
			before := f.offering(id)
			require.ErrorIs(t, place(tc.owner, tc.amount, tc.allowance), tc.want)
			require.Equal(t, before, f.offering(id))
		})
	}
	require.NoError(t, place(account(10), 1_000, first))
	require.NoError(t, place(account(11), 2_000, second))

	plain := newFixture(t)
	id, hash = plain.openSale()
	plain.fund(account(12), sdk.NewInt64Coin(aimo, 100))
	bid := bidOf(id, hash, account(12), 100)
	bid.Allowance = first
	_, err = plain.msg.PlaceBid(plain.ctx, bid)
	require.ErrorIs(t, err, types.ErrNotAllowed, "a list that is not there")
}
