package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/imochain/imod/demo"
	"github.com/imochain/imod/localnet"
)

// demoCmd does the complete job once on a fresh local network, which stays up.
func demoCmd(chain func() localnet.Chain) *cobra.Command {
	var home, config, models, tour string
	var portOffset, told int
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run a local network and do the complete job on it: register, prove, sell, use, mint, share",
		Long: `Starts the network of config.yml (a network that runs in the same folder is stopped first), does the complete
job on the picture model over public interfaces, told as the story of six people, and prints who paid, who got,
and what each invariant says. It fails if any figure is off. The network stays up; "imod testnet stop" ends it.
With --tour it also writes what it saw as a document, with pictures and the command behind every figure.`,
		Example:           "  imod demo\n  imod demo --tour docs/tour.md\n  imod testnet stop",
		Args:              cobra.NoArgs,
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			began := time.Now()
			self, err := os.Executable()
			if err != nil {
				return err
			}
			cfg, err := networkConfig(cmd, config)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			network, err := localnet.Start(ctx, chain(), cfg, localnet.Options{Home: home, PortOffset: portOffset, Reset: true, Progress: out, Executable: self})
			if err != nil {
				return err
			}
			if err := demo.Run(ctx, demo.Config{
				Network: network, Chain: chain(), Executable: self, Models: models, Out: out, Began: began, Told: told, Tour: tour,
			}); err != nil {
				return fmt.Errorf("%w\nthe network is still up: logs in %s", err, network.LogFile("node0"))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&home, "home", localnet.DefaultHome, "folder of the network")
	cmd.Flags().StringVar(&config, "config", "", "description of the network (default: config.yml of the working folder, else the one built in)")
	cmd.Flags().IntVar(&portOffset, "port-offset", 0, "added to every port")
	cmd.Flags().StringVar(&models, "models", "models/picture", "folder of the picture model")
	cmd.Flags().IntVar(&told, "told", 0, "do not tell the first panels of the story: make told them while it built")
	cmd.Flags().StringVar(&tour, "tour", "", "write the run to this Markdown file, pictures into a folder of the same name")
	return cmd
}
