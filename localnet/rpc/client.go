package rpc

import (
	"context"
	"errors"
	"fmt"
	"time"

	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"
)

// pollInterval is how often a wait looks again.
const pollInterval = 150 * time.Millisecond

// Config says which node to talk to.
type Config struct {
	ChainID  string
	Comet    string // http://127.0.0.1:26657
	GRPC     string // 127.0.0.1:9090
	Codec    codec.Codec
	TxConfig client.TxConfig
	GasPrice sdk.DecCoin // floor of what is paid per gas
}

// Client talks to one node. It is safe for concurrent use; concurrent transactions of one key must be ordered by the caller.
type Client struct {
	cfg   Config
	comet *rpchttp.HTTP
	conn  *grpc.ClientConn
}

// Dial prepares a client; no connection is made before the first call.
func Dial(cfg Config) (*Client, error) {
	comet, err := rpchttp.New(cfg.Comet, "/websocket")
	if err != nil {
		return nil, fmt.Errorf("node %s: %w", cfg.Comet, err)
	}
	conn, err := grpc.NewClient(cfg.GRPC,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(codec.NewProtoCodec(cfg.Codec.InterfaceRegistry()).GRPCCodec())))
	if err != nil {
		return nil, fmt.Errorf("node %s: %w", cfg.GRPC, err)
	}
	return &Client{cfg: cfg, comet: comet, conn: conn}, nil
}

// Close ends the connections.
func (c *Client) Close() error { return c.conn.Close() }

// Conn is the gRPC connection, for the query clients of the modules.
func (c *Client) Conn() *grpc.ClientConn { return c.conn }

// Comet is the CometBFT RPC client.
func (c *Client) Comet() *rpchttp.HTTP { return c.comet }

// ChainID is the Cosmos chain id that transactions are signed for.
func (c *Client) ChainID() string { return c.cfg.ChainID }

// Account is an account's number and next sequence, in committed state.
func (c *Client) Account(ctx context.Context, addr sdk.AccAddress) (number, sequence uint64, err error) {
	res, err := authtypes.NewQueryClient(c.conn).AccountInfo(ctx, &authtypes.QueryAccountInfoRequest{Address: addr.String()})
	if err != nil {
		return 0, 0, fmt.Errorf("account %s: %w", addr, err)
	}
	return res.Info.AccountNumber, res.Info.Sequence, nil
}

// Balance is an account's balance of one denom.
func (c *Client) Balance(ctx context.Context, addr sdk.AccAddress, denom string) (math.Int, error) {
	res, err := banktypes.NewQueryClient(c.conn).Balance(ctx, banktypes.NewQueryBalanceRequest(addr, denom))
	if err != nil {
		return math.Int{}, fmt.Errorf("balance of %s: %w", addr, err)
	}
	return res.Balance.Amount, nil
}

// Height is the node's latest block.
func (c *Client) Height(ctx context.Context) (int64, error) {
	status, err := c.comet.Status(ctx)
	if err != nil {
		return 0, err
	}
	return status.SyncInfo.LatestBlockHeight, nil
}

// WaitHeight waits until the node has the block.
func (c *Client) WaitHeight(ctx context.Context, height int64) error {
	for {
		if now, err := c.Height(ctx); err == nil && now >= height {
			return nil
		}
		if err := sleep(ctx, pollInterval); err != nil {
			return fmt.Errorf("waiting for height %d: %w", height, err)
		}
	}
}

// GasPrice is the configured floor or, if it is higher, the base fee with room for one more rise of an eighth.
func (c *Client) GasPrice(ctx context.Context) (sdk.DecCoin, error) {
	price := c.cfg.GasPrice
	res, err := feemarkettypes.NewQueryClient(c.conn).BaseFee(ctx, &feemarkettypes.QueryBaseFeeRequest{})
	if err != nil {
		return price, fmt.Errorf("base fee: %w", err)
	}
	if res.BaseFee != nil {
		price.Amount = math.LegacyMaxDec(price.Amount, res.BaseFee.MulInt64(9).QuoInt64(8))
	}
	return price, nil
}

// fee is gas × price.
func (c *Client) fee(ctx context.Context, gas uint64) (sdk.Coins, error) {
	price, err := c.GasPrice(ctx)
	if err != nil {
		return nil, err
	}
	amount := price.Amount.MulInt(math.NewIntFromUint64(gas)).Ceil().TruncateInt()
	if amount.IsZero() {
		return sdk.NewCoins(), nil
	}
	return sdk.NewCoins(sdk.NewCoin(price.Denom, amount)), nil
}

// sleep waits for d or until the context ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return errors.Join(ctx.Err(), context.Cause(ctx))
	}
}
