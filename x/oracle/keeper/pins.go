package keeper

import (
	"context"

	"github.com/imochain/imod/x/oracle/types"
)

// LastModel returns the id that x/imo gave last.
func (k *Keeper) LastModel(ctx context.Context) (uint64, error) { return k.models.LastModelID(ctx) }

// LiveBundle returns the bundle that every validator should keep for a model, false when no token stands
// for the model or it has no version to hold.
func (k *Keeper) LiveBundle(ctx context.Context, model uint64) (types.PinnedBundle, bool, error) {
	v, live, err := k.models.VersionForCustody(ctx, model)
	if err != nil || !live || v.Version == 0 {
		return types.PinnedBundle{}, false, err
	}
	var item types.WorkItem
	describe(&item, v)
	return types.PinnedBundle{
		ModelId: model, ManifestRoot: v.ManifestRoot, Uris: item.Uris,
		Licence: item.Licence, TotalBytes: item.TotalBytes, WorkUnits: item.WorkUnits,
	}, true, nil
}
