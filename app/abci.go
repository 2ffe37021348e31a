package app

import (
	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp/blockexec"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	vmrunner "github.com/cosmos/evm/x/vm/runner"
)

// addConsensusHandlers installs what the node does when it proposes, judges and votes.
func (app *App) addConsensusHandlers() {
	app.SetPrepareProposal(app.selectTransactions())
}

// PreBlocker runs before any transaction of a block.
func (app *App) PreBlocker(ctx sdk.Context, _ *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
	return app.modules.PreBlock(ctx)
}

// addExecutor installs the block executor that the operator chose; every one of them gives the
// same results. Optimistic execution stays off.
func (app *App) addExecutor(appOpts servertypes.AppOptions) {
	blockexec.Apply(app.BaseApp, appOpts, app.storeKeys.nonTransient, app.txConfig.TxDecoder(), app.evmDenom,
		blockexec.WithRunnerWrap(vmrunner.Wrap))
}

// evmDenom reads the gas denom for the parallel executor's estimate.
func (app *App) evmDenom(ms storetypes.MultiStore) string {
	return app.EVMKeeper.GetParams(sdk.NewContext(ms, cmtproto.Header{}, false, log.NewNopLogger())).EvmDenom
}
