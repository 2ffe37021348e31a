package localnet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/viper"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"google.golang.org/grpc"

	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"

	"github.com/imochain/imod/localnet"
	"github.com/imochain/imod/localnet/relayer"
)

// fakeClients and fakeChannels are what a fake node knows of IBC: clients that hold, and one open channel.
type (
	fakeClients struct {
		clienttypes.UnimplementedQueryServer
	}
	fakeChannels struct {
		channeltypes.UnimplementedQueryServer
	}
)

func (*fakeClients) ClientStatus(_ context.Context, req *clienttypes.QueryClientStatusRequest) (*clienttypes.QueryClientStatusResponse, error) {
	if !strings.HasPrefix(req.ClientId, "client-of-") {
		return nil, errors.New("no such client")
	}
	return &clienttypes.QueryClientStatusResponse{Status: "Active"}, nil
}

func (*fakeChannels) ConnectionChannels(
	_ context.Context, req *channeltypes.QueryConnectionChannelsRequest,
) (*channeltypes.QueryConnectionChannelsResponse, error) {
	if req.Connection != "connection-of-imo-local-1" {
		return nil, errors.New("no such connection")
	}
	channel := func(state channeltypes.State, port, id string) *channeltypes.IdentifiedChannel {
		return &channeltypes.IdentifiedChannel{PortId: port, ChannelId: id, State: state, Counterparty: channeltypes.Counterparty{ChannelId: "channel-5"}}
	}
	return &channeltypes.QueryConnectionChannelsResponse{Channels: []*channeltypes.IdentifiedChannel{
		channel(channeltypes.CLOSED, "transfer", "channel-1"), channel(channeltypes.OPEN, "icahost", "channel-2"), channel(channeltypes.OPEN, "transfer", "channel-3"),
	}}, nil
}

// fakeIBC answers on a fake node's gRPC address.
func fakeIBC(home string) error {
	v := viper.New()
	v.SetConfigFile(filepath.Join(home, "config", "app.toml"))
	if err := v.ReadInConfig(); err != nil {
		return err
	}
	l, err := net.Listen("tcp", v.GetString("grpc.address"))
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	clienttypes.RegisterQueryServer(server, &fakeClients{})
	channeltypes.RegisterQueryServer(server, &fakeChannels{})
	go func() { _ = server.Serve(l) }()
	return nil
}

// fakeRelayer is the body of a fake rly: it writes clients and connections into its configuration, or says that it is in sync.
func fakeRelayer(mode string, args []string) {
	if args[0] == "start" {
		fmt.Printf("%s\n%s\n", relayer.Synced, relayer.Synced)
		wait()
		return
	}
	if mode == "unlinked" {
		fmt.Println("no client for you")
		os.Exit(1)
	}
	file := filepath.Join(args[slices.Index(args, "--home")+1], "config", "config.yaml")
	raw, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	var config struct {
		Global, Chains any
		Paths          map[string]map[string]map[string]any
	}
	if err := yaml.Unmarshal(raw, &config); err != nil {
		panic(err)
	}
	for _, side := range []string{"src", "dst"} {
		end := config.Paths["link"][side]
		end["client-id"], end["connection-id"] = fmt.Sprint("client-of-", end["chain-id"]), fmt.Sprint("connection-of-", end["chain-id"])
	}
	if raw, err = yaml.Marshal(config); err != nil {
		panic(err)
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		panic(err)
	}
}

// linkedConfig is smallConfig with an account for the relayer.
var linkedConfig = strings.Replace(smallConfig, "accounts:\n", "accounts:\n  - {name: relayer, coins: [1000000aimo]}\n", 1)

func startLinked(t *testing.T, mode, config string, opts localnet.Options) (*localnet.Network, string, error) {
	t.Helper()
	t.Setenv(envFake, mode)
	t.Cleanup(func() {
		if _, err := localnet.Stop(opts.Home); err != nil {
			t.Error(err)
		}
	})
	var progress bytes.Buffer
	opts.Progress = &progress
	n, err := localnet.StartLinked(t.Context(), testChain(t), parse(t, config), opts, os.Args[0])
	return n, progress.String(), err
}

// Two chains and a relayer start, go on with their link, and stop, all of them.
func TestStartLinked(t *testing.T) {
	opts := localnet.Options{Home: filepath.Join(t.TempDir(), "net"), PortOffset: freeOffset(t), Validators: 1}
	n, progress, err := startLinked(t, "node", linkedConfig, opts)
	require.NoError(t, err)
	require.Contains(t, progress, "making a new chain imo-local-1")
	require.Contains(t, progress, "making a new chain imo-peer-1 with 1 validators")
	require.Contains(t, progress, "linked imo-local-1 (channel-3) and imo-peer-1 (channel-5)")
	require.True(t, n.Running("relayer"))
	peer, err := localnet.Open(n.IBC.Home)
	require.NoError(t, err)
	require.True(t, peer.Running("node0"))
	require.NotEqual(t, n.Nodes[0].RPC, peer.Nodes[0].RPC)
	require.Equal(t, "client-of-imo-peer-1", n.IBC.Ends[1].Client)
	require.Equal(t, "channel-5", n.IBC.Ends[1].Channel)
	for _, id := range []string{"imo-local-1", "imo-peer-1"} {
		keys, err := filepath.Glob(filepath.Join(n.Home(), "relayer", "keys", id, "keyring-test", "relayer.info"))
		require.NoError(t, err)
		require.Len(t, keys, 1, id)
	}
	var shown bytes.Buffer
	require.NoError(t, n.Print(&shown))
	require.Contains(t, shown.String(), "channel-5")
	raw, err := json.Marshal(n)
	require.NoError(t, err)
	require.Contains(t, string(raw), `"connection_id":"connection-of-imo-peer-1"`)

	_, progress, err = startLinked(t, "node", linkedConfig, opts)
	require.NoError(t, err)
	require.Contains(t, progress, "going on with chain imo-peer-1")
	require.NotContains(t, progress, "linked", "the link of before still holds")

	// A new second chain needs a new link.
	_, err = localnet.Stop(opts.Home)
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(n.IBC.Home))
	n, progress, err = startLinked(t, "node", linkedConfig, opts)
	require.NoError(t, err)
	require.Contains(t, progress, "linked imo-local-1")

	stopped, err := localnet.Stop(opts.Home)
	require.NoError(t, err)
	var names []string
	for _, s := range stopped {
		require.False(t, s.Killed, s.Name)
		names = append(names, s.Name)
	}
	require.ElementsMatch(t, []string{"node0", "faucet", "relayer", "peer/node0", "peer/faucet"}, names)
	require.False(t, n.Running("relayer"))
}

// What is missing is named before anything runs, and what fails later leaves nothing running.
func TestStartLinkedRefused(t *testing.T) {
	opts := localnet.Options{Home: filepath.Join(t.TempDir(), "net"), PortOffset: freeOffset(t), Validators: 1}
	_, err := localnet.StartLinked(t.Context(), testChain(t), parse(t, linkedConfig), opts, filepath.Join(t.TempDir(), "rly"))
	require.ErrorContains(t, err, "run `make relayer`")
	_, _, err = startLinked(t, "node", smallConfig, opts)
	require.ErrorContains(t, err, "an account of this name")
	_, _, err = startLinked(t, "node", strings.Replace(linkedConfig, "imo-local-1", "imo-peer-1", 1), opts)
	require.ErrorContains(t, err, "is the id of the second chain")
	require.NoDirExists(t, opts.Home)

	_, _, err = startLinked(t, "unlinked", linkedConfig, opts)
	require.ErrorContains(t, err, "linking imo-local-1 and imo-peer-1")
	require.ErrorContains(t, err, "no client for you")
	n, err := localnet.Open(opts.Home)
	require.NoError(t, err)
	require.False(t, n.Running("node0"))
	peer, err := localnet.Open(filepath.Join(opts.Home, "peer"))
	require.NoError(t, err)
	require.False(t, peer.Running("node0"))
}
