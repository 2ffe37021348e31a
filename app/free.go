package app

import (
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"

	evmante "github.com/cosmos/evm/ante"

	"github.com/imochain/imod/inference/bundle/custody"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

const (
	// maxFreeGas bounds the gas of a free transaction: its bytes, one signature, one opening.
	maxFreeGas = 500_000
	// maxFreeBytes bounds its length: one opening and what surrounds it.
	maxFreeBytes = custody.MaxOpening + 1024
)

// freeOpenings lets the opening of a validator's binding travel without a fee: it is a duty, and a
// proof must not fail because a validator's account is empty. The class is as narrow as can be: one
// message, no fee offered, bounded bytes and gas, sent by the validator's operator or courier, the
// first of its kind, and right to the last byte, which is checked here, before it is admitted to the
// pool. Everything else takes the ordinary way.
func freeOpenings(options evmante.HandlerOptions, admit admitOpening, next sdk.AnteHandler) sdk.AnteHandler {
	free := sdk.ChainAnteDecorators(
		ante.NewSetUpContextDecorator(),
		ante.NewExtensionOptionsDecorator(nil),
		ante.NewValidateBasicDecorator(),
		ante.NewTxTimeoutHeightDecorator(),
		ante.NewValidateMemoDecorator(options.AccountKeeper),
		ante.NewConsumeGasForTxSizeDecorator(options.AccountKeeper),
		ante.NewSetPubKeyDecorator(options.AccountKeeper),
		ante.NewValidateSigCountDecorator(options.AccountKeeper),
		ante.NewSigGasConsumeDecorator(options.AccountKeeper, options.SigGasConsumer),
		ante.NewSigVerificationDecorator(options.AccountKeeper, options.SignModeHandler),
		admit, // behind the signature: nobody else can use up a validator's one free message
		ante.NewIncrementSequenceDecorator(options.AccountKeeper),
	)
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		if openingOf(tx) != nil {
			return free(ctx, tx, simulate)
		}
		return next(ctx, tx, simulate)
	}
}

// openingOf returns the opening of a transaction that asks to travel free, nil of any other.
func openingOf(tx sdk.Tx) *oracletypes.MsgOpenProof {
	msgs := tx.GetMsgs()
	feeTx, ok := tx.(sdk.FeeTx)
	if !ok || len(msgs) != 1 || !feeTx.GetFee().IsZero() {
		return nil
	}
	msg, _ := msgs[0].(*oracletypes.MsgOpenProof)
	return msg
}

// admitOpening is the decorator that judges the opening.
type admitOpening struct {
	check func(sdk.Context, *oracletypes.MsgOpenProof) error
	// encode measures a transaction: the pool runs the checks without its bytes in the context.
	encode sdk.TxEncoder
}

// AnteHandle implements sdk.AnteDecorator.
func (d admitOpening) AnteHandle(ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler) (sdk.Context, error) {
	if gas := tx.(sdk.FeeTx).GetGas(); gas > maxFreeGas {
		return ctx, errorsmod.Wrapf(sdkerrors.ErrOutOfGas, "a free opening may ask for %d gas, not %d", uint64(maxFreeGas), gas)
	}
	bytes, err := d.encode(tx)
	if err != nil {
		return ctx, err
	}
	if size := max(len(bytes), len(ctx.TxBytes())); size > maxFreeBytes {
		return ctx, errorsmod.Wrapf(sdkerrors.ErrTxTooLarge, "a free opening may have %d bytes, not %d", maxFreeBytes, size)
	}
	if err := d.check(ctx, openingOf(tx)); err != nil {
		return ctx, err
	}
	return next(ctx, tx, simulate)
}
