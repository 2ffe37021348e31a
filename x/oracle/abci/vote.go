package abci

import (
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

// ExtendVote returns the bindings of this node's finished results, at most 4 KiB. It leaves out what
// the state or the injected transaction of the block voted on already carries. Any trouble gives an
// empty extension, never an error.
func (h *Handlers) ExtendVote(ctx sdk.Context, req *abci.RequestExtendVote) (resp *abci.ResponseExtendVote, _ error) {
	resp = &abci.ResponseExtendVote{VoteExtension: []byte{}}
	defer func() {
		if r := recover(); r != nil {
			h.Logger.Error("oracle extend vote", "panic", r)
			resp = &abci.ResponseExtendVote{VoteExtension: []byte{}}
		}
	}()
	extension, err := h.extension(ctx, req)
	if err != nil {
		h.Logger.Error("oracle extend vote", "error", err)
		return resp, nil
	}
	if len(extension) > 0 {
		resp.VoteExtension = extension
	}
	return resp, nil
}

func (h *Handlers) extension(ctx sdk.Context, req *abci.RequestExtendVote) ([]byte, error) {
	if h.Results == nil || len(h.Validator) != attestation.AddressSize {
		return nil, nil
	}
	ready := h.Results.Ready()
	if len(ready) == 0 {
		return nil, nil
	}
	address := attestation.Address(h.Validator)
	// The extension of height H is applied by block H+1, so what ends with H is of no use.
	subjects, err := h.Keeper.OpenSubjects(ctx, req.Height+1)
	if err != nil {
		return nil, err
	}
	open := make(map[attestation.Key]attestation.Subject, len(subjects))
	for _, s := range subjects {
		open[s.Key] = s
	}
	carried := h.carried(req.Txs, address)
	chain := attestation.ChainHash(ctx.ChainID())
	candidates := make([]attestation.Candidate, 0, len(ready))
	for _, r := range ready {
		s, ok := open[r.Key()]
		if !ok || carried[s.Key] {
			continue
		}
		binding, ok := h.binding(chain, r, s, address)
		if !ok {
			continue
		}
		stored, err := h.Keeper.Slot(ctx, s.Key, address)
		if err != nil {
			return nil, err
		}
		// The first binding counts, so a second is never sent; what was declined may be bound after all.
		if stored.State != attestation.Absent && (stored.State != attestation.Declined || binding.Declines()) {
			continue
		}
		candidates = append(candidates, attestation.Candidate{
			Item: attestation.Item{Key: s.Key, Binding: binding}, Deadline: s.Deadline,
		})
	}
	return attestation.EncodeExtension(attestation.Select(candidates))
}

// binding returns what goes into the extension for a subject: a validator's binding of the result, or that
// it declines.
func (h *Handlers) binding(chain [32]byte, r types.WorkResult, s attestation.Subject, validator attestation.Address) (attestation.Binding, bool) {
	if r.Declines(s) {
		return attestation.Binding{}, true
	}
	result, ok := h.bound(r, s, validator)
	if !ok {
		return attestation.Binding{}, false
	}
	return attestation.Bind(chain, s, result, validator), true
}

// bound returns what a validator binds with a result of this node: the result itself, or for a proof
// and for custody the results together with the validator's own chunks.
func (h *Handlers) bound(r types.WorkResult, s attestation.Subject, validator attestation.Address) (attestation.Result, bool) {
	if !s.Kind.Reserved() {
		return r.Answers(s)
	}
	held, ok := h.Results.Held(s.Key, s.Draw, validator)
	if !ok {
		return attestation.Result{}, false
	}
	_, result, ok := r.Opens(s, held.Digest)
	return result, ok
}

// carried returns what this node's own vote in the injected transaction of the block brings.
func (h *Handlers) carried(txs [][]byte, own attestation.Address) map[attestation.Key]bool {
	if len(txs) == 0 || !attestation.IsInjected(txs[0]) {
		return nil
	}
	tx, err := h.codec.injected(txs[0])
	if err != nil {
		return nil
	}
	out := make(map[attestation.Key]bool)
	for _, v := range tx.Votes {
		if v.Validator != own {
			continue
		}
		items, err := h.codec.extension(v.Extension)
		if err != nil {
			return nil
		}
		for _, item := range items {
			out[item.Key] = true
		}
	}
	return out
}

// VerifyVoteExtension refuses only extensions that are too long or not canonical. It reads no state:
// a refusal refuses the validator's precommit, so every node must answer the same. When it cannot
// judge it accepts; whoever uses an extension checks it again.
func (h *Handlers) VerifyVoteExtension(_ sdk.Context, req *abci.RequestVerifyVoteExtension) (resp *abci.ResponseVerifyVoteExtension, _ error) {
	resp = &abci.ResponseVerifyVoteExtension{Status: abci.ResponseVerifyVoteExtension_ACCEPT}
	defer func() {
		if r := recover(); r != nil {
			h.Logger.Error("oracle verify vote extension", "panic", r)
			resp = &abci.ResponseVerifyVoteExtension{Status: abci.ResponseVerifyVoteExtension_ACCEPT}
		}
	}()
	if err := h.checkExtension(req.VoteExtension); err != nil {
		h.Logger.Info("vote extension refused", "validator", fmt.Sprintf("%X", req.ValidatorAddress), "error", err)
		resp.Status = abci.ResponseVerifyVoteExtension_REJECT
	}
	return resp, nil
}

func (h *Handlers) checkExtension(b []byte) error {
	if len(b) > attestation.MaxExtension {
		return attestation.ErrExtension
	}
	_, err := h.codec.extension(b)
	return err
}
