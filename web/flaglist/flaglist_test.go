package flaglist_test

import (
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/web/flaglist"
)

func root(n byte) (out [32]byte) {
	out[31] = n
	return out
}

func line(n byte, reason string) string {
	r := root(n)
	return hex.EncodeToString(r[:]) + reason + "\n"
}

// TestLists: a file and a server; what they said last stays when they are away, broken or too long.
func TestLists(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flags.txt")
	require.NoError(t, os.WriteFile(path, []byte("# ours\n\n"+line(1, " a court's order")+line(2, "")), 0o600))
	var answer atomic.Value
	answer.Store(line(2, " theirs") + line(3, " \u202eevil\x1b[31m"))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer.Load() == "" {
			http.Error(w, "away", http.StatusBadGateway)
			return
		}
		_, _ = fmt.Fprint(w, answer.Load())
	}))
	defer server.Close()
	lists, err := flaglist.New(flaglist.Config{
		Sources: []string{path, server.URL + "/list"}, Refresh: time.Hour, Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	_, flagged := lists.Flagged(root(1))
	require.False(t, flagged, "nothing was read yet")

	want := func(n byte, reason string) {
		t.Helper()
		why, flagged := lists.Flagged(root(n))
		require.True(t, flagged)
		require.Equal(t, reason, why)
	}
	lists.Refresh(t.Context())
	want(1, "a court's order")
	want(2, "theirs")
	want(3, "?evil?[31m")
	_, flagged = lists.Flagged(root(4))
	require.False(t, flagged)

	for name, broken := range map[string]string{
		"away": "", "a page": "<html>", "a short root": "00ff\n", "no digits": strings.Repeat("z", 64) + "\n",
		"too long": strings.Repeat("# nothing at all\n", flaglist.MaxBytes/17+2), "one endless line": "# " + strings.Repeat("x", 1<<20),
	} {
		answer.Store(broken)
		lists.Refresh(t.Context())
		want(3, "?evil?[31m")
		require.NotEmpty(t, name)
	}
	answer.Store(line(4, ""))
	require.NoError(t, os.Remove(path))
	lists.Refresh(t.Context())
	want(1, "a court's order")
	want(4, "")
	_, flagged = lists.Flagged(root(3))
	require.False(t, flagged, "a list can take back what it said")
}

func TestSources(t *testing.T) {
	for source, fine := range map[string]bool{
		"/etc/imod/flags.txt": true, "https://example.org/list": true, "http://127.0.0.1:9/list": true, "http://[::1]:9/list": true,
		"http://localhost/list": true, "http://example.org/list": false, "flags.txt": false, "ftp://example.org/x": false, "https://": false, "": false,
		"http://127.0.0.1.example.org/": false,
	} {
		_, err := flaglist.New(flaglist.Config{Sources: []string{source}, Refresh: time.Hour})
		require.Equal(t, fine, err == nil, source)
	}
	_, err := flaglist.New(flaglist.Config{Sources: make([]string, flaglist.MaxLists+1), Refresh: time.Hour})
	require.ErrorContains(t, err, "at most 16")
	_, err = flaglist.New(flaglist.Config{Refresh: time.Second})
	require.ErrorContains(t, err, "at most every")
}

// TestRedirect: a list on this machine must not lead to plain http elsewhere.
func TestRedirect(t *testing.T) {
	server := httptest.NewServer(http.RedirectHandler("http://example.org/list", http.StatusFound))
	defer server.Close()
	var log strings.Builder
	lists, err := flaglist.New(flaglist.Config{Sources: []string{server.URL}, Refresh: time.Hour, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	require.NoError(t, err)
	lists.Refresh(t.Context())
	require.Contains(t, log.String(), "neither an absolute path nor an https address")
}

func FuzzParse(f *testing.F) {
	f.Add(line(1, " why") + "# comment\n")
	f.Add("\x00")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := flaglist.Parse(strings.NewReader(text))
		if err != nil {
			require.ErrorIs(t, err, flaglist.ErrList)
			return
		}
		for _, why := range list {
			require.LessOrEqual(t, len(why), 200)
		}
	})
}
