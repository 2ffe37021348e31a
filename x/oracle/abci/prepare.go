package abci

import (
	"fmt"
	"slices"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

// PrepareProposal puts the extensions of the last commit, and the results that they decide, at index
// 0, and fills the rest of the block with what Select picks. Trouble with the first part leaves it
// out; trouble with the second leaves the block otherwise empty. What it returns, ProcessProposal
// accepts. The request is not changed.
func (h *Handlers) PrepareProposal(ctx sdk.Context, req *abci.RequestPrepareProposal) (resp *abci.ResponsePrepareProposal, _ error) {
	resp = &abci.ResponsePrepareProposal{}
	defer func() {
		if r := recover(); r != nil {
			h.Logger.Error("oracle prepare proposal", "height", req.Height, "panic", r)
			resp = &abci.ResponsePrepareProposal{}
		}
	}()
	var txs [][]byte
	left := req.MaxTxBytes
	if injected := h.injection(ctx, req); len(injected) > 0 {
		txs = append(txs, injected)
		left -= txSize(injected)
	}
	resp.Txs = append(txs, h.selected(ctx, req, left)...)
	return resp, nil
}

// injection builds the injected transaction, nil if there is nothing to say or anything goes wrong.
func (h *Handlers) injection(ctx sdk.Context, req *abci.RequestPrepareProposal) (tx []byte) {
	defer func() {
		if r := recover(); r != nil {
			h.Logger.Error("oracle injection", "height", req.Height, "panic", r)
			tx = nil
		}
	}()
	tx, err := h.buildInjection(ctx, req)
	if err != nil {
		h.Logger.Error("oracle injection", "height", req.Height, "error", err)
		return nil
	}
	return tx
}

func (h *Handlers) buildInjection(ctx sdk.Context, req *abci.RequestPrepareProposal) ([]byte, error) {
	if !extensionsApply(ctx, req.Height) {
		return nil, nil
	}
	space := min(injectionLimit(ctx), req.MaxTxBytes-txOverhead)
	commit := lastCommit{height: req.Height - 1, round: req.LocalLastCommit.Round}
	for _, v := range req.LocalLastCommit.Votes {
		commit.votes = append(commit.votes, abci.VoteInfo{Validator: v.Validator, BlockIdFlag: v.BlockIdFlag})
	}
	set, err := commit.set()
	if err != nil {
		return nil, err
	}
	useful, err := h.usefulness(ctx, req.Height)
	if err != nil {
		return nil, err
	}

	tx := attestation.Injected{Link: h.link(ctx, req)}
	round := attestation.Round{Set: set, Proposer: addressOf(req.ProposerAddress)}
	size := int64(attestation.InjectedOverhead + len(tx.Link))
	for i, v := range req.LocalLastCommit.Votes {
		if v.BlockIdFlag != cmtproto.BlockIDFlagCommit || len(v.VoteExtension) == 0 || i >= attestation.MaxVotes {
			continue
		}
		vote := attestation.Vote{
			Index: uint16(i), Validator: set[i].Address,
			Signature: v.ExtensionSignature, Extension: v.VoteExtension,
		}
		items, err := h.read(ctx, commit, vote)
		if err != nil {
			h.Logger.Info("oracle vote left out", "validator", fmt.Sprintf("%X", v.Validator.Address), "error", err)
			continue
		}
		if !useful(vote.Validator, items) || size+int64(attestation.VoteSize(vote)) > space {
			continue
		}
		size += int64(attestation.VoteSize(vote))
		tx.Votes = append(tx.Votes, vote)
		round.Votes = append(round.Votes, attestation.RoundVote{Index: i, Items: items})
	}
	var results []types.WorkResult
	if h.Results != nil {
		results = h.Results.Ready()
	}
	reveals, err := h.Keeper.Decidable(ctx, round, results)
	if err != nil {
		return nil, err
	}
	room := max(0, (space-size)/attestation.RevealSize)
	tx.Reveals = reveals[:min(int64(len(reveals)), room)]
	size += int64(len(tx.Reveals)) * attestation.RevealSize
	if tx.Openings, err = h.openings(ctx, results, space-size); err != nil {
		return nil, err
	}
	if len(tx.Openings)+len(tx.Votes)+len(tx.Reveals)+len(tx.Link) == 0 {
		return nil, nil
	}
	return tx.Encode()
}

// link is what this node reveals of its hash chain, if it has one whose tip counts.
func (h *Handlers) link(ctx sdk.Context, req *abci.RequestPrepareProposal) []byte {
	if h.Beacon == nil {
		return nil
	}
	tip, counts := h.Keeper.BeaconTip(ctx, addressOf(req.ProposerAddress), req.Height)
	if !counts {
		return nil
	}
	link, ok := h.Beacon.Before(tip)
	if !ok {
		h.Logger.Error("oracle beacon: the registered chain is not this node's, or is used up; register a new one")
		return nil
	}
	return link[:]
}

// usefulness returns a test for votes: one whose items all name closed subjects or repeat what is
// stored only costs bytes. One that contradicts what is stored is useful: it voids both.
func (h *Handlers) usefulness(ctx sdk.Context, height int64) (func(attestation.Address, []attestation.Item) bool, error) {
	subjects, err := h.Keeper.OpenSubjects(ctx, height)
	if err != nil {
		return nil, err
	}
	open := make(map[attestation.Key]bool, len(subjects))
	for _, s := range subjects {
		open[s.Key] = true
	}
	return func(validator attestation.Address, items []attestation.Item) bool {
		return slices.ContainsFunc(items, func(item attestation.Item) bool {
			if !open[item.Key] {
				return false
			}
			slot, err := h.Keeper.Slot(ctx, item.Key, validator)
			return err == nil && slot.Bind(item.Binding)
		})
	}, nil
}

// selected asks Select for transactions and keeps those that ProcessProposal will accept.
func (h *Handlers) selected(ctx sdk.Context, req *abci.RequestPrepareProposal, space int64) (txs [][]byte) {
	defer func() {
		if r := recover(); r != nil {
			h.Logger.Error("select transactions", "height", req.Height, "panic", r)
			txs = nil
		}
	}()
	inner := *req
	inner.Txs = slices.Clone(req.Txs)
	inner.MaxTxBytes = max(0, space)
	resp, err := h.Select(ctx, &inner)
	if err != nil || resp == nil {
		h.Logger.Error("select transactions", "height", req.Height, "error", err)
		return nil
	}
	budget := newBudget(ctx)
	for _, tx := range resp.Txs {
		if space -= txSize(tx); space < 0 {
			break
		}
		if err := budget.take(h.TxDecoder, tx); err != nil {
			h.Logger.Info("transaction left out", "height", req.Height, "error", err)
			space += txSize(tx)
			continue
		}
		txs = append(txs, tx)
	}
	return txs
}
