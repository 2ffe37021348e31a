package link_test

import (
	"crypto/tls"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/oracle/node/link"
)

func pair(t *testing.T, hosts []string, made time.Time) (sidecar, node link.Files) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, link.Make(dir, hosts, made, time.Hour))
	return ends(dir)
}

func ends(dir string) (sidecar, node link.Files) {
	at := func(name string) string { return filepath.Join(dir, name) }
	return link.Files{CA: at(link.FileCA), Cert: at(link.FileSidecar), Key: at(link.FileSidecarKey)},
		link.Files{CA: at(link.FileCA), Cert: at(link.FileNode), Key: at(link.FileNodeKey)}
}

// shake connects a node to a sidecar and returns what each end saw.
func shake(t *testing.T, server, client *tls.Config) (sidecar, node error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close() //nolint:errcheck // test
	served := make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err == nil {
			secured := tls.Server(conn, server)
			if err = secured.Handshake(); err == nil {
				_, err = secured.Write([]byte("x"))
			}
			err = errors.Join(err, conn.Close())
		}
		served <- err
	}()
	conn, err := tls.Dial("tcp", l.Addr().String(), client)
	if err == nil { // in TLS 1.3 a client learns with the first bytes that it was refused
		_, err = conn.Read(make([]byte, 1))
		_ = conn.Close() // the handshake is what counts
	}
	return <-served, err
}

func TestHandshake(t *testing.T) {
	now := time.Now()
	sidecar, node := pair(t, []string{"sidecar.test", "127.0.0.1"}, now)
	otherSidecar, otherNode := pair(t, []string{"sidecar.test"}, now)
	lateSidecar, lateNode := pair(t, []string{"sidecar.test"}, now.Add(-2*time.Hour))
	trusting := func(f link.Files, ca link.Files) link.Files { f.CA = ca.CA; return f }

	for name, tc := range map[string]struct {
		sidecar, node link.Files
		host          string
		said, hint    string
		old, bare     bool
	}{
		"ok: by name":                      {sidecar: sidecar, node: node, host: "sidecar.test"},
		"ok: by address":                   {sidecar: sidecar, node: node, host: "127.0.0.1"},
		"fails: sidecar of another CA":     {sidecar: otherSidecar, node: node, said: "unknown authority", hint: "sidecar.tls-ca"},
		"fails: node of another CA":        {sidecar: sidecar, node: trusting(otherNode, sidecar), said: "unknown certificate authority", hint: "does not trust"},
		"fails: sidecar expired":           {sidecar: trusting(lateSidecar, node), node: trusting(node, lateSidecar), said: "expired", hint: "out of date"},
		"fails: node expired":              {sidecar: trusting(sidecar, lateNode), node: trusting(lateNode, sidecar), said: "expired certificate", hint: "has expired"},
		"fails: another name":              {sidecar: sidecar, node: node, host: "elsewhere.test", said: "certificate is valid for", hint: "sidecar.tls-name"},
		"fails: a sidecar's cert as node":  {sidecar: sidecar, node: sidecar, said: "bad certificate", hint: "for clients"},
		"fails: a node's cert as sidecar":  {sidecar: node, node: node, said: "certificate"},
		"fails: node without certificate":  {sidecar: sidecar, node: node, bare: true, said: "certificate required", hint: "got none"},
		"fails: node with an old protocol": {sidecar: sidecar, node: node, old: true, said: "protocol version"},
	} {
		t.Run(name, func(t *testing.T) {
			server, err := tc.sidecar.Server()
			require.NoError(t, err)
			if tc.host == "" {
				tc.host = "sidecar.test"
			}
			client, err := tc.node.Client(tc.host)
			require.NoError(t, err)
			if tc.bare {
				client.GetClientCertificate = nil
			}
			if tc.old {
				client.MinVersion, client.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
			}
			there, here := shake(t, server, client)
			if tc.said == "" {
				require.NoError(t, there)
				require.NoError(t, here)
				return
			}
			require.Error(t, there, "the sidecar lets nobody in")
			require.ErrorContains(t, here, tc.said)
			explained := link.Explain(here, false)
			require.ErrorIs(t, explained, here)
			if tc.hint != "" {
				require.ErrorContains(t, explained, tc.hint)
			}
		})
	}
}

// TestRenewal: an authority stays, certificates change, and an end that runs uses its new one.
func TestRenewal(t *testing.T) {
	dir := t.TempDir()
	long := time.Now().Add(-2 * time.Hour)
	require.NoError(t, link.Make(dir, []string{"sidecar.test"}, long, time.Hour))
	sidecar, node := ends(dir)
	authority, err := os.ReadFile(sidecar.CA)
	require.NoError(t, err)
	server, err := sidecar.Server()
	require.NoError(t, err)
	client, err := node.Client("sidecar.test")
	require.NoError(t, err)
	_, here := shake(t, server, client)
	require.ErrorContains(t, here, "expired")

	require.NoError(t, link.Make(dir, []string{"sidecar.test"}, time.Now(), time.Hour))
	there, here := shake(t, server, client)
	require.NoError(t, errors.Join(there, here))
	kept, err := os.ReadFile(sidecar.CA)
	require.NoError(t, err)
	require.Equal(t, authority, kept)
	expires, err := node.Expires()
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().Add(time.Hour), expires, time.Minute)
}

func TestFilesRefused(t *testing.T) {
	sidecar, node := pair(t, []string{"sidecar.test"}, time.Now())
	empty := filepath.Join(t.TempDir(), "empty.pem")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	open := filepath.Join(t.TempDir(), "open.pem")
	key, err := os.ReadFile(sidecar.Key)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(open, key, 0o600))
	require.NoError(t, os.Chmod(open, 0o644))
	for name, tc := range map[string]struct {
		files link.Files
		err   string
	}{
		"no key":         {link.Files{CA: sidecar.CA, Cert: sidecar.Cert}, "all three of ca, cert and key"},
		"no file":        {link.Files{CA: "/nonexistent", Cert: sidecar.Cert, Key: sidecar.Key}, "no such file"},
		"no certificate": {link.Files{CA: empty, Cert: sidecar.Cert, Key: sidecar.Key}, "holds no certificate"},
		"another key":    {link.Files{CA: sidecar.CA, Cert: sidecar.Cert, Key: node.Key}, "private key does not match"},
		"readable key":   {link.Files{CA: sidecar.CA, Cert: sidecar.Cert, Key: open}, "others can read it"},
	} {
		_, err := tc.files.Server()
		require.ErrorContains(t, err, tc.err, name)
		_, err = tc.files.Client("x")
		require.ErrorContains(t, err, tc.err, name)
	}
	require.ErrorContains(t, link.Make(t.TempDir(), nil, time.Now(), time.Hour), "no host")
	info, err := os.Stat(sidecar.Key)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}
