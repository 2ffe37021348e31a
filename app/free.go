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
	// maxFreeGas bounds the gas of a free transaction: its bytes, one signature, one opening or exit.
	maxFreeGas = 500_000
	// maxOpeningBytes bounds the length of a free opening: one opening and what surrounds it; maxExitBytes that of an exit.
	maxOpeningBytes = custody.MaxOpening + 1024
	maxExitBytes    = 2048
)

// freeOfFees lets two classes of transactions travel without a fee, and everything else go the ordinary way.
//
// An opening of a validator's binding is a duty, and a proof must not fail because a validator's account is empty. The class is
// as narrow as can be: one message, no fee offered, bounded bytes and gas, sent by the validator's operator or courier, the
// first of its kind, and right to the last byte, which is checked here, before it is admitted to the pool.
//
// An exit of an account without gas coin (see exitOf) is the other.
func freeOfFees(options evmante.HandlerOptions, openings admitOpening, exits admitExit, next sdk.AnteHandler) sdk.AnteHandler {
	opening, exit := withoutFee(options, openings), withoutFee(options, exits)
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		switch {
		case openingOf(tx) != nil:
			return opening(ctx, tx, simulate)
		case !simulate && exits.concerns(ctx, tx):
			return exit(ctx, tx, simulate)
		default:
			return next(ctx, tx, simulate)
		}
	}
}

// withoutFee are the checks of every transaction but for the fee, and one that decides whether it may do without.
func withoutFee(options evmante.HandlerOptions, admit sdk.AnteDecorator) sdk.AnteHandler {
	return sdk.ChainAnteDecorators(
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
		admit, // behind the signature: nobody else can use up what an account has free
		ante.NewIncrementSequenceDecorator(options.AccountKeeper),
	)
}

// checkFreeSize refuses a transaction without a fee that is longer or asks for more gas than one may.
func checkFreeSize(ctx sdk.Context, tx sdk.Tx, encode sdk.TxEncoder, most int) error {
	if gas := tx.(sdk.FeeTx).GetGas(); gas > maxFreeGas {
		return errorsmod.Wrapf(sdkerrors.ErrOutOfGas, "a free transaction may ask for %d gas, not %d", uint64(maxFreeGas), gas)
	}
	bytes, err := encode(tx)
	if err != nil {
		return err
	}
	if size := max(len(bytes), len(ctx.TxBytes())); size > most {
		return errorsmod.Wrapf(sdkerrors.ErrTxTooLarge, "a free transaction of this kind may have %d bytes, not %d", most, size)
	}
	return nil
}

// openingOf returns the opening of a transaction that asks to travel free, nil of any other.
func openingOf(tx sdk.Tx) *oracletypes.MsgOpenProof {
	msg, _ := freeMessage(tx).(*oracletypes.MsgOpenProof)
	return msg
}

// freeMessage is the message of a transaction of one message that offers no fee, nil of any other.
func freeMessage(tx sdk.Tx) sdk.Msg {
	msgs := tx.GetMsgs()
	feeTx, ok := tx.(sdk.FeeTx)
	if !ok || len(msgs) != 1 || !feeTx.GetFee().IsZero() {
		return nil
	}
	return msgs[0]
}

// admitOpening is the decorator that judges the opening.
type admitOpening struct {
	check func(sdk.Context, *oracletypes.MsgOpenProof) error
	// encode measures a transaction: the pool runs the checks without its bytes in the context.
	encode sdk.TxEncoder
}

// AnteHandle implements sdk.AnteDecorator.
func (d admitOpening) AnteHandle(ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler) (sdk.Context, error) {
	if err := checkFreeSize(ctx, tx, d.encode, maxOpeningBytes); err != nil {
		return ctx, err
	}
	if err := d.check(ctx, openingOf(tx)); err != nil {
		return ctx, err
	}
	return next(ctx, tx, simulate)
}
