package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/imochain/imod/x/imo/types"
)

// LastModelID returns the id given to a model last; 0 before the first.
func (k *Keeper) LastModelID(ctx context.Context) (uint64, error) {
	last, err := k.modelSequence.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return last, err
}

// VersionForCustody returns the latest version, whether the model takes requests or not, and whether
// a token stands for it. The version is 0 when there is nothing for validators to hold: no version was reproduced,
// the model is retired, or executors hold it.
func (k *Keeper) VersionForCustody(ctx context.Context, modelID uint64) (types.ServableVersion, bool, error) {
	m, err := k.Model(ctx, modelID)
	if err != nil {
		return types.ServableVersion{}, false, err
	}
	if m.LatestVersion == 0 || m.Status == types.MODEL_STATUS_RETIRED || m.VerificationClass == types.VERIFICATION_CLASS_OPTIMISTIC {
		return types.ServableVersion{}, false, nil
	}
	v, err := k.version(ctx, modelID, m.LatestVersion)
	if err != nil {
		return types.ServableVersion{}, false, err
	}
	servable, err := k.servable(ctx, m, v)
	return servable, m.TokenDenom != "", err
}

// SetFrozen freezes a model whose bytes most validators cannot read, or gives it back the status of
// its latest version. A frozen model takes no requests; its token, offerings and refunds go on. A
// model that is under its first proof or retired stays as it is.
func (k *Keeper) SetFrozen(ctx context.Context, modelID uint64, frozen bool) error {
	m, err := k.Model(ctx, modelID)
	if err != nil {
		return err
	}
	if m.LatestVersion == 0 || m.Status == types.MODEL_STATUS_RETIRED || (m.Status == types.MODEL_STATUS_FROZEN) == frozen {
		return nil
	}
	m.Status = types.MODEL_STATUS_FROZEN
	if !frozen {
		v, err := k.version(ctx, modelID, m.LatestVersion)
		if err != nil {
			return err
		}
		m.Status = v.Status
	}
	if err := k.models.Set(ctx, modelID, m); err != nil {
		return err
	}
	return emit(ctx, &types.EventModelFrozen{ModelId: modelID, Frozen: frozen})
}
