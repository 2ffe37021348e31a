package abci

import (
	"errors"
	"fmt"
	"math"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
)

// txOverhead bounds what the block's encoding adds to the injected transaction.
const txOverhead = 16

// ProcessProposal accepts a block if every transaction decodes, their gas and bytes are within the
// limits of consensus, and an injected transaction, which may be missing, stands at index 0 only and
// holds votes of the last commit with right signatures. It never changes the request. That a
// result is right is not judged here: a wrong reveal decides nothing.
func (h *Handlers) ProcessProposal(ctx sdk.Context, req *abci.RequestProcessProposal) (resp *abci.ResponseProcessProposal, _ error) {
	resp = &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_REJECT}
	defer func() {
		if r := recover(); r != nil {
			h.Logger.Error("process proposal", "height", req.Height, "panic", r)
			resp = &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_REJECT}
		}
	}()
	if err := h.judge(ctx, req); err != nil {
		h.Logger.Error("proposal refused", "height", req.Height, "error", err)
		return resp, nil
	}
	resp.Status = abci.ResponseProcessProposal_ACCEPT
	return resp, nil
}

func (h *Handlers) judge(ctx sdk.Context, req *abci.RequestProcessProposal) error {
	if size, limit := cmttypes.ComputeProtoSizeForTxs(cmttypes.ToTxs(req.Txs)), maxBytes(ctx); size > limit {
		return fmt.Errorf("%d bytes of transactions, at most %d", size, limit)
	}
	txs := req.Txs
	if len(txs) > 0 && attestation.IsInjected(txs[0]) {
		if err := h.judgeInjected(ctx, req); err != nil {
			return err
		}
		txs = txs[1:]
	}
	budget := newBudget(ctx)
	for i, tx := range txs {
		if err := budget.take(h.TxDecoder, tx); err != nil {
			return fmt.Errorf("transaction %d: %w", i+len(req.Txs)-len(txs), err)
		}
	}
	return nil
}

func (h *Handlers) judgeInjected(ctx sdk.Context, req *abci.RequestProcessProposal) error {
	if !extensionsApply(ctx, req.Height) {
		return errors.New("vote extensions do not exist yet")
	}
	if size, limit := int64(len(req.Txs[0])), injectionLimit(ctx); size > limit {
		return fmt.Errorf("injected transaction has %d bytes, at most %d", size, limit)
	}
	tx, err := h.codec.injected(req.Txs[0])
	if err != nil {
		return err
	}
	commit := lastCommit{req.Height - 1, req.ProposedLastCommit.Round, req.ProposedLastCommit.Votes}
	if _, err := commit.set(); err != nil {
		return err
	}
	for _, v := range tx.Votes {
		if _, err := h.read(ctx, commit, v); err != nil {
			return err
		}
	}
	return nil
}

// budget is the gas that is left in a block. Nothing else enforces the limit: the block gas meter
// is off, because executors would differ in it.
type budget struct {
	limited bool
	left    uint64
}

func newBudget(ctx sdk.Context) *budget {
	block := ctx.ConsensusParams().Block
	if block == nil || block.MaxGas <= 0 {
		return &budget{}
	}
	return &budget{limited: true, left: uint64(block.MaxGas)}
}

// take checks one user transaction and books its gas; one that does not fit books nothing.
func (b *budget) take(decode sdk.TxDecoder, bytes []byte) error {
	if attestation.IsInjected(bytes) {
		return errors.New("injected transaction in another place than index 0")
	}
	tx, err := decode(bytes)
	if err != nil {
		return err
	}
	if tx == nil {
		return errors.New("decoded to nothing")
	}
	gasTx, ok := tx.(interface{ GetGas() uint64 })
	if !ok || !b.limited {
		return nil
	}
	gas := gasTx.GetGas()
	if gas > b.left {
		return fmt.Errorf("gas %d, %d left in the block", gas, b.left)
	}
	b.left -= gas
	return nil
}

// maxBytes returns the block's limit of bytes.
func maxBytes(ctx sdk.Context) int64 {
	block := ctx.ConsensusParams().Block
	if block == nil || block.MaxBytes <= 0 {
		return cmttypes.MaxBlockSizeBytes
	}
	return min(block.MaxBytes, cmttypes.MaxBlockSizeBytes)
}

// injectionLimit is a quarter of the block, so that attestations never crowd out users.
func injectionLimit(ctx sdk.Context) int64 { return maxBytes(ctx) / 4 }

// extensionsApply tells whether the commit before height carries extensions.
func extensionsApply(ctx sdk.Context, height int64) bool {
	params := ctx.ConsensusParams().Abci
	return params != nil && params.VoteExtensionsEnableHeight > 0 &&
		height > params.VoteExtensionsEnableHeight && height < math.MaxInt64
}

// txSize is what a transaction takes in a block.
func txSize(tx []byte) int64 { return cmttypes.ComputeProtoSizeForTxs(cmttypes.Txs{tx}) }
