package keeper

import (
	"context"
	"crypto/sha256"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

var _ imotypes.ModelHooks = (*Keeper)(nil)

const beaconDomain = "imod/beacon/v1"

// AfterVersionSubmitted opens the proof of a submitted version: it takes the verification fee from
// the payer into escrow and draws the beacon of the challenges from the hash of this block, which
// nobody knew when the manifest was written.
func (k *Keeper) AfterVersionSubmitted(ctx context.Context, modelID uint64, version uint32, payer sdk.AccAddress, fee sdk.Coin) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	totals, err := k.getTotals(ctx)
	if err != nil {
		return err
	}
	if err := k.checkNewProof(ctx, modelID, payer, fee, totals, params); err != nil {
		return err
	}
	v, found, err := k.models.VersionForProof(ctx, modelID)
	if err != nil {
		return err
	}
	if !found || v.Version != version || len(v.ManifestRoot) != 32 {
		return types.ErrProofNotFound.Wrapf("model %d version %d", modelID, version)
	}
	payerText, err := k.addresses.BytesToString(payer)
	if err != nil {
		return err
	}
	beacon := sha256.Sum256(append([]byte(beaconDomain), sdkCtx.HeaderHash()...))
	p := types.Proof{
		ModelId: modelID, Version: version, ManifestRoot: v.ManifestRoot, Beacon: beacon[:],
		Fee: fee, Payer: payerText,
		CreatedHeight:  sdkCtx.BlockHeight(),
		DeadlineHeight: sdkCtx.BlockHeight() + int64(params.ProofBlocks),
		ProposerBps:    params.ProposerBps,
	}

	totals.OpenProofs++
	if err := k.totals.Set(ctx, totals); err != nil {
		return err
	}
	if err := k.proofs.Set(ctx, modelID, p); err != nil {
		return err
	}
	if err := k.open.Set(ctx, collections.Join3(p.DeadlineHeight, uint32(attestation.Proof), modelID)); err != nil {
		return err
	}
	if !fee.IsZero() {
		if err := k.bank.SendCoins(ctx, payer, types.EscrowAddress(), sdk.NewCoins(fee)); err != nil {
			return err
		}
	}
	return sdkCtx.EventManager().EmitTypedEvent(&types.EventProofOpened{
		ModelId: modelID, Version: version, Fee: fee, DeadlineHeight: p.DeadlineHeight,
	})
}

func (k *Keeper) checkNewProof(
	ctx context.Context, modelID uint64, payer sdk.AccAddress, fee sdk.Coin, totals types.Totals, params types.Params,
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
	if totals.OpenProofs >= params.MaxOpenProofs {
		return types.ErrTooManyOpen.Wrapf("%d versions are under proof, at most %d", totals.OpenProofs, params.MaxOpenProofs)
	}
	return nil
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
