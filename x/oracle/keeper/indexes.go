package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/collections/indexes"
	"cosmossdk.io/core/address"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

type (
	// openKey is (deadline, kind, id): the order of the work list and of expiry.
	openKey = collections.Triple[int64, uint32, uint64]
	// bindingKey is (kind, id, consensus address).
	bindingKey = collections.Triple[uint32, uint64, sdk.ConsAddress]
)

// requestIndexes are the second ways to a request.
type requestIndexes struct {
	requester requestIndex[sdk.AccAddress]
	model     requestIndex[uint64]
	status    requestIndex[uint32]
}

// requestIndex is an index by one field of a request. A change of other fields does not touch it: a
// block may close 150 requests, whose requester and model stay.
type requestIndex[R any] struct {
	*indexes.Multi[R, uint64, types.Request]
	same func(a, b types.Request) bool
}

// Reference implements collections.Index.
func (i requestIndex[R]) Reference(ctx context.Context, id uint64, value types.Request, old func() (types.Request, error)) error {
	if before, err := old(); err == nil && i.same(before, value) {
		return nil
	}
	return i.Multi.Reference(ctx, id, value, old)
}

// IndexesList implements collections.Indexes.
func (i requestIndexes) IndexesList() []collections.Index[uint64, types.Request] {
	return []collections.Index[uint64, types.Request]{i.requester, i.model, i.status}
}

func newRequestIndexes(sb *collections.SchemaBuilder, addresses address.Codec) requestIndexes {
	return requestIndexes{
		requester: requestIndex[sdk.AccAddress]{indexes.NewMulti(sb, types.RequestsByRequesterPrefix, "requests_by_requester",
			sdk.AccAddressKey, collections.Uint64Key,
			func(_ uint64, r types.Request) (sdk.AccAddress, error) { return addresses.StringToBytes(r.Requester) }),
			func(a, b types.Request) bool { return a.Requester == b.Requester }},
		model: requestIndex[uint64]{indexes.NewMulti(sb, types.RequestsByModelPrefix, "requests_by_model",
			collections.Uint64Key, collections.Uint64Key,
			func(_ uint64, r types.Request) (uint64, error) { return r.ModelId, nil }),
			func(a, b types.Request) bool { return a.ModelId == b.ModelId }},
		status: requestIndex[uint32]{indexes.NewMulti(sb, types.RequestsByStatusPrefix, "requests_by_status",
			collections.Uint32Key, collections.Uint64Key,
			func(_ uint64, r types.Request) (uint32, error) { return uint32(r.Status), nil }),
			func(a, b types.Request) bool { return a.Status == b.Status }},
	}
}
