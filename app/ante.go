package app

import (
	"github.com/spf13/cast"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	evmante "github.com/cosmos/evm/ante"
	antetypes "github.com/cosmos/evm/ante/types"
	srvflags "github.com/cosmos/evm/server/flags"

	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// addAnteHandler installs the checks every transaction passes before its messages run.
func (app *App) addAnteHandler(appOpts servertypes.AppOptions) {
	options := evmante.HandlerOptions{
		Cdc:                    app.codec,
		AccountKeeper:          app.AccountKeeper,
		BankKeeper:             app.BankKeeper,
		IBCKeeper:              app.IBCKeeper,
		FeeMarketKeeper:        app.FeeMarketKeeper,
		EvmKeeper:              app.EVMKeeper,
		FeegrantKeeper:         app.FeeGrantKeeper,
		ExtensionOptionChecker: antetypes.HasDynamicFeeExtensionOption,
		SignModeHandler:        app.txConfig.SignModeHandler(),
		SigGasConsumer:         evmante.SigVerificationGasConsumer,
		MaxTxGasWanted:         cast.ToUint64(appOpts.Get(srvflags.EVMMaxTxGasWanted)),
		DynamicFeeChecker:      true,
		PendingTxListener:      app.onPendingTx,
	}
	if err := options.Validate(); err != nil {
		panic(err)
	}
	admit := admitOpening{
		check: func(ctx sdk.Context, msg *oracletypes.MsgOpenProof) error {
			return app.OracleKeeper.AdmitOpening(ctx, msg)
		},
		encode: app.txConfig.TxEncoder(),
	}
	app.SetAnteHandler(rejectNested(freeOfFees(options, admit, admitExit{app}, evmante.NewAnteHandler(options))))
}
