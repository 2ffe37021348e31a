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

	oracleabci "github.com/imochain/imod/x/oracle/abci"
	"github.com/imochain/imod/x/oracle/abci/injected"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// Node is what a particular node adds to the application: its sidecar and its validator. None of
// it reaches the state except through votes.
type Node struct {
	// Results are the finished results of open work.
	Results oracleabci.Results
	// Outputs serves output bytes to queries.
	Outputs oracletypes.OutputSource
	// Previews runs models for queries; nil on a node that does not.
	Previews oracletypes.PreviewSource
	// Update is given the open work after every commit; it must not block. Performances and Pins are given,
	// now and then, the counters of all validators, the bundles to be kept and where validators offer bundles
	// (oracleabci.Observer).
	Update       func(height int64, items []oracletypes.WorkItem)
	Performances func([]oracletypes.QueryPerformanceResponse)
	Pins         func(bundles []oracletypes.PinnedBundle, mirrors []string)
	// Archive takes the receipts of each block after the one at height Archived; nil keeps none.
	Archive  func(height int64, receipts [][]byte) error
	Archived int64
	// Flagged tells whether the node's own pages leave out the output of a root, and why; nil leaves out nothing.
	Flagged func(root [32]byte) (why string, flagged bool)
	// Beacon is the hash chain of the node's validator; nil reveals nothing.
	Beacon oracleabci.Beacon
	// Validator is the node's consensus address, empty on a node that does not vote.
	Validator []byte
}

// Attach connects the application to its node. It is called once, before the first block.
func (app *App) Attach(node Node) {
	app.attestor.Results = node.Results
	app.attestor.Validator = node.Validator
	app.attestor.Beacon = node.Beacon
	app.workUpdate = node.Update
	if node.Performances != nil || node.Pins != nil || node.Archive != nil {
		app.observer = &oracleabci.Observer{
			Keeper: app.OracleKeeper, Logger: app.Logger(), Performances: node.Performances, Pins: node.Pins,
			Archive: node.Archive, Archived: node.Archived,
		}
	}
	app.outputs, app.flagged = node.Outputs, node.Flagged
	if node.Previews != nil {
		app.OracleKeeper.SetPreviewSource(node.Previews)
	}
	if node.Outputs != nil {
		app.OracleKeeper.SetOutputSource(node.Outputs)
	}
}

// addConsensusHandlers installs what the node does when it proposes, judges and votes.
func (app *App) addConsensusHandlers() {
	app.attestor = oracleabci.New(oracleabci.Config{
		Keeper:     app.OracleKeeper,
		Validators: app.StakingKeeper,
		TxDecoder:  app.txConfig.TxDecoder(),
		Select:     app.selectTransactions(),
		Logger:     app.Logger(),
	})
	app.SetExtendVoteHandler(app.attestor.ExtendVote)
	app.SetVerifyVoteExtensionHandler(app.attestor.VerifyVoteExtension)
	app.SetPrepareProposal(app.attestor.PrepareProposal)
	app.SetProcessProposal(app.attestor.ProcessProposal)

	handOver := oracleabci.AfterCommit(app.OracleKeeper, app.Logger(), func(height int64, items []oracletypes.WorkItem) {
		if app.workUpdate != nil {
			app.workUpdate(height, items)
		}
	})
	app.SetPrepareCheckStater(func(ctx sdk.Context) {
		app.notifyMempool()
		handOver(ctx)
		if app.observer != nil {
			app.observer.AfterCommit(ctx)
		}
	})
}

// PreBlocker runs before any transaction of a block: the modules first, then the attestations
// that the proposer injected.
func (app *App) PreBlocker(ctx sdk.Context, req *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
	res, err := app.modules.PreBlock(ctx)
	if err != nil {
		return nil, err
	}
	app.attestor.HandleInjected(ctx, req)
	return res, nil
}

// addExecutor installs the block executor that the operator chose; every one of them gives the
// same results. The injected transaction is taken out before any executor sees it. Optimistic
// execution stays off.
func (app *App) addExecutor(appOpts servertypes.AppOptions) {
	blockexec.Apply(app.BaseApp, appOpts, app.storeKeys.nonTransient, app.txConfig.TxDecoder(), app.evmDenom,
		blockexec.WithRunnerWrap(func(next sdk.TxRunner) sdk.TxRunner { return injected.Wrap(vmrunner.Wrap(next)) }))
}

// evmDenom reads the gas denom for the parallel executor's estimate.
func (app *App) evmDenom(ms storetypes.MultiStore) string {
	return app.EVMKeeper.GetParams(sdk.NewContext(ms, cmtproto.Header{}, false, log.NewNopLogger())).EvmDenom
}
