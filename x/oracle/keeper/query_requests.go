package keeper

import (
	"context"
	"encoding/binary"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/imochain/imod/x/oracle/types"
)

const (
	// maxPage is the most requests of one page.
	maxPage = 100
	// maxPageBytes ends a page of long inputs early.
	maxPageBytes = 2 << 20
	// maxScan bounds the records that one page looks at when filters leave few of them.
	maxScan = 2000
)

// Requests implements types.QueryServer. It walks the index of one filter and checks the others on
// each record. The page key is the id to go on with; offsets and totals are not offered, because
// their cost grows with the list.
func (q queryServer) Requests(ctx context.Context, req *types.QueryRequestsRequest) (*types.QueryRequestsResponse, error) {
	page := req.Pagination
	if page == nil {
		page = &query.PageRequest{}
	}
	if page.Offset != 0 || page.CountTotal || page.Reverse {
		return nil, status.Error(codes.InvalidArgument, "only key and limit are supported")
	}
	limit := int(min(page.Limit, maxPage))
	if limit == 0 {
		limit = maxPage
	}
	start := uint64(1)
	if len(page.Key) > 0 {
		if len(page.Key) != 8 {
			return nil, status.Error(codes.InvalidArgument, "page key has 8 bytes")
		}
		start = binary.BigEndian.Uint64(page.Key)
	}
	var requester sdk.AccAddress
	if req.Requester != "" {
		var err error
		if requester, err = q.k.account("requester", req.Requester); err != nil {
			return nil, grpcError(err)
		}
		if req.Requester, err = q.k.addresses.BytesToString(requester); err != nil {
			return nil, grpcError(err)
		}
	}
	ids, more, err := q.requestIDs(ctx, req, requester, start)
	if err != nil {
		return nil, grpcError(err)
	}
	out := &types.QueryRequestsResponse{Pagination: &query.PageResponse{}}
	size := 0
	for _, id := range ids {
		r, err := q.k.Request(ctx, id)
		if errors.Is(err, types.ErrRequestNotFound) {
			continue // ids may have gaps after an import
		}
		if err != nil {
			return nil, grpcError(err)
		}
		if req.ModelId != 0 && r.ModelId != req.ModelId || requester != nil && r.Requester != req.Requester ||
			req.Status != types.RequestStatus_REQUEST_STATUS_UNSPECIFIED && r.Status != req.Status {
			continue
		}
		if len(out.Requests) == limit || size > maxPageBytes {
			more = id
			break
		}
		r.Output = nil
		size += len(r.Input)
		out.Requests = append(out.Requests, r)
	}
	if more != 0 {
		out.Pagination.NextKey = binary.BigEndian.AppendUint64(nil, more)
	}
	return out, nil
}

// requestIDs reads at most maxScan ids from start on, from the index that fits the filters best, and
// the id to go on with if there are more.
func (q queryServer) requestIDs(
	ctx context.Context, req *types.QueryRequestsRequest, requester sdk.AccAddress, start uint64,
) (ids []uint64, more uint64, err error) {
	take := func(id uint64) bool {
		if len(ids) == maxScan {
			more = id
			return true
		}
		ids = append(ids, id)
		return false
	}
	index := q.k.requests.Indexes
	switch {
	case requester != nil:
		err = index.requester.Walk(ctx, collections.NewPrefixedPairRange[sdk.AccAddress, uint64](requester).StartInclusive(start),
			func(_ sdk.AccAddress, id uint64) (bool, error) { return take(id), nil })
	case req.ModelId != 0:
		err = index.model.Walk(ctx, collections.NewPrefixedPairRange[uint64, uint64](req.ModelId).StartInclusive(start),
			func(_ uint64, id uint64) (bool, error) { return take(id), nil })
	case req.Status != types.RequestStatus_REQUEST_STATUS_UNSPECIFIED:
		err = index.status.Walk(ctx, collections.NewPrefixedPairRange[uint32, uint64](uint32(req.Status)).StartInclusive(start),
			func(_ uint32, id uint64) (bool, error) { return take(id), nil })
	default:
		var totals types.Totals
		if totals, err = q.k.getTotals(ctx); err != nil {
			return nil, 0, err
		}
		for id := max(start, 1); id <= totals.LastRequestId; id++ {
			if take(id) {
				break
			}
		}
	}
	return ids, more, err
}
