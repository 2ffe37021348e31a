package keeper

import (
	"context"
	"encoding/hex"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// ServableVersion returns a version that takes requests; version 0 is the latest.
func (k *Keeper) ServableVersion(ctx context.Context, modelID uint64, version uint32) (types.ServableVersion, error) {
	m, err := k.Model(ctx, modelID)
	if err != nil {
		return types.ServableVersion{}, err
	}
	if err := m.Servable(); err != nil {
		return types.ServableVersion{}, err
	}
	if version == 0 {
		version = m.LatestVersion
	}
	v, err := k.version(ctx, modelID, version)
	if err != nil {
		return types.ServableVersion{}, err
	}
	if !v.Status.Reproduced() {
		return types.ServableVersion{}, types.ErrNotReproduced.Wrapf("version %d of model %d is %s", version, modelID, v.Status)
	}
	return k.servable(ctx, m, v)
}

// ManifestOf returns the encoded manifest of any version, whether it takes requests or not: a dispute about a result
// goes on when its model is frozen or retired.
func (k *Keeper) ManifestOf(ctx context.Context, modelID uint64, version uint32) ([]byte, error) {
	manifest, err := k.manifests.Get(ctx, collections.Join(modelID, version))
	if errors.Is(err, collections.ErrNotFound) {
		return nil, types.ErrVersionNotFound.Wrapf("version %d of model %d", version, modelID)
	}
	return manifest, err
}

// VersionForProof returns the version under proof, false if there is none.
func (k *Keeper) VersionForProof(ctx context.Context, modelID uint64) (types.ServableVersion, bool, error) {
	m, err := k.Model(ctx, modelID)
	if err != nil {
		return types.ServableVersion{}, false, err
	}
	if m.ProofVersion == 0 {
		return types.ServableVersion{}, false, nil
	}
	v, err := k.version(ctx, modelID, m.ProofVersion)
	if err != nil {
		return types.ServableVersion{}, false, err
	}
	servable, err := k.servable(ctx, m, v)
	return servable, err == nil, err
}

func (k *Keeper) servable(ctx context.Context, m types.Model, v types.Version) (types.ServableVersion, error) {
	root, err := hex.DecodeString(v.ManifestRoot)
	if err != nil {
		return types.ServableVersion{}, types.ErrInvalidHash.Wrap(err.Error())
	}
	manifest, err := k.manifests.Get(ctx, collections.Join(v.ModelId, v.Version))
	if err != nil {
		return types.ServableVersion{}, err
	}
	creator, err := k.accountOf("creator", m.Creator)
	if err != nil {
		return types.ServableVersion{}, err
	}
	return types.ServableVersion{
		ModelID:        m.Id,
		Version:        v.Version,
		ManifestRoot:   root,
		Manifest:       manifest,
		URIs:           v.BundleUris,
		WorkUnits:      v.WorkUnits,
		TotalBytes:     v.TotalBytes,
		MaxInputBytes:  v.MaxInputBytes,
		MaxOutputBytes: v.MaxOutputBytes,
		Price:          m.Price,
		Creator:        creator,
		Optimistic:     m.VerificationClass == types.VERIFICATION_CLASS_OPTIMISTIC,
	}, nil
}

// RecordProof ends the proof of a version. The deposit of a reproduced or expired version goes back to the creator:
// whether a quorum came in time is not in the creator's hands, and the verification fee has paid for the work. That of
// a rejected one is burnt. Rejected and expired versions give their weights free, so that the owner can try again.
// Nothing here depends on a recipient: the deposit is paid at the end of the block, or on demand.
func (k *Keeper) RecordProof(ctx context.Context, modelID uint64, version uint32, outcome types.ProofOutcome) error {
	m, err := k.Model(ctx, modelID)
	if err != nil {
		return err
	}
	if version == 0 || m.ProofVersion != version {
		return types.ErrNoProofOpen.Wrapf("version %d of model %d, under proof is %d", version, modelID, m.ProofVersion)
	}
	v, err := k.version(ctx, modelID, version)
	if err != nil {
		return err
	}
	switch outcome {
	case types.ProofOutcome_PROOF_OUTCOME_REPRODUCED:
		v.Status = types.MODEL_STATUS_REPRODUCED
		if m.VerificationClass == types.VERIFICATION_CLASS_OPTIMISTIC {
			v.Status = types.MODEL_STATUS_REPRODUCED_BY_EXECUTORS
		}
		if err := k.announceVersion(ctx, &m, &v); err != nil {
			return err
		}
	case types.ProofOutcome_PROOF_OUTCOME_REJECTED:
		v.Status = types.MODEL_STATUS_REJECTED
	case types.ProofOutcome_PROOF_OUTCOME_EXPIRED:
		v.Status = types.MODEL_STATUS_EXPIRED
	default:
		return types.ErrUnsupported.Wrapf("proof outcome %s", outcome)
	}
	if m.Status == types.MODEL_STATUS_PENDING {
		m.Status = v.Status
	}
	m.ProofVersion = 0
	v.DecidedHeight = sdk.UnwrapSDKContext(ctx).BlockHeight()

	if err := k.settleDeposit(ctx, &m, outcome); err != nil {
		return err
	}
	if !v.Status.Reproduced() {
		if err := k.freeWeights(ctx, v); err != nil {
			return err
		}
	}
	if err := k.versions.Set(ctx, collections.Join(modelID, version), v); err != nil {
		return err
	}
	if err := k.models.Set(ctx, modelID, m); err != nil {
		return err
	}
	return emit(ctx, &types.EventProofRecorded{ModelId: modelID, Version: version, Outcome: outcome})
}

func (k *Keeper) settleDeposit(ctx context.Context, m *types.Model, outcome types.ProofOutcome) error {
	if !m.Deposit.IsPositive() {
		return nil
	}
	if outcome != types.ProofOutcome_PROOF_OUTCOME_REJECTED {
		m.DepositRefundable = true
		return k.payoutsDue.Set(ctx, m.Id)
	}
	burnt := m.Deposit
	m.Deposit = sdk.NewInt64Coin(burnt.Denom, 0)
	if err := k.bank.BurnCoins(ctx, types.ModuleName, sdk.NewCoins(burnt)); err != nil {
		return err
	}
	return emit(ctx, &types.EventDepositBurnt{ModelId: m.Id, Deposit: burnt})
}

// freeWeights lets the weights of a version be registered again.
func (k *Keeper) freeWeights(ctx context.Context, v types.Version) error {
	root, err := hex.DecodeString(v.WeightsRoot)
	if err != nil {
		return types.ErrInvalidHash.Wrap(err.Error())
	}
	owner, err := k.weightsRoots.Get(ctx, root)
	if err != nil || owner != v.ModelId {
		return err
	}
	// Another version of the model may have them too.
	kept, err := k.hasWeights(ctx, v.ModelId, v.WeightsRoot, v.Version,
		types.MODEL_STATUS_PENDING, types.MODEL_STATUS_REPRODUCED, types.MODEL_STATUS_REPRODUCED_BY_EXECUTORS)
	if err != nil || kept {
		return err
	}
	return k.weightsRoots.Remove(ctx, root)
}
