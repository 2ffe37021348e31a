package inference_test

import (
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
)

var (
	update     = flag.Bool("update", false, "rewrite testdata/digests.txt (SPEC chapter 2: a change here is a new semantics version)")
	exhaustive = flag.Bool("exhaustive", false, "walk all 2^32 arguments of the scalar functions; minutes each")
)

// The golden digests are compiled in, so that the test also runs where there is
// no file system (js/wasm) or another working directory (emulators).
//
//go:embed testdata/digests.txt
var golden string

// TestDigests proves SPEC chapters 2 to 5: every kind, function and type gives
// these bits on every architecture, operating system and Go release.
func TestDigests(t *testing.T) {
	var lines []string
	add := func(name string, sum []byte) { lines = append(lines, hex.EncodeToString(sum)+"  "+name) }
	require.NoError(t, engine.SelfTest())

	order, byName := []string{}, map[string][]byte{}
	for _, c := range kerneltest.All() {
		y, err := kernel.Exec(&c.Node, c.In)
		require.NoError(t, err, c.Name)
		name := strings.TrimSpace(c.Node.Kind.String() + " " + c.Node.Op.String() + " " + y.DType.String() + " from " + c.In[0].DType.String())
		if byName[name] == nil {
			order = append(order, name)
		}
		byName[name] = y.AppendBytes(byName[name])
	}
	for _, name := range order {
		sum := sha256.Sum256(byName[name])
		add(name, sum[:])
	}
	for _, f := range functions {
		add("2^18 arguments of "+f.name, walk(f.f, 1<<14+1))
	}
	g, weights := network()
	root := g.Root()
	add("graph root", root[:])
	add("graph outputs", networkDigest(t, g, weights))

	got := strings.Join(lines, "\n") + "\n"
	if *update {
		require.NoError(t, os.WriteFile("testdata/digests.txt", []byte(withExhaustive(got)), 0o644))
		return
	}
	want := strings.Split(golden, "\n")
	for i, line := range lines {
		require.Equal(t, want[i], line)
	}
}

type function struct {
	name string
	f    func(float32) float32
}

var functions = []function{
	{"exp", kernel.Exp}, {"log", kernel.Log}, {"erf", kernel.Erf}, {"tanh", kernel.Tanh},
	{"sigmoid", kernel.Sigmoid}, {"sin", kernel.Sin}, {"cos", kernel.Cos}, {"round", kernel.Round},
}

// walk hashes a function's results over all 2^32 argument patterns, or every
// step-th of them.
func walk(f func(float32) float32, step uint64) []byte {
	h := sha256.New()
	buf := make([]byte, 0, 1<<16)
	for x := uint64(0); x < 1<<32; x += step {
		buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(f(math.Float32frombits(uint32(x)))))
		if len(buf) == cap(buf) {
			h.Write(buf)
			buf = buf[:0]
		}
	}
	h.Write(buf)
	return h.Sum(nil)
}

// TestExhaustive compares the digest over all arguments of every function.
func TestExhaustive(t *testing.T) {
	if !*exhaustive {
		t.Skip("needs -exhaustive, and -timeout 1h")
	}
	var lines []string
	for _, f := range functions {
		line := hex.EncodeToString(walk(f.f, 1)) + "  " + everyArgument + f.name
		lines = append(lines, line)
		if !*update {
			require.Contains(t, golden, line+"\n")
		}
	}
	if *update {
		b, err := os.ReadFile("testdata/digests.txt")
		require.NoError(t, err)
		sampled, _, _ := strings.Cut(string(b), markExhaustive)
		require.NoError(t, os.WriteFile("testdata/digests.txt", []byte(sampled+markExhaustive+strings.Join(lines, "\n")+"\n"), 0o644))
	}
}

const (
	everyArgument  = "every argument of "
	markExhaustive = "# with -exhaustive\n"
)

// withExhaustive keeps the slow digests when the fast ones are rewritten.
func withExhaustive(sampled string) string {
	_, slow, found := strings.Cut(golden, markExhaustive)
	if !found {
		return sampled
	}
	return sampled + markExhaustive + slow
}

// network is a small classifier with a convolution, pools, a normalisation and a
// softmax, in the form that the importer produces.
func network() (*ir.Graph, []kernel.Tensor) {
	f := func(s ...int64) ir.TensorDecl { return ir.TensorDecl{DType: ir.F32, Shape: s} }
	conv := ir.ConvAttrs{Groups: 1, Strides: []int64{1, 1}, Before: []int64{1, 1}, After: []int64{1, 1}, Dilations: []int64{1, 1}}
	pool := ir.PoolAttrs{Window: []int64{2, 2}, Strides: []int64{2, 2}, Before: []int64{0, 0}, After: []int64{0, 0}, Dilations: []int64{1, 1}}
	g := &ir.Graph{
		Semantics: ir.SemanticsV1,
		Inputs:    []ir.TensorDecl{f(1, 3, 16, 16)},
		Weights:   []ir.TensorDecl{f(8, 3, 3, 3), f(8), f(512, 10), f(10), f(1, 1)},
		Outputs:   []uint32{18},
	}
	const n = 6 // the first node
	add := func(k ir.Kind, op ir.Op, out ir.TensorDecl, ints []int64, in ...uint32) {
		g.Nodes = append(g.Nodes, ir.Node{Kind: k, Op: op, Inputs: in, Ints: ints, Out: out})
	}
	add(ir.Conv, 0, f(1, 8, 16, 16), conv.Ints(), 0, 1, 2)
	add(ir.Unary, ir.OpTanh, f(1, 8, 16, 16), nil, n)
	add(ir.MaxPool, 0, f(1, 8, 8, 8), pool.Ints(), n+1)
	add(ir.Reshape, 0, f(1, 512), nil, n+2)
	add(ir.Reduce, ir.OpMean, f(1, 1), []int64{1, 1}, n+3)
	add(ir.Binary, ir.OpSub, f(1, 512), nil, n+3, n+4)
	add(ir.Reduce, ir.OpMeanSquare, f(1, 1), []int64{1, 1}, n+5)
	add(ir.Unary, ir.OpSqrt, f(1, 1), nil, n+6)
	add(ir.Binary, ir.OpMax, f(1, 1), nil, n+7, 5)
	add(ir.Binary, ir.OpDiv, f(1, 512), nil, n+5, n+8)
	add(ir.Dot, 0, f(1, 10), nil, n+9, 3, 4)
	add(ir.Unary, ir.OpExp, f(1, 10), nil, n+10)
	add(ir.Unary, ir.OpSigmoid, f(1, 10), nil, n+11)
	s := kerneltest.Source(64)
	var weights []kernel.Tensor
	for _, d := range g.Weights {
		weights = append(weights, s.Normal(d.Shape...))
	}
	return g, weights
}

// networkDigest runs the network with several numbers of workers; the bits must
// not depend on it.
func networkDigest(t *testing.T, g *ir.Graph, weights []kernel.Tensor) []byte {
	t.Helper()
	s := kerneltest.Source(99)
	x := s.Normal(1, 3, 16, 16)
	var first []byte
	for _, workers := range []int{1, 2, 3} {
		p, err := engine.Load(g, weights, engine.WithWorkers(workers))
		require.NoError(t, err)
		outs, last, err := p.Run(t.Context(), []kernel.Tensor{x})
		require.NoError(t, err)
		h := sha256.New()
		for _, o := range append(outs, last...) {
			_, err := fmt.Fprintf(h, "%s %x\n", o.Decl(), o.AppendBytes(nil))
			require.NoError(t, err)
		}
		if first == nil {
			first = h.Sum(nil)
		}
		require.Equal(t, first, h.Sum(nil), "with %d workers", workers)
	}
	return first
}
