package main

import (
	"errors"
	"os"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/spf13/cast"
	"github.com/spf13/cobra"

	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client"
	clientconfig "github.com/cosmos/cosmos-sdk/client/config"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/client/keys"
	"github.com/cosmos/cosmos-sdk/server"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	genutilcli "github.com/cosmos/cosmos-sdk/x/genutil/client/cli"

	"github.com/cosmos/ibc-go/v11/testing/simapp"
)

const flagHostile = "hostile"

var defaultHome = simapp.DefaultNodeHome

// newRootCmd builds the usual commands of a node; a temporary application gives codecs and modules.
func newRootCmd() *cobra.Command {
	temporary := simapp.NewSimApp(log.NewNopLogger(), dbm.NewMemDB(), nil, true, simtestutil.EmptyAppOptions{})
	base := client.Context{}.
		WithCodec(temporary.AppCodec()).WithInterfaceRegistry(temporary.InterfaceRegistry()).WithTxConfig(temporary.TxConfig()).
		WithLegacyAmino(temporary.LegacyAmino()).WithInput(os.Stdin).WithAccountRetriever(authtypes.AccountRetriever{}).
		WithHomeDir(defaultHome).WithViper("SIMD")
	root := &cobra.Command{
		Use: "simd", Short: "ibc-go's test application as a chain, for tests", SilenceUsage: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			ctx, err := client.ReadPersistentCommandFlags(base.WithCmdContext(cmd.Context()), cmd.Flags())
			if err != nil {
				return err
			}
			if ctx, err = clientconfig.ReadFromClientConfig(ctx); err != nil {
				return err
			}
			if err := client.SetCmdClientContextHandler(ctx, cmd); err != nil {
				return err
			}
			return server.InterceptConfigsPreRunHandler(cmd, serverconfig.DefaultConfigTemplate, serverconfig.DefaultConfig(), cmtcfg.DefaultConfig())
		},
	}
	tx := &cobra.Command{Use: "tx", Short: "Sign and send transactions", RunE: client.ValidateCmd}
	temporary.BasicModuleManager.AddTxCommands(tx)
	tx.PersistentFlags().String(flags.FlagChainID, "", "chain id")
	root.AddCommand(
		genutilcli.InitCmd(temporary.BasicModuleManager, defaultHome),
		genutilcli.Commands(temporary.TxConfig(), temporary.BasicModuleManager, defaultHome),
		keys.Commands(),
		tx,
	)
	server.AddCommands(root, defaultHome, newApp, noExport, func(start *cobra.Command) {
		start.Flags().Bool(flagHostile, false, "send the packets that notes of transactions describe, true or not")
	})
	return root
}

// newApp makes the application of a node, a hostile one if it is told to.
func newApp(logger log.Logger, db dbm.DB, options servertypes.AppOptions) servertypes.Application {
	app := simapp.NewSimApp(logger, db, nil, false, options, server.DefaultBaseappOptions(options)...)
	if cast.ToBool(options.Get(flagHostile)) {
		app.SetPostHandler(forger{app}.post)
	}
	if err := app.LoadLatestVersion(); err != nil {
		panic(err)
	}
	return app
}

// noExport stands for a command that this chain does not need.
func noExport(
	log.Logger, dbm.DB, int64, bool, []string, servertypes.AppOptions, []string,
) (servertypes.ExportedApp, error) {
	return servertypes.ExportedApp{}, errors.New("this chain exports nothing")
}
