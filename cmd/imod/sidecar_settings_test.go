package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// printSettings runs `imod sidecar config` with a home that has the given file.
func printSettings(t *testing.T, file string, args ...string) (string, error) {
	t.Helper()
	home := t.TempDir()
	if file != "" {
		require.NoError(t, os.MkdirAll(filepath.Join(home, "config"), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(home, "config", "sidecar.toml"), []byte(file), 0o600))
	}
	cmd := sidecarConfigCmd()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(append([]string{"--home", home}, args...))
	err := cmd.Execute()
	return out.String(), err
}

// TestSidecarSettings: flags go before the file, the file before the defaults, and what config prints
// reads back as the same settings.
func TestSidecarSettings(t *testing.T) {
	printed, err := printSettings(t, `
run-time = "7s"
workers = 3
mirror = ["https://a.example", "https://b.example"]
[tls]
ca = "/ca.pem"
[[model]]
id = 7
worker-memory = 1024
[[model]]
root = "`+strings.Repeat("ab", 32)+`"
run-time = "9s"
`, "--workers", "5", "--models", "/m")
	require.NoError(t, err)
	again, err := printSettings(t, printed)
	require.NoError(t, err)
	require.Equal(t, printed, again)

	home := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(home, "config"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(home, "config", "sidecar.toml"), []byte(printed), 0o600))
	cmd := &cobra.Command{}
	addSidecarPlace(cmd.Flags())
	addSidecarFlags(cmd.Flags())
	require.NoError(t, cmd.Flags().Set("home", home))
	s, at, err := readSidecarSettings(cmd)
	require.NoError(t, err)
	cfg, err := s.config(at)
	require.NoError(t, err)
	require.Equal(t, 7*time.Second, cfg.RunTime)
	require.Equal(t, 5, cfg.Workers)
	require.Equal(t, []string{"https://a.example", "https://b.example"}, cfg.Mirrors)
	require.Equal(t, []string{"/m"}, cfg.Models)
	require.Equal(t, "/ca.pem", cfg.TLS.CA)
	require.EqualValues(t, 4<<30, cfg.Worker.Memory)
	require.Len(t, cfg.PerModel, 2)
	require.EqualValues(t, 7, cfg.PerModel[0].Model)
	require.EqualValues(t, 1<<30, cfg.PerModel[0].Memory)
	require.Equal(t, bytes.Repeat([]byte{0xab}, 32), cfg.PerModel[1].Root[:])
	require.Equal(t, 9*time.Second, cfg.PerModel[1].RunTime)
	require.Equal(t, filepath.Join(home, "sidecar"), cfg.Home)

	_, err = printSettings(t, "run_time = \"7s\"")
	require.ErrorContains(t, err, "run_time", "a key that does not exist")
	_, err = printSettings(t, "run-time = ")
	require.ErrorContains(t, err, "sidecar.toml")
	_, err = printSettings(t, "", "--config", "/nonexistent.toml")
	require.ErrorContains(t, err, "/nonexistent.toml")
}
