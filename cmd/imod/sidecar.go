package main

import (
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/version"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/sidecar"
	"github.com/imochain/imod/sidecar/worker"
)

func sidecarCmd() *cobra.Command {
	var (
		cfg                  = sidecar.DefaultConfig("")
		home, listen, token  string
		format               string
		supervised           bool
		memory, store, bytes uint64
	)
	cmd := &cobra.Command{
		Use:   "sidecar",
		Short: "Run the models that the node asks for",
		Long: `Runs beside a node: fetches model bundles, runs them in processes of bounded memory and time, and gives the
results to the node. "imod start" runs one by itself; this command is for a sidecar of its own.

The node connects to a unix socket that only this user can open. A TCP address needs a token, given as a file, that
the node must send with every call.`,
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
			logger, err := sidecarLogger(cmd, format)
			if err != nil {
				return err
			}
			self, err := os.Executable()
			if err != nil {
				return err
			}
			cfg.Home, err = filepath.Abs(filepath.Join(home, "sidecar"))
			if err != nil {
				return err
			}
			if cfg.Listen = listen; listen == "" {
				cfg.Listen = sidecar.DefaultConfig(cfg.Home).Listen
			}
			if cfg.Token, err = readToken(token); err != nil {
				return err
			}
			cfg.Worker.Memory, cfg.MaxStore, cfg.MaxBundle = memory<<20, store<<20, bytes<<20
			cfg.WorkerCommand = []string{self, "sidecar", "worker"}
			cfg.Version, cfg.Logger = programVersion(), logger
			return sidecar.Run(ctx, cfg)
		},
	}
	f := cmd.Flags()
	f.StringVar(&home, "home", app.DefaultNodeHome, "home of the node; the sidecar keeps its data in the folder sidecar below it")
	f.StringVar(&listen, "listen", "", "unix:///absolute/path or host:port (default: sidecar.sock in its folder)")
	f.StringVar(&token, "token-file", "", "file with the token that calls over TCP must carry")
	f.StringArrayVar(&cfg.Models, "models", nil, "read-only folder of bundles; may be repeated")
	f.StringArrayVar(&cfg.Mirrors, "mirror", nil, "address asked for bundles after their own; may be repeated")
	f.BoolVar(&cfg.LocalNetwork, "allow-local-network", false, "allow downloads from this machine and private networks")
	f.Uint64Var(&bytes, "max-bundle", cfg.MaxBundle>>20, "largest bundle to download, in MiB")
	f.Uint64Var(&store, "max-store", cfg.MaxStore>>20, "all downloaded bundles together, in MiB")
	f.IntVar(&cfg.Workers, "workers", cfg.Workers, "processes that run models")
	f.IntVar(&cfg.Worker.Threads, "threads", cfg.Worker.Threads, "cores that each of them uses")
	f.Uint64Var(&memory, "worker-memory", cfg.Worker.Memory>>20, "memory that each of them may use, in MiB")
	f.DurationVar(&cfg.RunTime, "run-time", cfg.RunTime, "longest run of a request")
	f.DurationVar(&cfg.ProofTime, "proof-time", cfg.ProofTime, "longest run of a proof of model")
	f.BoolVar(&cfg.Preview, "preview", false, "allow runs that no request asked for")
	f.StringVar(&cfg.Serve, "serve", "", "host:port on which bundles are offered over HTTP to other sidecars")
	f.StringVar(&format, "log-format", "text", "text or json, on standard error")
	f.BoolVar(&supervised, "supervised", false, "end when the standard input ends")
	cmd.AddCommand(sidecarWorkerCmd())
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

// readToken reads a token from a file that others cannot read.
func readToken(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("token file %s has mode %o: others can read it, wanted 600", path, info.Mode().Perm())
	}
	b, err := readFile(path, 4096)
	return strings.TrimSpace(string(b)), err
}
