package imo_test

import (
	"strings"
	"testing"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/cosmos/cosmos-sdk/types/msgservice"

	"github.com/imochain/imod/x/imo"
)

// TestCommands: every method of both services has a command, and every positional argument is a field of its request
// that the usage names.
func TestCommands(t *testing.T) {
	options := imo.AppModule{}.AutoCLIOptions()
	files, err := gogoproto.MergedRegistry()
	require.NoError(t, err)
	for _, service := range []*autocliv1.ServiceCommandDescriptor{options.Query, options.Tx} {
		descriptor, err := files.FindDescriptorByName(protoreflect.FullName(service.Service))
		require.NoError(t, err)
		methods := descriptor.(protoreflect.ServiceDescriptor).Methods()
		require.Len(t, service.RpcCommandOptions, methods.Len())
		for _, command := range service.RpcCommandOptions {
			method := methods.ByName(protoreflect.Name(command.RpcMethod))
			require.NotNil(t, method, command.RpcMethod)
			if command.Skip {
				continue
			}
			require.Len(t, command.PositionalArgs, strings.Count(command.Use, "["), command.Use)
			for _, arg := range command.PositionalArgs {
				require.NotNil(t, method.Input().Fields().ByName(protoreflect.Name(arg.ProtoField)), "%s.%s", command.RpcMethod, arg.ProtoField)
			}
		}
	}
}

// TestAnnotations: every message names its signer and the service is marked as one of messages.
func TestAnnotations(t *testing.T) {
	files, err := gogoproto.MergedRegistry()
	require.NoError(t, err)
	require.NoError(t, msgservice.ValidateProtoAnnotations(files))
}
