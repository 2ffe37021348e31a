// Package recompute makes the content of a token again, from the model's bundle and the record on chain, and compares: whoever has the
// bundle needs to trust neither the node nor the market that showed the content.
//
// [Read] takes the claim of a token from any node and checks it against itself; [Check] runs the model; [Report.Shows] compares a file,
// as a node serves it or as raw output, with what came out.
package recompute

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"image/png"
	"strings"

	"google.golang.org/grpc"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/x/aigc/prompt"
	aigctypes "github.com/imochain/imod/x/aigc/types"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// Reasons for which content is not what it is said to be.
var (
	ErrRecord = errors.New("the record contradicts itself")
	ErrBundle = errors.New("the bundle is of another model")
	ErrOutput = errors.New("the model gives another output")
	ErrFile   = errors.New("the file is not what the model gave")
)

// Claim is what the chain says of a token: this model, on this input with this seed, gave the output of this root.
type Claim struct {
	CollectionID uint64
	TokenID      aigctypes.TokenID
	ModelID      uint64
	Version      uint32
	ManifestRoot bundle.Hash
	Seed         uint64
	Input        []byte
	OutputRoot   bundle.Hash
	TrustClass   string
}

// Read asks a node for a final token. The token's id must be the hash of the prompt, and the manifest root that of the version in the
// registry, so a node that lies in one of them is found out here.
func Read(ctx context.Context, conn grpc.ClientConnInterface, collection uint64, tokenID string) (Claim, error) {
	id, err := aigctypes.ParseTokenID(tokenID)
	if err != nil {
		return Claim{}, err
	}
	resp, err := aigctypes.NewQueryClient(conn).Token(ctx, &aigctypes.QueryTokenRequest{CollectionId: collection, TokenId: id.String()})
	if err != nil {
		return Claim{}, err
	}
	t := resp.Token
	if t.Status != aigctypes.TOKEN_STATUS_FINAL {
		return Claim{}, fmt.Errorf("token %s is %s: only a final one has content", id, strings.TrimPrefix(t.Status.String(), "TOKEN_STATUS_"))
	}
	version, err := imotypes.NewQueryClient(conn).Version(ctx, &imotypes.QueryVersionRequest{Id: t.ModelId, Version: t.Version})
	if err != nil {
		return Claim{}, err
	}
	if version.Version.ManifestRoot != t.ManifestRoot {
		return Claim{}, fmt.Errorf("%w: manifest root %s, version %d of model %d has %s", ErrRecord, t.ManifestRoot, t.Version, t.ModelId, version.Version.ManifestRoot)
	}
	encoded, err := prompt.Prompt{Version: t.Version, Seed: t.Seed, Input: t.Input}.Encode()
	if err != nil {
		return Claim{}, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	if got := aigctypes.TokenID(prompt.TokenID(aigctypes.CollectionAddress(collection), encoded)); got != id {
		return Claim{}, fmt.Errorf("%w: the prompt is that of token %s", ErrRecord, got)
	}
	claim := Claim{
		CollectionID: collection, TokenID: id, ModelID: t.ModelId, Version: t.Version, Seed: t.Seed, Input: t.Input,
		TrustClass: strings.TrimPrefix(t.TrustClass.String(), "TRUST_CLASS_"),
	}
	if claim.ManifestRoot, err = root(t.ManifestRoot); err != nil {
		return Claim{}, err
	}
	claim.OutputRoot, err = root(t.OutputRoot)
	return claim, err
}

func root(text string) (bundle.Hash, error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != len(bundle.Hash{}) {
		return bundle.Hash{}, fmt.Errorf("%w: %q is no root", ErrRecord, text)
	}
	return bundle.Hash(raw), nil
}

// Report is a claim that was found true, with the raw output.
type Report struct {
	Claim    Claim
	Output   []byte
	pipeline descriptor.Pipeline
}

// Check runs the model of a bundle, whose every byte it verifies first, on the claim's input and seed. It returns ErrBundle or ErrOutput
// if the claim is false.
func Check(ctx context.Context, claim Claim, b *bundle.Bundle) (Report, error) {
	if err := engine.SelfTest(); err != nil {
		return Report{}, fmt.Errorf("this machine computes wrongly: %w", err)
	}
	if got := b.Manifest.Root(); got != claim.ManifestRoot {
		return Report{}, fmt.Errorf("%w: its root is %x, the record names %x", ErrBundle, got, claim.ManifestRoot)
	}
	runner, err := pipeline.New(b)
	if err != nil {
		return Report{}, err
	}
	result, err := runner.Run(ctx, claim.Input, claim.Seed)
	if err != nil {
		return Report{}, err
	}
	if result.OutputRoot != claim.OutputRoot {
		return Report{}, fmt.Errorf("%w: its root is %x, the record says %x", ErrOutput, result.OutputRoot, claim.OutputRoot)
	}
	return Report{Claim: claim, Output: result.Output, pipeline: b.Manifest.Pipeline}, nil
}

// Shows returns nil if a file is the raw output, or a PNG of exactly its pixels, whatever else the file says; ErrFile otherwise.
func (r Report) Shows(file []byte) error {
	if bundle.Hash(merkle.BytesRoot(file)) == r.Claim.OutputRoot {
		return nil
	}
	if _, picture := r.pipeline.(*descriptor.Image); !picture {
		return ErrFile
	}
	rgb, err := pixels(file)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFile, err)
	}
	if !bytes.Equal(rgb, r.Output) {
		return fmt.Errorf("%w: its pixels differ", ErrFile)
	}
	return nil
}

// maxSide bounds a picture before its pixels are read.
const maxSide = 4096

// pixels are the rows of a PNG from the top, three bytes each.
func pixels(file []byte) ([]byte, error) {
	config, err := png.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	if config.Width > maxSide || config.Height > maxSide {
		return nil, fmt.Errorf("%d by %d pixels", config.Width, config.Height)
	}
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, 3*config.Width*config.Height)
	for y := range config.Height {
		for x := range config.Width {
			red, green, blue, alpha := img.At(x, y).RGBA()
			if alpha != 0xffff {
				return nil, errors.New("it has transparent pixels")
			}
			out = append(out, byte(red>>8), byte(green>>8), byte(blue>>8))
		}
	}
	return out, nil
}
