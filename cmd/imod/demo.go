package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/imochain/imod/demo"
	"github.com/imochain/imod/localnet"
)

// demoCmd does the complete job once on a fresh local network, which stays up.
func demoCmd(chain func() localnet.Chain) *cobra.Command {
	var home, config, models string
	var portOffset int
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run a local network and do the complete job on it: register, prove, sell, use, mint, share",
		Long: `Starts the network of config.yml (a network that runs in the same folder is stopped first), does the complete
job on the picture model over public interfaces, and prints who paid, who got, and what each invariant says.
It fails if any figure is off. The network stays up; "imod testnet stop" ends it.`,
		Example:           "  imod demo\n  imod testnet stop",
		Args:              cobra.NoArgs,
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			self, err := os.Executable()
			if err != nil {
				return err
			}
			cfg, warnings, err := localnet.ReadConfig(config)
			if err != nil {
				return err
			}
			for _, w := range warnings {
				cmd.PrintErrln("warning:", w)
			}
			out := cmd.OutOrStdout()
			network, err := localnet.Start(ctx, chain(), cfg, localnet.Options{Home: home, PortOffset: portOffset, Reset: true, Progress: out, Executable: self})
			if err != nil {
				return err
			}
			if err := demo.Run(ctx, demo.Config{Network: network, Chain: chain(), Executable: self, Models: models, Out: out}); err != nil {
				return fmt.Errorf("%w\nthe network is still up: logs in %s", err, network.LogFile("node0"))
			}
			node := network.Nodes[0]
			_, err = fmt.Fprintf(out, "\nthe network stays up: RPC %s, REST %s (OpenAPI at /swagger/), JSON-RPC %s, faucet %s\n",
				node.RPC, node.REST, node.JSONRPC, network.Faucet.URL)
			return err
		},
	}
	cmd.Flags().StringVar(&home, "home", localnet.DefaultHome, "folder of the network")
	cmd.Flags().StringVar(&config, "config", "config.yml", "description of the network")
	cmd.Flags().IntVar(&portOffset, "port-offset", 0, "added to every port")
	cmd.Flags().StringVar(&models, "models", "models/picture", "folder of the picture model")
	return cmd
}
