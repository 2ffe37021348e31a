package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

// CreateBatch opens count requests of one model at once, whose inputs are packed by types.JoinBatch
// in in.Input, with one callback that waits for all of them. Their ids follow one another. It opens
// all of them or none.
func (k *Keeper) CreateBatch(ctx context.Context, in types.NewRequest, count uint64) ([]types.Request, error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	if count < 1 || count > uint64(params.MaxBatch) {
		return nil, types.ErrInvalidBatch.Wrapf("%d requests, must be 1 to %d", count, params.MaxBatch)
	}
	inputs, err := types.SplitBatch(in.Input, int(count))
	if err != nil {
		return nil, err
	}
	return k.createRequests(ctx, in, inputs)
}

// Finalized tells whether a request has its result; for the first of a batch with a callback,
// whether all of the batch have theirs.
func (k *Keeper) Finalized(ctx context.Context, id uint64) (bool, error) {
	r, err := k.Request(ctx, id)
	if err != nil || r.CallbackOf != id || !r.Final() {
		return r.Final(), err
	}
	cb, err := k.callback(ctx, id)
	return cb.Open == 0 && !cb.Expired, err
}

// estimateCallback returns what is prepaid for a callback of count requests of one shape.
func (k *Keeper) estimateCallback(
	ctx context.Context, params types.Params, modelID uint64, version uint32, gas, count, inputBytes, dataBytes uint64, store bool,
) (sdk.Coin, error) {
	if gas == 0 {
		return sdk.NewInt64Coin(types.FeeDenom, 0), nil
	}
	if gas > params.MaxCallbackGas || dataBytes > uint64(params.MaxCallbackDataBytes) {
		return sdk.Coin{}, types.ErrInvalidCallback.Wrapf("gas %d and data of %d bytes, at most %d and %d",
			gas, dataBytes, params.MaxCallbackGas, params.MaxCallbackDataBytes)
	}
	v, err := k.models.ServableVersion(ctx, modelID, version)
	if err != nil {
		return sdk.Coin{}, err
	}
	one := types.Request{
		Input: make([]byte, min(inputBytes, uint64(params.MaxInputBytes), uint64(v.MaxInputBytes))), MaxOutputBytes: v.MaxOutputBytes, StoreOutput: store,
	}
	requests := make([]types.Request, count)
	for i := range requests {
		requests[i] = one
	}
	cb, err := k.newCallback(&types.NewCallback{Contract: types.EscrowAddress(), Gas: gas, Data: make([]byte, dataBytes)}, params, requests)
	if err != nil {
		return sdk.Coin{}, err
	}
	return cb.Money(), nil
}
