package keeper

import (
	"context"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/types"
)

// EstimateFee returns what a request would cost now: the network fee for the validators and the
// price of the model. version 0 means the latest.
func (k *Keeper) EstimateFee(
	ctx context.Context, modelID uint64, version uint32, inputBytes uint64, storeOutput bool,
) (networkFee, modelPrice sdk.Coin, err error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return networkFee, modelPrice, err
	}
	v, err := k.models.ServableVersion(ctx, modelID, version)
	if err != nil {
		return networkFee, modelPrice, err
	}
	if networkFee, err = feeOf(params, v, inputBytes, storeOutput); err != nil {
		return networkFee, modelPrice, err
	}
	modelPrice, err = priceOf(v)
	return networkFee, modelPrice, err
}

// feeOf is the network fee: work, and the bytes that stay in state. An output that is paid for is
// charged at its largest, because its length is not known yet.
func feeOf(params types.Params, v imotypes.ServableVersion, inputBytes uint64, storeOutput bool) (sdk.Coin, error) {
	if limit := min(uint64(params.MaxInputBytes), uint64(v.MaxInputBytes)); inputBytes > limit {
		return sdk.Coin{}, types.ErrInputTooLong.Wrapf("%d bytes, at most %d", inputBytes, limit)
	}
	bytes := inputBytes
	if storeOutput {
		if v.MaxOutputBytes > params.MaxStoredBytes {
			return sdk.Coin{}, types.ErrOutputTooLarge.Wrapf("up to %d bytes, at most %d", v.MaxOutputBytes, params.MaxStoredBytes)
		}
		bytes += uint64(v.MaxOutputBytes)
	}
	fee := params.UnitPrice.Mul(math.NewIntFromUint64(v.WorkUnits)).
		Add(params.BytePrice.Mul(math.NewIntFromUint64(bytes)))
	if fee.GT(types.MaxAmount()) {
		return sdk.Coin{}, types.ErrAmountTooLarge.Wrap("network fee")
	}
	return sdk.NewCoin(types.FeeDenom, fee), nil
}

// dataFee is the network fee of the bytes that a callback hands back: they stay in state too.
func dataFee(params types.Params, bytes uint64) sdk.Coin {
	return sdk.NewCoin(types.FeeDenom, params.BytePrice.Mul(math.NewIntFromUint64(bytes)))
}

// priceOf is the creator's price; no price is zero of the fee denom.
func priceOf(v imotypes.ServableVersion) (sdk.Coin, error) {
	if v.Price.Amount.IsNil() || v.Price.IsZero() {
		return sdk.NewCoin(types.FeeDenom, math.ZeroInt()), nil
	}
	if err := v.Price.Validate(); err != nil {
		return sdk.Coin{}, types.ErrInvalidRequest.Wrapf("model price: %v", err)
	}
	if v.Price.Amount.GT(types.MaxAmount()) {
		return sdk.Coin{}, types.ErrAmountTooLarge.Wrap("model price")
	}
	return v.Price, nil
}

// EstimateLargestFee returns what count requests of the latest version with one callback cost at the
// longest inputs and data that they may have, for callers that must pay before they know them. No
// gas means no callback.
func (k *Keeper) EstimateLargestFee(
	ctx context.Context, modelID, callbackGas, count uint64,
) (networkFee, modelPrice, callback sdk.Coin, err error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return networkFee, modelPrice, callback, err
	}
	if count < 1 || count > uint64(params.MaxBatch) {
		return networkFee, modelPrice, callback, types.ErrInvalidBatch.Wrapf("%d requests, must be 1 to %d", count, params.MaxBatch)
	}
	v, err := k.models.ServableVersion(ctx, modelID, 0)
	if err != nil {
		return networkFee, modelPrice, callback, err
	}
	if networkFee, err = feeOf(params, v, uint64(min(params.MaxInputBytes, v.MaxInputBytes)), false); err != nil {
		return networkFee, modelPrice, callback, err
	}
	if modelPrice, err = priceOf(v); err != nil {
		return networkFee, modelPrice, callback, err
	}
	networkFee.Amount = networkFee.Amount.Mul(math.NewIntFromUint64(count))
	modelPrice.Amount = modelPrice.Amount.Mul(math.NewIntFromUint64(count))
	data := uint64(params.MaxCallbackDataBytes)
	if callbackGas != 0 {
		networkFee = networkFee.Add(dataFee(params, data))
	}
	callback, err = k.estimateCallback(ctx, params, modelID, 0, callbackGas, count, uint64(params.MaxInputBytes), data, false)
	return networkFee, modelPrice, callback, err
}
