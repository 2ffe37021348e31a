package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/spf13/cobra"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/cosmos/evm/crypto/ethsecp256k1"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/cmd/imod/amount"
	"github.com/imochain/imod/courier"
	"github.com/imochain/imod/executor"
	"github.com/imochain/imod/localnet/rpc"
	"github.com/imochain/imod/sidecar/store"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// executorFlags are what the two programs share.
type executorFlags struct {
	home, key, grpc, rpc, metrics, format, gasPrice, maxBond string
	bundles                                                  store.Config
}

// program is executor.Execute or executor.Watch.
type program func(context.Context, executor.Config, executor.Chain, executor.Models) error

func executeCmd(temporary *app.App) *cobra.Command {
	return executorCmd(temporary, executor.Execute, &cobra.Command{
		Use:   "execute",
		Short: "Answer for models of class OPTIMISTIC, and defend the answers",
		Long: `Does the jobs that the account was drawn for: it answers requests, reproduces new versions and audits what others
asserted. It defends its answers by itself when they are challenged. Register the account first:

  imod tx oracle register-executor 2 30imo --models 1 --max-bundle-bytes 1073741824 --from executor

A missed job costs a part of the bond, a wrong answer all that the job held of it: leave it running until everything that
was asserted is final. It may be stopped and started at any time; a game waits for as long as its clock.`,
		Example: "  imod execute --key-file ~/.imod/executor.key",
	})
}

func watchCmd(temporary *app.App) *cobra.Command {
	return executorCmd(temporary, executor.Watch, &cobra.Command{
		Use:   "watch",
		Short: "Run again what executors asserted, and challenge what is wrong",
		Long: `Runs every asserted result again, puts in a bond and opens a game about each one that is wrong, and plays by itself
until the chain has decided. Who refutes a claim is paid 40 % of the bond behind it; the requester is paid back.

The models' bundles are taken from --models or fetched. It may be stopped and started at any time: what a game needs is on
chain, and the secret that hides a proof until it is opened lies in --home.`,
		Example: "  imod watch --key-file ~/.imod/watcher.key --max-bond 2imo",
	})
}

// executorCmd adds to a command what both programs have.
func executorCmd(temporary *app.App, run program, cmd *cobra.Command) *cobra.Command {
	cfg := executor.DefaultConfig()
	var f executorFlags
	var ids []uint
	cmd.Args, cmd.PersistentPreRunE = cobra.NoArgs, noApplication
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		for _, id := range ids {
			cfg.Models = append(cfg.Models, uint64(id))
		}
		return runExecutor(ctx, cmd, temporary, run, cfg, f)
	}
	flags := cmd.Flags()
	name := cmd.Name()
	flags.StringVar(&f.home, "home", filepath.Join(app.DefaultNodeHome, name), "folder of the program's state and of fetched bundles")
	flags.StringVar(&f.key, "key-file", filepath.Join(app.DefaultNodeHome, name+".key"), "file with the private key, readable by its owner only")
	flags.StringVar(&f.grpc, "grpc", "127.0.0.1:9090", "gRPC address of the node")
	flags.StringVar(&f.rpc, "rpc", "http://127.0.0.1:26657", "CometBFT RPC address of the node")
	flags.StringVar(&f.gasPrice, "gas-price", "1000000000aimo", "least to pay per gas")
	flags.StringSliceVar(&f.bundles.Models, "models", nil, "folders of bundles that are on this machine")
	flags.StringSliceVar(&f.bundles.Mirrors, "mirrors", nil, "addresses that are asked for bundles after those on chain")
	flags.BoolVar(&f.bundles.LocalNetwork, "local-network", false, "fetch from addresses of this machine and of private networks too")
	flags.Uint64Var(&f.bundles.MaxBundle, "max-bundle", 1<<30, "largest bundle to download, in bytes")
	flags.Uint64Var(&f.bundles.MaxTotal, "max-store", 20<<30, "all downloaded bundles together, in bytes")
	flags.DurationVar(&cfg.Poll, "poll", cfg.Poll, "how often to look at the chain")
	flags.BoolVar(&cfg.Once, "once", false, "end after one round")
	flags.StringVar(&f.metrics, "metrics", "", "loopback host:port that serves the counters at /metrics; none by default")
	flags.StringVarP(&f.format, "output", "o", "text", "text or json: the form of the log")
	if name == "watch" {
		flags.StringVar(&f.maxBond, "max-bond", "10imo", "most to put into one game")
		flags.IntVar(&cfg.MaxGames, "max-games", cfg.MaxGames, "most games at once")
		flags.UintSliceVar(&ids, "model-ids", nil, "the only models to watch; all without it")
	}
	return cmd
}

func runExecutor(ctx context.Context, cmd *cobra.Command, temporary *app.App, run program, cfg executor.Config, f executorFlags) error {
	logger, err := sidecarLogger(cmd, f.format)
	if err != nil {
		return fmt.Errorf("--output %q is neither text nor json", f.format)
	}
	cfg.Logger, cfg.Metrics, cfg.State = logger, new(executor.Metrics), filepath.Join(f.home, "state.json")
	if f.maxBond != "" {
		bond, err := amount.Parse(f.maxBond)
		if err != nil || bond.Denom != app.BaseDenom {
			return fmt.Errorf("--max-bond %q is not an amount of %s", f.maxBond, app.BaseDenom)
		}
		cfg.MaxBond = math.NewIntFromBigInt(bond.Units)
	}
	chain, err := dialExecutor(ctx, temporary, f)
	if err != nil {
		return err
	}
	f.bundles.Dir = filepath.Join(f.home, "bundles")
	models, err := executor.OpenDisk(f.bundles)
	if err != nil {
		return errors.Join(err, chain.Close())
	}
	if f.metrics != "" {
		stop, err := serveMetrics(ctx, f.metrics, cfg.Metrics)
		if err != nil {
			return errors.Join(fmt.Errorf("--metrics: %w", err), chain.Close())
		}
		defer stop()
	}
	return errors.Join(run(ctx, cfg, chain, models), chain.Close())
}

// signer is an account's way to a running node.
type signer struct {
	*rpc.Client
	key rpc.Key
}

var _ executor.Chain = signer{}

// Account implements executor.Chain.
func (s signer) Account() sdk.AccAddress { return s.key.Address }

// Oracle implements executor.Chain.
func (s signer) Oracle() oracletypes.QueryClient { return oracletypes.NewQueryClient(s.Conn()) }

// Registry implements executor.Chain.
func (s signer) Registry() imotypes.QueryClient { return imotypes.NewQueryClient(s.Conn()) }

// Send implements executor.Chain.
func (s signer) Send(ctx context.Context, msg sdk.Msg) error {
	_, err := s.SendTx(ctx, s.key, []sdk.Msg{msg})
	return err
}

// dialExecutor reads the key and asks the node for its chain.
func dialExecutor(ctx context.Context, temporary *app.App, f executorFlags) (signer, error) {
	var none signer
	key, err := courier.ReadKey(f.key)
	if err != nil {
		return none, fmt.Errorf("--key-file: %w", err)
	}
	price, err := sdk.ParseDecCoin(f.gasPrice)
	if err != nil || price.Denom != app.BaseDenom {
		return none, fmt.Errorf("--gas-price %q is not a price in %s", f.gasPrice, app.BaseDenom)
	}
	cfg := rpc.Config{Comet: f.rpc, GRPC: f.grpc, Codec: temporary.AppCodec(), TxConfig: temporary.TxConfig(), GasPrice: price}
	probe, err := rpc.Dial(cfg)
	if err != nil {
		return none, err
	}
	status, err := probe.Comet().Status(ctx)
	if err = errors.Join(err, probe.Close()); err != nil {
		return none, fmt.Errorf("node %s: %w", f.rpc, err)
	}
	cfg.ChainID = status.NodeInfo.Network
	client, err := rpc.Dial(cfg)
	if err != nil {
		return none, err
	}
	priv := &ethsecp256k1.PrivKey{Key: crypto.FromECDSA(key)}
	return signer{client, rpc.Key{Name: "executor", Address: sdk.AccAddress(priv.PubKey().Address()), Priv: priv}}, nil
}
