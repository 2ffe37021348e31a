package conformance

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/onnx"
)

// Result of a case: refused, or run with the largest differences seen.
type Result struct {
	Refused        error // the model, or its data, is outside what is supported
	Passed         bool
	MaxAbs, MaxRel float64 // infinite where type, shape or a non-float element differs
	Outputs        []kernel.Tensor
}

// String is the line that a run prints for the case of that name.
func (r Result) String(name string) string {
	switch {
	case r.Refused != nil:
		return fmt.Sprintf("REFUSED %s: %v", name, r.Refused)
	case r.Passed:
		return "PASS " + name
	default:
		return fmt.Sprintf("FAIL %s max_abs=%.3g max_rel=%.3g", name, r.MaxAbs, r.MaxRel)
	}
}

// Run imports the model and executes it on every data set.
func Run(ctx context.Context, c Case) Result {
	model, err := read(c.dir, c.model, maxModel)
	if err != nil {
		return Result{Refused: err}
	}
	switch {
	case c.whole:
		return c.architecture(ctx, model)
	case len(c.sets) == 0:
		return Result{Refused: errors.New("there is no test_data_set_0")}
	}
	all := Result{Passed: true}
	for _, set := range c.sets {
		r := c.set(ctx, model, set)
		if r.Refused != nil {
			return r
		}
		all.Passed = all.Passed && r.Passed
		all.MaxAbs, all.MaxRel = max(all.MaxAbs, r.MaxAbs), max(all.MaxRel, r.MaxRel)
		all.Outputs = append(all.Outputs, r.Outputs...)
	}
	return all
}

// set runs one data set. Shapes are static here, so what decides a shape must be
// known at import: if the model is refused as it is, its integer inputs are fixed
// to the set's values, then all inputs but the first, then all.
func (c Case) set(ctx context.Context, model []byte, set string) Result {
	inputs, err := tensors(c.dir, path.Join(set, "input_"))
	if err != nil {
		return Result{Refused: err}
	}
	want, err := tensors(c.dir, path.Join(set, "output_"))
	if err != nil {
		return Result{Refused: err}
	}
	names, err := onnx.InputNames(model)
	if err != nil {
		return Result{Refused: err}
	}
	var refused error
	for _, freeze := range []func(int, ir.DType) bool{
		func(int, ir.DType) bool { return false },
		func(_ int, d ir.DType) bool { return d == ir.I64 || d == ir.I32 || d == ir.Bool },
		func(i int, _ ir.DType) bool { return i > 0 },
		func(int, ir.DType) bool { return true },
	} {
		o := onnx.Options{Freeze: map[string]kernel.Tensor{}}
		var free []kernel.Tensor
		for i, in := range inputs {
			if i < len(names) && freeze(i, in.DType) {
				o.Freeze[names[i]] = in
			} else {
				free = append(free, in)
			}
		}
		m, err := onnx.Import(model, o)
		if err == nil {
			return execute(ctx, m, free, want)
		}
		refused = err // the last says what no constant input helps
	}
	return Result{Refused: refused}
}

func (c Case) architecture(ctx context.Context, model []byte) Result {
	m, err := onnx.Import(model, onnx.Options{})
	if err != nil {
		return Result{Refused: err}
	}
	want, err := tensors(c.dir, c.Name+"_output_")
	if err != nil {
		return Result{Refused: err}
	}
	var inputs []kernel.Tensor
	for _, d := range m.Graph.Inputs {
		x := kernel.New(d)
		for i := range x.F32 {
			x.F32[i] = float32(float64(i) / float64(len(x.F32)))
		}
		inputs = append(inputs, x)
	}
	return execute(ctx, m, inputs, want)
}

func execute(ctx context.Context, m *onnx.Model, inputs, want []kernel.Tensor) Result {
	p, err := engine.Load(m.Graph, m.Weights)
	if err != nil {
		return Result{Refused: err}
	}
	r := Result{}
	if r.Outputs, _, err = p.Run(ctx, inputs); err != nil {
		return Result{Refused: err}
	}
	r.Passed = len(r.Outputs) >= len(want)
	for i, w := range want {
		if i < len(r.Outputs) {
			r.compare(r.Outputs[i], w)
		}
	}
	return r
}

// compare notes the differences of one output.
func (r *Result) compare(got, want kernel.Tensor) {
	if !got.Decl().Equal(want.Decl()) {
		r.differ(math.Inf(1), math.Inf(1))
		return
	}
	for i, w := range want.F32 {
		g := got.F32[i]
		if g == w || g != g && w != w {
			continue
		}
		abs := math.Abs(float64(g) - float64(w))
		if !(abs <= 1e-5+1e-3*math.Abs(float64(w))) {
			r.Passed = false
		}
		if math.IsNaN(abs) {
			abs = math.Inf(1)
		}
		r.note(abs, abs/math.Abs(float64(w)))
	}
	if want.DType != ir.F32 && string(got.AppendBytes(nil)) != string(want.AppendBytes(nil)) {
		r.differ(math.Inf(1), math.Inf(1))
	}
}

func (r *Result) differ(abs, rel float64) {
	r.Passed = false
	r.note(abs, rel)
}

func (r *Result) note(abs, rel float64) {
	r.MaxAbs = max(r.MaxAbs, abs)
	if !math.IsNaN(rel) {
		r.MaxRel = max(r.MaxRel, rel)
	}
}
