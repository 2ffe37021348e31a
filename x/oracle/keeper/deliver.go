package keeper

import (
	"bytes"
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

// HandOver takes a delivery: it checks the output, keeps what state may keep, closes the callback
// and sends its money to the purse, the account of the contract that makes the call and divides the
// money afterwards. It is the one native action of a delivery and runs before the call, so that the
// call cannot starve or repeat it. A request without a callback just has its output stored.
func (k *Keeper) HandOver(ctx context.Context, in types.Delivery, purse sdk.AccAddress) (types.Handover, error) {
	r, err := k.Request(ctx, in.RequestID)
	if err != nil {
		return types.Handover{}, err
	}
	if r.CallbackOf != r.Id {
		return types.Handover{}, k.Deliver(ctx, in.RequestID, in.Output)
	}
	cb, err := k.callback(ctx, r.Id)
	if err != nil {
		return types.Handover{}, err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	turn := cb.Turn(sdkCtx.BlockHeight())
	if err := k.checkDelivery(sdkCtx, in, cb, turn); err != nil {
		return types.Handover{}, err
	}
	if err := k.takeOutputs(ctx, cb, in.Output); err != nil {
		return types.Handover{}, err
	}
	return k.closeDelivered(sdkCtx, in, cb, turn, purse)
}

// checkDelivery decides who may deliver now.
func (k *Keeper) checkDelivery(ctx sdk.Context, in types.Delivery, cb types.Callback, turn uint32) error {
	switch cb.Status {
	case types.CallbackStatus_CALLBACK_STATUS_READY:
	case types.CallbackStatus_CALLBACK_STATUS_WAITING:
		return types.ErrNotFinal.Wrapf("request %d: %d of %d are open", cb.RequestId, cb.Open, cb.Count)
	default:
		return types.ErrCallbackClosed.Wrapf("of request %d: %s", cb.RequestId, cb.Status)
	}
	if !in.Direct {
		return types.ErrNotDirect.Wrapf("request %d", cb.RequestId)
	}
	if need := types.CallGas(cb.Gas) + types.DeliveryMargin; in.GasLeft < need {
		return types.ErrDeliveryGas.Wrapf("%d is left, the callback needs %d", in.GasLeft, need)
	}
	courier, err := k.courierInTurn(ctx, cb, turn)
	if err != nil {
		return err
	}
	if len(courier) != 0 && !courier.Equals(in.Courier) {
		return types.ErrNotInTurn.Wrapf("%s until block %d", courier, cb.ReadyHeight+int64(turn+1)*types.TurnBlocks-1)
	}
	return nil
}

// takeOutputs checks the output against the roots and stores what state may keep.
func (k *Keeper) takeOutputs(ctx context.Context, cb types.Callback, output []byte) error {
	if cb.Expired {
		if len(output) != 0 {
			return types.ErrOutputMismatch.Wrapf("request %d expired: the output must be empty", cb.RequestId)
		}
		return nil
	}
	parts := [][]byte{output}
	if cb.Count > 1 {
		var err error
		if parts, err = types.SplitBatch(output, int(cb.Count)); err != nil {
			return err
		}
	}
	for i, part := range parts {
		r, err := k.Request(ctx, cb.RequestId+uint64(i))
		if err != nil {
			return err
		}
		if err := CheckOutput(ctx, r, part); err != nil {
			return err
		}
		if len(r.Output) > 0 || len(part) == 0 || len(part) > types.FreeOutputBytes && !r.StoreOutput {
			continue
		}
		if err := k.storeOutput(ctx, r, bytes.Clone(part)); err != nil {
			return err
		}
	}
	return nil
}

// closeDelivered marks the callback delivered and moves its money.
func (k *Keeper) closeDelivered(
	ctx sdk.Context, in types.Delivery, cb types.Callback, turn uint32, purse sdk.AccAddress,
) (types.Handover, error) {
	requester, err := k.account("requester", cb.Requester)
	if err != nil {
		return types.Handover{}, err
	}
	contract, err := k.account("contract", cb.Contract)
	if err != nil {
		return types.Handover{}, err
	}
	if cb.Courier, err = k.addresses.BytesToString(in.Courier); err != nil {
		return types.Handover{}, err
	}
	money, premium := cb.Money(), cb.PremiumAt(turn)
	out := types.Handover{
		Call: k.hasCode(ctx, contract), Pay: true, Contract: contract, Requester: requester,
		Premium: premium, GasPrice: math.MinInt(in.GasPrice, cb.GasPrice()),
	}
	status := types.CallbackStatus_CALLBACK_STATUS_DELIVERED
	if !out.Call {
		status = types.CallbackStatus_CALLBACK_STATUS_FAILED
	}
	if err := k.closeCallback(ctx, collections.Join(cb.LapseHeight, cb.RequestId), &cb, status); err != nil {
		return types.Handover{}, err
	}
	out.Callback = cb
	if err := ctx.EventManager().EmitTypedEvent(&types.EventCallbackDelivered{
		RequestId: cb.RequestId, Contract: cb.Contract, Courier: cb.Courier, Expired: cb.Expired,
		NoReceiver: !out.Call, Turn: turn, Premium: sdk.NewCoin(types.FeeDenom, premium),
	}); err != nil {
		return types.Handover{}, err
	}
	if money.IsZero() {
		return out, nil
	}
	return out, k.bank.SendCoins(ctx, types.EscrowAddress(), purse, sdk.NewCoins(money))
}
