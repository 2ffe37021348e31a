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
	tx, carried := h.carriedBy(req)
	// The beacon moves in every block, with or without the proposer's help.
	if err := h.Keeper.AdvanceBeacon(ctx, addressOf(req.ProposerAddress), tx.Link); err != nil {
		h.Logger.Error("oracle beacon", "height", req.Height, "error", err)
	}
	commit := lastCommit{req.Height - 1, req.DecidedLastCommit.Round, req.DecidedLastCommit.Votes}
	set, err := commit.set()
	if err != nil {
		h.Logger.Error("oracle last commit", "height", req.Height, "error", err)
		return
	}
	round := attestation.Round{Set: set, Proposer: addressOf(req.ProposerAddress)}
	if carried && len(tx.Votes)+len(tx.Reveals)+len(tx.Openings) > 0 {
		if err := h.apply(ctx, commit, round, tx); err != nil {
			h.Logger.Error("oracle injected transaction", "height", req.Height, "error", err)
		}
	}
	// Proofs and custodies move in every block: their times pass while nobody says anything.
	if err := h.Keeper.StepTrials(ctx, round); err != nil {
		h.Logger.Error("oracle trials", "height", req.Height, "error", err)
	}
}

// carriedBy reads the injected transaction of a block; one that cannot be read counts as none.
func (h *Handlers) carriedBy(req *abci.RequestFinalizeBlock) (tx attestation.Injected, carried bool) {
	defer func() {
		if r := recover(); r != nil {
			h.Logger.Error("oracle injected transaction", "height", req.Height, "panic", r)
			tx, carried = attestation.Injected{}, false
		}
	}()
	if len(req.Txs) == 0 || !attestation.IsInjected(req.Txs[0]) {
		return tx, false
	}
	tx, err := h.codec.injected(req.Txs[0])
	if err != nil {
		h.Logger.Error("oracle injected transaction", "height", req.Height, "error", err)
		return attestation.Injected{}, false
	}
	return tx, true
}

func (h *Handlers) apply(ctx sdk.Context, commit lastCommit, round attestation.Round, tx attestation.Injected) error {
	round.Reveals = tx.Reveals
	for _, v := range tx.Votes {
		items, err := h.read(ctx, commit, v)
		if err != nil {
			h.Logger.Info("oracle vote left out", "validator", fmt.Sprintf("%X", v.Validator), "error", err)
			continue
		}
		round.Votes = append(round.Votes, attestation.RoundVote{Index: int(v.Index), Items: items})
	}
	h.Keeper.OpenInjected(ctx, tx.Openings)
	return h.Keeper.Attest(ctx, round)
}
