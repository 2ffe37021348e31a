package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/imochain/imod/x/imo/types"
)

func requireCode(t *testing.T, err error, code codes.Code) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, code, status.Code(err), err)
}

func TestQueryModels(t *testing.T) {
	f := newFixture(t)
	for i := range 105 {
		f.model(account(byte(1+i%2)), fmt.Sprint("m", i))
	}
	res, err := f.query.Models(f.ctx, &types.QueryModelsRequest{Pagination: &query.PageRequest{Limit: 1_000, CountTotal: true}})
	require.NoError(t, err)
	require.Len(t, res.Models, 100)
	res, err = f.query.Models(f.ctx, &types.QueryModelsRequest{Pagination: &query.PageRequest{Key: res.Pagination.NextKey}})
	require.NoError(t, err)
	require.Len(t, res.Models, 5)
	require.EqualValues(t, 105, res.Models[4].Id)
	res, err = f.query.Models(f.ctx, &types.QueryModelsRequest{Creator: text(account(2)), Pagination: &query.PageRequest{Limit: 50}})
	require.NoError(t, err)
	require.Len(t, res.Models, 50)
	res, err = f.query.Models(f.ctx, &types.QueryModelsRequest{Creator: text(account(2)), Pagination: &query.PageRequest{Key: res.Pagination.NextKey}})
	require.NoError(t, err)
	require.Len(t, res.Models, 2)
	_, err = f.query.Models(f.ctx, &types.QueryModelsRequest{Creator: "x"})
	requireCode(t, err, codes.InvalidArgument)
	_, err = f.query.Models(f.ctx, &types.QueryModelsRequest{Pagination: &query.PageRequest{Offset: 10_001}})
	requireCode(t, err, codes.InvalidArgument)

	version, err := f.query.Version(f.ctx, &types.QueryVersionRequest{Id: 3})
	require.NoError(t, err)
	require.EqualValues(t, 1, version.Version.Version)
	require.Equal(t, draft(account(1), "m2").Encode(), version.Manifest)
	for _, err := range []error{
		second(f.query.Model(f.ctx, &types.QueryModelRequest{Id: 999})),
		second(f.query.Version(f.ctx, &types.QueryVersionRequest{Id: 3, Version: 2})),
		second(f.query.Offering(f.ctx, &types.QueryOfferingRequest{Id: 1})),
		second(f.query.Bids(f.ctx, &types.QueryBidsRequest{Id: 1})),
		second(f.query.Clearing(f.ctx, &types.QueryClearingRequest{Id: 1})),
		second(f.query.Allocation(f.ctx, &types.QueryAllocationRequest{Id: 1, Address: text(account(1))})),
		second(f.query.Vesting(f.ctx, &types.QueryVestingRequest{Id: 3})),
		second(f.query.Vesting(f.ctx, &types.QueryVestingRequest{Id: 999})),
	} {
		requireCode(t, err, codes.NotFound)
	}
}

func second[T any](_ T, err error) error { return err }

func TestQueryOffering(t *testing.T) {
	f := newFixture(t)
	id, hash := f.openSale()
	for range 60 {
		f.bid(id, hash, account(10), 1_000)
		f.bid(id, hash, account(11), 500)
	}
	f.fund(account(12), sdk.NewInt64Coin(aimo, 60_000))
	for range 60 {
		msg := bidOf(id, hash, account(12), 1_000)
		msg.Owner = text(account(10))
		_, err := f.msg.PlaceBid(f.ctx, msg)
		require.NoError(t, err)
	}
	bids, err := f.query.Bids(f.ctx, &types.QueryBidsRequest{Id: id, Pagination: &query.PageRequest{Limit: 7}})
	require.NoError(t, err)
	require.Len(t, bids.Bids, 7)
	bids, err = f.query.Bids(f.ctx, &types.QueryBidsRequest{Id: id, Pagination: &query.PageRequest{Key: bids.Pagination.NextKey, Limit: 1}})
	require.NoError(t, err)
	require.EqualValues(t, 8, bids.Bids[0].Id)

	own, err := f.query.Bids(f.ctx, &types.QueryBidsRequest{Id: id, Owner: text(account(10))})
	require.NoError(t, err)
	require.Len(t, own.Bids, 100)
	rest, err := f.query.Bids(f.ctx, &types.QueryBidsRequest{Id: id, Owner: text(account(10)), Pagination: &query.PageRequest{Key: own.Pagination.NextKey}})
	require.NoError(t, err)
	require.Len(t, rest.Bids, 20)
	require.Empty(t, rest.Pagination.NextKey)
	for _, b := range append(own.Bids, rest.Bids...) {
		require.Equal(t, text(account(10)), b.Owner)
	}
	_, err = f.query.Bids(f.ctx, &types.QueryBidsRequest{Id: id, Owner: text(account(10)), Pagination: &query.PageRequest{Key: []byte{1}}})
	requireCode(t, err, codes.InvalidArgument)

	clearing, err := f.query.Clearing(f.ctx, &types.QueryClearingRequest{Id: id})
	require.NoError(t, err)
	require.Equal(t, types.OFFERING_STATUS_OPEN, clearing.Status)
	require.Equal(t, "1000", clearing.Price.String())
	require.Equal(t, "150000aimo", clearing.Proceeds.String())
	require.Equal(t, whole(150), clearing.Sold.Amount)
	require.Equal(t, whole(450), clearing.Remaining.Amount)
	require.True(t, clearing.SoftCapMet)
	require.Len(t, clearing.Book, 1)
	require.EqualValues(t, 180, clearing.Book[0].Bids)

	f.endBlock(saleTime)
	require.Equal(t, whole(120), allocation(f, id, account(10)).Collectable.Amount)
	f.at(saleTime + exitTime + time.Second)
	_, err = f.msg.ReleaseProceeds(f.ctx, &types.MsgReleaseProceeds{Sender: text(account(1)), OfferingId: id, Recipient: text(account(1))})
	require.NoError(t, err)
	require.Equal(t, "36750aimo", allocation(f, id, account(2)).ProceedsDue.String())
	require.Equal(t, "0aimo", allocation(f, id, account(1)).ProceedsDue.String())

	offerings, err := f.query.Offerings(f.ctx, &types.QueryOfferingsRequest{})
	require.NoError(t, err)
	require.Len(t, offerings.Offerings, 1)
	offerings, err = f.query.Offerings(f.ctx, &types.QueryOfferingsRequest{ModelId: f.offering(id).ModelId})
	require.NoError(t, err)
	require.Len(t, offerings.Offerings, 1)
	offerings, err = f.query.Offerings(f.ctx, &types.QueryOfferingsRequest{ModelId: 77})
	require.NoError(t, err)
	require.Empty(t, offerings.Offerings)
}
