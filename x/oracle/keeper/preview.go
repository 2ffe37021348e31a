package keeper

import (
	"context"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/oracle/types"
)

// SetPreviewSource lets queries run models on this node. It is called once, before queries are served.
func (k *Keeper) SetPreviewSource(source types.PreviewSource) { k.previews = source }

// Preview runs a model on this node. It is for queries: nothing of it reaches the state.
func (k *Keeper) Preview(ctx context.Context, req *types.QueryPreviewRequest) (*types.QueryPreviewResponse, error) {
	if k.previews == nil {
		return nil, types.ErrOutputUnavailable.Wrap("previews are off on this node")
	}
	v, err := k.models.ServableVersion(ctx, req.ModelId, req.Version)
	if err != nil {
		return nil, err
	}
	if len(req.Input) > int(v.MaxInputBytes) {
		return nil, types.ErrInputTooLong.Wrapf("%d bytes, the model takes %d", len(req.Input), v.MaxInputBytes)
	}
	if len(v.ManifestRoot) != 32 {
		return nil, types.ErrInvalidState.Wrapf("manifest root of %d bytes", len(v.ManifestRoot))
	}
	output, err := k.previews.Preview(ctx, [32]byte(v.ManifestRoot), v.URIs, req.Input, req.Seed)
	if err != nil {
		return nil, err // a gRPC status of the sidecar
	}
	root := merkle.BytesRoot(output)
	out := &types.QueryPreviewResponse{Output: output, OutputRoot: root[:], Preview: true}
	if manifest, err := bundle.DecodeManifest(v.Manifest); err == nil {
		out.MediaType = manifest.Pipeline.MediaType()
	}
	return out, nil
}
