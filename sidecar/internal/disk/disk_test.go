package disk

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReplaceFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	for _, sync := range []bool{true, false} {
		require.NoError(t, Replace(path, []byte("one"), sync))
		require.NoError(t, Replace(path, []byte("two"), sync))
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, "two", string(got))
	}
	require.Error(t, Replace(filepath.Join(dir, "no", "f"), nil, true))
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.False(t, slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, "tmp-") }))
}
