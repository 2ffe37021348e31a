package keeper

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/bundle"
	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

var _ imotypes.ModelHooks = (*Keeper)(nil)

const (
	beaconDomain = "imod/beacon/v1"
	// maxStarts bounds the versions that one block takes from the queue.
	maxStarts = types.MaxOpenProofs
)

// AfterVersionSubmitted puts a submitted version into the queue of proofs and takes the verification
// fee from the payer into escrow.
func (k *Keeper) AfterVersionSubmitted(ctx context.Context, modelID uint64, version uint32, payer sdk.AccAddress, fee sdk.Coin) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	totals, err := k.totals.Get(ctx)
	if err != nil {
		return err
	}
	if err := k.checkNewProof(ctx, modelID, payer, fee, totals); err != nil {
		return err
	}
	v, found, err := k.models.VersionForProof(ctx, modelID)
	if err != nil {
		return err
	}
	if !found || v.Version != version || len(v.ManifestRoot) != 32 {
		return types.ErrProofNotFound.Wrapf("model %d version %d", modelID, version)
	}
	if v.Optimistic {
		return k.submitToExecutors(ctx, v, payer, fee)
	}
	manifest, err := bundle.DecodeManifest(v.Manifest)
	if err != nil {
		return types.ErrInvalidState.Wrapf("manifest of model %d: %v", modelID, err)
	}
	payerText, err := k.addresses.BytesToString(payer)
	if err != nil {
		return err
	}
	totals.OpenProofs++
	totals.LastProofNumber++
	p := types.Proof{
		ModelId: modelID, Version: version, ManifestRoot: v.ManifestRoot,
		Fee: fee, Payer: payerText,
		CreatedHeight: sdkCtx.BlockHeight(),
		ProposerBps:   params.ProposerBps,
		Phase:         types.ProofPhase_PROOF_PHASE_QUEUED,
		Number:        totals.LastProofNumber,
		Bytes:         manifest.TotalBytes,
		Work:          manifest.WorkUnits * uint64(len(manifest.Vectors)+bundle.Challenges), // 2^40 times 20 at most
	}
	if err := k.totals.Set(ctx, totals); err != nil {
		return err
	}
	if err := k.proofs.Set(ctx, modelID, p); err != nil {
		return err
	}
	if err := k.proofQueue.Set(ctx, p.Number, modelID); err != nil {
		return err
	}
	if !fee.IsZero() {
		if err := k.bank.SendCoins(ctx, payer, types.EscrowAddress(), sdk.NewCoins(fee)); err != nil {
			return err
		}
	}
	return sdkCtx.EventManager().EmitTypedEvent(&types.EventProofOpened{ModelId: modelID, Version: version, Fee: fee})
}

func (k *Keeper) checkNewProof(
	ctx context.Context, modelID uint64, payer sdk.AccAddress, fee sdk.Coin, totals types.Totals,
) error {
	if modelID == 0 {
		return types.ErrProofNotFound.Wrap("model 0")
	}
	if len(payer) != 20 {
		return types.ErrInvalidAccount.Wrapf("payer has %d bytes, must have 20", len(payer))
	}
	if fee.Amount.IsNil() || fee.Denom != types.FeeDenom || fee.IsNegative() {
		return types.ErrInvalidRequest.Wrapf("verification fee must be in %s", types.FeeDenom)
	}
	if fee.Amount.GT(types.MaxAmount()) {
		return types.ErrAmountTooLarge.Wrap("verification fee")
	}
	has, err := k.proofs.Has(ctx, modelID)
	if err != nil {
		return err
	}
	if has {
		return types.ErrProofOpen.Wrapf("model %d", modelID)
	}
	if totals.OpenProofs >= types.MaxQueuedProofs {
		return types.ErrTooManyOpen.Wrapf("%d versions are under proof or wait for it, at most %d", totals.OpenProofs, types.MaxQueuedProofs)
	}
	return nil
}

// startProofs takes versions from the head of the queue while the budgets have room: strictly in
// order, so that small models cannot keep a large one waiting. What is larger than a whole budget
// is proved alone.
func (k *Keeper) startProofs(ctx sdk.Context) error {
	iter, err := k.proofQueue.Iterate(ctx, nil)
	if err != nil {
		return err
	}
	waiting, err := firstEntries(iter, maxStarts)
	if err != nil || len(waiting) == 0 {
		return err
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	running, err := k.trialKeys(ctx, attestation.Proof)
	if err != nil {
		return err
	}
	var bytes, work uint64 // below 2^32 and 2^45 each, of at most 32 versions
	count := uint32(len(running))
	for _, key := range running {
		p, err := k.proofs.Get(ctx, key.ID)
		if err != nil {
			return err
		}
		bytes, work = bytes+p.Bytes, work+p.Work
	}
	for _, next := range waiting {
		p, err := k.proofs.Get(ctx, next.Value)
		if errors.Is(err, collections.ErrNotFound) {
			ctx.Logger().Error("oracle proof queue names a version that is not there", "model", next.Value)
			if err := k.proofQueue.Remove(ctx, next.Key); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		if count >= params.MaxOpenProofs ||
			count > 0 && (bytes+p.Bytes > params.MaxProofBytes || work+p.Work > params.MaxProofWorkUnits) {
			return nil
		}
		if err := isolate(ctx, func(ctx sdk.Context) error { return k.startProof(ctx, p, params) }); err != nil {
			ctx.Logger().Error("oracle proof does not start", "model", p.ModelId, "error", err)
			return nil
		}
		count, bytes, work = count+1, bytes+p.Bytes, work+p.Work
	}
	return nil
}

func (k *Keeper) startProof(ctx sdk.Context, p types.Proof, params types.Params) error {
	if err := k.proofQueue.Remove(ctx, p.Number); err != nil {
		return err
	}
	p.DeadlineHeight = ctx.BlockHeight() + int64(params.ProofBlocks)
	if err := k.startTrial(ctx, attestation.Proof, p); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&types.EventProofStarted{
		ModelId: p.ModelId, Version: p.Version, Round: 1, DeadlineHeight: p.DeadlineHeight,
	})
}

// startTrial opens a proof or a custody for bindings.
func (k *Keeper) startTrial(ctx sdk.Context, kind attestation.Kind, p types.Proof) error {
	beacon, err := k.freshBeacon(ctx)
	if err != nil {
		return err
	}
	p.Beacon, p.Phase, p.Round = beacon, types.ProofPhase_PROOF_PHASE_COMMIT, 1
	key := attestation.Key{Kind: kind, ID: p.ModelId}
	if err := k.setTrial(ctx, key, p); err != nil {
		return err
	}
	if err := k.trials.Set(ctx, collections.Join(uint32(kind), p.ModelId)); err != nil {
		return err
	}
	return k.open.Set(ctx, collections.Join3(p.DeadlineHeight, uint32(kind), p.ModelId))
}

// freshBeacon draws from the chain's randomness and from the hash of this block, so that nobody
// could know it before even while no validator reveals.
func (k *Keeper) freshBeacon(ctx sdk.Context) ([]byte, error) {
	b, err := k.beacon.Get(ctx)
	if err != nil {
		return nil, err
	}
	mix := mixOf(b)
	pre := append(append([]byte(beaconDomain), mix[:]...), ctx.HeaderHash()...)
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(pre, uint64(ctx.BlockHeight())))
	return sum[:], nil
}

// outcomeName is the outcome as an event shows it.
func outcomeName(outcome imotypes.ProofOutcome) string {
	switch outcome {
	case imotypes.ProofOutcome_PROOF_OUTCOME_REPRODUCED:
		return "REPRODUCED"
	case imotypes.ProofOutcome_PROOF_OUTCOME_REJECTED:
		return "REJECTED"
	default:
		return "EXPIRED"
	}
}
