package sidecar_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/imochain/imod/sidecar"
	"github.com/imochain/imod/sidecar/internal/tiny"
	"github.com/imochain/imod/x/oracle/node"
	"github.com/imochain/imod/x/oracle/node/link"
	"github.com/imochain/imod/x/oracle/types"
)

// certificates makes those of a sidecar on this machine and of its node, and an expired one of the node.
func certificates(t *testing.T) (there, here, late link.Files) {
	t.Helper()
	dir, aside := t.TempDir(), t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, link.Make(dir, []string{"127.0.0.1"}, time.Now().Add(-2*time.Hour), time.Hour))
	late = link.Files{CA: at(link.FileCA), Cert: filepath.Join(aside, link.FileNode), Key: filepath.Join(aside, link.FileNodeKey)}
	require.NoError(t, os.Rename(at(link.FileNode), late.Cert))
	require.NoError(t, os.Rename(at(link.FileNodeKey), late.Key))
	require.NoError(t, link.Make(dir, []string{"127.0.0.1"}, time.Now(), time.Hour))
	return link.Files{CA: at(link.FileCA), Cert: at(link.FileSidecar), Key: at(link.FileSidecarKey)},
		link.Files{CA: at(link.FileCA), Cert: at(link.FileNode), Key: at(link.FileNodeKey)}, late
}

// connect runs a node's client and returns it with its log.
func connect(t *testing.T, cfg node.Config) (*node.Client, *safeBuffer) {
	t.Helper()
	said := &safeBuffer{}
	cfg.Logger = log.NewLogger(said, log.ColorOption(false))
	client, err := node.New(cfg)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- client.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	return client, said
}

// TestRemote: a node gets its results over mutual TLS, with and without a token; with a wrong
// authority, an expired certificate, plain text or a wrong token it gets none and says why.
func TestRemote(t *testing.T) {
	models := t.TempDir()
	root := tiny.Write(t, models, tiny.Picture(t))
	there, here, late := certificates(t)
	_, foreign, _ := certificates(t)
	foreign.CA = there.CA

	const token = "0123456789abcdef-canary"
	run := func(t *testing.T, tls link.Files, token string) (string, *safeBuffer) {
		cfg := config(t, t.TempDir(), models)
		cfg.Listen, cfg.TLS, cfg.Token = freePort(t), tls, token
		said := &safeBuffer{}
		cfg.Logger = slog.New(slog.NewTextHandler(said, nil))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- sidecar.Run(ctx, cfg) }()
		t.Cleanup(func() {
			cancel()
			require.NoError(t, <-ended)
			require.NotContains(t, said.String(), "canary")
		})
		return cfg.Listen, said
	}
	work := []types.WorkItem{*item(request, 1, root, "red on red")}

	for name, tc := range map[string]struct {
		tls   link.Files // of the sidecar
		token string     // of the sidecar
		node  node.Config
		said  string // by the node, empty when it works
		heard string // by the sidecar
	}{
		"ok: certificates":           {tls: there, node: node.Config{TLS: here}},
		"ok: certificates and token": {tls: there, token: token, node: node.Config{TLS: here, Token: token}},
		"ok: token on this machine":  {token: token, node: node.Config{Token: token}},
		"fails: wrong authority":     {tls: there, node: node.Config{TLS: foreign}, said: "does not trust the authority of this node", heard: "connection refused"},
		"fails: expired":             {tls: there, node: node.Config{TLS: late}, said: "certificate has expired: renew", heard: "connection refused"},
		"fails: plain to TLS":        {tls: there, node: node.Config{Token: token}, said: "may want TLS", heard: "connection refused"},
		"fails: TLS to plain":        {token: token, node: node.Config{TLS: here}, said: "speaks plain text"},
		"fails: wrong token":         {tls: there, token: token, node: node.Config{TLS: here, Token: "wrong-token-canary"}, said: "sidecar.token-file"},
		"fails: another name":        {tls: there, node: node.Config{TLS: here, TLSName: "elsewhere.test"}, said: "sidecar.tls-name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, heard := run(t, tc.tls, tc.token)
			tc.node.Address = address
			client, said := connect(t, tc.node)
			client.Update(5, work)
			if tc.said == "" {
				require.Eventually(t, func() bool { return len(client.Ready()) == 1 }, patient, 10*time.Millisecond, said)
				return
			}
			require.Eventually(t, func() bool { return strings.Contains(said.String(), tc.said) }, patient, 10*time.Millisecond, said)
			require.Eventually(t, func() bool { return strings.Contains(heard.String(), tc.heard) }, patient, 10*time.Millisecond, heard)
			require.Empty(t, client.Ready())
			require.NotContains(t, said.String(), "canary", "no secret in the log")
		})
	}
}

// TestOpenToOthersNeedsTLS: an address that other machines reach is refused without certificates.
func TestOpenToOthersNeedsTLS(t *testing.T) {
	there, _, _ := certificates(t)
	for _, listen := range []string{"0.0.0.0:0", ":0", "[::]:0", "10.0.0.1:0", "sidecar.test:0"} {
		cfg := config(t, t.TempDir())
		cfg.Listen, cfg.Token = listen, "0123456789abcdef"
		require.ErrorContains(t, sidecar.Run(t.Context(), cfg), "needs TLS", listen)
	}
	cfg := config(t, t.TempDir())
	cfg.TLS = there
	require.ErrorContains(t, sidecar.Run(t.Context(), cfg), "takes no TLS")
	cfg.Listen, cfg.Token = "127.0.0.1:0", "short"
	require.ErrorContains(t, sidecar.Run(t.Context(), cfg), "token of at least 16")
	cfg.Token, cfg.TLS.Key = "", ""
	require.ErrorContains(t, sidecar.Run(t.Context(), cfg), "all three")
}
