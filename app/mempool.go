package app

import (
	"fmt"

	"github.com/cosmos/cosmos-sdk/baseapp"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	evmmempool "github.com/cosmos/evm/mempool"
	evmserver "github.com/cosmos/evm/server"
	evmtypes "github.com/cosmos/evm/x/vm/types"
)

// addMempool installs the application-side mempool, which orders Ethereum transactions by nonce.
// config.toml must say mempool.type = "app".
func (app *App) addMempool(appOpts servertypes.AppOptions) {
	maxTxs := evmserver.GetCosmosPoolMaxTx(appOpts, app.Logger())
	if evmtypes.GetChainConfig() == nil || maxTxs < 0 {
		app.Logger().Debug("application-side mempool is disabled")
		return
	}
	config := evmserver.ResolveMempoolConfig(app.AnteHandler(), appOpts, app.Logger())
	if err := evmserver.ValidateReapBounds(appOpts, config.BlockGasLimit); err != nil {
		panic(fmt.Errorf("mempool: %w", err))
	}

	encoder := evmmempool.NewTxEncoder(app.txConfig)
	pool := evmmempool.NewMempool(
		app.CreateQueryContext, app.Logger(), app.EVMKeeper, app.FeeMarketKeeper, app.txConfig,
		evmmempool.NewTxRechecker(config.AnteHandler, encoder),
		evmmempool.NewTxRechecker(config.AnteHandler, encoder),
		config, maxTxs,
	)
	app.evmMempool = pool
	app.SetMempool(pool)
	app.SetInsertTxHandler(pool.NewInsertTxHandler(app.TxDecode))
	app.SetReapTxsHandler(pool.NewReapTxsHandler())
	app.SetCheckTxHandler(pool.NewCheckTxHandler(app.TxDecode, evmserver.GetMempoolCheckTxTimeout(appOpts, app.Logger())))
}

// notifyMempool tells the pool of a new block when no event bus does.
func (app *App) notifyMempool() {
	if pool, ok := app.evmMempool.(*evmmempool.Mempool); ok && pool != nil && !pool.HasEventBus() {
		pool.NotifyNewBlock()
	}
}

// selectTransactions is the inner PrepareProposal handler: it takes what the mempool offers, in
// its order, without running the ante chain again, because the pool rechecks after every block.
func (app *App) selectTransactions() sdk.PrepareProposalHandler {
	return baseapp.NewDefaultProposalHandler(app.Mempool(), encodeOnly{app.BaseApp}).PrepareProposalHandler()
}

// encodeOnly verifies a transaction by encoding it.
type encodeOnly struct{ *baseapp.BaseApp }

// PrepareProposalVerifyTx implements baseapp.ProposalTxVerifier.
func (v encodeOnly) PrepareProposalVerifyTx(tx sdk.Tx) ([]byte, error) { return v.TxEncode(tx) }
