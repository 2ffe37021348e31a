package localnet

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/imochain/imod/localnet/rpc"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// faucetPatience is how long the faucet waits for its node to answer; both start at the same time.
const faucetPatience = startTimeout

// RunFaucet serves the faucet of the network in home until the context ends. It is the body of the faucet process. It asks the
// chain itself what the network is for, and gives nothing away on one that carries value.
func RunFaucet(ctx context.Context, chain Chain, home string) error {
	n, err := Open(home)
	if err != nil {
		return err
	}
	if n.Faucet == nil {
		return errors.New("config.yml names no faucet")
	}
	key, err := n.Key(n.Faucet.Key)
	if err != nil {
		return err
	}
	client, err := n.Client(chain, 0)
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // the process ends
	if err := faucetAllowed(ctx, client.Conn(), n.ChainID); err != nil {
		return err
	}
	faucet, err := newFaucet(*n.Faucet, n.ChainID, bankSender{client: client, key: key})
	if err != nil {
		return err
	}
	return faucet.serve(ctx, n.Faucet.Listen)
}

// faucetAllowed wants a chain that says of itself that it is the expected one, and LOCAL or TEST.
func faucetAllowed(ctx context.Context, conn grpc.ClientConnInterface, chainID string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, faucetPatience, fmt.Errorf("the node does not answer within %s", faucetPatience))
	defer cancel()
	var last error // what the node said, not that time was over
	for {
		res, err := imotypes.NewQueryClient(conn).Network(ctx, &imotypes.QueryNetworkRequest{})
		switch {
		case err != nil && ctx.Err() == nil:
			last = err
		case err != nil:
		case res.ChainId != chainID:
			return fmt.Errorf("the node runs %s, this faucet is for %s", res.ChainId, chainID)
		case res.Kind == imotypes.NETWORK_KIND_LOCAL || res.Kind == imotypes.NETWORK_KIND_TEST:
			return nil
		default:
			return fmt.Errorf("%s is a %s network: a faucet gives coins away, so it runs on LOCAL and TEST networks only", chainID, res.Kind.Word())
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), last)
		case <-time.After(stopPoll):
		}
	}
}

// bankSender pays by MsgSend.
type bankSender struct {
	client *rpc.Client
	key    rpc.Key
}

// Send pays and waits for the block, so that who asks can spend when the answer comes.
func (s bankSender) Send(ctx context.Context, to sdk.AccAddress, coins sdk.Coins) (string, error) {
	result, err := s.client.SendTx(ctx, s.key, []sdk.Msg{banktypes.NewMsgSend(s.key.Address, to, coins)})
	return result.Hash, err
}
