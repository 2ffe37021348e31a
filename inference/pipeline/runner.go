package pipeline

import (
	"context"
	"errors"
	"fmt"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/merkle"
)

// Runner is a loaded model with its pipeline. It is safe for concurrent use.
type Runner struct {
	manifest *bundle.Manifest
	program  *engine.Program
	stage    stage
}

// Result is what a run gives.
type Result struct {
	Output     []byte
	OutputRoot bundle.Hash
	InputRoot  bundle.Hash
	Witness    bundle.Hash
}

// stage is the code of one kind of pipeline.
type stage interface {
	// fits checks the graph's inputs and outputs.
	fits(g *ir.Graph) error
	// inputs makes the graph's inputs from a raw input.
	inputs(input []byte, seed uint64) ([]kernel.Tensor, error)
	// output makes the raw output from the graph's outputs.
	output(outputs []kernel.Tensor) []byte
}

// New verifies every byte of the bundle, decodes its graph and loads it. Options
// change how the engine runs, never what it computes.
func New(b *bundle.Bundle, opts ...engine.Option) (*Runner, error) {
	weights, err := b.Verify()
	if err != nil {
		return nil, err
	}
	m := b.Manifest
	g, err := decodeGraph(b)
	if err != nil {
		return nil, bundle.Refuse(bundle.ReasonGraph, err)
	}
	cost, err := g.Cost()
	if err != nil {
		return nil, bundle.Refuse(bundle.ReasonCost, err)
	}
	if uint64(cost.WorkUnits) != m.WorkUnits || uint64(cost.PeakBytes) != m.PeakMemory {
		return nil, bundle.Refuse(bundle.ReasonCost, fmt.Errorf(
			"graph needs %d work units and %d bytes, the manifest says %d and %d",
			cost.WorkUnits, cost.PeakBytes, m.WorkUnits, m.PeakMemory))
	}
	if err := sameShapes(g.Weights, b.Table.Shapes); err != nil {
		return nil, bundle.Refuse(bundle.ReasonWeights, err)
	}
	r := &Runner{manifest: m}
	if r.stage, err = newStage(m.Pipeline); err != nil {
		return nil, bundle.Refuse(bundle.ReasonPipeline, err)
	}
	if err := r.stage.fits(g); err != nil {
		return nil, bundle.Refuse(bundle.ReasonPipeline, err)
	}
	if r.program, err = engine.LoadRaw(g, weights, opts...); err != nil {
		return nil, bundle.Refuse(bundle.ReasonWeights, err)
	}
	return r, nil
}

func decodeGraph(b *bundle.Bundle) (*ir.Graph, error) {
	g, err := ir.Decode(b.IR, ir.DefaultLimits())
	if err != nil {
		return nil, err
	}
	if root := g.Root(); root != b.Manifest.IRRoot {
		return nil, fmt.Errorf("graph has root %x, the manifest says %x", root, b.Manifest.IRRoot)
	}
	if g.Semantics != b.Manifest.Semantics {
		return nil, fmt.Errorf("graph has semantics version %d, the manifest says %d", g.Semantics, b.Manifest.Semantics)
	}
	return g, nil
}

// Manifest returns the manifest of the model.
func (r *Runner) Manifest() *bundle.Manifest { return r.manifest }

// Run runs the model once.
func (r *Runner) Run(ctx context.Context, input []byte, seed uint64) (Result, error) {
	if err := r.manifest.ValidateInput(input); err != nil {
		return Result{}, bundle.Refuse(bundle.ReasonInput, err)
	}
	inputs, err := r.stage.inputs(input, seed)
	if err != nil {
		return Result{}, bundle.Refuse(bundle.ReasonInput, err)
	}
	outputs, last, err := r.program.Run(ctx, inputs)
	if err != nil {
		if ctxErr := ctx.Err(); ctxErr != nil {
			return Result{}, ctxErr
		}
		return Result{}, bundle.Refuse(bundle.ReasonRun, err)
	}
	raw := r.stage.output(outputs)
	res := Result{Output: raw, OutputRoot: merkle.BytesRoot(raw), InputRoot: merkle.BytesRoot(input)}
	if res.Witness, err = witness([]step{{last: last, outputs: outputs}}); err != nil {
		return Result{}, err
	}
	return res, nil
}

// ErrVector marks a test vector that gave another result than the manifest says.
var ErrVector = errors.New("result differs from the manifest's")

// Prove runs all vectors and, drawn from the beacon, all challenges.
func (r *Runner) Prove(ctx context.Context, beacon [32]byte) ([]bundle.Result, error) {
	results, _, err := r.ProveAndKeep(ctx, beacon)
	return results, err
}

// ProveAndKeep is Prove and returns the raw outputs of the challenges too.
func (r *Runner) ProveAndKeep(ctx context.Context, beacon [32]byte) (results []bundle.Result, outputs [][]byte, err error) {
	for i, v := range r.manifest.Vectors {
		res, err := r.Run(ctx, v.Input, v.Seed)
		if err != nil {
			return nil, nil, fmt.Errorf("test vector %d: %w", i, err)
		}
		if res.OutputRoot != v.OutputRoot || res.Witness != v.Witness {
			return nil, nil, bundle.Refuse(bundle.ReasonVector, fmt.Errorf(
				"test vector %d: %w: output %x, wanted %x; witness %x, wanted %x",
				i, ErrVector, res.OutputRoot, v.OutputRoot, res.Witness, v.Witness))
		}
		results = append(results, bundle.Result{OutputRoot: res.OutputRoot, Witness: res.Witness})
	}
	for i := range bundle.Challenges {
		input, seed := r.manifest.Challenge(beacon, i)
		res, err := r.Run(ctx, input, seed)
		if err != nil {
			return nil, nil, fmt.Errorf("challenge %d: %w", i, err)
		}
		results = append(results, bundle.Result{OutputRoot: res.OutputRoot, Witness: res.Witness})
		outputs = append(outputs, res.Output)
	}
	return results, outputs, nil
}

func newStage(p descriptor.Pipeline) (stage, error) {
	switch p := p.(type) {
	case *descriptor.Tensor:
		return tensorStage{p}, nil
	case *descriptor.Classify:
		return classifyStage{p}, nil
	case *descriptor.Image:
		return imageStage{p}, nil
	default:
		return nil, fmt.Errorf("pipeline %s: %w", p.Kind(), descriptor.ErrUnsupported)
	}
}
