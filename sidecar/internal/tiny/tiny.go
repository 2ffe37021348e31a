// Package tiny makes small and hostile bundles for the sidecar's tests, and turns a
// test binary into a worker process.
package tiny

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/pipeline/pack"
	"github.com/imochain/imod/sidecar/worker"
)

const workerArg = "imod-test-worker"

// WorkerCommand starts this test binary as a worker, if its TestMain calls
// MaybeWorker.
func WorkerCommand() []string { return []string{os.Args[0], workerArg} }

// MaybeWorker runs the worker and exits when the process was started as one.
func MaybeWorker() {
	if len(os.Args) < 2 || os.Args[1] != workerArg {
		return
	}
	var l worker.Limits
	f := flag.NewFlagSet(workerArg, flag.ExitOnError)
	f.Uint64Var(&l.Memory, "memory", 0, "")
	f.IntVar(&l.Threads, "threads", 1, "")
	f.Func("read", "", func(dir string) error { l.Read = append(l.Read, dir); return nil })
	if err := f.Parse(os.Args[2:]); err != nil {
		os.Exit(2)
	}
	if err := worker.Main(os.Stdin, os.Stdout, l); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// F32 declares a float tensor.
func F32(shape ...int64) ir.TensorDecl { return ir.TensorDecl{DType: ir.F32, Shape: shape} }

// Picture paints two by two pixels from "a red on blue"-like prompts.
func Picture(t testing.TB) *bundle.Bundle {
	t.Helper()
	spec, err := pack.ParseSpec([]byte(`{
	  "name": "Tiny", "summary": "", "licence": "Apache-2.0", "domain": "colours",
	  "pipeline": {"image": {"latent": 3, "latent_range": 1, "separators": ["on"], "fillers": ["a"], "slots": [
	    {"name": "colour", "group": 1, "words": ["red", "blue"]}, {"name": "ground", "group": 2, "words": ["red", "blue"]}]}},
	  "vectors": [{"prompt": "a red on blue", "seed": 1}]}`))
	require.NoError(t, err)
	g := &ir.Graph{
		Semantics: ir.SemanticsV1,
		Inputs:    []ir.TensorDecl{F32(1, 7)},
		Weights:   []ir.TensorDecl{F32(7, 400), F32(400, 12)},
		Nodes: []ir.Node{
			{Kind: ir.Dot, Inputs: []uint32{0, 1}, Out: F32(1, 400)},
			{Kind: ir.Unary, Op: ir.OpTanh, Inputs: []uint32{3}, Out: F32(1, 400)},
			{Kind: ir.Dot, Inputs: []uint32{4, 2}, Out: F32(1, 12)},
			{Kind: ir.Unary, Op: ir.OpSigmoid, Inputs: []uint32{5}, Out: F32(1, 12)},
			{Kind: ir.Reshape, Inputs: []uint32{6}, Out: F32(1, 3, 2, 2)},
		},
		Outputs: []uint32{7},
	}
	b, err := pack.Build(context.Background(), spec, pack.Source{
		Graph: g, Weights: [][]byte{ramp(2800), ramp(4800)}, Card: []byte("# Tiny\n"), Creator: [20]byte{1},
	})
	require.NoError(t, err)
	return b
}

func ramp(n int) []byte {
	var b []byte
	for i := range n {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(i%17-8)/8))
	}
	return b
}

// Unrun packs a graph with one f32[4] input as a tensor model without running it;
// its test vector is made up.
func Unrun(t testing.TB, g *ir.Graph) *bundle.Bundle {
	t.Helper()
	cost, err := g.Cost()
	require.NoError(t, err)
	p := &descriptor.Tensor{Inputs: []descriptor.Input{{
		Shape:    descriptor.Shape{DType: byte(ir.F32), Dims: []uint64{4}},
		Encoding: descriptor.Raw, Low: 0, High: 1,
	}}}
	for _, id := range g.Outputs {
		s := descriptor.Shape{DType: byte(g.Decl(id).DType)}
		for _, n := range g.Decl(id).Shape {
			s.Dims = append(s.Dims, uint64(n))
		}
		p.Outputs = append(p.Outputs, s)
	}
	b, err := bundle.New(bundle.Manifest{
		Semantics: ir.SemanticsV1, Creator: [20]byte{1}, Name: "Hostile", Licence: "MIT",
		IRRoot: g.Root(), WorkUnits: uint64(cost.WorkUnits), PeakMemory: uint64(cost.PeakBytes),
		MaxInputBytes: p.InputBound(), MaxOutputBytes: p.OutputBound(), Pipeline: p,
		Vectors: []bundle.Vector{{Input: make([]byte, 16)}},
	}, bundle.Parts{IR: g.Encode()})
	require.NoError(t, err)
	require.NoError(t, b.Manifest.Validate())
	return b
}

// Hungry needs three quarters of a gigabyte for its activations.
func Hungry(t testing.TB) *bundle.Bundle {
	t.Helper()
	const n = 48 << 20
	return Unrun(t, &ir.Graph{
		Semantics: ir.SemanticsV1, Inputs: []ir.TensorDecl{F32(4)},
		Nodes: []ir.Node{
			{Kind: ir.Reshape, Inputs: []uint32{0}, Out: F32(4, 1)},
			{Kind: ir.Expand, Inputs: []uint32{1}, Out: F32(4, n)},
			{Kind: ir.Reduce, Op: ir.OpSum, Inputs: []uint32{2}, Ints: []int64{0, 1}, Out: F32(4)},
		},
		Outputs: []uint32{3},
	})
}

// Slow spends long in many nodes of a few milliseconds.
func Slow(t testing.TB) *bundle.Bundle {
	t.Helper()
	const side, times = 160, 12000
	g := &ir.Graph{
		Semantics: ir.SemanticsV1, Inputs: []ir.TensorDecl{F32(4)},
		Nodes: []ir.Node{
			{Kind: ir.Slice, Inputs: []uint32{0}, Ints: []int64{0, 1}, Out: F32(1)},
			{Kind: ir.Expand, Inputs: []uint32{1}, Out: F32(side, side)},
		},
	}
	for range times {
		last := uint32(len(g.Nodes))
		g.Nodes = append(g.Nodes, ir.Node{Kind: ir.Dot, Inputs: []uint32{last, last}, Out: F32(side, side)})
	}
	last := uint32(len(g.Nodes))
	g.Nodes = append(g.Nodes, ir.Node{Kind: ir.Reduce, Op: ir.OpSum, Inputs: []uint32{last}, Ints: []int64{0, 0, 1}, Out: F32()})
	g.Outputs = []uint32{last + 1}
	return Unrun(t, g)
}

// Write writes a bundle into a folder of bundles and returns its root.
func Write(t testing.TB, dir string, b *bundle.Bundle) bundle.Hash {
	t.Helper()
	root := b.Manifest.Root()
	folder := filepath.Join(dir, bundle.FolderName(root))
	require.NoError(t, os.MkdirAll(folder, 0o755))
	require.NoError(t, b.Write(func(name string) (io.WriteCloser, error) { return os.Create(filepath.Join(folder, name)) }))
	return root
}
