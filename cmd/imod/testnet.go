package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/version"

	imod "github.com/imochain/imod"
	"github.com/imochain/imod/app"
	"github.com/imochain/imod/localnet"
)

const (
	testnetFlagConfig     = "config"
	testnetFlagValidators = "validators"
	testnetFlagPortOffset = "port-offset"
	testnetFlagReset      = "reset"
	testnetFlagOutput     = "output"
	testnetFlagHome       = "home"
	testnetFlagIBC        = "ibc"
	testnetFlagRelayer    = "relayer"

	defaultConfigFile = "config.yml"
)

// localChain tells localnet of this application.
func localChain(temporary *app.App) func() localnet.Chain {
	return func() localnet.Chain {
		template, _ := defaultAppConfig()
		return localnet.Chain{
			Codec:           temporary.AppCodec(),
			TxConfig:        temporary.TxConfig(),
			BaseDenom:       app.BaseDenom,
			EVMChainID:      app.EVMChainID,
			DefaultGenesis:  temporary.DefaultGenesis,
			CompleteGenesis: app.SetConsensusParams,
			ValidateGenesis: func(state map[string]json.RawMessage) error {
				return temporary.Basics().ValidateGenesis(temporary.AppCodec(), temporary.TxConfig(), state)
			},
			CometConfig: defaultCometConfig,
			AppTemplate: template,
			AppConfig: func() any {
				_, c := defaultAppConfig()
				c.Web.Enable, c.Sidecar.Preview, c.Receipts.Archive = true, true, true
				return &c
			},
			Beacon: func(home string) ([]byte, error) {
				tip, err := beaconTip(home)
				return tip[:], err
			},
			// Sidecars of a local network fetch bundles from this machine, and are small because there are many.
			StartArgs: []string{
				"--log_no_color", "--" + keySidecarArgs, "--allow-local-network,--preview,--workers=1,--worker-memory=512",
			},
			Version: version.Version,
		}
	}
}

// testnetCmd runs a local network from config.yml. chain is called when a sub-command runs.
func testnetCmd(chain func() localnet.Chain) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "testnet",
		Short: "Run a local network of separate processes from config.yml",
		// The root command reads or makes files in the home of a node; a network's folder is no such home.
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
	}
	cmd.PersistentFlags().String(testnetFlagHome, localnet.DefaultHome, "folder of the network")
	cmd.PersistentFlags().String(testnetFlagOutput, "text", "output format: text or json")
	cmd.AddCommand(testnetStartCmd(chain), testnetInitCmd(chain), testnetStopCmd(), testnetFaucetCmd(chain))
	return cmd
}

func testnetStartCmd(chain func() localnet.Chain) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "start",
		Short: "Start the nodes and the faucet and wait for blocks; a network that runs in the same folder is stopped first",
		Long: `Starts the nodes and the faucet of a network and waits for blocks. A network that runs in the same folder is stopped first; data that
fit are used again. With --ibc a second chain of one validator, ` + localnet.PeerChainID + `, starts beside it, on ports 500 above, and a relayer between them, which
"make relayer" builds: coins, and purchases with a memo, travel between the two. "imod testnet stop" ends all of it.`,
		Example: "  imod testnet start --validators 1\n  imod testnet start --ibc --validators 1",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, opts, err := testnetOptions(cmd)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			network, err := startNetwork(ctx, cmd, chain(), cfg, opts)
			if err != nil {
				return err
			}
			return printNetwork(cmd, network)
		},
	}
	addTestnetFlags(cmd)
	cmd.Flags().Bool(testnetFlagReset, false, "start a new chain even if the data of the last one fit")
	cmd.Flags().Bool(testnetFlagIBC, false, "start a second chain and a relayer between the two")
	cmd.Flags().String(testnetFlagRelayer, "", "relayer of --ibc (default: rly beside this program, where \"make relayer\" puts it)")
	return cmd
}

// startNetwork starts one chain, or with --ibc two that are linked.
func startNetwork(ctx context.Context, cmd *cobra.Command, chain localnet.Chain, cfg *localnet.Config, opts localnet.Options) (*localnet.Network, error) {
	linked, err := cmd.Flags().GetBool(testnetFlagIBC)
	if err != nil {
		return nil, err
	}
	rly, err := cmd.Flags().GetString(testnetFlagRelayer)
	if err != nil {
		return nil, err
	}
	if !linked {
		return localnet.Start(ctx, chain, cfg, opts)
	}
	if rly == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		rly = filepath.Join(filepath.Dir(self), "rly")
	}
	return localnet.StartLinked(ctx, chain, cfg, opts, rly)
}

func testnetInitCmd(chain func() localnet.Chain) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "init-files",
		Short: "Write the homes of the nodes (keys, genesis, configuration) without starting them",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, opts, err := testnetOptions(cmd)
			if err != nil {
				return err
			}
			network, warnings, err := localnet.Init(cmd.Context(), chain(), cfg, opts)
			if err != nil {
				return err
			}
			for _, w := range warnings {
				cmd.PrintErrln("warning:", w)
			}
			return printNetwork(cmd, network)
		},
	}
	addTestnetFlags(cmd)
	return cmd
}

func testnetStopCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "stop",
		Short: "Stop the processes of the network in the folder, and no others",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			home, asJSON, err := testnetOutput(cmd)
			if err != nil {
				return err
			}
			stopped, err := localnet.Stop(home)
			if asJSON {
				if stopped == nil {
					stopped = []localnet.Stopped{}
				}
				if encodeErr := json.NewEncoder(cmd.OutOrStdout()).Encode(stopped); encodeErr != nil {
					return encodeErr
				}
				return err
			}
			for _, s := range stopped {
				how := "stopped"
				if s.Killed {
					how = "killed"
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s %s (pid %d)\n", how, s.Name, s.Pid)
			}
			if len(stopped) == 0 && err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "nothing runs in %s\n", home)
			}
			return err
		},
	}
}

// testnetFaucetCmd is the faucet process that start launches.
func testnetFaucetCmd(chain func() localnet.Chain) *cobra.Command {
	return &cobra.Command{
		Use:    "faucet",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			home, err := cmd.Flags().GetString(testnetFlagHome)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return localnet.RunFaucet(ctx, chain(), home)
		},
	}
}

func addTestnetFlags(cmd *cobra.Command) {
	cmd.Flags().String(testnetFlagConfig, "", "description of the network, Ignite's schema (default: config.yml of the working folder, else the one built in)")
	cmd.Flags().Int(testnetFlagValidators, 0, "run only the first N validators of the description (0: all)")
	cmd.Flags().Int(testnetFlagPortOffset, 0, "add this to every port")
}

func testnetOutput(cmd *cobra.Command) (home string, asJSON bool, err error) {
	if home, err = cmd.Flags().GetString(testnetFlagHome); err != nil {
		return "", false, err
	}
	format, err := cmd.Flags().GetString(testnetFlagOutput)
	if err != nil {
		return "", false, err
	}
	if format != "text" && format != "json" {
		return "", false, fmt.Errorf("--output %q: text or json", format)
	}
	return home, format == "json", nil
}

func testnetOptions(cmd *cobra.Command) (*localnet.Config, localnet.Options, error) {
	opts := localnet.Options{Progress: cmd.ErrOrStderr()}
	var err error
	if opts.Home, _, err = testnetOutput(cmd); err != nil {
		return nil, opts, err
	}
	path, err := cmd.Flags().GetString(testnetFlagConfig)
	if err != nil {
		return nil, opts, err
	}
	if opts.Validators, err = cmd.Flags().GetInt(testnetFlagValidators); err != nil {
		return nil, opts, err
	}
	if opts.PortOffset, err = cmd.Flags().GetInt(testnetFlagPortOffset); err != nil {
		return nil, opts, err
	}
	if cmd.Flags().Lookup(testnetFlagReset) != nil {
		if opts.Reset, err = cmd.Flags().GetBool(testnetFlagReset); err != nil {
			return nil, opts, err
		}
	}
	cfg, err := networkConfig(cmd, path)
	return cfg, opts, err
}

// networkConfig reads the description of a network: the file named, else config.yml of the working folder, else the one built in.
func networkConfig(cmd *cobra.Command, path string) (*localnet.Config, error) {
	var cfg *localnet.Config
	var warnings []string
	var err error
	if path == "" {
		if _, missing := os.Stat(defaultConfigFile); missing == nil {
			path = defaultConfigFile
		}
	}
	if path == "" {
		path = "the built-in " + defaultConfigFile
		cfg, warnings, err = localnet.ParseConfig(imod.DefaultNetwork)
	} else {
		cfg, warnings, err = localnet.ReadConfig(path)
	}
	for _, w := range warnings {
		cmd.PrintErrf("warning: %s: %s\n", path, w)
	}
	return cfg, err
}

// printNetwork shows where the network answers.
func printNetwork(cmd *cobra.Command, network *localnet.Network) error {
	_, asJSON, err := testnetOutput(cmd)
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(network)
	}
	return network.Print(out)
}
