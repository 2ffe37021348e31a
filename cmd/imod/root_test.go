package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCommandTree builds every command: a message field that collides with a flag panics here.
func TestCommandTree(t *testing.T) {
	root := newRootCmd()
	for _, path := range [][]string{
		{"start"}, {"sidecar"}, {"model", "pack"}, {"model", "run"}, {"testnet", "start"},
		{"tx", "imo", "place-bid"}, {"tx", "oracle", "request-inference"}, {"tx", "aigc", "mint"}, {"tx", "revshare", "claim"},
		{"query", "imo", "offering"}, {"query", "oracle", "request"}, {"query", "aigc", "token"}, {"query", "revshare", "solvency"},
	} {
		cmd, rest, err := root.Find(path)
		require.NoError(t, err, "%v", path)
		require.Empty(t, rest, "%v", path)
		require.NotEmpty(t, cmd.Short, "%v", path)
	}
}
