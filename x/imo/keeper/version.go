package keeper

import (
	"context"
	"math"
	"time"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/x/imo/types"
)

// PublishVersion submits another version of a model and opens its proof. One version is under proof or waiting at a time.
// Licence, class, contributors and lineage stay the model's.
func (k *Keeper) PublishVersion(ctx context.Context, creator sdk.AccAddress, msg *types.MsgPublishVersion) (types.Version, sdk.Coin, error) {
	var none types.Version
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	params, err := k.params.Get(ctx)
	if err != nil {
		return none, sdk.Coin{}, err
	}
	m, err := k.checkPublish(ctx, params, creator, msg)
	if err != nil {
		return none, sdk.Coin{}, err
	}
	manifest, err := k.readManifest(sdkCtx, params, creator, msg.Manifest)
	if err != nil {
		return none, sdk.Coin{}, err
	}
	if m.Licence != manifest.Licence {
		return none, sdk.Coin{}, types.ErrInvalidLicence.Wrapf("the manifest's licence is %q, the model's is %q", manifest.Licence, m.Licence)
	}
	if _, err := k.checkWeights(ctx, m, manifest.WeightsRoot[:]); err != nil {
		return none, sdk.Coin{}, err
	}
	fee, err := params.VerificationFee(manifest.TotalBytes, manifest.WorkUnits, uint64(len(manifest.Vectors)+bundle.Challenges))
	if err != nil {
		return none, sdk.Coin{}, err
	}
	if m.DepositRefundable {
		if _, err := k.ReturnDeposit(ctx, m.Id); err != nil {
			return none, sdk.Coin{}, err
		}
		if m, err = k.Model(ctx, m.Id); err != nil {
			return none, sdk.Coin{}, err
		}
	}
	if err := k.claimWeights(ctx, m, manifest.WeightsRoot[:]); err != nil {
		return none, sdk.Coin{}, err
	}
	m.VersionCount++
	m.ProofVersion, m.Deposit = m.VersionCount, params.RegistrationDeposit
	if m.LatestVersion == 0 {
		m.Status = types.MODEL_STATUS_PENDING // a model whose earlier versions failed tries again
	}
	v := newVersion(m.Id, m.ProofVersion, manifest, msg.BundleUris, fee, sdkCtx.BlockHeight())
	if err := k.storeVersion(ctx, v, msg.Manifest); err != nil {
		return none, sdk.Coin{}, err
	}
	if err := k.models.Set(ctx, m.Id, m); err != nil {
		return none, sdk.Coin{}, err
	}
	if m.Deposit.IsPositive() {
		if err := k.bank.SendCoinsFromAccountToModule(ctx, creator, types.ModuleName, sdk.NewCoins(m.Deposit)); err != nil {
			return none, sdk.Coin{}, err
		}
	}
	if err := k.modelHooks.AfterVersionSubmitted(ctx, m.Id, v.Version, creator, fee); err != nil {
		return none, sdk.Coin{}, err
	}
	return v, m.Deposit, emit(ctx, &types.EventVersionPublished{
		ModelId: m.Id, Version: v.Version, ManifestRoot: v.ManifestRoot, VerificationFee: fee, Deposit: m.Deposit,
	})
}

// checkPublish checks everything of a publication that needs no manifest.
func (k *Keeper) checkPublish(ctx context.Context, p types.Params, creator sdk.AccAddress, msg *types.MsgPublishVersion) (types.Model, error) {
	if p.Paused {
		return types.Model{}, types.ErrPaused
	}
	if k.modelHooks == nil {
		return types.Model{}, types.ErrHooksMissing.Wrap("no module proves versions")
	}
	m, err := k.ownModel(ctx, creator, msg.ModelId)
	if err != nil {
		return m, err
	}
	switch {
	case m.Status == types.MODEL_STATUS_RETIRED:
		return m, types.ErrModelRetired.Wrapf("model %d", m.Id)
	case m.ProofVersion != 0:
		return m, types.ErrModelInUse.Wrapf("version %d of model %d is under proof", m.ProofVersion, m.Id)
	case m.PendingVersion != 0:
		return m, types.ErrModelInUse.Wrapf("version %d of model %d waits for its holders", m.PendingVersion, m.Id)
	case m.VersionCount >= types.MaxVersions:
		return m, types.ErrLimit.Wrapf("model %d has %d versions, allowed are %d", m.Id, m.VersionCount, types.MaxVersions)
	}
	return m, types.CheckBundleURIs(msg.BundleUris)
}

// announceVersion makes a proved version the latest: at once while nobody bought into the model, after a delay in which
// holders may object once an offering runs or succeeded. The caller stores both.
func (k *Keeper) announceVersion(ctx context.Context, m *types.Model, v *types.Version) error {
	bound, t, err := k.boundingTerms(ctx, *m)
	if err != nil {
		return err
	}
	if !bound {
		m.LatestVersion = v.Version
		return nil
	}
	epoch, eligible, err := k.revshare.RecordDate(ctx, m.TokenDenom)
	if err != nil {
		return err
	}
	at := blockTime(ctx).Add(t.VersionDelay)
	m.PendingVersion, v.LatestTime = v.Version, &at
	v.Objections = &types.Objections{RecordEpoch: epoch, Eligible: eligible, LimitBps: t.ObjectionBps, Weight: sdkmath.ZeroInt()}
	if err := k.pendingVersions.Set(ctx, dueKey(at, m.Id)); err != nil {
		return err
	}
	return emit(ctx, &types.EventVersionAnnounced{ModelId: m.Id, Version: v.Version, LatestTime: at})
}

// ObjectVersion counts what a holder held at the record date against a version that waits. It returns the weight, and
// whether the version is refused with it.
func (k *Keeper) ObjectVersion(ctx context.Context, holder sdk.AccAddress, modelID uint64, version uint32) (sdk.Coin, bool, error) {
	var none sdk.Coin
	m, err := k.Model(ctx, modelID)
	if err != nil {
		return none, false, err
	}
	if version == 0 || m.PendingVersion != version {
		return none, false, types.ErrVersionState.Wrapf("version %d of model %d, waiting is %d", version, modelID, m.PendingVersion)
	}
	v, err := k.version(ctx, modelID, version)
	if err != nil {
		return none, false, err
	}
	key := collections.Join3(modelID, version, holder)
	has, err := k.versionVotes.Has(ctx, key)
	if err != nil {
		return none, false, err
	}
	if has {
		return none, false, types.ErrObjected.Wrapf("version %d of model %d", version, modelID)
	}
	weight, err := k.revshare.HeldAt(ctx, m.TokenDenom, holder, v.Objections.RecordEpoch)
	if err != nil {
		return none, false, err
	}
	if !weight.IsPositive() {
		return none, false, types.ErrNothingToCollect.Wrapf("%s held no %s at the record date", k.show(holder), m.TokenDenom)
	}
	text, err := k.text(holder)
	if err != nil {
		return none, false, err
	}
	if err := k.versionVotes.Set(ctx, key, weight); err != nil {
		return none, false, err
	}
	v.Objections.Weight = v.Objections.Weight.Add(weight)
	coin := sdk.NewCoin(m.TokenDenom, weight)
	if err := emit(ctx, &types.EventVersionObjected{ModelId: modelID, Version: version, Holder: text, Weight: coin}); err != nil {
		return none, false, err
	}
	if !v.Objections.Exceeded() {
		return coin, false, k.versions.Set(ctx, collections.Join(modelID, version), v)
	}
	return coin, true, k.decideVersion(ctx, m, v)
}

// decideVersion ends the wait of a version: it becomes the latest, or not if enough holders objected.
func (k *Keeper) decideVersion(ctx context.Context, m types.Model, v types.Version) error {
	refused := v.Objections.Exceeded()
	if v.LatestTime == nil || v.Objections == nil {
		return types.ErrVersionState.Wrapf("version %d of model %d does not wait", v.Version, m.Id)
	}
	if err := k.pendingVersions.Remove(ctx, dueKey(*v.LatestTime, m.Id)); err != nil {
		return err
	}
	m.PendingVersion = 0
	if refused {
		v.LatestTime = nil
	} else {
		m.LatestVersion = v.Version
	}
	if err := k.versions.Set(ctx, collections.Join(m.Id, v.Version), v); err != nil {
		return err
	}
	if err := k.models.Set(ctx, m.Id, m); err != nil {
		return err
	}
	return emit(ctx, &types.EventLatestMoved{ModelId: m.Id, Version: v.Version, Refused: refused})
}

// runVersions makes the versions the latest whose wait is over, a bounded number in a block. One that fails leaves the
// queue: the latest version stays what it was.
func (k *Keeper) runVersions(ctx sdk.Context) error {
	until := dueKey(ctx.BlockTime(), math.MaxUint64)
	var entries []collections.Pair[uint64, uint64]
	if err := k.pendingVersions.Walk(ctx, new(collections.Range[collections.Pair[uint64, uint64]]).EndInclusive(until),
		func(key collections.Pair[uint64, uint64]) (bool, error) {
			entries = append(entries, key)
			return len(entries) >= maxDuePerBlock, nil
		}); err != nil {
		return err
	}
	for _, entry := range entries {
		err := isolate(ctx, func(ctx context.Context) error {
			m, err := k.Model(ctx, entry.K2())
			if err != nil {
				return err
			}
			v, err := k.version(ctx, m.Id, m.PendingVersion)
			if err != nil {
				return err
			}
			return k.decideVersion(ctx, m, v)
		})
		if err == nil {
			continue
		}
		ctx.Logger().Error("waiting version dropped", "model", entry.K2(), "error", err)
		if err := k.pendingVersions.Remove(ctx, entry); err != nil {
			return err
		}
	}
	return nil
}

// waitsUntil is when a version that waits is due in the queue.
func waitsUntil(m types.Model, v types.Version) (time.Time, bool) {
	if v.Version != m.PendingVersion || v.LatestTime == nil {
		return time.Time{}, false
	}
	return *v.LatestTime, true
}
