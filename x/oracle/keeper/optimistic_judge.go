package keeper

import (
	"bytes"
	"encoding/hex"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/panel"
	"github.com/imochain/imod/x/oracle/types"
)

// judgeVersion ends the round of a panel that reproduces a version: decided when enough opened the same results, else
// with another draw, three times at most. Who opened something else is not punished: a majority convicts nobody.
func (k *Keeper) judgeVersion(ctx sdk.Context, p types.Panel, params types.Params) error {
	result := panel.Tally(p)
	if err := k.endJobs(ctx, p, result); err != nil {
		return err
	}
	if err := k.closedPanel(ctx, p, result); err != nil {
		return err
	}
	enough := len(result.Matching) >= int(params.Optimistic.ProofMatches)
	if !enough && p.Round < maxRounds && ctx.BlockHeight() < p.DeadlineHeight {
		due := p.DueHeight
		p.Seats, p.Beacon, p.Opening, p.DueHeight = nil, nil, false, ctx.BlockHeight()+1
		return k.panels.Set(ctx, p, due)
	}
	if err := k.panels.Remove(ctx, p); err != nil {
		return err
	}
	outcome, reason := imotypes.ProofOutcome_PROOF_OUTCOME_EXPIRED, byte(0)
	record := types.ProofRecord{
		ModelId: p.Id, Version: p.Version, Height: ctx.BlockHeight(), Beacon: p.Beacon,
		MatchedPower: uint64(len(result.Matching)), TotalPower: uint64(len(p.Seats)),
	}
	if enough {
		record.ResultsRoot, record.Witness = result.ResultsRoot, result.Witness
		outcome = imotypes.ProofOutcome_PROOF_OUTCOME_REPRODUCED
		if reason = refusal([32]byte(result.ResultsRoot)); reason != 0 {
			outcome = imotypes.ProofOutcome_PROOF_OUTCOME_REJECTED
		}
	}
	record.Outcome = outcomeName(outcome)
	if err := k.payPanel(ctx, p, result, outcome == imotypes.ProofOutcome_PROOF_OUTCOME_REPRODUCED); err != nil {
		return err
	}
	if err := k.proofRecords.Set(ctx, collections.Join(p.Id, p.Version), record); err != nil {
		return err
	}
	if err := k.models.RecordProof(ctx, p.Id, p.Version, outcome); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&types.EventProofClosed{
		ModelId: p.Id, Version: p.Version, Outcome: record.Outcome, Refused: uint32(reason),
		MatchedPower: record.MatchedPower, TotalPower: record.TotalPower,
	})
}

// payPanel shares the verification fee in equal parts among all that were drawn; those that opened what most did get
// theirs and, if the version was reproduced, hold the model from now on. The rest goes to the community pool.
func (k *Keeper) payPanel(ctx sdk.Context, p types.Panel, result panel.Result, hold bool) error {
	left := p.Fee.Amount
	for _, text := range result.Matching {
		account, err := k.account("executor", text)
		if err != nil {
			return err
		}
		if hold {
			if err := k.executors.Hold(ctx, account, p.Id); err != nil {
				return err
			}
		}
		if part := p.Fee.Amount.QuoRaw(int64(len(p.Seats))); part.IsPositive() {
			left = left.Sub(part)
			if err := (purse{k}).Pay(ctx, account, part); err != nil {
				return err
			}
		}
	}
	totals, err := k.totals.Get(ctx)
	if err != nil {
		return err
	}
	totals.CommunityTally = totals.CommunityTally.Add(left)
	return k.totals.Set(ctx, totals)
}

// closedPanel tells what a panel said.
func (k *Keeper) closedPanel(ctx sdk.Context, p types.Panel, result panel.Result) error {
	return ctx.EventManager().EmitTypedEvent(&types.EventPanelClosed{
		Kind: p.Kind, Id: p.Id, ResultsRoot: hex.EncodeToString(result.ResultsRoot),
		Matching: uint32(len(result.Matching)), Drawn: uint32(len(p.Seats)),
	})
}

// judgeAudit ends an audit. What the auditors say decides nothing; but where one found something else the claim stays
// open for a challenge as long as a new one. The record stays for the pay until the claim is closed.
func (k *Keeper) judgeAudit(ctx sdk.Context, p types.Panel, params types.Params) error {
	result := panel.Tally(p)
	if err := k.endJobs(ctx, p, result); err != nil {
		return err
	}
	if err := k.closedPanel(ctx, p, result); err != nil {
		return err
	}
	c, err := k.claims.Claim(ctx, p.Id)
	if err != nil {
		return err
	}
	if c.Status != types.ClaimStatus_CLAIM_STATUS_OPEN {
		return k.panels.Remove(ctx, p)
	}
	for _, s := range p.Seats {
		if len(s.ResultsRoot) > 0 && !bytes.Equal(s.ResultsRoot, c.OutputRoot) {
			if err := k.claims.Prolong(ctx, c.Id, ctx.BlockHeight()+int64(params.Optimistic.WindowBlocks)); err != nil {
				return err
			}
		}
	}
	due := p.DueHeight
	p.Done, p.DueHeight = true, ctx.BlockHeight()+retryBlocks
	return k.panels.Set(ctx, p, due)
}

// auditorsOf lists those that audited a claim and found what it says.
func (k *Keeper) auditorsOf(ctx sdk.Context, c types.Claim) ([]sdk.AccAddress, error) {
	p, err := k.panels.Get(ctx, types.SubjectKind_SUBJECT_KIND_AUDIT, c.Id)
	if errors.Is(err, types.ErrPanelNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var auditors []sdk.AccAddress
	for _, s := range p.Seats {
		if !bytes.Equal(s.ResultsRoot, c.OutputRoot) {
			continue
		}
		account, err := k.account("executor", s.Executor)
		if err != nil {
			return nil, err
		}
		auditors = append(auditors, account)
	}
	return auditors, nil
}

// dropAudit forgets the audit of a claim that is closed. Auditors that had no time left are let off.
func (k *Keeper) dropAudit(ctx sdk.Context, c types.Claim) error {
	p, err := k.panels.Get(ctx, types.SubjectKind_SUBJECT_KIND_AUDIT, c.Id)
	if errors.Is(err, types.ErrPanelNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if !p.Done {
		if err := k.dropJobs(ctx, p); err != nil {
			return err
		}
	}
	return k.panels.Remove(ctx, p)
}
