package app

import (
	"fmt"

	errorsmod "cosmossdk.io/errors"
	sdkmath "cosmossdk.io/math"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	imotypes "github.com/imochain/imod/x/imo/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// exitOf returns the account that a message takes its own coins out for: cancel, collect, refund, exit and claim, by which
// holders without gas coin leave. It is empty of every other message, and of one that acts for somebody else.
func exitOf(msg sdk.Msg) string {
	switch msg := msg.(type) {
	case *imotypes.MsgCancelBid:
		return msg.Owner
	case *imotypes.MsgCollectAllocation:
		if msg.BidId == 0 && (msg.Owner == "" || msg.Owner == msg.Sender) {
			return msg.Sender
		}
	case *imotypes.MsgCollectRefund:
		if (msg.BidId == 0 || msg.Keep) && (msg.Owner == "" || msg.Owner == msg.Sender) {
			return msg.Sender
		}
	case *imotypes.MsgExit:
		return msg.Holder
	case *revsharetypes.MsgClaim:
		return msg.Holder
	}
	return ""
}

// admitExit is the decorator that judges an exit of an account without gas coin: it must succeed, which is tried on a branch of
// the state, and its kind is bounded for an account and for a block. So nobody is stuck with tokens, refunds or revenue in another
// coin, and what a flood of them can take of a block is little.
type admitExit struct{ app *App }

// concerns tells whether a transaction is an exit that its account cannot pay for. Whoever can goes the ordinary way.
func (d admitExit) concerns(ctx sdk.Context, tx sdk.Tx) bool {
	account := exitOf(freeMessage(tx))
	if account == "" {
		return false
	}
	address, err := d.app.AccountKeeper.AddressCodec().StringToBytes(account)
	if err != nil {
		return false
	}
	ctx = ctx.WithGasMeter(storetypes.NewInfiniteGasMeter())
	price := d.app.FeeMarketKeeper.GetBaseFee(ctx)
	if price.IsNil() {
		return false
	}
	fee := price.MulInt(sdkmath.NewIntFromUint64(tx.(sdk.FeeTx).GetGas())).Ceil().TruncateInt()
	return d.app.BankKeeper.GetBalance(ctx, address, BaseDenom).Amount.LT(fee)
}

// AnteHandle implements sdk.AnteDecorator.
func (d admitExit) AnteHandle(ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler) (sdk.Context, error) {
	if err := checkFreeSize(ctx, tx, d.app.txConfig.TxEncoder(), maxExitBytes); err != nil {
		return ctx, err
	}
	msg := freeMessage(tx)
	address, err := d.app.AccountKeeper.AddressCodec().StringToBytes(exitOf(msg))
	if err != nil {
		return ctx, err
	}
	if err := d.app.IMOKeeper.AdmitFreeExit(ctx, address); err != nil {
		return ctx, err
	}
	if err := d.try(ctx, msg); err != nil {
		return ctx, errorsmod.Wrap(err, "an exit without a fee must succeed")
	}
	return next(ctx, tx, simulate)
}

// try runs a message on a branch of the state that is thrown away, with gas of its own.
func (d admitExit) try(ctx sdk.Context, msg sdk.Msg) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errorsmod.Wrap(sdkerrors.ErrOutOfGas, fmt.Sprint(r))
		}
	}()
	branch, _ := ctx.CacheContext()
	_, err = d.app.MsgServiceRouter().Handler(msg)(branch.WithGasMeter(storetypes.NewGasMeter(maxFreeGas)), msg)
	return err
}
