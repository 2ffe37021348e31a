package aigc_test

import (
	"testing"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/imochain/imod/x/aigc"
)

// TestCommands: every method has a command, and every positional argument is a
// field of its message; a misspelt one is found only when the binary starts.
func TestCommands(t *testing.T) {
	options := aigc.AppModule{}.AutoCLIOptions()
	for _, group := range []*autocliv1.ServiceCommandDescriptor{options.Query, options.Tx} {
		descriptor, err := gogoproto.HybridResolver.FindDescriptorByName(protoreflect.FullName(group.Service))
		require.NoError(t, err)
		methods := descriptor.(protoreflect.ServiceDescriptor).Methods()
		require.Len(t, group.RpcCommandOptions, methods.Len())
		seen := map[string]bool{}
		for _, command := range group.RpcCommandOptions {
			require.False(t, seen[command.RpcMethod], command.RpcMethod)
			seen[command.RpcMethod] = true
			method := methods.ByName(protoreflect.Name(command.RpcMethod))
			require.NotNil(t, method, command.RpcMethod)
			for i, arg := range command.PositionalArgs {
				field := method.Input().Fields().ByName(protoreflect.Name(arg.ProtoField))
				require.NotNil(t, field, "%s: %s", command.RpcMethod, arg.ProtoField)
				if field.IsList() {
					require.True(t, arg.Varargs && i == len(command.PositionalArgs)-1, "%s: a list comes last", command.RpcMethod)
				}
			}
		}
	}
}
