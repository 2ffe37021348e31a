package main

import (
	"os"

	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/reflect/protoregistry"

	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/client/v2/autocli"
	"cosmossdk.io/client/v2/autocli/flag"
	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client"
	clientconfig "github.com/cosmos/cosmos-sdk/client/config"
	"github.com/cosmos/cosmos-sdk/client/debug"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/client/pruning"
	"github.com/cosmos/cosmos-sdk/client/rpc"
	"github.com/cosmos/cosmos-sdk/client/snapshot"
	sdkserver "github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authcmd "github.com/cosmos/cosmos-sdk/x/auth/client/cli"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	authtxconfig "github.com/cosmos/cosmos-sdk/x/auth/tx/config"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	genutilcli "github.com/cosmos/cosmos-sdk/x/genutil/client/cli"

	evmclient "github.com/cosmos/evm/client"
	"github.com/cosmos/evm/crypto/hd"
	"github.com/cosmos/evm/ethereum/eip712"
	evmserver "github.com/cosmos/evm/server"
	srvflags "github.com/cosmos/evm/server/flags"

	"github.com/imochain/imod/app"
)

// newRootCmd builds the command tree. A temporary application in memory supplies codecs and the
// services from which query and transaction commands are made.
func newRootCmd() *cobra.Command {
	temporary := app.New(log.NewNopLogger(), dbm.NewMemDB(), true, simtestutil.EmptyAppOptions{})
	// The temporary application carries the upstream EVM chain id; what this process signs must not.
	eip712.SetEncodingConfig(temporary.LegacyAmino(), temporary.InterfaceRegistry(), app.EVMChainID)

	clientCtx := client.Context{}.
		WithCodec(temporary.AppCodec()).
		WithInterfaceRegistry(temporary.InterfaceRegistry()).
		WithTxConfig(temporary.TxConfig()).
		WithLegacyAmino(temporary.LegacyAmino()).
		WithInput(os.Stdin).
		WithAccountRetriever(authtypes.AccountRetriever{}).
		WithBroadcastMode(flags.FlagBroadcastMode).
		WithHomeDir(app.DefaultNodeHome).
		WithViper("IMOD").
		WithKeyringOptions(hd.EthSecp256k1Option()).
		WithLedgerHasProtobuf(true)

	root := &cobra.Command{
		Use:           app.Name,
		Short:         "Node and tools of imod, the chain of initial model offerings",
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			cmd.SetOut(cmd.OutOrStdout())
			cmd.SetErr(cmd.ErrOrStderr())
			if !under(cmd, "tx", "query", "status") {
				if err := prepare(cmd, clientCtx); err != nil {
					return err
				}
				template, config := defaultAppConfig()
				return sdkserver.InterceptConfigsPreRunHandler(cmd, template, config, defaultCometConfig())
			}
			if err := bindEnvironment(cmd); err != nil {
				return err
			}
			if err := localDefaults(cmd, localChain(temporary)); err != nil {
				return err
			}
			return prepare(cmd, clientCtx)
		},
	}
	addCommands(root, temporary)

	if err := addGenerated(root, temporary.AutoCLI()); err != nil {
		panic(err)
	}
	finishTx(root)
	return root
}

// addGenerated adds the commands that are made from the services, as autocli's EnhanceRootCommand does, with coins as people write them.
func addGenerated(root *cobra.Command, options autocli.AppOptions) error {
	files, err := proto.MergedRegistry()
	if err != nil {
		return err
	}
	builder := &autocli.Builder{
		Builder: flag.Builder{
			TypeResolver: protoregistry.GlobalTypes, FileResolver: files, AddressCodec: options.AddressCodec,
			ValidatorAddressCodec: options.ValidatorAddressCodec, ConsensusAddressCodec: options.ConsensusAddressCodec,
		},
		GetClientConn: func(cmd *cobra.Command) (grpc.ClientConnInterface, error) { return client.GetClientQueryContext(cmd) },
		AddQueryConnFlags: func(cmd *cobra.Command) {
			flags.AddQueryFlagsToCmd(cmd)
			flags.AddKeyringFlags(cmd.Flags())
		},
		AddTxConnFlags: flags.AddTxFlagsToCmd,
	}
	builder.DefineMessageFlagType(coinMessage, coinType{})
	return options.EnhanceRootCommandWithBuilder(root, builder)
}

// publicPrompts are the commands that publish a prompt.
var publicPrompts = [][]string{{"tx", "oracle", "request-inference"}, {"tx", "aigc", "mint"}}

// finishTx completes the transaction commands of all modules.
func finishTx(root *cobra.Command) {
	for _, path := range publicPrompts {
		if cmd, _, err := root.Find(path); err == nil {
			cmd.Long = cmd.Short + ".\n\nPrompts are public for ever: everyone can read the input on the chain, and nothing can take it back. Put no personal or secret data into it."
		}
	}
	if cmd, _, err := root.Find([]string{"tx"}); err == nil {
		enhanceTx(cmd)
	}
}

// prepare reads flags and client.toml for the command that runs.
func prepare(cmd *cobra.Command, clientCtx client.Context) error {
	ctx, err := client.ReadPersistentCommandFlags(clientCtx.WithCmdContext(cmd.Context()), cmd.Flags())
	if err != nil {
		return err
	}
	if ctx, err = clientconfig.ReadFromClientConfig(ctx); err != nil {
		return err
	}
	if !ctx.Offline {
		// Textual signing asks the node for denom metadata, so it needs a connection.
		txConfig, err := authtx.NewTxConfigWithOptions(ctx.Codec, authtx.ConfigOptions{
			EnabledSignModes:           append(authtx.DefaultSignModes[:len(authtx.DefaultSignModes):len(authtx.DefaultSignModes)], signing.SignMode_SIGN_MODE_TEXTUAL),
			TextualCoinMetadataQueryFn: authtxconfig.NewGRPCCoinMetadataQueryFn(ctx),
		})
		if err != nil {
			return err
		}
		ctx = ctx.WithTxConfig(txConfig)
	}
	return client.SetCmdClientContextHandler(ctx, cmd)
}

func addCommands(root *cobra.Command, temporary *app.App) {
	creator := func(logger log.Logger, db dbm.DB, options servertypes.AppOptions) servertypes.Application {
		return newApp(logger, db, options)
	}
	root.AddCommand(
		initCmd(temporary),
		genutilcli.Commands(temporary.TxConfig(), temporary.Basics(), app.DefaultNodeHome),
		debug.Cmd(),
		pruning.Cmd(creator, app.DefaultNodeHome),
		snapshot.Cmd(creator),
		evmclient.KeyCommands(app.DefaultNodeHome, true),
		statusCmd(),
		queryCmd(),
		txCmd(),
		modelCmd(),
		sidecarCmd(),
		courierCmd(),
		executeCmd(temporary),
		watchCmd(temporary),
		beaconCmd(),
		doctorCmd(),
		receiptsCmd(),
		webCmd(),
		chainInfoCmd(),
		testnetCmd(localChain(temporary)),
		demoCmd(localChain(temporary)),
	)
	evmserver.AddCommands(root, evmserver.NewDefaultStartOptions(newApp, app.DefaultNodeHome), exportApp, addStartFlags)
	if _, err := srvflags.AddTxFlags(root); err != nil {
		panic(err)
	}
}

func queryCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "query", Aliases: []string{"q"}, Short: "Ask a node",
		SuggestionsMinimumDistance: 2, RunE: client.ValidateCmd,
	}
	cmd.AddCommand(
		rpc.QueryEventForTxCmd(), rpc.ValidatorCommand(), authcmd.QueryTxsByEventsCmd(), authcmd.QueryTxCmd(),
		sdkserver.QueryBlockCmd(), sdkserver.QueryBlockResultsCmd(),
	)
	cmd.PersistentFlags().String(flags.FlagChainID, "", "The network chain ID")
	return cmd
}

func txCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "tx", Short: "Sign and send transactions",
		SuggestionsMinimumDistance: 2, RunE: client.ValidateCmd,
	}
	cmd.AddCommand(
		authcmd.GetSignCommand(), authcmd.GetSignBatchCommand(), authcmd.GetMultiSignCommand(), authcmd.GetMultiSignBatchCmd(),
		authcmd.GetValidateSignaturesCommand(), authcmd.GetBroadcastCommand(), authcmd.GetEncodeCommand(),
		authcmd.GetDecodeCommand(), authcmd.GetSimulateCmd(),
	)
	cmd.PersistentFlags().String(flags.FlagChainID, "", "The network chain ID")
	return cmd
}
