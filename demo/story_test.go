package demo_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	"github.com/imochain/imod/demo"
)

// TestStory holds the story against the steps of the demo, and against a terminal of 100 columns.
func TestStory(t *testing.T) {
	panels := demo.Story()
	require.Len(t, panels, len(demo.Steps))
	seen := map[string]bool{}
	for _, p := range panels {
		require.Contains(t, demo.Steps, p.Key())
		require.False(t, seen[p.Key()], p.Key())
		seen[p.Key()] = true
		require.NotEmpty(t, p.Title())
		for line := range strings.Lines(p.Text()) {
			require.NotEmpty(t, strings.TrimSpace(line), p.Key())
			require.Less(t, len(line), 96, line)
		}
	}
}

// TestTell runs the script that tells the story while make builds.
func TestTell(t *testing.T) {
	panels := demo.Story()
	for name, tc := range map[string]struct {
		build string
		told  string
		code  int
		has   []string
		not   []string
	}{
		"ok: stops with the build":        {"sleep 1.5", "2", 0, []string{panels[0].Title(), panels[1].Title(), "built in"}, []string{panels[2].Title()}},
		"ok: nothing to build":            {"sleep 0.3", "1", 0, []string{panels[0].Title()}, []string{panels[1].Title()}},
		"fails: the build's code is kept": {"sleep 0.3; echo broken >&2; exit 3", "1", 3, []string{"broken"}, []string{"built in"}},
	} {
		t.Run(name, func(t *testing.T) {
			count := filepath.Join(t.TempDir(), "build", "told")
			cmd := exec.CommandContext(t.Context(), "./tell.sh", "1", count, "sh", "-c", tc.build)
			out, _ := cmd.CombinedOutput() // the code is compared below
			require.Equal(t, tc.code, cmd.ProcessState.ExitCode(), string(out))
			for _, text := range tc.has {
				require.Contains(t, string(out), text)
			}
			for _, text := range tc.not {
				require.NotContains(t, string(out), text)
			}
			require.NotContains(t, string(out), "\x1b")
			told, err := os.ReadFile(count)
			require.NoError(t, err)
			require.Equal(t, tc.told, strings.TrimSpace(string(told)))
		})
	}
}

func TestIMO(t *testing.T) {
	for base, want := range map[string]string{
		"0": "0.0000", "49999999999999": "0.0000", "50000000000000": "0.0001", "911999999999999999": "0.9120",
		"1000000000000000000": "1.0000", "-99088000000000000000": "-99.0880", "123456789012345678901234": "123456.7890",
	} {
		amount, ok := sdkmath.NewIntFromString(base)
		require.True(t, ok)
		require.Equal(t, want, demo.IMO(amount), base)
	}
}

func TestPick(t *testing.T) {
	document := []byte(`{"pools":[{"denoms":[{"paid":"9119999999999999996"}],"solvent":true}],"count":4,"big":123456789012345678901}`)
	for path, want := range map[string]string{
		".pools[0].denoms[0].paid": "9119999999999999996", ".pools[0].solvent": "true", ".count": "4", ".big": "123456789012345678901",
	} {
		got, err := demo.Pick(document, path)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, path := range []string{".pools", ".pools[1].solvent", ".pools[x]", ".absent", ".count.more"} {
		_, err := demo.Pick(document, path)
		require.Error(t, err, path)
	}
	_, err := demo.Pick([]byte("no JSON"), ".a")
	require.Error(t, err)
}

func TestShownArg(t *testing.T) {
	require.Equal(t, "model", demo.ShownArg("model"))
	require.Equal(t, `"a red fish"`, demo.ShownArg("a red fish"))
	require.Equal(t, ".localnet/models/*", demo.ShownArg("{bundle}"))
}
