package onnx_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/imochain/imod/inference/onnx/conformance"
)

// suite is the ONNX backend test data, which lies beside the repository.
const suite = "../../../shared/onnx-node-tests"

// nodeTestsPassing only ever goes up. nodeTestsDigest hashes the exact outputs of
// all that pass, the same on every architecture; it changes when the count does.
const (
	nodeTestsPassing = 548
	nodeTestsDigest  = "d39b3c97b0770a68cf9f2426d61f70aca060e8d38b658a2ea710023981d7210b"
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

// reason drops the node's name from a message.
func reason(err error) string {
	s := err.Error()
	if i := strings.LastIndex(s, "): "); i >= 0 && strings.HasPrefix(s, "node ") {
		s = s[strings.LastIndex(s[:i], "(")+1:]
	}
	return s
}
