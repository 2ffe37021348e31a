package onnx_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/onnx"
)

// suite is the ONNX backend test data, which lies beside the repository.
const suite = "../../../shared/onnx-node-tests"

// nodeTestsPassing only ever goes up. nodeTestsDigest hashes the exact outputs of
// all that pass, the same on every architecture; it changes when the count does.
const (
	nodeTestsPassing = 545
	nodeTestsDigest  = "42221b035961e5959a1cafa79b8232ccedf119f3d3f326e72ee5e1ec8106f869"
)

// outcome of one folder of the suite.
type outcome struct {
	passed  bool
	bits    []byte // of the outputs, if it passed
	refused error  // the import said no
	wrong   error  // it ran, but to another result
}

// TestNodeSuite runs every folder of the ONNX node tests. A model may be refused,
// but what is accepted must give the expected numbers.
func TestNodeSuite(t *testing.T) {
	folders, err := filepath.Glob(filepath.Join(suite, "node", "*"))
	if err != nil || len(folders) == 0 {
		t.Skip("the ONNX node tests are not beside the repository (shared/onnx-node-tests)")
	}
	sort.Strings(folders)
	passed, sum := 0, sha256.New()
	reasons := map[string]int{}
	for _, dir := range folders {
		name := filepath.Base(dir)
		o := runFolder(dir)
		switch {
		case o.passed:
			passed++
			sum.Write([]byte(name))
			sum.Write(o.bits)
		case o.wrong != nil:
			t.Errorf("%s: %v", name, o.wrong)
		default:
			reasons[reason(o.refused)]++
			if testing.Verbose() {
				t.Logf("refused %s: %v", name, o.refused)
			}
		}
	}
	t.Logf("%d of %d pass", passed, len(folders))
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

// reason drops the node's name from a message.
func reason(err error) string {
	s := err.Error()
	if i := strings.LastIndex(s, "): "); i >= 0 && strings.HasPrefix(s, "node ") {
		s = s[strings.LastIndex(s[:i], "(")+1:]
	}
	return s
}

func runFolder(dir string) outcome {
	model, err := os.ReadFile(filepath.Join(dir, "model.onnx"))
	if err != nil {
		return outcome{refused: err}
	}
	inputs, err := tensors(dir, "input")
	if err != nil {
		return outcome{refused: err}
	}
	want, err := tensors(dir, "output")
	if err != nil {
		return outcome{refused: err}
	}
	names, err := onnx.InputNames(model)
	if err != nil {
		return outcome{refused: err}
	}
	// First as it is; then with integer inputs fixed, on which static shapes may
	// depend; then with all but the first input fixed.
	var first error
	for _, freeze := range []func(i int, t kernel.Tensor) bool{
		func(int, kernel.Tensor) bool { return false },
		func(_ int, t kernel.Tensor) bool { return t.DType == ir.I64 || t.DType == ir.I32 || t.DType == ir.Bool },
		func(i int, _ kernel.Tensor) bool { return i > 0 },
	} {
		o := onnx.Options{Freeze: map[string]kernel.Tensor{}}
		var free []kernel.Tensor
		for i, in := range inputs {
			if i < len(names) && freeze(i, in) {
				o.Freeze[names[i]] = in
			} else {
				free = append(free, in)
			}
		}
		m, err := onnx.Import(model, o)
		if err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		got, err := execute(m, free, want)
		if err != nil {
			return outcome{wrong: err}
		}
		done := outcome{passed: true}
		for _, y := range got {
			done.bits = y.AppendBytes(done.bits)
		}
		return done
	}
	return outcome{refused: first}
}

func tensors(dir, kind string) ([]kernel.Tensor, error) {
	var out []kernel.Tensor
	for i := 0; ; i++ {
		b, err := os.ReadFile(filepath.Join(dir, "test_data_set_0", fmt.Sprintf("%s_%d.pb", kind, i)))
		if os.IsNotExist(err) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		t, err := onnx.DecodeTensor(b, 1<<24)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
}

func execute(m *onnx.Model, inputs, want []kernel.Tensor) ([]kernel.Tensor, error) {
	p, err := engine.Load(m.Graph, m.Weights)
	if err != nil {
		return nil, err
	}
	got, _, err := p.Run(context.Background(), inputs)
	if err != nil {
		return nil, err
	}
	if len(got) < len(want) {
		return nil, fmt.Errorf("%d outputs, want %d", len(got), len(want))
	}
	for i, w := range want {
		if err := near(got[i], w); err != nil {
			return nil, fmt.Errorf("output %d: %w", i, err)
		}
	}
	return got, nil
}

// near compares floats with relative 1e-3 and absolute 1e-5, others exactly.
func near(got, want kernel.Tensor) error {
	if !got.Decl().Equal(want.Decl()) {
		return fmt.Errorf("%v, want %v", got.Decl(), want.Decl())
	}
	for i, w := range want.F32 {
		g := got.F32[i]
		if g == w || (g != g && w != w) {
			continue
		}
		if !(math.Abs(float64(g)-float64(w)) <= 1e-5+1e-3*math.Abs(float64(w))) {
			return fmt.Errorf("element %d is %g, want %g", i, g, w)
		}
	}
	if string(got.AppendBytes(nil)) != string(want.AppendBytes(nil)) && want.DType != ir.F32 {
		return fmt.Errorf("%v, want %v", got, want)
	}
	return nil
}
