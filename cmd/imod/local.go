package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"

	"github.com/imochain/imod/localnet"
)

const (
	// envNetwork names the folder of a local network whose node, chain id, keys and fees tx and query use.
	envNetwork = "IMOD_NETWORK"
	envPrefix  = "IMOD_"
	// localGasAdjustment leaves room over the simulation: the state may have grown until the transaction runs.
	localGasAdjustment = "1.5"
	localTimeout       = 5 * time.Second
)

// localDefaults fills flags that nobody set from the local network that runs here. Without one, or when the command line or the
// environment names another node, chain or home, it changes nothing: on networks of value nothing is chosen for people.
func localDefaults(cmd *cobra.Command, chain func() localnet.Chain) error {
	n, err := localNetwork(cmd)
	if n == nil || err != nil {
		return err
	}
	set := defaults{cmd: cmd}
	node := strings.Replace(n.Nodes[0].RPC, "http://", "tcp://", 1)
	if set.stated(flags.FlagNode) && !set.is(flags.FlagNode, node, n.Nodes[0].RPC) || set.stated(flags.FlagChainID) && !set.is(flags.FlagChainID, n.ChainID) {
		return nil
	}
	ownKeys := set.stated(flags.FlagKeyringDir) || set.stated(flags.FlagKeyringBackend)
	home := n.NodeHome(n.Nodes[0].Name)
	set.to(flags.FlagHome, home)
	set.to(flags.FlagNode, node)
	set.to(flags.FlagChainID, n.ChainID)
	if !ownKeys {
		set.to(flags.FlagKeyringBackend, keyring.BackendTest)
		set.to(flags.FlagKeyringDir, home)
	}
	if !under(cmd, "tx") {
		return set.err
	}
	if account := n.DefaultAccount(); account != "" && !ownKeys {
		set.to(flags.FlagFrom, account)
	}
	if offline, err := cmd.Flags().GetBool(flags.FlagOffline); err != nil || offline {
		return set.err
	}
	set.to(flags.FlagSkipConfirmation, "true")
	set.to(flags.FlagGas, flags.GasFlagAuto)
	set.to(flags.FlagGasAdjustment, localGasAdjustment)
	if !set.stated(flags.FlagFees) && !set.stated(flags.FlagGasPrices) {
		ctx, cancel := context.WithTimeout(cmd.Context(), localTimeout)
		defer cancel()
		price, err := n.CurrentGasPrice(ctx, chain())
		if err != nil {
			return fmt.Errorf("the local network in %s does not say what gas costs: %w", n.Home(), err)
		}
		set.to(flags.FlagGasPrices, price)
	}
	return set.err
}

// localNetwork is the local network that a command is for: that of IMOD_NETWORK, that of --home, or that of the working folder.
func localNetwork(cmd *cobra.Command) (*localnet.Network, error) {
	home := cmd.Flags().Lookup(flags.FlagHome)
	switch stated := os.Getenv(envNetwork); {
	case stated != "":
		n, err := localnet.Open(stated)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", envNetwork, err)
		}
		if !n.Local() {
			return nil, fmt.Errorf("%s: the network in %s does not run; imod testnet start --home %s", envNetwork, stated, stated)
		}
		return n, nil
	case home != nil && home.Changed:
		if n, err := localnet.Open(home.Value.String()); err == nil && n.Local() {
			return n, home.Value.Set(n.NodeHome(n.Nodes[0].Name))
		}
		return nil, nil //nolint:nilnil // the home of a node
	}
	n, err := localnet.Find()
	if err != nil || n == nil || !n.Local() {
		return nil, err
	}
	return n, nil
}

// under tells whether the command is one of the named children of the root, or below one.
func under(cmd *cobra.Command, names ...string) bool {
	for c := cmd; c.HasParent(); c = c.Parent() {
		if !c.Parent().HasParent() && slices.Contains(names, c.Name()) {
			return true
		}
	}
	return false
}

// bindEnvironment sets the flags that the environment names, as IMOD_CHAIN_ID does --chain-id, and the command line does not. Commands
// that talk to a node read no files of a node: the keys of config.toml (version, moniker) would land in fields of messages.
func bindEnvironment(cmd *cobra.Command) error {
	var errs []error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := envPrefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if value := os.Getenv(name); value != "" && !f.Changed {
			if err := cmd.Flags().Set(f.Name, value); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
			}
		}
	})
	return errors.Join(errs...)
}

// defaults sets flags that neither the command line nor the environment set.
type defaults struct {
	cmd *cobra.Command
	err error
}

func (d *defaults) stated(name string) bool {
	f := d.cmd.Flags().Lookup(name)
	return f != nil && f.Changed
}

// is tells whether a flag has one of the values.
func (d *defaults) is(name string, values ...string) bool {
	f := d.cmd.Flags().Lookup(name)
	return f != nil && slices.Contains(values, f.Value.String())
}

func (d *defaults) to(name, value string) {
	if d.err == nil && d.cmd.Flags().Lookup(name) != nil && !d.stated(name) {
		d.err = d.cmd.Flags().Set(name, value)
	}
}
