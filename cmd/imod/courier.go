package main

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/cmd/imod/amount"
	"github.com/imochain/imod/courier"
)

// courierFlags are the texts of the flags that need more than a plain value.
type courierFlags struct {
	key, grpc, rpc, metrics, format           string
	maxGasPrice, profit, balance, maximumLoss string
	announceBudget                            string
}

func courierCmd() *cobra.Command {
	cfg := courier.DefaultConfig()
	var f courierFlags
	cmd := &cobra.Command{
		Use:   "courier",
		Short: "Deliver results to the contracts that wait for them",
		Long: `Follows the callbacks that are ready, fetches their outputs from a node, and delivers them in transactions of its
own account, for the gas money and the premium that the requesters prepaid. It delivers in the turns of the validator
that named it ("imod tx oracle set-courier"), in the turns of nobody, and in anyone's turn after ten of them.

It also lets the contracts of collections emit the logs of tokens that messages changed, which nobody pays for, within
--announce-budget a day.

The key is a file with 64 hex digits that only its owner can read. Keep little on its account: what the courier can lose
is bounded by --max-loss and --announce-budget a day.`,
		Example:           "  imod courier --key-file ~/.imod/courier.key --grpc 127.0.0.1:9090 --json-rpc http://127.0.0.1:8545",
		Args:              cobra.NoArgs,
		PersistentPreRunE: noApplication,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return runCourier(ctx, cmd, cfg, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.key, "key-file", filepath.Join(app.DefaultNodeHome, "courier.key"), "file with the private key, readable by its owner only")
	flags.StringVar(&f.grpc, "grpc", "127.0.0.1:9090", "gRPC address of the node")
	flags.StringVar(&f.rpc, "json-rpc", "http://127.0.0.1:8545", "JSON-RPC address of the node")
	flags.DurationVar(&cfg.Poll, "poll", cfg.Poll, "how often to look for callbacks")
	flags.DurationVar(&cfg.Patience, "patience", 15*time.Second, "how long to wait for a receipt")
	flags.IntVar(&cfg.MaxInFlight, "max-in-flight", cfg.MaxInFlight, "most transactions that wait for their receipts")
	flags.StringVar(&f.maxGasPrice, "max-gas-price", "0aimo", "most to pay per gas; 0 for no bound")
	flags.StringVar(&f.profit, "min-profit", "0aimo", "what a delivery must bring over its cost")
	flags.StringVar(&f.balance, "min-balance", "0aimo", "what stays on the account")
	flags.StringVar(&f.maximumLoss, "max-loss", "1imo", "most that a day's deliveries may cost over what they bring")
	flags.StringVar(&f.announceBudget, "announce-budget", "0.1imo", "most that a day's announcements of logs may cost; 0aimo for none")
	flags.StringVar(&f.metrics, "metrics", "", "loopback host:port that serves the counters at /metrics; none by default")
	flags.StringVarP(&f.format, "output", "o", "text", "text or json: the form of the log")
	return cmd
}

func runCourier(ctx context.Context, cmd *cobra.Command, cfg courier.Config, f courierFlags) error {
	logger, err := sidecarLogger(cmd, f.format)
	if err != nil {
		return fmt.Errorf("--output %q is neither text nor json", f.format)
	}
	for _, bound := range []struct {
		flag, text string
		to         **big.Int
	}{
		{"max-gas-price", f.maxGasPrice, &cfg.MaxGasPrice},
		{"min-profit", f.profit, &cfg.MinProfit},
		{"min-balance", f.balance, &cfg.MinBalance},
		{"max-loss", f.maximumLoss, &cfg.MaxLoss},
		{"announce-budget", f.announceBudget, &cfg.MaxAnnounce},
	} {
		parsed, err := amount.Parse(bound.text)
		if err != nil || parsed.Denom != app.BaseDenom {
			return fmt.Errorf("--%s %q is not an amount of %s", bound.flag, bound.text, app.BaseDenom)
		}
		*bound.to = parsed.Units
	}
	key, err := courier.ReadKey(f.key)
	if err != nil {
		return fmt.Errorf("--key-file: %w", err)
	}
	cfg.Logger, cfg.Metrics = logger, new(courier.Metrics)
	if f.metrics != "" {
		stop, err := serveMetrics(ctx, f.metrics, cfg.Metrics)
		if err != nil {
			return fmt.Errorf("--metrics: %w", err)
		}
		defer stop()
	}
	node, err := courier.Dial(ctx, f.grpc, f.rpc, app.EVMChainID, key)
	if err != nil {
		return err
	}
	return errors.Join(courier.Run(ctx, cfg, node), node.Close())
}

// serveMetrics serves counters on a loopback address until stop is called.
func serveMetrics(ctx context.Context, address string, handler http.Handler) (stop func(), err error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("%s is not an address of this machine only", address)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", handler)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // it ends when it is closed
	}()
	return func() {
		_ = server.Close()
		<-done
	}, nil
}
