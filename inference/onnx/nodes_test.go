package onnx_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/imochain/imod/inference/onnx"
	"github.com/imochain/imod/inference/onnx/conformance"
)

// suite is the ONNX backend test data, which lies beside the repository.
const suite = "../../../shared/onnx-node-tests"

// nodeTestsPassing only ever goes up. nodeTestsDigest hashes the exact outputs of
// all that pass, the same on every architecture; it changes when the count does.
const (
	nodeTestsPassing = 552
	nodeTestsDigest  = "5ad7534dfa270a2d126981ae72b7dcb4eb4c368a3c3e5d65f3ea119ced123a25"
)

// TestNodeSuite runs every folder of the ONNX node tests. A model may be refused,
// but what is accepted must give the expected numbers.
func TestNodeSuite(t *testing.T) {
	dir := filepath.Join(suite, "node")
	cases, err := conformance.Cases(os.DirFS(dir), "node")
	if err != nil {
		t.Skip("the ONNX node tests are not beside the repository (shared/onnx-node-tests)")
	}
	passed, sum := 0, sha256.New()
	reasons := map[string]int{}
	for _, c := range cases {
		r := conformance.Run(t.Context(), c)
		switch {
		case r.Refused != nil:
			reasons[reason(r.Refused)]++
			if why := skipped(r.Refused); why == "" {
				t.Errorf("%s is refused for no reason of the list: %v", c.Name, r.Refused)
			}
			if testing.Verbose() {
				t.Log(r.String(c.Name))
			}
		case r.Passed:
			passed++
			sum.Write([]byte(c.Name))
			for _, y := range r.Outputs {
				sum.Write(y.AppendBytes(nil))
			}
		default:
			t.Error(r.String(c.Name))
		}
	}
	t.Logf("%d of %d pass", passed, len(cases))
	for r, n := range reasons {
		t.Logf("%4d refused: %s", n, r)
	}
	if passed < nodeTestsPassing {
		t.Errorf("%d node tests pass, at least %d must", passed, nodeTestsPassing)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); passed == nodeTestsPassing && got != nodeTestsDigest {
		t.Errorf("outputs have digest %s, want %s", got, nodeTestsDigest)
	}
}

// skippedFor lists why a case may be refused: none of these is an operator of the first two priorities
// (notes of the import in SPEC chapter 10) in a type that exists here.
var skippedFor = []struct{ text, why string }{
	{"element type", "f64, 16-bit floats as activations, wider or unsigned integers, strings, 4- and 8-bit floats: no such tensors"},
	{"float64 value", "the expected answer is in f64"},
	{"operator is not supported", "outside the first two priorities"},
	{"operator set", "older than 7, or no standard operator at all"},
	{"training mode", "training"},
	{"is 0", "empty tensors: every dimension is at least 1"},
	{"an output is empty", "empty tensors"},
	{"reduction of nothing", "empty tensors"},
	{"segmented tensors", "sequences"},
	{"more than 8 dimensions", "optional values, which are no tensors"},
	{`domain "ai.onnx.preview"`, "preview operators"},
	{`domain "ai.onnx.ml"`, "classical machine learning"},
	{"is not a tensor", "sequences, optional values, maps"},
}

// firstPriorities are operators of which every case in a supported type passes.
var firstPriorities = strings.Fields("Add Sub Mul Div Neg Abs Sqrt Reciprocal Pow Exp Log Erf Tanh Sigmoid Relu LeakyRelu Clip Min Max MatMul Gemm Conv MaxPool " +
	"AveragePool GlobalAveragePool BatchNormalization LayerNormalization Softmax LogSoftmax ReduceMean ReduceSum ReduceMax ReduceMin ArgMax Gather Concat Split Slice " +
	"Reshape Flatten Transpose Squeeze Unsqueeze Expand Shape Constant ConstantOfShape Cast Identity Where Equal Less Greater Not And Or Range Pad Dropout Gelu " +
	"QuantizeLinear DequantizeLinear DynamicQuantizeLinear MatMulInteger ConvInteger QLinearMatMul QLinearConv Resize ConvTranspose InstanceNormalization GroupNormalization " +
	"Attention RMSNormalization RotaryEmbedding Trilu CumSum GatherND GatherElements If Einsum")

// skipped is the reason of the list for a refusal; empty if there is none.
func skipped(err error) string {
	for _, s := range skippedFor {
		if strings.Contains(err.Error(), s.text) {
			return s.why
		}
	}
	return ""
}

// TestFirstPriorities: the operators that must be there are.
func TestFirstPriorities(t *testing.T) {
	have := onnx.Operators()
	for _, op := range firstPriorities {
		if !slices.Contains(have, op) {
			t.Errorf("%s is missing", op)
		}
	}
}

// reason drops the node's name from a message.
func reason(err error) string {
	s := err.Error()
	if i := strings.LastIndex(s, "): "); i >= 0 && strings.HasPrefix(s, "node ") {
		s = s[strings.LastIndex(s[:i], "(")+1:]
	}
	return s
}
