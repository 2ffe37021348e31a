package keeper

import (
	"context"
	"encoding/hex"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/bundle/shared"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/imo/types"
)

const (
	// maxShared is how many earlier models are recorded for a version, those with the most bytes.
	maxShared = 8
	// gasPerSharedByte prices hashing a proof: every 32 bytes of it cost one hash of 65.
	gasPerSharedByte = 10
)

func sharedKey(w types.SharedWeights) collections.Triple[uint64, uint32, uint64] {
	return collections.Join3(w.ModelId, w.Version, w.EarlierModelId)
}

// ShowSharedWeights records that a proved version has weights of a proved one that another model submitted earlier. Of what
// is shown of the same two models the most bytes stay; a version with maxShared records gives up the one with the fewest.
func (k *Keeper) ShowSharedWeights(ctx context.Context, msg *types.MsgShowSharedWeights) (types.SharedWeights, error) {
	var none types.SharedWeights
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	later, root, err := k.provedWeights(ctx, msg.ModelId, msg.Version)
	if err != nil {
		return none, err
	}
	earlier, oldRoot, err := k.provedWeights(ctx, msg.EarlierModelId, msg.EarlierVersion)
	if err != nil {
		return none, err
	}
	if earlier.ModelId == later.ModelId {
		return none, types.ErrSharedWeights.Wrapf("model %d is named twice", later.ModelId)
	}
	if !submittedBefore(earlier, later) {
		return none, types.ErrSharedWeights.Wrapf("version %d of model %d was submitted at height %d, version %d of model %d at height %d: not earlier",
			earlier.Version, earlier.ModelId, earlier.SubmittedHeight, later.Version, later.ModelId, later.SubmittedHeight)
	}
	sdkCtx.GasMeter().ConsumeGas(gasPerSharedByte*uint64(len(msg.Proof)), "shared weights")
	found, err := shared.Verify(root, oldRoot, msg.Proof)
	if err != nil {
		return none, types.ErrSharedWeights.Wrap(err.Error())
	}
	w := types.SharedWeights{
		ModelId: later.ModelId, Version: later.Version, EarlierModelId: earlier.ModelId, EarlierVersion: earlier.Version,
		Tensors: found.Tensors, Bytes: found.Bytes, Sender: msg.Sender, Height: sdkCtx.BlockHeight(),
	}
	if err := k.makeRoom(ctx, w); err != nil {
		return none, err
	}
	if err := k.shared.Set(ctx, sharedKey(w), w); err != nil {
		return none, err
	}
	return w, emit(ctx, &types.EventSharedWeights{Shared: w})
}

// provedWeights returns a reproduced version and the root of its weights.
func (k *Keeper) provedWeights(ctx context.Context, modelID uint64, version uint32) (types.Version, merkle.Hash, error) {
	m, err := k.Model(ctx, modelID)
	if err != nil {
		return types.Version{}, merkle.Hash{}, err
	}
	if version == 0 {
		version = m.LatestVersion
	}
	v, err := k.version(ctx, modelID, version)
	if err != nil {
		return v, merkle.Hash{}, err
	}
	if v.Status != types.MODEL_STATUS_REPRODUCED {
		return v, merkle.Hash{}, types.ErrNotReproduced.Wrapf("version %d of model %d is %s", v.Version, modelID, v.Status)
	}
	root, err := hex.DecodeString(v.WeightsRoot)
	return v, merkle.Hash(root), err
}

// submittedBefore orders versions of two models: by height, in a block by the models' ids.
func submittedBefore(a, b types.Version) bool {
	if a.SubmittedHeight != b.SubmittedHeight {
		return a.SubmittedHeight < b.SubmittedHeight
	}
	return a.ModelId < b.ModelId
}

// makeRoom removes what w replaces, or tells why nothing is replaced. A version has at most maxShared records.
func (k *Keeper) makeRoom(ctx context.Context, w types.SharedWeights) error {
	var all []types.SharedWeights
	if err := k.shared.Walk(ctx, collections.NewSuperPrefixedTripleRange[uint64, uint32, uint64](w.ModelId, w.Version),
		func(_ collections.Triple[uint64, uint32, uint64], old types.SharedWeights) (bool, error) {
			all = append(all, old)
			return false, nil
		}); err != nil {
		return err
	}
	var least *types.SharedWeights
	for i, old := range all {
		if old.EarlierModelId == w.EarlierModelId {
			least = &all[i]
			break
		}
		if len(all) == maxShared && (least == nil || old.Bytes < least.Bytes) {
			least = &all[i]
		}
	}
	switch {
	case least == nil:
		return nil
	case w.Bytes <= least.Bytes:
		return types.ErrSharedWeights.Wrapf("%d bytes are shown already of version %d of model %d and model %d, these are %d",
			least.Bytes, w.Version, w.ModelId, least.EarlierModelId, w.Bytes)
	}
	return k.shared.Remove(ctx, sharedKey(*least))
}
