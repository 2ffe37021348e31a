// Package chain drives whole applications in memory, block by block, the way CometBFT does:
// votes with extensions, proposal, judgement, execution, commit. Several applications can follow
// the same blocks, so that a difference between executors or after a restart shows at once.
package chain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/tmhash"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"

	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	sdkserver "github.com/cosmos/cosmos-sdk/server"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"

	evmserverconfig "github.com/cosmos/evm/server/config"
	srvflags "github.com/cosmos/evm/server/flags"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	"github.com/imochain/imod/app"
	oracleabci "github.com/imochain/imod/x/oracle/abci"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// ID is the chain id of every test network.
const ID = "imo-test-1"

// Start is the genesis time; each block is one second later.
var Start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Follower is one application that executes every block.
type Follower struct {
	Name string
	// Executor is the block executor, sequential when empty.
	Executor string
	// Workers bounds the parallel executor.
	Workers int
	// PreEstimate tells the parallel executor beforehand which accounts pay fees.
	PreEstimate bool
	// Restart makes the application anew over its database before every block.
	Restart bool
	// Pool gives the application its own pool of transactions, from which it then makes proposals.
	Pool bool
	// Setup is run on each new application before its first use.
	Setup func(*app.App)
	// Spent is how long it took to execute the last block, without its commit.
	Spent time.Duration

	App *app.App
	db  dbm.DB
}

// Chain is a network of one proposer at a time and any number of followers.
type Chain struct {
	T          testing.TB
	Validators []Validator
	Accounts   []Account
	Followers  []*Follower
	// Worker computes open work for every validator of the first follower; nil leaves votes empty.
	Worker Worker
	// Wallet signs the messages of accounts, Direct when nil.
	Wallet *Wallet
	// Beacon knows the hash chains of the proposers; nil reveals nothing.
	Beacon oracleabci.Beacon
	// AfterBlock runs after every committed block; the default checks that supply equals balances.
	AfterBlock func(*Chain)

	height  int64
	time    time.Time
	appHash []byte
	votes   abci.ExtendedCommitInfo
	genesis []byte
	// updates are the changes of the set that the last block made; the set of the block after the
	// next one has them.
	updates []abci.ValidatorUpdate
}

// Worker stands for the validators' sidecars.
type Worker interface {
	oracleabci.Results
	oracletypes.OutputSource
	Update(height int64, items []oracletypes.WorkItem)
}

// Options describe a test network.
type Options struct {
	// Powers are the validators' voting powers in whole IMO; default 4 x 100.
	Powers []int64
	// Accounts are the names of the funded accounts.
	Accounts []string
	// Followers are the applications; default one sequential.
	Followers []*Follower
	// Worker computes open work.
	Worker Worker
	// Genesis changes the genesis before it is used.
	Genesis func(*app.App, map[string]json.RawMessage)
}

// New starts a network at height 1.
func New(t testing.TB, options Options) *Chain {
	t.Helper()
	if len(options.Powers) == 0 {
		options.Powers = []int64{100, 100, 100, 100}
	}
	if len(options.Followers) == 0 {
		options.Followers = []*Follower{{Name: "main"}}
	}
	c := &Chain{T: t, Followers: options.Followers, time: Start, AfterBlock: CheckSupply, Worker: options.Worker}
	for i, power := range options.Powers {
		c.Validators = append(c.Validators, newValidator(i, power))
	}
	for _, name := range options.Accounts {
		c.Accounts = append(c.Accounts, NewAccount(name))
	}
	for _, f := range c.Followers {
		f.db = dbm.NewMemDB()
		f.open(t)
	}
	c.genesis = c.makeGenesis(options.Genesis)
	for _, f := range c.Followers {
		c.initChain(f, c.genesis, 1)
	}
	t.Cleanup(func() {
		for _, f := range c.Followers {
			_ = f.App.Close()
		}
	})
	c.sortValidators()
	c.Next()
	return c
}

// resetEVM lets the next application set the EVM's process-wide settings, which may be set once.
func resetEVM(t testing.TB) {
	t.Helper()
	evmtypes.NewEVMConfigurator().ResetTestConfig()
	require.NoError(t, evmtypes.SetChainConfig(evmtypes.DefaultChainConfig(app.EVMChainID)))
}

func (f *Follower) open(t testing.TB) {
	t.Helper()
	resetEVM(t)
	options := simtestutil.AppOptionsMap{
		srvflags.EVMChainID:         app.EVMChainID,
		sdkserver.FlagMempoolMaxTxs: -1,
		sdkserver.FlagBlockExecutor: f.Executor,
	}
	if f.Pool { // what app.toml says of a pool; without it the queue in front of it takes nothing
		defaults := evmserverconfig.DefaultMempoolConfig()
		options[sdkserver.FlagMempoolMaxTxs] = 1000
		options[srvflags.EVMMempoolInsertQueueSize] = defaults.InsertQueueSize
		options[srvflags.EVMMempoolPendingTxProposalTimeout] = defaults.PendingTxProposalTimeout
		options[srvflags.EVMMempoolCheckTxTimeout] = defaults.CheckTxTimeout
	}
	if f.Workers > 0 {
		options[sdkserver.FlagBlockSTMWorkers] = f.Workers
	}
	if f.PreEstimate {
		options[sdkserver.FlagBlockSTMPreEstimate] = true
	}
	f.App = app.New(log.NewNopLogger(), f.db, true, options, baseapp.SetChainID(ID))
	if f.Setup != nil {
		f.Setup(f.App)
	}
}

// Open makes a sequential application over the database of a node that does not run, to look at its state. Any application of this
// process that was made before must not be used any more.
func Open(t testing.TB, db dbm.DB) *app.App {
	t.Helper()
	f := &Follower{db: db}
	f.open(t)
	t.Cleanup(func() { _ = f.App.Close() })
	return f.App
}

func (c *Chain) initChain(f *Follower, state []byte, initial int64) {
	c.T.Helper()
	resetEVM(c.T)
	res, err := f.App.InitChain(&abci.RequestInitChain{
		Time:            c.time,
		ChainId:         ID,
		ConsensusParams: consensusParams(),
		AppStateBytes:   state,
		InitialHeight:   initial,
	})
	require.NoError(c.T, err)
	require.Len(c.T, res.Validators, len(c.Validators))
}

func consensusParams() *cmtproto.ConsensusParams {
	params := *simtestutil.DefaultConsensusParams
	params.Block = &cmtproto.BlockParams{MaxBytes: app.MaxBlockBytes, MaxGas: app.MaxBlockGas}
	params.Abci = &cmtproto.ABCIParams{VoteExtensionsEnableHeight: 1}
	return &params
}

// App returns the application of the first follower.
func (c *Chain) App() *app.App { return c.Followers[0].App }

// Height returns the last committed height.
func (c *Chain) Height() int64 { return c.height }

// Time returns the time of the last block.
func (c *Chain) Time() time.Time { return c.time }

// Context returns a context over the committed state of the first follower; what is written to
// it is lost.
func (c *Chain) Context() sdk.Context { return ContextOf(c.App(), c.time) }

// ContextOf returns a context over the committed state of an application.
func ContextOf(a *app.App, blockTime time.Time) sdk.Context {
	ctx := a.NewContextLegacy(true, cmtproto.Header{ChainID: ID, Height: a.LastBlockHeight(), Time: blockTime})
	ctx, _ = ctx.CacheContext()
	return ctx
}

// sortValidators puts the validators in CometBFT's order: power descending, then address.
func (c *Chain) sortValidators() {
	slices.SortFunc(c.Validators, func(a, b Validator) int {
		if a.Power != b.Power {
			return int(b.Power - a.Power)
		}
		return bytes.Compare(a.Address(), b.Address())
	})
}

// Next makes a block of the given transactions and returns the results, which all followers share.
func (c *Chain) Next(txs ...[]byte) []*abci.ExecTxResult {
	c.T.Helper()
	return c.NextAfter(time.Second, txs...)
}

// NextAfter makes a block some time after the last one.
func (c *Chain) NextAfter(d time.Duration, txs ...[]byte) []*abci.ExecTxResult {
	c.T.Helper()
	proposed := c.Propose(d, txs...)
	return c.Execute(d, proposed)
}

// Propose returns the block the proposer would make of txs, and checks that every follower accepts it.
func (c *Chain) Propose(d time.Duration, txs ...[]byte) [][]byte {
	c.T.Helper()
	height := c.height + 1
	proposer := c.proposer(height)
	res, err := c.App().PrepareProposal(&abci.RequestPrepareProposal{
		MaxTxBytes: app.MaxBlockBytes, Txs: txs, LocalLastCommit: c.votes, Height: height,
		Time: c.time.Add(d), ProposerAddress: proposer.Address(),
	})
	require.NoError(c.T, err)
	for _, f := range c.Followers {
		require.Equal(c.T, abci.ResponseProcessProposal_ACCEPT, c.Judge(f, d, res.Txs), "%s refused the proposal of height %d", f.Name, height)
	}
	return res.Txs
}

// Judge returns what an application says of a proposed block.
func (c *Chain) Judge(f *Follower, d time.Duration, txs [][]byte) abci.ResponseProcessProposal_ProposalStatus {
	c.T.Helper()
	height := c.height + 1
	res, err := f.App.ProcessProposal(&abci.RequestProcessProposal{
		Txs: txs, ProposedLastCommit: c.lastCommit(), Hash: blockHash(height, txs), Height: height,
		Time: c.time.Add(d), ProposerAddress: c.proposer(height).Address(),
	})
	require.NoError(c.T, err)
	return res.Status
}

// Execute runs a block on every follower, compares them, commits, and votes.
func (c *Chain) Execute(d time.Duration, txs [][]byte) []*abci.ExecTxResult {
	c.T.Helper()
	c.height++
	c.time = c.time.Add(d)
	hash := blockHash(c.height, txs)
	request := &abci.RequestFinalizeBlock{
		Txs: txs, DecidedLastCommit: c.lastCommit(), Hash: hash, Height: c.height, Time: c.time,
		ProposerAddress: c.proposer(c.height).Address(),
	}

	votes := c.extendedCommit(hash, txs) // precommits come before the block is executed

	var results []*abci.ExecTxResult
	var changed []abci.ValidatorUpdate
	for i, f := range c.Followers {
		if f.Restart && c.height > 1 {
			_ = f.App.Close()
			f.open(c.T)
		}
		copied := *request
		copied.Txs = slices.Clone(txs)
		began := time.Now()
		res, err := f.App.FinalizeBlock(&copied)
		f.Spent = time.Since(began)
		require.NoError(c.T, err, "%s at height %d", f.Name, c.height)
		if i == 0 {
			results, c.appHash = res.TxResults, res.AppHash
			changed = res.ValidatorUpdates
		} else {
			requireEqualResults(c.T, f.Name, c.height, results, res.TxResults)
			require.Equal(c.T, c.appHash, res.AppHash, "%s: app hash at height %d", f.Name, c.height)
		}
		_, err = f.App.Commit()
		require.NoError(c.T, err)
	}
	c.votes = votes
	c.updateSet(c.updates)
	c.updates = changed
	if c.AfterBlock != nil {
		c.AfterBlock(c)
	}
	return results
}

func (c *Chain) proposer(height int64) Validator {
	return c.Validators[int(height)%len(c.Validators)]
}

func blockHash(height int64, txs [][]byte) []byte {
	h := tmhash.New()
	fmt.Fprintf(h, "block %d", height)
	for _, tx := range txs {
		h.Write(tmhash.Sum(tx))
	}
	return h.Sum(nil)
}

// requireEqualResults compares what goes into LastResultsHash, and the events besides.
func requireEqualResults(t testing.TB, name string, height int64, want, got []*abci.ExecTxResult) {
	t.Helper()
	require.Len(t, got, len(want), "%s at height %d", name, height)
	for i := range want {
		require.Equal(t, want[i].Code, got[i].Code, "%s: code of tx %d at height %d: %s", name, i, height, got[i].Log)
		require.Equal(t, want[i].GasUsed, got[i].GasUsed, "%s: gas used of tx %d at height %d", name, i, height)
		require.Equal(t, want[i].GasWanted, got[i].GasWanted, "%s: gas wanted of tx %d at height %d", name, i, height)
		require.Equal(t, want[i].Data, got[i].Data, "%s: data of tx %d at height %d", name, i, height)
	}
}

// AppHash returns the application hash of the last block.
func (c *Chain) AppHash() []byte { return c.appHash }
