package main

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/imochain/imod/sidecar/serve"
)

func modelServeCmd() *cobra.Command {
	var listen string
	var requests int64
	cmd := &cobra.Command{
		Use:   "serve DIR...",
		Short: "Offer bundles over HTTP to sidecars",
		Long: `Serves the bundles in the given folders, read-only, at http://ADDRESS/<manifest root>/<file>, with ranges.
Name http://ADDRESS as bundle URI when you register a model. Nothing else in the folders is reachable.`,
		Example: "  imod model serve bundles --listen 0.0.0.0:8088",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, dir := range args {
				if info, err := os.Stat(dir); err != nil {
					return err
				} else if !info.IsDir() {
					return fmt.Errorf("%s is not a folder", dir)
				}
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			l, err := net.Listen("tcp", listen)
			if err != nil {
				return fmt.Errorf("--listen %s: %w", listen, err)
			}
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "serving on http://%s\n", l.Addr()); err != nil {
				return err
			}
			logger := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
			return serve.Run(ctx, l, serve.Config{Dirs: args, MaxRequests: requests, Logger: logger})
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8088", "address to listen on")
	cmd.Flags().Int64Var(&requests, "max-requests", 64, "answers in progress at one time")
	return cmd
}
