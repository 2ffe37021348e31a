package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/address"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/types"
)

func allocation(f *fixture, id uint64, addr sdk.AccAddress) *types.QueryAllocationResponse {
	f.t.Helper()
	res, err := f.query.Allocation(f.ctx, &types.QueryAllocationRequest{Id: id, Address: text(addr)})
	require.NoError(f.t, err)
	return res
}

func TestPlaceBid(t *testing.T) {
	t.Run("ok: buys at the price, takes the whole deposit into escrow", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		res := f.bid(id, hash, account(10), 1_000)
		require.EqualValues(t, 1, res.BidId)
		require.Equal(t, whole(1), res.Tokens.Amount)
		require.Equal(t, "1000aimo", res.Cost.String())
		require.Equal(t, "0aimo", res.Excess.String())
		require.EqualValues(t, 0, f.balance(account(10), aimo))
		require.EqualValues(t, 1_000, f.balance(types.OfferingAddress(id), aimo))
		f.invariants()
	})
	t.Run("ok: the last bid gets what is left and its excess back", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		f.bid(id, hash, account(10), 400_000)
		f.bid(id, hash, account(11), 199_999)
		res := f.bid(id, hash, account(12), 5_000)
		require.Equal(t, whole(1).QuoRaw(1_000), res.Tokens.Amount)
		require.Equal(t, "1aimo", res.Cost.String())
		require.Equal(t, "4999aimo", res.Excess.String())
		require.Equal(t, "4999aimo", allocation(f, id, account(12)).Refundable.String())
		f.invariants()
		f.fund(account(13), sdk.NewInt64Coin(aimo, 1_000))
		_, err := f.msg.PlaceBid(f.ctx, bidOf(id, hash, account(13), 1_000))
		require.ErrorIs(t, err, types.ErrSoldOut)
	})
	t.Run("ok: in the block of the start, before its end block", func(t *testing.T) {
		f := newFixture(t)
		msg := f.goodOffering(account(1), f.model(account(1), "a"))
		msg.StartTime = begin.Add(10 * time.Second)
		id, hash := f.offer(msg)
		f.fund(account(10), sdk.NewInt64Coin(aimo, 1_000))
		f.at(10*time.Second - 1)
		_, err := f.msg.PlaceBid(f.ctx, bidOf(id, hash, account(10), 1_000))
		require.ErrorIs(t, err, types.ErrOfferingNotOpen)
		f.at(10 * time.Second)
		_, err = f.msg.PlaceBid(f.ctx, bidOf(id, hash, account(10), 1_000))
		require.NoError(t, err)
		f.invariants()
		f.endBlock(10 * time.Second)
		require.Equal(t, types.OFFERING_STATUS_OPEN, f.offering(id).Status)
		f.invariants()
	})
	t.Run("ok: third-party bids have their own cap and leave the owner's alone", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		owner, stranger := account(10), account(11)
		f.fund(stranger, sdk.NewInt64Coin(aimo, 400_000))
		msg := bidOf(id, hash, stranger, 400_000)
		msg.Owner = text(owner)
		_, err := f.msg.PlaceBid(f.ctx, msg)
		require.NoError(t, err)
		f.fund(stranger, sdk.NewInt64Coin(aimo, 10))
		msg.Amount = sdk.NewInt64Coin(aimo, 10)
		_, err = f.msg.PlaceBid(f.ctx, msg)
		require.ErrorIs(t, err, types.ErrOwnerCap)
		require.ErrorContains(t, err, "third-party bids of "+text(owner)+" would be 400010aimo, allowed are 400000aimo")
		f.bid(id, hash, owner, 200_000)
		a := allocation(f, id, owner).Allocation
		require.Equal(t, math.NewInt(600_000), a.Deposited)
		require.Equal(t, math.NewInt(400_000), a.ThirdParty)
		f.invariants()
	})
}

// TestPlaceBidBadInput: each error names the thing, the limit and the value; no coin moves.
func TestPlaceBidBadInput(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(m *types.MsgPlaceBid)
		before func(f *fixture)
		want   error
		says   string
	}{
		"unknown offering":    {change: func(m *types.MsgPlaceBid) { m.OfferingId = 9 }, want: types.ErrOfferingNotFound, says: "offering 9"},
		"not an address":      {change: func(m *types.MsgPlaceBid) { m.Bidder = "x" }, want: types.ErrInvalidAddress, says: "bidder"},
		"owner of 32 bytes":   {change: func(m *types.MsgPlaceBid) { m.Owner = text(address.Module("a", []byte("b"))) }, want: types.ErrInvalidAddress, says: "32 bytes"},
		"owner is a module":   {change: func(m *types.MsgPlaceBid) { m.Owner = text(authtypes.NewModuleAddress("gov")) }, want: types.ErrRecipient, says: "blocked"},
		"wrong denom":         {change: func(m *types.MsgPlaceBid) { m.Amount = sdk.NewInt64Coin(usdc, 1_000) }, want: types.ErrInvalidCoin, says: `amount has denom "uusdc", must be "aimo"`},
		"below the minimum":   {change: func(m *types.MsgPlaceBid) { m.Amount = sdk.NewInt64Coin(aimo, 9) }, want: types.ErrBelowMinimum, says: "9aimo, must be at least 10aimo"},
		"zero":                {change: func(m *types.MsgPlaceBid) { m.Amount = sdk.NewInt64Coin(aimo, 0) }, want: types.ErrInvalidCoin, says: "amount is 0"},
		"negative":            {change: func(m *types.MsgPlaceBid) { m.Amount = sdk.Coin{Denom: aimo, Amount: math.NewInt(-5)} }, want: types.ErrInvalidCoin, says: "-5"},
		"no amount":           {change: func(m *types.MsgPlaceBid) { m.Amount = sdk.Coin{Denom: aimo} }, want: types.ErrInvalidCoin, says: "missing"},
		"over the bound":      {change: func(m *types.MsgPlaceBid) { m.Amount = sdk.NewCoin(aimo, types.MaxAmount().AddRaw(1)) }, want: types.ErrInvalidCoin, says: "2^120"},
		"over the cap":        {change: func(m *types.MsgPlaceBid) { m.Amount = sdk.NewInt64Coin(aimo, 400_001) }, want: types.ErrOwnerCap, says: "would be 400001aimo, allowed are 400000aimo"},
		"over the cap in two": {before: func(f *fixture) { f.bid(1, f.offering(1).TermsHash, account(10), 399_500) }, want: types.ErrOwnerCap, says: "would be 400500aimo"},
		"price above limit":   {change: func(m *types.MsgPlaceBid) { m.MaxPrice = math.NewInt(999) }, want: types.ErrMaxPrice, says: "max_price is 999, the offering's price is 1000"},
		"no limit":            {change: func(m *types.MsgPlaceBid) { m.MaxPrice = math.Int{} }, want: types.ErrInvalidCoin, says: "max_price is missing"},
		"other terms":         {change: func(m *types.MsgPlaceBid) { m.TermsHash = hash("other") }, want: types.ErrTermsHash, says: hash("other")},
		"no terms":            {change: func(m *types.MsgPlaceBid) { m.TermsHash = "" }, want: types.ErrTermsHash},
		"ended":               {before: func(f *fixture) { f.at(saleTime) }, want: types.ErrOfferingNotOpen, says: "ended at 2030-01-01T00:16:40Z"},
		"settled":             {before: func(f *fixture) { f.endBlock(saleTime) }, want: types.ErrOfferingNotOpen, says: "OFFERING_STATUS_FAILED"},
		"paused":              {before: func(f *fixture) { f.pause() }, want: types.ErrPaused},
		"too many bids": {before: func(f *fixture) {
			for range book.MaxBidsPerOwner {
				f.bid(1, f.offering(1).TermsHash, account(10), 10)
			}
		}, want: types.ErrTooManyBids, says: "64 standing own bids, allowed are 64"},
	} {
		t.Run("fails: "+name, func(t *testing.T) {
			f := newFixture(t)
			id, hash := f.openSale()
			f.fund(account(10), sdk.NewInt64Coin(aimo, 1_000_000), sdk.NewInt64Coin(usdc, 1_000_000))
			if tc.before != nil {
				tc.before(f)
			}
			before, held := f.export(), f.bank.GetAllBalances(f.ctx, account(10))
			msg := bidOf(id, hash, account(10), 1_000)
			if tc.change != nil {
				tc.change(msg)
			}
			_, err := f.msg.PlaceBid(f.ctx, msg)
			require.ErrorIs(t, err, tc.want)
			require.ErrorContains(t, err, tc.says)
			require.Equal(t, before, f.export())
			require.Equal(t, held, f.bank.GetAllBalances(f.ctx, account(10)))
		})
	}
	t.Run("fails: bidder without money", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		_, err := f.msg.PlaceBid(f.ctx, bidOf(id, hash, account(10), 1_000))
		require.ErrorContains(t, err, "insufficient funds")
	})
	t.Run("fails: the owner is the escrow", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		msg := bidOf(id, hash, account(10), 1_000)
		msg.Owner = text(types.OfferingAddress(id))
		_, err := f.msg.PlaceBid(f.ctx, msg)
		require.ErrorIs(t, err, types.ErrRecipient)
	})
}

func TestCancelBid(t *testing.T) {
	cancel := func(f *fixture, by sdk.AccAddress, id, bid uint64) (*types.MsgCancelBidResponse, error) {
		return f.msg.CancelBid(f.ctx, &types.MsgCancelBid{Owner: text(by), OfferingId: id, BidId: bid})
	}
	t.Run("ok: the owner is refunded, whoever paid", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		f.fund(account(11), sdk.NewInt64Coin(aimo, 1_000))
		msg := bidOf(id, hash, account(11), 1_000)
		msg.Owner = text(account(10))
		res, err := f.msg.PlaceBid(f.ctx, msg)
		require.NoError(t, err)
		_, err = cancel(f, account(11), id, res.BidId)
		require.ErrorIs(t, err, types.ErrNotOwner)
		back, err := cancel(f, account(10), id, res.BidId)
		require.NoError(t, err)
		require.Equal(t, "1000aimo", back.Refund.String())
		require.EqualValues(t, 1_000, f.balance(account(10), aimo))
		require.True(t, f.offering(id).Deposited.IsZero())
		f.invariants()
		_, err = cancel(f, account(10), id, res.BidId)
		require.ErrorIs(t, err, types.ErrBidNotFound)
	})
	t.Run("ok: excess that was collected before is not paid twice", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		f.bid(id, hash, account(10), 400_000)
		f.bid(id, hash, account(11), 199_000)
		full := f.bid(id, hash, account(12), 5_000) // buys for 1,000
		_, err := f.msg.CollectRefund(f.ctx, &types.MsgCollectRefund{Sender: text(account(12)), OfferingId: id})
		require.NoError(t, err)
		require.EqualValues(t, 4_000, f.balance(account(12), aimo))
		back, err := cancel(f, account(12), id, full.BidId)
		require.NoError(t, err)
		require.Equal(t, "1000aimo", back.Refund.String())
		require.EqualValues(t, 5_000, f.balance(account(12), aimo))
		f.invariants()
	})
	t.Run("fails: at the deadline, settled, unknown", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		res := f.bid(id, hash, account(10), 1_000)
		_, err := cancel(f, account(10), 9, 1)
		require.ErrorIs(t, err, types.ErrOfferingNotFound)
		_, err = cancel(f, account(10), id, 2)
		require.ErrorIs(t, err, types.ErrBidNotFound)
		f.at(500 * time.Second)
		_, err = cancel(f, account(10), id, res.BidId)
		require.ErrorIs(t, err, types.ErrCancelDeadline)
		f.endBlock(saleTime)
		_, err = cancel(f, account(10), id, res.BidId)
		require.ErrorIs(t, err, types.ErrOfferingNotOpen)
	})
}

// TestPaymentCountedOnce: n bids by one account, with one payment each, give an escrow of exactly their sum; a bid
// that the account cannot pay once more fails however the others were paid.
func TestPaymentCountedOnce(t *testing.T) {
	f := newFixture(t)
	id, hash := f.openSale()
	bidder := account(10)
	f.fund(bidder, sdk.NewInt64Coin(aimo, 50_500))
	sum := int64(0)
	for i := range int64(50) {
		_, err := f.msg.PlaceBid(f.ctx, bidOf(id, hash, bidder, 1_000+i%3))
		require.NoError(t, err)
		sum += 1_000 + i%3
		require.EqualValues(t, sum, f.balance(types.OfferingAddress(id), aimo))
	}
	require.Equal(t, math.NewInt(sum), f.offering(id).Deposited)
	_, err := f.branch(t).msg.PlaceBid(f.ctx, bidOf(id, hash, bidder, 1_000))
	require.ErrorContains(t, err, "insufficient funds")
}

// TestAmountBounds: 2^120 is taken where it may be, one more is not, and nothing overflows on the way.
func TestAmountBounds(t *testing.T) {
	f := newFixture(t)
	creator := account(1)
	most := types.MaxAmount()
	msg := f.goodOffering(creator, f.model(creator, "big"))
	msg.TotalSupply.Amount = most.QuoRaw(10_000).MulRaw(10_000)
	msg.SaleBps, msg.ContributorsBps, msg.TreasuryBps = 9_000, 500, 500
	msg.Price = types.OneToken() // one for one
	msg.SoftCap, msg.MinBid, msg.OwnerCap = sdk.NewCoin(aimo, most.QuoRaw(2)), sdk.NewInt64Coin(aimo, 1_000_000), sdk.NewCoin(aimo, most)
	id, hash := f.offer(msg)
	f.fund(account(10), sdk.NewCoin(aimo, most))
	bid := bidOf(id, hash, account(10), 0)
	bid.Amount, bid.MaxPrice = sdk.NewCoin(aimo, most), most
	res, err := f.msg.PlaceBid(f.ctx, bid)
	require.NoError(t, err)
	require.Equal(t, msg.TotalSupply.Amount.MulRaw(9).QuoRaw(10), res.Tokens.Amount)
	f.fund(account(11), sdk.NewInt64Coin(aimo, 1_000_000))
	bid = bidOf(id, hash, account(11), 1_000_000)
	bid.MaxPrice = most
	_, err = f.msg.PlaceBid(f.ctx, bid)
	require.ErrorIs(t, err, types.ErrLimit, "the sum of deposits is bounded too")
	f.endBlock(saleTime)
	denom := types.TokenDenom(f.offering(id).ModelId)
	f.collect(id, account(10))
	half := sdk.NewCoin(denom, res.Tokens.Amount.QuoRaw(2))
	_, err = f.msg.Exit(f.ctx, &types.MsgExit{Holder: text(account(10)), Amount: half})
	require.NoError(t, err)
	f.endBlock(saleTime + exitTime)
	_, err = f.msg.ReleaseProceeds(f.ctx, &types.MsgReleaseProceeds{Sender: text(creator), OfferingId: id})
	require.NoError(t, err)
	f.at(saleTime + exitTime + 500*time.Second)
	f.collect(id, creator)
	f.invariants()
}
