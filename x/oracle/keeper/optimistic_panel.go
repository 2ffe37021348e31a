package keeper

import (
	"context"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/custody"
	"github.com/imochain/imod/inference/merkle"
	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/executors"
	"github.com/imochain/imod/x/oracle/panel"
	"github.com/imochain/imod/x/oracle/types"
)

const (
	panelDomain = "imod/executors/panel/v1"
	// maxPanels bounds the panels that one block moves on.
	maxPanels = 10
	// panelWait is how long a version waits before enough executors are looked for again.
	panelWait = 10
)

// submitToExecutors opens the panel that is to reproduce a version of class OPTIMISTIC, and takes the verification fee.
// Manifest and limits were checked by every node with the message; that the bytes are there is shown by the executors'
// samples, whose paths every node checks.
func (k *Keeper) submitToExecutors(ctx context.Context, v imotypes.ServableVersion, payer sdk.AccAddress, fee sdk.Coin) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	noInput := merkle.BytesRoot(nil)
	p := types.Panel{
		Kind: types.SubjectKind_SUBJECT_KIND_PROOF, Id: v.ModelID, Version: v.Version,
		ManifestRoot: v.ManifestRoot, InputRoot: noInput[:], Fee: fee,
		DueHeight:      sdkCtx.BlockHeight() + 1,
		DeadlineHeight: sdkCtx.BlockHeight() + int64(params.Optimistic.WaitBlocks),
	}
	if err := k.panels.Set(ctx, p, 0); err != nil {
		return err
	}
	if !fee.IsZero() {
		if err := k.bank.SendCoins(ctx, payer, types.EscrowAddress(), sdk.NewCoins(fee)); err != nil {
			return err
		}
	}
	return sdkCtx.EventManager().EmitTypedEvent(&types.EventProofOpened{ModelId: v.ModelID, Version: v.Version, Fee: fee})
}

// openAudit opens the panel of a claim. Whether it is audited, and by whom, is drawn in the next block, after the
// assertion: otherwise one would cheat where none is due.
func (k *Keeper) openAudit(ctx context.Context, c types.Claim, r types.Request) error {
	return k.panels.Set(ctx, types.Panel{
		Kind: types.SubjectKind_SUBJECT_KIND_AUDIT, Id: c.Id, Version: c.Version,
		ManifestRoot: r.ManifestRoot, InputRoot: r.InputRoot, Seed: r.Seed,
		Fee:       sdk.NewCoin(types.FeeDenom, math.ZeroInt()),
		DueHeight: c.AssertedHeight + 1, DeadlineHeight: c.WindowHeight,
	}, 0)
}

// bindResult takes a drawn executor's binding.
func (k *Keeper) bindResult(ctx context.Context, executor sdk.AccAddress, msg *types.MsgBindResult) error {
	p, err := k.panels.Get(ctx, msg.Kind, msg.Id)
	if err != nil {
		return err
	}
	text, err := k.addresses.BytesToString(executor)
	if err != nil {
		return err
	}
	complete, err := panel.Bind(&p, text, msg.Binding)
	if err != nil {
		return err
	}
	return k.movedPanel(ctx, p, complete)
}

// movedPanel writes a panel; one for which nobody is waited any more goes on at the end of this block.
func (k *Keeper) movedPanel(ctx context.Context, p types.Panel, complete bool) error {
	due := p.DueHeight
	if complete {
		p.DueHeight = sdk.UnwrapSDKContext(ctx).BlockHeight()
	}
	return k.panels.Set(ctx, p, due)
}

// openResult takes the opening of a drawn executor's binding. It proves itself: results, witness and, for a version,
// the chunks drawn for the executor give exactly what was bound.
func (k *Keeper) openResult(ctx context.Context, executor sdk.AccAddress, msg *types.MsgOpenResult) error {
	p, err := k.panels.Get(ctx, msg.Kind, msg.Id)
	if err != nil {
		return err
	}
	if len(msg.ResultsRoot) != 32 || len(msg.Witness) != 32 || len(msg.Samples) > custody.MaxOpening || len(executor) != 20 {
		return types.ErrInvalidOpening.Wrapf("results root, witness and samples have %d, %d and %d bytes", len(msg.ResultsRoot), len(msg.Witness), len(msg.Samples))
	}
	text, err := k.addresses.BytesToString(executor)
	if err != nil {
		return err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	sdkCtx.GasMeter().ConsumeGas(openingGas, "oracle opening")
	chain := attestation.ChainHash(sdkCtx.ChainID())
	s, err := p.Subject(chain)
	if err != nil {
		return types.ErrNotOpening.Wrapf("%s %d waits for its draw", p.Kind, p.Id)
	}
	result := attestation.Result{Output: [32]byte(msg.ResultsRoot), Witness: [32]byte(msg.Witness)}
	if p.Kind == types.SubjectKind_SUBJECT_KIND_PROOF {
		encoded, err := k.models.ManifestOf(ctx, p.Id, p.Version)
		if err != nil {
			return err
		}
		manifest, err := bundle.DecodeManifest(encoded)
		if err != nil {
			return types.ErrInvalidState.Wrapf("manifest of model %d: %v", p.Id, err)
		}
		digest, err := custody.Verify(manifest, s.Draw, [20]byte(executor), msg.Samples)
		if err != nil {
			return types.ErrInvalidOpening.Wrap(err.Error())
		}
		result = attestation.ProofResult(result.Output, result.Witness, digest)
	} else if len(msg.Samples) > 0 {
		return types.ErrInvalidOpening.Wrap("an audit has no samples")
	}
	complete, err := panel.Open(&p, text, msg.ResultsRoot, msg.Witness, attestation.Bind(chain, s, result, attestation.Address(executor)))
	if err != nil {
		return err
	}
	return k.movedPanel(ctx, p, complete)
}

// endPanels moves panels on whose time has come.
func (k *Keeper) endPanels(ctx sdk.Context) error {
	keys, err := k.panels.Due(ctx, maxPanels)
	if err != nil || len(keys) == 0 {
		return err
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	for _, key := range keys {
		kind, id := types.SubjectKind(key.K1()), key.K2()
		err := isolate(ctx, func(ctx sdk.Context) error {
			p, err := k.panels.Get(ctx, kind, id)
			if err != nil {
				return err
			}
			return k.stepPanel(ctx, p, params)
		})
		if err == nil {
			continue
		}
		ctx.Logger().Error("oracle panel", "kind", kind, "id", id, "error", err)
		if err := isolate(ctx, func(ctx sdk.Context) error {
			p, err := k.panels.Get(ctx, kind, id)
			if err != nil {
				return err
			}
			due := p.DueHeight
			p.DueHeight = ctx.BlockHeight() + retryBlocks
			return k.panels.Set(ctx, p, due)
		}); err != nil {
			ctx.Logger().Error("oracle panel retry", "kind", kind, "id", id, "error", err)
		}
	}
	return nil
}

func (k *Keeper) stepPanel(ctx sdk.Context, p types.Panel, params types.Params) error {
	audit := p.Kind == types.SubjectKind_SUBJECT_KIND_AUDIT
	bound := 0
	for _, s := range p.Seats {
		if len(s.Binding) > 0 {
			bound++
		}
	}
	needed := int(params.Optimistic.ProofMatches)
	if audit {
		needed = 1
	}
	due := p.DueHeight
	switch {
	case p.Done: // of an audit whose claim is still open
		p.DueHeight = ctx.BlockHeight() + retryBlocks
		return k.panels.Set(ctx, p, due)
	case len(p.Seats) == 0:
		return k.drawPanel(ctx, p, params)
	case !p.Opening && bound >= needed:
		p.Opening = true
		p.DueHeight = ctx.BlockHeight() + k.panelTime(ctx, p, params)
		if err := k.extendJobs(ctx, p); err != nil {
			return err
		}
		if err := ctx.EventManager().EmitTypedEvent(&types.EventPanelOpening{
			Kind: p.Kind, Id: p.Id, Bound: uint32(bound), DueHeight: p.DueHeight,
		}); err != nil {
			return err
		}
		return k.panels.Set(ctx, p, due)
	case audit:
		return k.judgeAudit(ctx, p, params)
	default:
		return k.judgeVersion(ctx, p, params)
	}
}

// panelTime is how long executors have to bind, and again to open: an audit has a third of what is left of the window.
func (k *Keeper) panelTime(ctx sdk.Context, p types.Panel, params types.Params) int64 {
	if p.Kind == types.SubjectKind_SUBJECT_KIND_AUDIT {
		return max(1, min(int64(params.Optimistic.JobBlocks), (p.DeadlineHeight-ctx.BlockHeight())/3))
	}
	return int64(params.Optimistic.ProofJobBlocks)
}

// drawPanel draws executors that can begin the job, and gives it to them. A version waits until there are enough; an
// audit is held with those that there are, by chance.
func (k *Keeper) drawPanel(ctx sdk.Context, p types.Panel, params types.Params) error {
	audit := p.Kind == types.SubjectKind_SUBJECT_KIND_AUDIT
	beacon, err := k.drawBeacon(ctx, panelDomain+p.Kind.String(), p.Id, params)
	if err != nil {
		return err
	}
	able, count, err := k.panelRoster(ctx, p, params)
	if err != nil {
		return err
	}
	chance := (uint32(beacon[30])<<8|uint32(beacon[31]))%basisPoints < params.Optimistic.AuditChanceBps
	switch {
	case audit && (!chance || len(able) == 0):
		return k.panels.Remove(ctx, p)
	case !audit && ctx.BlockHeight() >= p.DeadlineHeight:
		return k.judgeVersion(ctx, p, params)
	case !audit && len(able) < int(params.Optimistic.ProofMatches):
		due := p.DueHeight
		p.DueHeight = ctx.BlockHeight() + panelWait
		return k.panels.Set(ctx, p, due)
	}
	due := p.DueHeight
	p.Round++
	p.Beacon = beacon[:]
	p.DueHeight = ctx.BlockHeight() + k.panelTime(ctx, p, params)
	var names []string
	for _, e := range executors.Draw(able, beacon, count) {
		account, err := k.account("executor", e.Address)
		if err != nil {
			return err
		}
		p.Seats = append(p.Seats, types.Seat{Executor: e.Address})
		names = append(names, e.Address)
		if err := k.executors.Start(ctx, executors.Key{Kind: p.Kind, ID: p.Id, Executor: account}, p.DueHeight, params.Optimistic); err != nil {
			return err
		}
	}
	if err := k.panels.Set(ctx, p, due); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&types.EventPanelDrawn{Kind: p.Kind, Id: p.Id, Executors: names, DueHeight: p.DueHeight})
}

// basisPoints is the whole of a chance. A draw of 16 bits modulo it is even enough for a chance.
const basisPoints = 10_000

// panelRoster lists who may be drawn now, and how many are.
func (k *Keeper) panelRoster(ctx sdk.Context, p types.Panel, params types.Params) ([]types.Executor, int, error) {
	model, count, asserted := uint64(0), int(params.Optimistic.ProofExecutors), ""
	var size, work uint64
	if p.Kind == types.SubjectKind_SUBJECT_KIND_AUDIT {
		c, err := k.claims.Claim(ctx, p.Id)
		if err != nil {
			return nil, 0, err
		}
		model, count, asserted = c.ModelId, int(params.Optimistic.Auditors), c.Executor
	} else {
		encoded, err := k.models.ManifestOf(ctx, p.Id, p.Version)
		if err != nil {
			return nil, 0, err
		}
		manifest, err := bundle.DecodeManifest(encoded)
		if err != nil {
			return nil, 0, types.ErrInvalidState.Wrapf("manifest of model %d: %v", p.Id, err)
		}
		size, work = manifest.TotalBytes, manifest.WorkUnits
	}
	roster, err := k.executors.Roster(ctx, model)
	if err != nil {
		return nil, 0, err
	}
	able := make([]types.Executor, 0, len(roster))
	for _, e := range roster {
		if e.Address != asserted && executors.Takes(e, params.Optimistic.JobBond) &&
			(size == 0 || e.MaxBundleBytes >= size) && (e.MaxWorkUnits == 0 || e.MaxWorkUnits >= work) {
			able = append(able, e)
		}
	}
	return able, count, nil
}

// endJobs ends the jobs of a panel: done for those that opened, missed for the others.
func (k *Keeper) endJobs(ctx sdk.Context, p types.Panel, result panel.Result) error {
	for i, list := range [][]string{result.Matching, result.Other, result.Absent} {
		for _, text := range list {
			account, err := k.account("executor", text)
			if err != nil {
				return err
			}
			key := executors.Key{Kind: p.Kind, ID: p.Id, Executor: account}
			if i < 2 {
				_, err = k.executors.Finish(ctx, key, false)
			} else {
				_, err = k.executors.Miss(ctx, key)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// extendJobs gives the drawn executors time to open.
func (k *Keeper) extendJobs(ctx sdk.Context, p types.Panel) error {
	for _, s := range p.Seats {
		account, err := k.account("executor", s.Executor)
		if err != nil {
			return err
		}
		if err := k.executors.Extend(ctx, executors.Key{Kind: p.Kind, ID: p.Id, Executor: account}, p.DueHeight); err != nil {
			return err
		}
	}
	return nil
}

// dropJobs ends the jobs of a panel that is not needed any more.
func (k *Keeper) dropJobs(ctx sdk.Context, p types.Panel) error {
	for _, s := range p.Seats {
		account, err := k.account("executor", s.Executor)
		if err != nil {
			return err
		}
		if err := k.executors.Drop(ctx, executors.Key{Kind: p.Kind, ID: p.Id, Executor: account}); err != nil {
			return err
		}
	}
	return nil
}
