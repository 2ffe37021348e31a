package keeper

import (
	"bytes"
	"encoding/hex"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/x/imo/types"
)

// gasPerManifestByte prices decoding, validating and hashing a manifest, beside the store's own gas.
const gasPerManifestByte = 20

// readManifest decodes a manifest and checks that it is the creator's and within the governed maxima.
func (k *Keeper) readManifest(ctx sdk.Context, p types.Params, creator sdk.AccAddress, encoded []byte) (*bundle.Manifest, error) {
	if len(encoded) > bundle.MaxManifest {
		return nil, types.ErrInvalidManifest.Wrapf("manifest has %d bytes, allowed are %d", len(encoded), bundle.MaxManifest)
	}
	ctx.GasMeter().ConsumeGas(gasPerManifestByte*uint64(len(encoded)), "manifest")
	m, err := bundle.DecodeManifest(encoded)
	if err != nil {
		return nil, types.ErrInvalidManifest.Wrap(err.Error())
	}
	if !bytes.Equal(m.Creator[:], creator) {
		return nil, types.ErrNotCreator.Wrapf("the manifest names %s as creator, the signer is %s",
			k.show(m.Creator[:]), k.show(creator))
	}
	for _, limit := range []struct {
		name       string
		value, max uint64
	}{
		{"bundle bytes", m.TotalBytes, p.MaxBundleBytes},
		{"work units", m.WorkUnits, p.MaxWorkUnits},
		{"bytes of peak memory", m.PeakMemory, p.MaxPeakMemory},
	} {
		if limit.value > limit.max {
			return nil, types.ErrLimit.Wrapf("manifest has %d %s, allowed are %d", limit.value, limit.name, limit.max)
		}
	}
	return m, nil
}

// newVersion copies what the chain needs of a manifest.
func newVersion(modelID uint64, number uint32, m *bundle.Manifest, uris []string, fee sdk.Coin, height int64) types.Version {
	root := m.Root()
	return types.Version{
		ModelId:         modelID,
		Version:         number,
		Status:          types.MODEL_STATUS_PENDING,
		ManifestRoot:    hex.EncodeToString(root[:]),
		WeightsRoot:     hex.EncodeToString(m.WeightsRoot[:]),
		BundleUris:      uris,
		TotalBytes:      m.TotalBytes,
		WorkUnits:       m.WorkUnits,
		PeakMemory:      m.PeakMemory,
		MaxInputBytes:   m.MaxInputBytes,
		MaxOutputBytes:  m.MaxOutputBytes,
		Vectors:         uint32(len(m.Vectors)),
		VerificationFee: fee,
		SubmittedHeight: height,
	}
}
