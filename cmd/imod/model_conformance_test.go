package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestModelConformance runs one case of the ONNX suite, then one whose answer was changed.
func TestModelConformance(t *testing.T) {
	const suite = "../../../shared/onnx-node-tests/node/test_abs"
	if _, err := os.Stat(suite); err != nil {
		t.Skip("the ONNX node tests are not beside the repository (shared/onnx-node-tests)")
	}
	text, err := light(t, "model", "conformance", suite)
	require.NoError(t, err)
	require.Equal(t, "PASS test_abs\ntotal=1 passed=1 failed=0 refused=0\n", text)

	dir := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(dir, "wrong"), os.DirFS(suite)))
	answer := filepath.Join(dir, "wrong", "test_data_set_0", "output_0.pb")
	b, err := os.ReadFile(answer)
	require.NoError(t, err)
	require.NoError(t, os.Remove(answer))
	b[len(b)-1] ^= 0x80 // the sign of the last element
	require.NoError(t, os.WriteFile(answer, b, 0o600))
	text, err = light(t, "model", "conformance", dir)
	require.ErrorContains(t, err, "1 of 1 cases fail")
	lines := strings.Split(strings.TrimSpace(text), "\n")
	require.Contains(t, lines[0], "FAIL wrong max_abs=")
	require.Equal(t, "total=1 passed=0 failed=1 refused=0", lines[1])
}
