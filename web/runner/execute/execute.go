// Package execute runs a model from bytes in memory. It is the part of the browser's
// runner that knows nothing of JavaScript.
package execute

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/pipeline"
)

const (
	// MaxBytes bounds all files of a bundle together: a browser gives WebAssembly
	// at most 4 GiB, and weights are held three times while they are loaded.
	MaxBytes = 512 << 20
	// MaxInput is the longest raw input of any model.
	MaxInput = descriptor.MaxInput
	// maxMemory bounds the bytes of a model's activations.
	maxMemory = 512 << 20
)

// Call is what to run.
type Call struct {
	// Files are the files of a bundle by name.
	Files map[string][]byte
	// Root is the manifest root in small hexadecimal digits.
	Root string
	// Input is the raw input.
	Input []byte
	// Seed is a number below 2^64 in decimal digits.
	Seed string
}

// Result is what the run gave.
type Result struct {
	// OutputRoot is the root of the raw output, which the chain records.
	OutputRoot bundle.Hash
	// Display is the output as a file to look at, MediaType its type.
	Display   []byte
	MediaType string
}

// Names are the files of a bundle.
func Names() []string {
	return []string{bundle.FileManifest, bundle.FileIR, bundle.FileTensors, bundle.FileWeights, bundle.FileCard}
}

// Run checks every byte of the bundle against the root, runs the model once and
// returns an error for anything that is wrong with the call or the model.
func Run(ctx context.Context, call Call) (Result, error) {
	root, err := bundle.ParseFolderName(call.Root)
	if err != nil {
		return Result{}, err
	}
	seed, err := strconv.ParseUint(call.Seed, 10, 64)
	if err != nil {
		return Result{}, fmt.Errorf("seed %.40q is not a number from 0 to 2^64-1", call.Seed)
	}
	if err := engine.SelfTest(); err != nil {
		return Result{}, fmt.Errorf("this browser computes wrongly: %w", err)
	}
	b, err := bundle.OpenFolder(folder(call.Files))
	if err != nil {
		return Result{}, err
	}
	if got := b.Manifest.Root(); got != root {
		return Result{}, fmt.Errorf("%w: the manifest has root %x, wanted %x", bundle.ErrBundle, got, root)
	}
	if b.Manifest.PeakMemory > maxMemory {
		return Result{}, errors.New("the model needs more memory than a browser gives: run it with `imod model run`")
	}
	runner, err := pipeline.New(b)
	if err != nil {
		return Result{}, err
	}
	res, err := runner.Run(ctx, call.Input, seed)
	if err != nil {
		return Result{}, err
	}
	out := Result{OutputRoot: res.OutputRoot}
	out.Display, out.MediaType, err = pipeline.EncodeDisplay(b.Manifest.Pipeline, res.Output)
	return out, err
}
