package onnx_test

import (
	"context"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/onnx"
)

// classifier is Conv, BatchNormalization, Relu, Flatten by shape arithmetic,
// MatMul, Add, Softmax, as exporters write it.
func classifier() []byte {
	return model(13,
		input("x", "batch", 1, 4, 4),
		floats("w", []int64{2, 1, 3, 3}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 8, 7, 6, 5, 4, 3, 2, 1),
		floats("scale", []int64{2}, 2, 3), floats("shift", []int64{2}, 1, -1),
		floats("mean", []int64{2}, 0.5, 0.25), floats("var", []int64{2}, 4, 9),
		floats("m", []int64{8, 2}, 1, 0, 0, 1, 1, 1, -1, 0, 0, -1, 2, 0, 0, 2, 1, -1),
		floats("b", []int64{2}, 0.5, -0.5),
		ints("zero", 0), ints("rest", -1),
		node("Conv", names("x", "w"), names("c")),
		node("BatchNormalization", names("c", "scale", "shift", "mean", "var"), names("n"), attrFloat("epsilon", 0)),
		node("Relu", names("n"), names("r")),
		node("Shape", names("r"), names("s")),
		node("Gather", names("s", "zero"), names("n0"), attrInt("axis", 0)),
		node("Concat", names("n0", "rest"), names("flat"), attrInt("axis", 0)),
		node("Reshape", names("r", "flat"), names("f")),
		node("MatMul", names("f", "m"), names("p")),
		node("Add", names("p", "b"), names("q")),
		node("Softmax", names("q"), names("y")),
		output("y", "batch", 2),
	)
}

func TestImportClassifier(t *testing.T) {
	_, err := onnx.Import(classifier(), onnx.Options{})
	require.ErrorContains(t, err, `dimension "batch" is open`)

	m, err := onnx.Import(classifier(), onnx.Options{Dims: map[string]int64{"batch": 1}})
	require.NoError(t, err)
	require.Equal(t, []string{"x"}, m.Inputs)
	require.Equal(t, []string{"y"}, m.Outputs)
	var kinds []string
	for _, n := range m.Graph.Nodes {
		kinds = append(kinds, strings.TrimSpace(n.Kind.String()+" "+n.Op.String()))
	}
	// Shape arithmetic is gone, the normalisation is in the convolution, the
	// addition is a bias.
	require.Equal(t, []string{"conv", "unary relu", "reshape", "dot", "reduce max", "binary sub", "unary exp", "reduce sum", "binary div"}, kinds)
	require.Len(t, m.Weights, 4)
	require.Equal(t, float32(1*2)/2, m.Weights[0].F32[0], "w * scale / sqrt(var)")
	require.Equal(t, float32(1-0.5*1), m.Weights[1].F32[0], "shift - mean * s")

	p, err := engine.Load(m.Graph, m.Weights)
	require.NoError(t, err)
	x := kernel.New(m.Graph.Inputs[0])
	for i := range x.F32 {
		x.F32[i] = float32(i%3) / 8
	}
	outs, _, err := p.Run(context.Background(), []kernel.Tensor{x})
	require.NoError(t, err)
	require.Equal(t, []int64{1, 2}, outs[0].Shape)
	require.InDelta(t, 1, outs[0].F32[0]+outs[0].F32[1], 1e-6)

	again, err := onnx.Import(classifier(), onnx.Options{Dims: map[string]int64{"batch": 1}})
	require.NoError(t, err)
	require.Equal(t, m.Graph.Root(), again.Graph.Root(), "an import is reproducible")
	require.Equal(t, m.Weights, again.Weights)
}

// TestImportRefuses: what is outside the subset names its node and the reason.
func TestImportRefuses(t *testing.T) {
	x, y := input("x", 2), output("y", 2)
	relu := node("Relu", names("x"), names("y"))
	external := tensorHead("w", 1, []int64{2}).bytes(13, message{}.text(1, "location").text(2, "/etc/passwd")).int(14, 1)
	cases := []struct {
		name string
		file []byte
		want string
	}{
		{"fails: empty", nil, "no graph"},
		{"fails: not protobuf", []byte("hello, world"), "not protobuf"},
		{"fails: set 6", model(6, x, relu, y), "operator set 6"},
		{"fails: set 99", model(99, x, relu, y), "operator set 99"},
		{"fails: unknown operator", model(13, x, node("Frobnicate", names("x"), names("y")), y), `node "Frobnicate_y" (Frobnicate): operator is not supported: export with`},
		{"fails: custom domain", model(13, x, message{}.bytes(1, message{}.text(1, "x").text(2, "y").text(4, "Relu").text(7, "com.example")), y), `domain "com.example"`},
		{"fails: its shape depends on data", model(13, x, node("NonZero", names("x"), names("y")), y), `(NonZero): operator is not supported: the shape of its result depends on data`},
		{"fails: infinite weight", model(13, x, floats("w", []int64{2}, 1, float32(math.Inf(1))), node("Add", names("x", "w"), names("y")), y), `node "Add_y" (Add): weight "w" is not finite (element 1 is +Inf): train or export again`},
		{"fails: weight is not a number", model(13, x, floats("w", []int64{2}, float32(math.NaN()), 1), node("Mul", names("x", "w"), names("y")), y), `weight "w" is not finite (element 0 is NaN)`},
		{"fails: external data", model(13, x, message{}.bytes(5, external), node("Add", names("x", "w"), names("y")), y), "external data"},
		{"fails: sparse initializer", model(13, x, message{}.bytes(15, message{}), relu, y), "sparse"},
		{"fails: functions", append(model(13, x, relu, y), message{}.bytes(25, message{})...), "functions"},
		{"fails: cycle", model(13, x, node("Add", names("x", "b"), names("a")), node("Relu", names("a"), names("b")), output("b", 2)), "cycle"},
		{"fails: reads itself", model(13, x, node("Add", names("x", "y"), names("y")), y), "cycle"},
		{"fails: name defined twice", model(13, x, relu, node("Neg", names("x"), names("y")), y), `"y" is defined twice`},
		{"fails: initializer twice", model(13, x, ints("a", 1), ints("a", 2), relu, y), `"a" is defined twice`},
		{"fails: input twice", model(13, x, x, relu, y), "appears twice"},
		{"fails: output never computed", model(13, x, relu, output("z", 2)), "never computed"},
		{"fails: open dimension", model(13, input("x", nil), relu, y), `dimension "x:0" is open`},
		{"fails: dimension 0", model(13, input("x", 0), relu, y), `dimension "x:0" is 0`},
		{"fails: negative dimension", model(13, input("x", -5), relu, y), "is -5"},
		{"fails: huge dimension", model(13, input("x", 1<<40), relu, y), "out of range"},
		{"fails: huge product", model(13, input("x", 1<<20, 1<<20), relu, y), "too many elements"},
		{"fails: rank 9", model(13, input("x", 1, 1, 1, 1, 1, 1, 1, 1, 1), relu, y), "8 dimensions"},
		{"fails: float64 input", model(13, port(11, "x", 11, 2), relu, y), "float64"},
		{"fails: string input", model(13, port(11, "x", 8, 2), relu, y), "string"},
		{"fails: initializer with too little data", model(13, x, floats("w", []int64{3}, 1, 2), node("Add", names("x", "w"), names("y")), y), "data for 3 elements"},
		{"fails: initializer with huge dimensions", model(13, x, floats("w", []int64{1 << 30, 1 << 30}), relu, y), "too many elements"},
		{"fails: unknown attribute", model(13, x, node("Relu", names("x"), names("y"), attrInt("colour", 3)), y), `attribute "colour"`},
		{"fails: attribute of the wrong type", model(13, x, node("LeakyRelu", names("x"), names("y"), attrInt("alpha", 3)), y), "wrong type"},
		{"fails: attribute twice", model(13, x, node("LeakyRelu", names("x"), names("y"), attrFloat("alpha", 3), attrFloat("alpha", 2)), y), "appears twice"},
		{"fails: missing input", model(13, x, node("Add", names("x", ""), names("y")), y), "input 1 is missing"},
		{"fails: shapes do not broadcast", model(13, x, floats("w", []int64{3}, 1, 2, 3), node("Add", names("x", "w"), names("y")), y), "do not broadcast"},
		{"fails: data decides a shape", model(13, x, port(11, "s", 7, 1), node("Reshape", names("x", "s"), names("y")), y), "must be constant"},
		{"fails: data decides a branch", model(13, x, port(11, "c", 9), node("If", names("c"), names("y"), attrGraph("then_branch", relu, y), attrGraph("else_branch", relu, y)), y), "depends on data"},
		{"fails: training", model(13, x, port(11, "t", 9), node("Dropout", names("x", "", "t"), names("y")), y), "training"},
		{"fails: second output", model(13, input("x", 1, 1, 4), node("MaxPool", names("x"), names("y", "i"), attrInts("kernel_shape", 2)), output("y"), output("i")), `output "i"`},
		{"fails: groups", model(13, input("x", 1, 3, 4), floats("w", []int64{2, 1, 1}, 1, 2), node("Conv", names("x", "w"), names("y"), attrInt("group", 2)), y), "groups"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := onnx.Import(c.file, onnx.Options{})
			require.ErrorContains(t, err, c.want)
		})
	}
}

// TestTruncated cuts a file everywhere: an error each time, never a panic.
func TestTruncated(t *testing.T) {
	b := classifier()
	for n := range b {
		_, err := onnx.Import(b[:n], onnx.Options{Dims: map[string]int64{"batch": 1}})
		require.Error(t, err, "cut at %d", n)
	}
}

// TestConstantBranch takes one side of an If and sees names from outside.
func TestConstantBranch(t *testing.T) {
	x, y := input("x", 2), output("y", 2)
	branch := func(op string) message {
		return attrGraph(map[string]string{"Neg": "then_branch", "Abs": "else_branch"}[op], node(op, names("x"), names("in_"+op)), output("in_"+op, 2))
	}
	for want, cond := range map[ir.Op]byte{ir.OpNeg: 1, ir.OpAbs: 0} {
		c := message{}.bytes(5, tensorHead("c", 9, nil).bytes(9, []byte{cond}))
		m, err := onnx.Import(model(13, x, c, node("If", names("c"), names("y"), branch("Neg"), branch("Abs")), y), onnx.Options{})
		require.NoError(t, err)
		require.Len(t, m.Graph.Nodes, 1)
		require.Equal(t, want, m.Graph.Nodes[0].Op)
	}
}

// TestPassThrough: outputs that are inputs or constants still become nodes.
func TestPassThrough(t *testing.T) {
	m, err := onnx.Import(model(13, input("x", 2), floats("w", []int64{2}, 1, 2),
		node("Identity", names("x"), names("y")), node("Neg", names("w"), names("z")), output("y", 2), output("z", 2), output("y", 2)), onnx.Options{})
	require.NoError(t, err)
	p, err := engine.Load(m.Graph, m.Weights)
	require.NoError(t, err)
	outs, _, err := p.Run(context.Background(), []kernel.Tensor{{DType: ir.F32, Shape: []int64{2}, F32: []float32{3, 4}}})
	require.NoError(t, err)
	require.Equal(t, []float32{3, 4}, outs[0].F32)
	require.Equal(t, []float32{-1, -2}, outs[1].F32)
	require.Equal(t, []float32{3, 4}, outs[2].F32)
}

// TestHostileMemory: small files that ask for large constants are refused before
// the memory is taken.
func TestHostileMemory(t *testing.T) {
	l := onnx.DefaultLimits()
	l.MaxConstBytes = 16 << 20
	const side = 1 << 13
	fill := func(i string) message {
		return node("ConstantOfShape", names("dims"), names(i))
	}
	files := map[string][]byte{
		"a large fill":          model(13, input("x", 2), ints("dims", side, side), fill("a"), node("ReduceSum", names("a"), names("s")), node("Add", names("x", "s"), names("y")), output("y", 2)),
		"many fills":            model(13, input("x", 2), ints("dims", 1000, 1000), fill("a"), fill("b"), fill("c"), fill("d"), fill("e"), fill("f"), node("Identity", names("x"), names("y")), output("y", 2)),
		"a long range":          model(13, input("x", 2), message{}.bytes(5, tensorHead("n", 7, nil).int(7, 1<<27)), message{}.bytes(5, tensorHead("z", 7, nil).int(7, 0)), message{}.bytes(5, tensorHead("o", 7, nil).int(7, 1)), node("Range", names("z", "n", "o"), names("r")), node("Identity", names("x"), names("y")), output("y", 2)),
		"a large outer product": model(13, input("x", 2), ints("col", 4096, 1), ints("row", 1, 4096), node("ConstantOfShape", names("col"), names("a")), node("ConstantOfShape", names("row"), names("b")), node("MatMul", names("a", "b"), names("c")), node("Identity", names("x"), names("y")), output("y", 2)),
	}
	for name, file := range files {
		t.Run("fails: "+name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := onnx.Import(file, onnx.Options{Limits: &l})
			runtime.ReadMemStats(&after)
			require.ErrorContains(t, err, "exceed")
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20))
		})
	}
}

// TestSmallFileLargeModel: by the default limits, a file of a few hundred bytes that fills 575 MB of weights
// is refused at once and before the memory is taken (SAFETY 57).
func TestSmallFileLargeModel(t *testing.T) {
	file := model(13, input("x", 1, 12000), ints("dims", 12000, 12000), node("ConstantOfShape", names("dims"), names("w")),
		node("MatMul", names("x", "w"), names("y")), output("y", 1, 12000))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := onnx.Import(file, onnx.Options{})
	runtime.ReadMemStats(&after)
	require.ErrorContains(t, err, `node "ConstantOfShape_w" (ConstantOfShape): constants computed from a file of`)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}

// TestFoldingWork bounds the time that constants may take.
func TestFoldingWork(t *testing.T) {
	l := onnx.DefaultLimits()
	l.MaxFoldWork = 1 << 20
	file := model(13, input("x", 2), ints("dims", 200, 200), node("ConstantOfShape", names("dims"), names("a")), node("MatMul", names("a", "a"), names("b")),
		node("ReduceSum", names("b"), names("s")), node("Add", names("x", "s"), names("y")), output("y", 2))
	_, err := onnx.Import(file, onnx.Options{Limits: &l})
	require.ErrorContains(t, err, "too much work")
	_, err = onnx.Import(file, onnx.Options{})
	require.NoError(t, err)
}
