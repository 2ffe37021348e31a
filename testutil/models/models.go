// Package models makes small models for tests and computes their work as a sidecar would.
package models

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/custody"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/inference/pipeline/pack"
	"github.com/imochain/imod/x/oracle/attestation"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

const spec = `{
  "name": "Tiny", "summary": "Paints two by two pixels.", "licence": "Apache-2.0", "domain": "colours",
  "pipeline": {"image": {
    "latent": 3, "latent_range": 1, "separators": ["on"], "fillers": ["a"],
    "slots": [
      {"name": "colour", "group": 1, "words": ["red", "blue"]},
      {"name": "ground", "group": 2, "words": ["red", "blue"], "default": "blue"}
    ]}},
  "vectors": [{"prompt": "a red", "seed": 1}, {"prompt": "blue on red", "seed": 2}]
}`

// Tiny returns a model that paints two by two pixels. Another variant has other weights.
func Tiny(t testing.TB, creator []byte, variant int) *bundle.Bundle {
	t.Helper()
	f32 := func(shape ...int64) ir.TensorDecl { return ir.TensorDecl{DType: ir.F32, Shape: shape} }
	graph := &ir.Graph{
		Semantics: ir.SemanticsV1,
		Inputs:    []ir.TensorDecl{f32(1, 7)},
		Weights:   []ir.TensorDecl{f32(7, 12), f32(12)},
		Nodes: []ir.Node{
			{Kind: ir.Dot, Inputs: []uint32{0, 1, 2}, Out: f32(1, 12)},
			{Kind: ir.Unary, Op: ir.OpSigmoid, Inputs: []uint32{3}, Out: f32(1, 12)},
			{Kind: ir.Reshape, Inputs: []uint32{4}, Out: f32(1, 3, 2, 2)},
		},
		Outputs: []uint32{5},
	}
	parsed, err := pack.ParseSpec([]byte(spec))
	require.NoError(t, err)
	made, err := pack.Build(t.Context(), parsed, pack.Source{
		Graph: graph, Weights: [][]byte{ramp(84, variant), ramp(12, variant)},
		ONNXHash: [32]byte{1}, Card: []byte("# Tiny\n"), Creator: [20]byte(creator),
	})
	require.NoError(t, err)
	return made
}

func ramp(n, variant int) []byte {
	var b []byte
	for i := range n {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32((i+variant)%13-6)/4))
	}
	return b
}

// Worker runs work at once, in memory. It stands for a node's sidecar: Update is what the
// application calls after a commit, Ready what its handlers read.
type Worker struct {
	t       testing.TB
	mu      sync.Mutex
	runners map[string]*pipeline.Runner
	readers map[string]*custody.Reader
	draws   map[[32]byte]*custody.Reader
	done    map[workKey]oracletypes.WorkResult
	outputs map[[32]byte][]byte
	// Paused keeps results back.
	Paused bool
}

type workKey struct {
	kind oracletypes.SubjectKind
	id   uint64
	root string
	draw string
}

// NewWorker returns a worker that holds the bundles.
func NewWorker(t testing.TB, bundles ...*bundle.Bundle) *Worker {
	t.Helper()
	w := &Worker{
		t: t, runners: map[string]*pipeline.Runner{}, readers: map[string]*custody.Reader{}, draws: map[[32]byte]*custody.Reader{},
		done: map[workKey]oracletypes.WorkResult{}, outputs: map[[32]byte][]byte{},
	}
	w.Add(bundles...)
	return w
}

// Add gives the worker more bundles.
func (w *Worker) Add(bundles ...*bundle.Bundle) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, b := range bundles {
		runner, err := pipeline.New(b)
		require.NoError(w.t, err)
		root := b.Manifest.Root()
		w.runners[hex.EncodeToString(root[:])] = runner
		reader, err := custody.NewReader(b.Manifest, b.Table, bytes.NewReader(b.Weights), b.IR)
		require.NoError(w.t, err)
		w.readers[hex.EncodeToString(root[:])] = reader
	}
}

// Update computes what is open.
func (w *Worker) Update(_ int64, items []oracletypes.WorkItem) {
	w.mu.Lock()
	defer w.mu.Unlock()
	open := map[workKey]oracletypes.WorkResult{}
	for _, item := range items {
		key := workKey{item.Kind, item.Id, hex.EncodeToString(item.ManifestRoot), hex.EncodeToString(item.Draw)}
		if len(item.Draw) == 32 && w.readers[key.root] != nil {
			w.draws[[32]byte(item.Draw)] = w.readers[key.root]
		}
		if result, ok := w.done[key]; ok {
			open[key] = result
		} else if runner, ok := w.runners[key.root]; ok {
			open[key] = w.run(runner, item)
		}
	}
	w.done = open
}

func (w *Worker) run(runner *pipeline.Runner, item oracletypes.WorkItem) oracletypes.WorkResult {
	result := oracletypes.WorkResult{Kind: item.Kind, Id: item.Id, ManifestRoot: item.ManifestRoot, Seed: item.Seed}
	inputRoot := merkle.BytesRoot(item.Input)
	result.InputRoot = inputRoot[:]
	result.Draw = item.Draw
	if item.Kind == oracletypes.SubjectKind_SUBJECT_KIND_CUSTODY {
		output := bundle.ProofOutputRoot(bundle.Hash{}, bundle.Hash{})
		result.OutputRoot, result.Witness, result.ResultsRoot = output[:], make([]byte, 32), make([]byte, 32)
		return result
	}
	if item.Kind == oracletypes.SubjectKind_SUBJECT_KIND_PROOF {
		results, err := runner.Prove(context.Background(), [32]byte(item.Beacon))
		require.NoError(w.t, err)
		output, witness := bundle.ProofOutputRoot(bundle.ResultsRoot(results), bundle.Hash{}), bundle.ProofWitness(results)
		root := bundle.ResultsRoot(results)
		result.OutputRoot, result.Witness, result.ResultsRoot = output[:], witness[:], root[:]
		return result
	}
	made, err := runner.Run(context.Background(), item.Input, item.Seed)
	require.NoError(w.t, err)
	result.OutputRoot, result.Witness = made.OutputRoot[:], made.Witness[:]
	w.outputs[made.OutputRoot] = made.Output
	return result
}

// Ready returns the finished results.
func (w *Worker) Ready() []oracletypes.WorkResult {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.Paused {
		return nil
	}
	results := make([]oracletypes.WorkResult, 0, len(w.done))
	for _, result := range w.done {
		results = append(results, result)
	}
	return results
}

// Held returns the chunks drawn for a validator, whichever it is.
func (w *Worker) Held(_ attestation.Key, draw [32]byte, validator attestation.Address) (oracletypes.Held, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	reader, ok := w.draws[draw]
	if !ok {
		return oracletypes.Held{}, false
	}
	samples, digest, err := reader.Open(draw, validator)
	require.NoError(w.t, err)
	return oracletypes.Held{Samples: samples, Digest: digest}, true
}

// Output returns output bytes by their root.
func (w *Worker) Output(_ context.Context, root [32]byte) ([]byte, string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.outputs[root], "image/x-rgb; width=2; height=2", nil
}
