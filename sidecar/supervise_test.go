package sidecar_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/sidecar"
)

// TestSupervise: a child that ends is started again; when the parent's context ends
// the child sees the end of its input and has time to tidy up.
func TestSupervise(t *testing.T) {
	diary := filepath.Join(t.TempDir(), "diary")
	script := `echo start >>"$1"; [ $(wc -l <"$1") -gt 1 ] || exit 3; cat; echo tidy >>"$1"`
	log := &safeBuffer{}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- sidecar.Supervise(ctx, []string{"/bin/sh", "-c", script, "sh", diary}, os.Environ(), slog.New(slog.NewTextHandler(log, nil)))
	}()
	read := func() string {
		b, err := os.ReadFile(diary)
		if err != nil {
			return ""
		}
		return string(b)
	}
	require.Eventually(t, func() bool { return read() == "start\nstart\n" }, patient, 10*time.Millisecond)
	require.Contains(t, log.String(), "exit status 3")
	cancel()
	require.NoError(t, <-ended)
	require.Equal(t, "start\nstart\ntidy\n", read())
	require.Error(t, sidecar.Supervise(t.Context(), nil, nil, slog.New(slog.DiscardHandler)))
}

// TestSuperviseKills: a child that ignores the end of its input is killed.
func TestSuperviseKills(t *testing.T) {
	marker := filepath.Join(t.TempDir(), "up")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- sidecar.Supervise(ctx, []string{"/bin/sh", "-c", `: >"$1"; exec sleep 600`, "sh", marker}, os.Environ(), slog.New(slog.DiscardHandler))
	}()
	require.Eventually(t, func() bool { _, err := os.Stat(marker); return err == nil }, patient, 10*time.Millisecond)
	began := time.Now()
	cancel()
	require.NoError(t, <-ended)
	require.Less(t, time.Since(began), patient)
}
