package localnet_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/imochain/imod/localnet"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// kinds answers what the network is for; the first answers are errors, as from a node that starts.
type kinds struct {
	imotypes.UnimplementedQueryServer
	kind     imotypes.NetworkKind
	failures int
}

func (k *kinds) Network(context.Context, *imotypes.QueryNetworkRequest) (*imotypes.QueryNetworkResponse, error) {
	if k.failures--; k.failures >= 0 {
		return nil, status.Error(codes.Unavailable, "no block yet")
	}
	return &imotypes.QueryNetworkResponse{Kind: k.kind, ChainId: "imo-local-1"}, nil
}

// TestFaucetAllowed: the faucet asks the chain, not its own files, and gives nothing away where coins are worth something.
func TestFaucetAllowed(t *testing.T) {
	for _, tc := range []struct {
		name     string
		node     *kinds
		chainID  string
		wantText string
	}{
		{name: "ok: local, after a while", node: &kinds{kind: imotypes.NETWORK_KIND_LOCAL, failures: 3}, chainID: "imo-local-1"},
		{name: "ok: test", node: &kinds{kind: imotypes.NETWORK_KIND_TEST}, chainID: "imo-local-1"},
		{name: "fails: main", node: &kinds{kind: imotypes.NETWORK_KIND_MAIN}, chainID: "imo-local-1", wantText: "is a MAIN network"},
		{name: "fails: unknown", node: &kinds{kind: 9}, chainID: "imo-local-1", wantText: "LOCAL and TEST networks only"},
		{name: "fails: another chain", node: &kinds{kind: imotypes.NETWORK_KIND_LOCAL}, chainID: "imo-1", wantText: "the node runs imo-local-1"},
		{name: "fails: no answer", node: &kinds{failures: 1 << 30}, chainID: "imo-local-1", wantText: "no block yet"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			server := grpc.NewServer()
			imotypes.RegisterQueryServer(server, tc.node)
			go func() { _ = server.Serve(listener) }()
			t.Cleanup(server.Stop)
			conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, conn.Close()) })
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			err = localnet.FaucetAllowed(ctx, conn, tc.chainID)
			if tc.wantText == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.wantText)
		})
	}
}
