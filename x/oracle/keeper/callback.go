package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

// maxLapsed bounds the callbacks that one block lets lapse.
const maxLapsed = 50

// SetCodeKeeper sets who tells contracts from people. It is called once at wiring; without it no
// callback can be asked for.
func (k *Keeper) SetCodeKeeper(code types.CodeKeeper) { k.code = code }

func (k *Keeper) hasCode(ctx context.Context, account sdk.AccAddress) bool {
	return k.code != nil && k.code.HasCode(ctx, account)
}

// Callback returns the callback that a request belongs to.
func (k *Keeper) Callback(ctx context.Context, requestID uint64) (types.Callback, error) {
	r, err := k.Request(ctx, requestID)
	if err != nil {
		return types.Callback{}, err
	}
	if r.CallbackOf == 0 {
		return types.Callback{}, types.ErrCallbackNotFound.Wrapf("%d", requestID)
	}
	return k.callback(ctx, r.CallbackOf)
}

func (k *Keeper) callback(ctx context.Context, id uint64) (types.Callback, error) {
	cb, err := k.callbacks.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return types.Callback{}, types.ErrCallbackNotFound.Wrapf("%d", id)
	}
	return cb, err
}

// checkCallback checks what a requester wants to be called. It reads, and writes nothing.
func (k *Keeper) checkCallback(ctx context.Context, in *types.NewCallback, params types.Params) error {
	if in == nil {
		return nil
	}
	if len(in.Contract) != 20 {
		return types.ErrInvalidCallback.Wrapf("contract has %d bytes, must have 20", len(in.Contract))
	}
	if in.Gas == 0 || in.Gas > params.MaxCallbackGas {
		return types.ErrInvalidCallback.Wrapf("gas is %d, must be 1 to %d", in.Gas, params.MaxCallbackGas)
	}
	if len(in.Data) > int(params.MaxCallbackDataBytes) {
		return types.ErrInvalidCallback.Wrapf("data has %d bytes, at most %d", len(in.Data), params.MaxCallbackDataBytes)
	}
	if !k.hasCode(ctx, in.Contract) {
		return types.ErrInvalidCallback.Wrapf("%s is not a contract", in.Contract)
	}
	return nil
}

// newCallback prices a checked callback for requests of one requester.
func (k *Keeper) newCallback(in *types.NewCallback, params types.Params, requests []types.Request) (types.Callback, error) {
	contract, err := k.addresses.BytesToString(in.Contract)
	if err != nil {
		return types.Callback{}, err
	}
	size := types.DeliverySize{Items: uint64(len(requests)), DataBytes: uint64(len(in.Data))}
	for _, r := range requests {
		size.InputBytes += uint64(len(r.Input))
		size.OutputBytes += uint64(r.MaxOutputBytes)
		size.StoredBytes += storedBytes(r.MaxOutputBytes, r.StoreOutput)
	}
	gas := types.PaidGas(in.Gas, size)
	money := params.CallbackGasPrice.Mul(math.NewIntFromUint64(gas))
	cb := types.Callback{
		Count: uint32(len(requests)), Requester: requests[0].Requester, Contract: contract,
		Gas: in.Gas, Data: in.Data, PaidGas: gas, GasMoney: money, Premium: params.CallbackPremium,
		LifeBlocks: params.CallbackBlocks, Status: types.CallbackStatus_CALLBACK_STATUS_WAITING,
		Open: uint32(len(requests)),
	}
	if cb.GasMoney.Add(cb.PremiumAt(types.Turns)).GT(types.MaxAmount()) {
		return types.Callback{}, types.ErrAmountTooLarge.Wrap("callback")
	}
	return cb, nil
}

// storedBytes is how much of an output state may keep.
func storedBytes(maxOutput uint32, paid bool) uint64 {
	if paid {
		return uint64(maxOutput)
	}
	return uint64(min(maxOutput, types.FreeOutputBytes))
}

// callbackRequestClosed tells the callback of a request that it is final or expired. The last of a
// batch makes it ready.
func (k *Keeper) callbackRequestClosed(ctx sdk.Context, r types.Request) error {
	if r.CallbackOf == 0 {
		return nil
	}
	cb, err := k.callback(ctx, r.CallbackOf)
	if err != nil {
		return err
	}
	if cb.Open == 0 {
		return types.ErrInvalidState.Wrapf("callback of request %d waits for nothing", cb.RequestId)
	}
	cb.Open--
	cb.Expired = cb.Expired || !r.Final()
	if cb.Open == 0 {
		cb.Status = types.CallbackStatus_CALLBACK_STATUS_READY
		cb.ReadyHeight = ctx.BlockHeight()
		cb.LapseHeight = ctx.BlockHeight() + int64(cb.LifeBlocks)
		if err := k.readyCallbacks.Set(ctx, collections.Join(cb.LapseHeight, cb.RequestId)); err != nil {
			return err
		}
		if err := ctx.EventManager().EmitTypedEvent(&types.EventCallbackReady{
			RequestId: cb.RequestId, Expired: cb.Expired,
		}); err != nil {
			return err
		}
	}
	return k.callbacks.Set(ctx, cb.RequestId, cb)
}

// lapseCallbacks gives back the money of callbacks that nobody delivered in time. The rest of a
// backlog is the next block's.
func (k *Keeper) lapseCallbacks(ctx sdk.Context) error {
	iter, err := k.readyCallbacks.Iterate(ctx, new(collections.Range[collections.Pair[int64, uint64]]).
		EndExclusive(collections.Join(ctx.BlockHeight()+1, uint64(0))))
	if err != nil {
		return err
	}
	due, err := firstKeys(iter, maxLapsed)
	if err != nil {
		return err
	}
	for _, key := range due {
		err := isolate(ctx, func(ctx sdk.Context) error { return k.lapse(ctx, key) })
		if err == nil {
			continue
		}
		ctx.Logger().Error("oracle callback", "request", key.K2(), "error", err)
		err = isolate(ctx, func(ctx sdk.Context) error { // behind the others, for another try
			if err := k.readyCallbacks.Remove(ctx, key); err != nil {
				return err
			}
			return k.readyCallbacks.Set(ctx, collections.Join(ctx.BlockHeight()+retryBlocks, key.K2()))
		})
		if err != nil {
			ctx.Logger().Error("oracle callback retry", "request", key.K2(), "error", err)
		}
	}
	return nil
}

func (k *Keeper) lapse(ctx sdk.Context, key collections.Pair[int64, uint64]) error {
	cb, err := k.callback(ctx, key.K2())
	if err != nil {
		return err
	}
	owner, err := k.account("requester", cb.Requester)
	if err != nil {
		return err
	}
	if cb.Status != types.CallbackStatus_CALLBACK_STATUS_READY { // delivered after a failed try
		return k.readyCallbacks.Remove(ctx, key)
	}
	money := cb.Money()
	if err := k.closeCallback(ctx, key, &cb, types.CallbackStatus_CALLBACK_STATUS_LAPSED); err != nil {
		return err
	}
	credited, err := k.refund(ctx, owner, sdk.NewCoins(money))
	if err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&types.EventCallbackLapsed{
		RequestId: cb.RequestId, Requester: cb.Requester, Refund: money, Credited: credited,
	})
}

// closeCallback takes a ready callback off the list. Its money is the caller's.
func (k *Keeper) closeCallback(
	ctx sdk.Context, key collections.Pair[int64, uint64], cb *types.Callback, status types.CallbackStatus,
) error {
	cb.Status, cb.ClosedHeight = status, ctx.BlockHeight()
	if err := k.readyCallbacks.Remove(ctx, key); err != nil {
		return err
	}
	return k.callbacks.Set(ctx, cb.RequestId, *cb)
}

// TopUpCallback adds gas money to an open callback. It must raise the price by at least one unit,
// else it would buy nothing.
func (k *Keeper) TopUpCallback(ctx context.Context, sender sdk.AccAddress, requestID uint64, amount sdk.Coin) (math.Int, error) {
	cb, err := k.Callback(ctx, requestID)
	if err != nil {
		return math.Int{}, err
	}
	if !cb.Holds() {
		return math.Int{}, types.ErrCallbackClosed.Wrapf("of request %d: %s", cb.RequestId, cb.Status)
	}
	if amount.Amount.IsNil() || amount.Denom != types.FeeDenom || !amount.IsPositive() {
		return math.Int{}, types.ErrInvalidCallback.Wrapf("top-up must be in %s", types.FeeDenom)
	}
	before := cb.GasPrice()
	if amount.Amount.GT(types.MaxAmount()) || cb.GasMoney.Add(amount.Amount).GT(types.MaxAmount()) {
		return math.Int{}, types.ErrAmountTooLarge.Wrap("top-up")
	}
	cb.GasMoney = cb.GasMoney.Add(amount.Amount)
	if !cb.GasPrice().GT(before) {
		return math.Int{}, types.ErrInvalidCallback.Wrapf("%s does not raise the price of %d gas", amount, cb.PaidGas)
	}
	if err := k.callbacks.Set(ctx, cb.RequestId, cb); err != nil {
		return math.Int{}, err
	}
	if err := k.bank.SendCoins(ctx, sender, types.EscrowAddress(), sdk.NewCoins(amount)); err != nil {
		return math.Int{}, err
	}
	return cb.GasPrice(), sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventCallbackToppedUp{
		RequestId: cb.RequestId, Amount: amount,
	})
}

// firstKeys reads at most limit keys and closes the iterator.
func firstKeys[K any](iter collections.KeySetIterator[K], limit int) ([]K, error) {
	defer iter.Close() //nolint:errcheck // a read iterator has nothing to lose
	var keys []K
	for ; iter.Valid() && len(keys) < limit; iter.Next() {
		key, err := iter.Key()
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}
