package main

import (
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/version"

	"github.com/imochain/imod/sidecar"
	"github.com/imochain/imod/sidecar/worker"
)

func sidecarCmd() *cobra.Command {
	var supervised bool
	cmd := &cobra.Command{
		Use:   "sidecar",
		Short: "Run the models that the node asks for",
		Long: `Runs beside a node: fetches model bundles, runs them in processes of bounded memory and time, and gives the
results to the node. "imod start" runs one by itself; this command is for a sidecar of its own.

The node connects to a unix socket that only this user can open. On TCP it needs a token, given as a file, that the node
must send with every call; from another machine it needs certificates ("imod sidecar certs"). Settings are read from
config/sidecar.toml below the home ("imod sidecar config" prints it); flags go before them.`,
		Example:           "  imod sidecar --home ~/.imod --models bundles --mirror https://models.example.org",
		Args:              cobra.NoArgs,
		PersistentPreRunE: noApplication,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			if supervised {
				var cancel func()
				ctx, cancel = sidecar.UntilInputEnds(ctx)
				defer cancel()
			}
			settings, home, err := readSidecarSettings(cmd)
			if err != nil {
				return err
			}
			cfg, err := settings.config(home)
			if err != nil {
				return err
			}
			if cfg.Logger, err = sidecarLogger(cmd, settings.LogFormat); err != nil {
				return err
			}
			self, err := os.Executable()
			if err != nil {
				return err
			}
			cfg.WorkerCommand = []string{self, "sidecar", "worker"}
			cfg.Version = programVersion()
			return sidecar.Run(ctx, cfg)
		},
	}
	addSidecarPlace(cmd.Flags())
	addSidecarFlags(cmd.Flags())
	cmd.Flags().BoolVar(&supervised, "supervised", false, "end when the standard input ends")
	cmd.AddCommand(sidecarWorkerCmd(), sidecarConfigCmd(), sidecarCertsCmd())
	return cmd
}

// sidecarWorkerCmd is the process in which models run. It is started by the sidecar.
func sidecarWorkerCmd() *cobra.Command {
	var l worker.Limits
	cmd := &cobra.Command{
		Use: "worker", Hidden: true, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return worker.Main(os.Stdin, os.Stdout, l) },
	}
	cmd.Flags().Uint64Var(&l.Memory, "memory", sidecar.MinWorkerMemory, "bytes of writable memory")
	cmd.Flags().IntVar(&l.Threads, "threads", 1, "cores")
	cmd.Flags().StringArrayVar(&l.Read, "read", nil, "folder of bundles; may be repeated")
	return cmd
}

// programVersion is the released version, or the commit that a plain build records.
// Results of one are not used by another.
func programVersion() string {
	if version.Version != "" {
		return version.Version
	}
	name := "unreleased"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" || s.Key == "vcs.modified" {
				name += " " + s.Value
			}
		}
	}
	return name
}

func sidecarLogger(cmd *cobra.Command, format string) (*slog.Logger, error) {
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil)), nil
	default:
		return nil, fmt.Errorf("--log-format %q is neither text nor json", format)
	}
}
