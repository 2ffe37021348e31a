package app

import (
	"cosmossdk.io/client/v2/autocli"
	"cosmossdk.io/core/appmodule"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	"github.com/cosmos/cosmos-sdk/client/grpc/node"
	runtimeservices "github.com/cosmos/cosmos-sdk/runtime/services"
	sdkserver "github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/server/api"
	"github.com/cosmos/cosmos-sdk/server/config"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"

	evmaddress "github.com/cosmos/evm/encoding/address"
)

// RegisterAPIRoutes serves every module over REST, and the OpenAPI page at /swagger/.
func (app *App) RegisterAPIRoutes(server *api.Server, cfg config.APIConfig) {
	ctx := server.ClientCtx
	authtx.RegisterGRPCGatewayRoutes(ctx, server.GRPCGatewayRouter)
	cmtservice.RegisterGRPCGatewayRoutes(ctx, server.GRPCGatewayRouter)
	node.RegisterGRPCGatewayRoutes(ctx, server.GRPCGatewayRouter)
	app.basics.RegisterGRPCGatewayRoutes(ctx, server.GRPCGatewayRouter)
	app.serveContent(server)
	if cfg.Swagger {
		serveOpenAPI(server.Router)
	}
	if err := sdkserver.RegisterSwaggerAPI(ctx, server.Router, cfg.Swagger); err != nil {
		panic(err)
	}
}

// RegisterTxService serves transaction queries and broadcast.
func (app *App) RegisterTxService(ctx client.Context) {
	authtx.RegisterTxService(app.GRPCQueryRouter(), ctx, app.Simulate, app.registry)
}

// RegisterTendermintService serves queries about blocks and validators.
func (app *App) RegisterTendermintService(ctx client.Context) {
	cmtservice.RegisterTendermintService(ctx, app.GRPCQueryRouter(), app.registry, app.Query)
}

// RegisterNodeService serves queries about this node.
func (app *App) RegisterNodeService(ctx client.Context, cfg config.Config) {
	node.RegisterNodeService(ctx, app.GRPCQueryRouter(), cfg, func() int64 {
		return app.CommitMultiStore().EarliestVersion()
	})
}

// AutoCLI returns what the command line needs to build commands from the services.
func (app *App) AutoCLI() autocli.AppOptions {
	modules := make(map[string]appmodule.AppModule, len(app.modules.Modules))
	for name, m := range app.modules.Modules { //lint:maporder fills a map
		if appModule, ok := m.(appmodule.AppModule); ok {
			if _, named := m.(module.HasName); named {
				modules[name] = appModule
			}
		}
	}
	cfg := sdk.GetConfig()
	return autocli.AppOptions{
		Modules:               modules,
		ModuleOptions:         runtimeservices.ExtractAutoCLIOptions(app.modules.Modules),
		AddressCodec:          evmaddress.NewEvmCodec(cfg.GetBech32AccountAddrPrefix()),
		ValidatorAddressCodec: evmaddress.NewEvmCodec(cfg.GetBech32ValidatorAddrPrefix()),
		ConsensusAddressCodec: evmaddress.NewEvmCodec(cfg.GetBech32ConsensusAddrPrefix()),
	}
}
