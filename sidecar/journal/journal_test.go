package journal

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func open(t require.TestingT, path, version string) (*Journal, [][]byte) {
	var got [][]byte
	j, err := Open(path, version, func(r []byte) { got = append(got, slices.Clone(r)) })
	require.NoError(t, err)
	return j, got
}

// TestCrash: whatever happens to the end of the file, what is read is what was written, up to some
// record, and what is written afterwards follows it.
func TestCrash(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		path := filepath.Join(dir, "journal")
		require.NoError(t, os.RemoveAll(path))
		records := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 40), 0, 8).Draw(t, "records")
		j, got := open(t, path, "v")
		require.Empty(t, got)
		ends := []int64{j.size} // after each record
		for len(records) > len(ends)-1 {
			n := rapid.IntRange(1, len(records)-len(ends)+1).Draw(t, "together")
			batch := records[len(ends)-1:][:n]
			require.NoError(t, j.Append(batch...))
			for _, r := range batch {
				ends = append(ends, ends[len(ends)-1]+frame+int64(len(r)))
			}
		}
		require.Equal(t, ends[len(ends)-1], j.size)
		require.NoError(t, j.Close())

		content, err := os.ReadFile(path)
		require.NoError(t, err)
		at := rapid.IntRange(int(ends[0]), len(content)).Draw(t, "place")
		if rapid.Bool().Draw(t, "cut") || at == len(content) {
			content = content[:at]
		} else {
			content[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		}
		require.NoError(t, os.WriteFile(path, content, 0o600))
		whole := 0
		for whole+1 < len(ends) && ends[whole+1] <= int64(at) {
			whole++
		}
		j, got = open(t, path, "v")
		require.Len(t, got, whole)
		require.NoError(t, j.Append([]byte("next")))
		require.NoError(t, j.Close())
		j, got = open(t, path, "v")
		require.Len(t, got, whole+1)
		for i, r := range got[:whole] {
			require.Equal(t, string(records[i]), string(r))
		}
		require.Equal(t, "next", string(got[whole]))
		require.NoError(t, j.Close())
	})
}

func TestVersionAndRewrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sub", "journal")
	j, _ := open(t, path, "v1")
	require.NoError(t, j.Append([]byte("a"), []byte("b")))
	require.NoError(t, j.Rewrite([][]byte{[]byte("b")}))
	require.NoError(t, j.Append([]byte("c")))
	require.ErrorIs(t, j.Append(make([]byte, MaxRecord+1)), ErrTooLong)
	require.NoError(t, j.Close())
	j, got := open(t, path, "v1")
	require.Equal(t, [][]byte{[]byte("b"), []byte("c")}, got)
	require.NoError(t, j.Close())
	j, got = open(t, path, "v2")
	require.Empty(t, got)
	require.NoError(t, j.Close())
	_, got = open(t, path, "v1")
	require.Empty(t, got)
}

// TestFailedAppend: after an error the file is as before.
func TestFailedAppend(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, _ := open(t, path, "v")
	require.NoError(t, j.Append([]byte("a")))
	require.NoError(t, j.file.Close())
	require.Error(t, j.Append([]byte("b")))
	require.NoError(t, j.Append([]byte("c")), "it was opened anew")
	require.NoError(t, j.Close())
	_, got := open(t, path, "v")
	require.Equal(t, [][]byte{[]byte("a"), []byte("c")}, got)
}

// TestFailedRewrite: a journal whose file was replaced before the rewriting failed goes on behind the new records.
func TestFailedRewrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, _ := open(t, path, "v")
	require.NoError(t, j.Append([]byte("a"), []byte("b")))
	old := j.size
	other, _ := open(t, path, "v")
	require.NoError(t, other.Rewrite([][]byte{[]byte("b")})) // as a rename does whose folder could not be synced
	require.NoError(t, other.Close())
	require.NoError(t, j.open(old))
	require.NoError(t, j.Append([]byte("c")))
	require.NoError(t, j.Close())
	_, got := open(t, path, "v")
	require.Equal(t, [][]byte{[]byte("b"), []byte("c")}, got)
}
