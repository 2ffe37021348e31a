package abci

import (
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
)

// HandleInjected applies the injected transaction of a block, if there is one. The app calls it in
// its PreBlocker after the modules'. It treats every byte as hostile, even inside a block that was
// decided: bad votes are left out one by one, and nothing makes it fail.
func (h *Handlers) HandleInjected(ctx sdk.Context, req *abci.RequestFinalizeBlock) {
	defer func() {
		if r := recover(); r != nil {
			h.Logger.Error("oracle injected transaction", "height", req.Height, "panic", r)
		}
	}()
	if len(req.Txs) == 0 || !attestation.IsInjected(req.Txs[0]) {
		return
	}
	if err := h.apply(ctx, req); err != nil {
		h.Logger.Error("oracle injected transaction", "height", req.Height, "error", err)
	}
}

func (h *Handlers) apply(ctx sdk.Context, req *abci.RequestFinalizeBlock) error {
	tx, err := h.codec.injected(req.Txs[0])
	if err != nil {
		return err
	}
	commit := lastCommit{req.Height - 1, req.DecidedLastCommit.Round, req.DecidedLastCommit.Votes}
	set, err := commit.set()
	if err != nil {
		return err
	}
	round := attestation.Round{Set: set, Reveals: tx.Reveals, Proposer: addressOf(req.ProposerAddress)}
	for _, v := range tx.Votes {
		items, err := h.read(ctx, commit, v)
		if err != nil {
			h.Logger.Info("oracle vote left out", "validator", fmt.Sprintf("%X", v.Validator), "error", err)
			continue
		}
		round.Votes = append(round.Votes, attestation.RoundVote{Index: int(v.Index), Items: items})
	}
	return h.Keeper.Attest(ctx, round)
}
