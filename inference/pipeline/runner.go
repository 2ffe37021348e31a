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
	manifest  *bundle.Manifest
	program   *engine.Program
	stage     stage
	weights   []bundle.Hash // roots of the bundle's weights, the tokenizer included
	tokenizer []byte        // of a text
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
	// run makes the raw output of a raw input, and gives what the witness is taken
	// from: one step per run of the graph that had a part in the output.
	run(ctx context.Context, p player, input []byte, seed uint64) ([]byte, []step, error)
}

// player runs the graph for a stage.
type player interface {
	// play runs it for the n-th time; it returns the outputs and what feeds the last node.
	play(ctx context.Context, n int, inputs []kernel.Tensor) (outputs, last []kernel.Tensor, err error)
	// wrote is told the tokens drawn so far, after every run of a text.
	wrote(drawn []uint32) error
}

// plain runs the graph and remembers nothing.
type plain struct{ program *engine.Program }

func (p plain) play(ctx context.Context, _ int, inputs []kernel.Tensor) (outputs, last []kernel.Tensor, err error) {
	return p.program.Run(ctx, inputs)
}

func (plain) wrote([]uint32) error { return nil }

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
	if work := m.Pipeline.Work(uint64(cost.WorkUnits)); work != m.WorkUnits || uint64(cost.PeakBytes) != m.PeakMemory {
		return nil, bundle.Refuse(bundle.ReasonCost, fmt.Errorf(
			"a run needs %d work units and %d bytes, the manifest says %d and %d",
			work, cost.PeakBytes, m.WorkUnits, m.PeakMemory))
	}
	shapes := b.Table.Shapes
	var tokenizer []byte
	if _, ok := m.Pipeline.(*descriptor.Text); ok {
		if tokenizer, err = cutTokenizer(&shapes, &weights); err != nil {
			return nil, bundle.Refuse(bundle.ReasonWeights, err)
		}
	}
	if err := sameShapes(g.Weights, shapes); err != nil {
		return nil, bundle.Refuse(bundle.ReasonWeights, err)
	}
	r := &Runner{manifest: m, tokenizer: tokenizer}
	if r.weights, err = b.Table.Roots(); err != nil {
		return nil, err
	}
	if r.stage, err = newStage(m.Pipeline, tokenizer); err != nil {
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
	raw, steps, err := r.stage.run(ctx, plain{r.program}, input, seed)
	if err != nil {
		var refusal *bundle.Refusal
		switch ctxErr := ctx.Err(); {
		case ctxErr != nil:
			return Result{}, ctxErr
		case errors.As(err, &refusal):
			return Result{}, err
		}
		if errors.Is(err, engine.ErrFault) { // says nothing about the model
			return Result{}, err
		}
		return Result{}, bundle.Refuse(bundle.ReasonRun, err)
	}
	return Result{
		Output: raw, OutputRoot: merkle.BytesRoot(raw), InputRoot: merkle.BytesRoot(input), Witness: witness(steps),
	}, nil
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

func newStage(p descriptor.Pipeline, tokenizer []byte) (stage, error) {
	switch p := p.(type) {
	case *descriptor.Tensor:
		return once{tensorStage{p}}, nil
	case *descriptor.Classify:
		return once{classifyStage{p}}, nil
	case *descriptor.Image:
		return once{imageStage{p}}, nil
	case *descriptor.Text:
		return newTextStage(p, tokenizer)
	default:
		return nil, fmt.Errorf("pipeline %s is not known", p.Kind())
	}
}

// cutTokenizer takes the tokenizer, the last tensor of a text model's weights, off them.
func cutTokenizer(shapes *[]descriptor.Shape, weights *[][]byte) ([]byte, error) {
	n := len(*shapes) - 1
	if n < 0 || (*shapes)[n].DType != byte(ir.U8) || len((*shapes)[n].Dims) != 1 {
		return nil, errors.New("the last tensor of the bundle is no tokenizer")
	}
	tokenizer := (*weights)[n]
	*shapes, *weights = (*shapes)[:n], (*weights)[:n]
	return tokenizer, nil
}
