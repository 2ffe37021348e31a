package e2e_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/tests/live"
)

// perRun are the lines of the tour that say of themselves that they differ from run to run: heights,
// addresses that are drawn anew, and hashes that cover them.
var perRun = regexp.MustCompile(`(?m)^.*  # this run$`)

// requireSameTour compares the tour that a run wrote with the committed one: prose, amounts, commands, answers and pictures.
func requireSameTour(t *testing.T, wrote string) {
	t.Helper()
	committed := filepath.Join(live.Root(t), "docs", "tour.md")
	want, got := read(t, committed), read(t, wrote)
	require.Len(t, perRun.FindAllString(got, -1), 8, "every value that may differ is named in figures.go")
	require.Equal(t, perRun.ReplaceAllString(want, ""), perRun.ReplaceAllString(got, ""), "docs/tour.md is not what the demo does; `make tour` writes it anew")
	pictures, err := os.ReadDir(filepath.Join(filepath.Dir(committed), "tour"))
	require.NoError(t, err)
	require.Len(t, pictures, 2)
	for _, p := range pictures {
		require.Contains(t, want, "(tour/"+p.Name()+")", "the tour shows every picture")
		require.Equal(t, read(t, filepath.Join(live.Root(t), "docs", "tour", p.Name())), read(t, filepath.Join(filepath.Dir(wrote), "tour", p.Name())), p.Name())
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(raw)
}
