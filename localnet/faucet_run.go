package localnet

import (
	"context"
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/imochain/imod/localnet/rpc"
)

// RunFaucet serves the faucet of the network in home until the context ends. It is the body of the faucet process.
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
	faucet, err := newFaucet(*n.Faucet, n.ChainID, bankSender{client: client, key: key})
	if err != nil {
		return err
	}
	return faucet.serve(ctx, n.Faucet.Listen)
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
