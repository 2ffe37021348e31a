package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/client/flags"

	"github.com/imochain/imod/localnet"
)

// txTree is a root with one transaction command, as the SDK makes it.
func txTree() *cobra.Command {
	root := &cobra.Command{Use: "imod"}
	tx, send := &cobra.Command{Use: "tx"}, &cobra.Command{Use: "send"}
	root.PersistentFlags().String(flags.FlagHome, "", "")
	flags.AddTxFlagsToCmd(send)
	tx.AddCommand(send)
	root.AddCommand(tx)
	return send
}

// network writes the description of a network into a folder; only running ones have a process with their arguments.
func network(t *testing.T, home, kind string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(home, 0o755))
	raw, err := json.Marshal(localnet.Network{ChainID: "imo-local-1", Kind: kind, Nodes: []localnet.Node{{Name: "node0", RPC: "http://127.0.0.1:1"}}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(home, "network.json"), raw, 0o600))
}

// TestLocalDefaultsChangeNothing: without a local network that runs here, and for other homes, nothing is chosen for anybody.
func TestLocalDefaultsChangeNothing(t *testing.T) {
	chain := func() localnet.Chain { panic("no network is to be asked") }
	untouched := func(cmd *cobra.Command) {
		t.Helper()
		require.NoError(t, localDefaults(cmd, chain))
		for _, name := range []string{flags.FlagNode, flags.FlagChainID, flags.FlagFrom, flags.FlagGas, flags.FlagGasPrices, flags.FlagKeyringBackend, flags.FlagSkipConfirmation} {
			require.False(t, cmd.Flags().Lookup(name).Changed, name)
		}
	}
	parse := func(args ...string) *cobra.Command {
		cmd := txTree()
		require.NoError(t, cmd.ParseFlags(args))
		return cmd
	}
	dir := t.TempDir()
	t.Chdir(dir)
	untouched(parse())
	for _, kind := range []string{"LOCAL", "TEST", "MAIN", ""} { // none of them runs
		network(t, filepath.Join(dir, ".localnet"), kind)
		untouched(parse())
		untouched(parse("--home", filepath.Join(dir, ".localnet")))
	}
	untouched(parse("--home", dir))

	t.Setenv(envNetwork, filepath.Join(dir, ".localnet"))
	require.ErrorContains(t, localDefaults(parse(), chain), "does not run")
	t.Setenv(envNetwork, filepath.Join(dir, "none"))
	require.ErrorContains(t, localDefaults(parse(), chain), "holds no local network")
}

// TestDefaults: a flag of the command line or of the environment wins.
func TestDefaults(t *testing.T) {
	cmd := txTree()
	cmd.Flags().Uint32("version", 0, "a field of a message that is named like a key of config.toml")
	require.NoError(t, cmd.ParseFlags([]string{"--gas", "7"}))
	t.Setenv("IMOD_CHAIN_ID", "imo-9")
	t.Setenv("IMOD_GAS", "9")
	require.NoError(t, bindEnvironment(cmd))
	set := defaults{cmd: cmd}
	set.to(flags.FlagGas, "auto")
	set.to(flags.FlagChainID, "imo-local-1")
	set.to(flags.FlagGasAdjustment, localGasAdjustment)
	set.to("no-such-flag", "x")
	require.NoError(t, set.err)
	require.Equal(t, "7", cmd.Flags().Lookup(flags.FlagGas).Value.String())
	require.Equal(t, "imo-9", cmd.Flags().Lookup(flags.FlagChainID).Value.String())
	require.Equal(t, localGasAdjustment, cmd.Flags().Lookup(flags.FlagGasAdjustment).Value.String())
	require.True(t, set.stated(flags.FlagChainID))
	require.True(t, set.is(flags.FlagChainID, "imo-9"))
	require.False(t, set.is(flags.FlagChainID, "imo-local-1"))
	require.True(t, under(cmd, "tx"))
	require.False(t, under(cmd, "send"), "only children of the root count")
	t.Setenv("IMOD_VERSION", "many")
	require.ErrorContains(t, bindEnvironment(cmd), "IMOD_VERSION")
}
