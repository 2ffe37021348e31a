package keeper

import (
	"bytes"
	"context"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/oracle/types"
)

// Deliver stores the output bytes of a final request after checking them against the output root.
// Anyone may: the root decides. An output that is stored already stays as it is.
func (k *Keeper) Deliver(ctx context.Context, id uint64, output []byte) error {
	r, err := k.Request(ctx, id)
	if err != nil {
		return err
	}
	if !r.Final() {
		return types.ErrNotFinal.Wrapf("request %d is %s", id, r.Status)
	}
	if len(output) > types.FreeOutputBytes && !r.StoreOutput {
		return types.ErrOutputNotPaid.Wrapf("%d bytes, free up to %d", len(output), types.FreeOutputBytes)
	}
	if err := CheckOutput(ctx, r, output); err != nil {
		return err
	}
	if len(r.Output) > 0 || len(output) == 0 {
		return nil
	}
	return k.storeOutput(ctx, r, bytes.Clone(output))
}

// storeOutput keeps checked output bytes with their request.
func (k *Keeper) storeOutput(ctx context.Context, r types.Request, output []byte) error {
	r.Output = output
	if err := k.requests.Set(ctx, r.Id, r); err != nil {
		return err
	}
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventOutputDelivered{
		RequestId: r.Id, Bytes: uint64(len(output)),
	})
}

// CheckOutput checks output bytes against the output root of a final request and charges the gas of
// hashing before it hashes.
func CheckOutput(ctx context.Context, r types.Request, output []byte) error {
	if !r.Final() {
		return types.ErrNotFinal.Wrapf("request %d is %s", r.Id, r.Status)
	}
	if len(output) > int(r.MaxOutputBytes) {
		return types.ErrOutputTooLarge.Wrapf("%d bytes, at most %d", len(output), r.MaxOutputBytes)
	}
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(gasPerHashedByte*storetypes.Gas(len(output)), "oracle output")
	if root := merkle.BytesRoot(output); !bytes.Equal(root[:], r.OutputRoot) {
		return types.ErrOutputMismatch.Wrapf("request %d has root %x, the bytes have %x", r.Id, r.OutputRoot, root)
	}
	return nil
}

// Output returns the output bytes of a final request: from state if they are there, else from the
// node's own source, checked against the root. It is for queries: sources differ between nodes.
func (k *Keeper) Output(ctx context.Context, id uint64) (*types.QueryOutputResponse, error) {
	r, err := k.Request(ctx, id)
	if err != nil {
		return nil, err
	}
	if !r.Final() {
		return nil, types.ErrNotFinal.Wrapf("request %d is %s", id, r.Status)
	}
	resp := &types.QueryOutputResponse{Output: r.Output, OutputRoot: r.OutputRoot, Stored: true}
	if len(r.Output) == 0 {
		if k.outputs == nil || len(r.OutputRoot) != 32 {
			return nil, types.ErrOutputUnavailable.Wrap("no sidecar")
		}
		resp.Stored = false
		resp.Output, resp.MediaType, err = k.outputs.Output(ctx, [32]byte(r.OutputRoot))
		if err != nil {
			return nil, types.ErrOutputUnavailable.Wrap(err.Error())
		}
		if err := CheckOutput(ctx, r, resp.Output); err != nil {
			return nil, types.ErrOutputUnavailable.Wrap(err.Error())
		}
	}
	if declared := k.mediaType(ctx, r); declared != "" {
		resp.MediaType = declared
	}
	return resp, nil
}

// mediaType is what the version's manifest declares, empty if the version can no longer be asked.
func (k *Keeper) mediaType(ctx context.Context, r types.Request) string {
	v, err := k.models.ServableVersion(ctx, r.ModelId, r.Version)
	if err != nil {
		return ""
	}
	manifest, err := bundle.DecodeManifest(v.Manifest)
	if err != nil {
		return ""
	}
	return manifest.Pipeline.MediaType()
}
