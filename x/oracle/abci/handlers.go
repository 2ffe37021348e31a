// Package abci holds the consensus handlers of the oracle: what a node says in its vote, puts into
// its proposal, accepts from others, and applies before a block's transactions.
//
// Every handler recovers by itself and always answers. Nothing here runs a model or waits for the
// sidecar: results lie in memory before a handler is called.
package abci

import (
	"cosmossdk.io/log/v2"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

// Results is the node's memory of finished work. It answers at once.
type Results interface {
	// Ready returns the finished results of open work.
	Ready() []types.WorkResult
	// Held returns the chunks of a subject that are drawn for a validator, if this node has them.
	Held(key attestation.Key, draw [32]byte, validator attestation.Address) (types.Held, bool)
}

// Beacon knows the hash chain of this node's validator. It answers at once.
type Beacon interface {
	// Before returns the link before a tip, and false if there is none or the tip is not of this chain.
	Before(tip [32]byte) ([32]byte, bool)
}

// Config is what the handlers need.
type Config struct {
	Keeper     *keeper.Keeper
	Validators ValidatorStore
	TxDecoder  sdk.TxDecoder
	// Select picks the transactions of a proposal; it is called with what space is left.
	Select sdk.PrepareProposalHandler
	// Results is nil on a node without a sidecar; such a node attests and reveals nothing.
	Results Results
	// Beacon is nil on a node that keeps no hash chain; such a node reveals nothing for the beacon.
	Beacon Beacon
	// Validator is this node's consensus address, empty on a node that does not vote.
	Validator []byte
	Logger    log.Logger
}

// Handlers are the consensus handlers of one node.
type Handlers struct {
	Config
	codec codec
}

// codec is the pair of decoders that strangers' bytes go through; tests make them fail.
type codec struct {
	extension func([]byte) ([]attestation.Item, error)
	injected  func([]byte) (attestation.Injected, error)
}

// New returns the handlers. The app installs ExtendVote, VerifyVoteExtension, PrepareProposal and
// ProcessProposal on BaseApp and calls HandleInjected from its PreBlocker, after the modules'.
func New(cfg Config) *Handlers {
	if cfg.Logger == nil {
		cfg.Logger = log.NewNopLogger()
	}
	return &Handlers{cfg, codec{attestation.DecodeExtension, attestation.DecodeInjected}}
}

// AfterCommit returns what the app calls when a block is committed, with a context on the committed
// state: it hands the open work to update, which must not block.
func AfterCommit(k *keeper.Keeper, logger log.Logger, update func(height int64, items []types.WorkItem)) func(sdk.Context) {
	return func(ctx sdk.Context) {
		defer func() {
			if r := recover(); r != nil {
				logger.Error("oracle work list", "panic", r)
			}
		}()
		items, err := k.OpenWork(ctx, types.MaxOpenRequests+types.MaxOpenProofs+types.MaxOpenCustodies)
		if err != nil {
			logger.Error("oracle work list", "error", err)
			return
		}
		update(ctx.BlockHeight(), items)
	}
}
