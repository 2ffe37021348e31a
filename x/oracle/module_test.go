package oracle_test

import (
	"testing"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"

	"github.com/imochain/imod/x/oracle"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/types"
)

// TestGenesisThroughTheModule: default, init, export give the same bytes.
func TestGenesisThroughTheModule(t *testing.T) {
	f := fixture.New(t, 10)
	module := oracle.NewAppModule(f.Keeper)
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	raw := module.DefaultGenesis(cdc)
	require.NoError(t, module.ValidateGenesis(cdc, nil, raw))
	module.InitGenesis(f.Ctx, cdc, raw)
	require.Equal(t, string(raw), string(module.ExportGenesis(f.Ctx, cdc)))
	require.NoError(t, module.EndBlock(f.Ctx))

	require.Error(t, module.ValidateGenesis(cdc, nil, []byte(`{"params":`)))
	var broken types.GenesisState
	cdc.MustUnmarshalJSON(raw, &broken)
	broken.Params.PayoutBlocks = 0
	require.Panics(t, func() { module.InitGenesis(f.Ctx, cdc, cdc.MustMarshalJSON(&broken)) })
}

// TestCommandsNameWhatExists: every method has a command, every positional argument is a field.
func TestCommandsNameWhatExists(t *testing.T) {
	options := oracle.AppModule{}.AutoCLIOptions()
	for _, service := range []*autocliv1.ServiceCommandDescriptor{options.Query, options.Tx} {
		found, err := gogoproto.HybridResolver.FindDescriptorByName(protoreflect.FullName(service.Service))
		require.NoError(t, err)
		descriptor, ok := found.(protoreflect.ServiceDescriptor)
		require.True(t, ok)
		require.Len(t, service.RpcCommandOptions, descriptor.Methods().Len())
		for _, command := range service.RpcCommandOptions {
			method := descriptor.Methods().ByName(protoreflect.Name(command.RpcMethod))
			require.NotNil(t, method, command.RpcMethod)
			for _, argument := range command.PositionalArgs {
				require.NotNil(t, method.Input().Fields().ByName(protoreflect.Name(argument.ProtoField)), "%s %s", command.RpcMethod, argument.ProtoField)
			}
		}
	}
}
