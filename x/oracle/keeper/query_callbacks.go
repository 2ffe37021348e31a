package keeper

import (
	"context"
	"encoding/binary"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/imochain/imod/x/oracle/types"
)

// Callback implements types.QueryServer.
func (q queryServer) Callback(ctx context.Context, req *types.QueryCallbackRequest) (*types.QueryCallbackResponse, error) {
	cb, err := q.k.Callback(ctx, req.Id)
	if err != nil {
		return nil, grpcError(err)
	}
	out, err := q.callback(ctx, cb)
	if err != nil {
		return nil, grpcError(err)
	}
	return &out, nil
}

// callback adds what holds for the next block.
func (q queryServer) callback(ctx context.Context, cb types.Callback) (types.QueryCallbackResponse, error) {
	out := types.QueryCallbackResponse{Callback: cb, GasPrice: sdk.NewCoin(types.FeeDenom, cb.GasPrice())}
	if cb.Status == types.CallbackStatus_CALLBACK_STATUS_READY {
		out.Turn = cb.Turn(sdk.UnwrapSDKContext(ctx).BlockHeight() + 1)
		courier, err := q.k.courierInTurn(ctx, cb, out.Turn)
		if err != nil {
			return out, err
		}
		if len(courier) != 0 {
			if out.Courier, err = q.k.addresses.BytesToString(courier); err != nil {
				return out, err
			}
		}
	}
	out.Premium = sdk.NewCoin(types.FeeDenom, cb.PremiumAt(out.Turn))
	return out, nil
}

// Callbacks implements types.QueryServer. The page key is the lapse height and the id to go on with.
func (q queryServer) Callbacks(ctx context.Context, req *types.QueryCallbacksRequest) (*types.QueryCallbacksResponse, error) {
	start, limit, err := pageStart(req.Pagination, 16)
	if err != nil {
		return nil, err
	}
	from := collections.Join(int64(0), uint64(0))
	if len(start) != 0 {
		from = collections.Join(int64(binary.BigEndian.Uint64(start)), binary.BigEndian.Uint64(start[8:])) //nolint:gosec // a height that we gave out
	}
	iter, err := q.k.readyCallbacks.Iterate(ctx, new(collections.Range[collections.Pair[int64, uint64]]).StartInclusive(from))
	if err != nil {
		return nil, grpcError(err)
	}
	keys, err := firstKeys(iter, limit+1)
	if err != nil {
		return nil, grpcError(err)
	}
	out := &types.QueryCallbacksResponse{Pagination: &query.PageResponse{}}
	for i, key := range keys {
		if i == limit {
			next := binary.BigEndian.AppendUint64(nil, uint64(key.K1())) //nolint:gosec // heights are positive
			out.Pagination.NextKey = binary.BigEndian.AppendUint64(next, key.K2())
			break
		}
		cb, err := q.k.callback(ctx, key.K2())
		if err != nil {
			return nil, grpcError(err)
		}
		full, err := q.callback(ctx, cb)
		if err != nil {
			return nil, grpcError(err)
		}
		out.Callbacks = append(out.Callbacks, full)
	}
	return out, nil
}

// Couriers implements types.QueryServer. The page key is the place to go on with.
func (q queryServer) Couriers(ctx context.Context, req *types.QueryCouriersRequest) (*types.QueryCouriersResponse, error) {
	start, limit, err := pageStart(req.Pagination, 8)
	if err != nil {
		return nil, err
	}
	var place uint64
	if len(start) != 0 {
		place = binary.BigEndian.Uint64(start)
	}
	count, err := q.k.courierCount(ctx)
	if err != nil {
		return nil, grpcError(err)
	}
	out := &types.QueryCouriersResponse{Pagination: &query.PageResponse{}}
	for ; place < count; place++ {
		if len(out.Couriers) == limit {
			out.Pagination.NextKey = binary.BigEndian.AppendUint64(nil, place)
			break
		}
		record, err := q.k.couriers.Get(ctx, place)
		if err != nil {
			return nil, grpcError(err)
		}
		out.Couriers = append(out.Couriers, record)
	}
	return out, nil
}

// Beacon implements types.QueryServer.
func (q queryServer) Beacon(ctx context.Context, _ *types.QueryBeaconRequest) (*types.QueryBeaconResponse, error) {
	b, err := q.k.beacon.Get(ctx)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryBeaconResponse{Beacon: b}, nil
}

// BeaconChain implements types.QueryServer.
func (q queryServer) BeaconChain(ctx context.Context, req *types.QueryBeaconChainRequest) (*types.QueryBeaconChainResponse, error) {
	address, err := q.consensusAddress(ctx, req.Address)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	chain, err := q.k.beaconChains.Get(ctx, address)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryBeaconChainResponse{Chain: chain}, nil
}

// pageStart reads a page request by key, of which only key and limit are supported.
func pageStart(page *query.PageRequest, keyBytes int) (key []byte, limit int, err error) {
	if page == nil {
		return nil, maxPage, nil
	}
	if page.Offset != 0 || page.CountTotal || page.Reverse {
		return nil, 0, status.Error(codes.InvalidArgument, "only key and limit are supported")
	}
	if len(page.Key) != 0 && len(page.Key) != keyBytes {
		return nil, 0, status.Errorf(codes.InvalidArgument, "page key has %d bytes, must have %d", len(page.Key), keyBytes)
	}
	limit = int(min(page.Limit, maxPage))
	if limit == 0 {
		limit = maxPage
	}
	return page.Key, limit, nil
}
