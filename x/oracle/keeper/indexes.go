package keeper

import (
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
	requester *indexes.Multi[sdk.AccAddress, uint64, types.Request]
	model     *indexes.Multi[uint64, uint64, types.Request]
	status    *indexes.Multi[uint32, uint64, types.Request]
}

// IndexesList implements collections.Indexes.
func (i requestIndexes) IndexesList() []collections.Index[uint64, types.Request] {
	return []collections.Index[uint64, types.Request]{i.requester, i.model, i.status}
}

func newRequestIndexes(sb *collections.SchemaBuilder, addresses address.Codec) requestIndexes {
	return requestIndexes{
		requester: indexes.NewMulti(sb, types.RequestsByRequesterPrefix, "requests_by_requester",
			sdk.AccAddressKey, collections.Uint64Key,
			func(_ uint64, r types.Request) (sdk.AccAddress, error) { return addresses.StringToBytes(r.Requester) }),
		model: indexes.NewMulti(sb, types.RequestsByModelPrefix, "requests_by_model",
			collections.Uint64Key, collections.Uint64Key,
			func(_ uint64, r types.Request) (uint64, error) { return r.ModelId, nil }),
		status: indexes.NewMulti(sb, types.RequestsByStatusPrefix, "requests_by_status",
			collections.Uint32Key, collections.Uint64Key,
			func(_ uint64, r types.Request) (uint32, error) { return uint32(r.Status), nil }),
	}
}
