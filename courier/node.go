package courier

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/cosmos/cosmos-sdk/types/query"

	aigctypes "github.com/imochain/imod/x/aigc/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// maxOutput bounds an answer of the node.
const maxOutput = 16 << 20

// Node is a Chain over gRPC and JSON-RPC.
type Node struct {
	key     *ecdsa.PrivateKey
	signer  ethtypes.Signer
	chainID *big.Int
	eth     *ethclient.Client
	conn    *grpc.ClientConn
	oracle  oracletypes.QueryClient
	content aigctypes.QueryClient
}

var _ Chain = (*Node)(nil)

// Dial connects to a node by its gRPC address and its JSON-RPC URL and checks that the EVM chain id
// is the expected one, so that nothing is ever signed for another chain.
func Dial(ctx context.Context, grpcAddress, rpcURL string, chainID uint64, key *ecdsa.PrivateKey) (*Node, error) {
	eth, err := ethclient.DialContext(ctx, rpcURL)
	if err != nil {
		return nil, fmt.Errorf("JSON-RPC %s: %w", rpcURL, err)
	}
	got, err := eth.ChainID(ctx)
	if err != nil {
		eth.Close()
		return nil, fmt.Errorf("JSON-RPC %s: %w", rpcURL, err)
	}
	want := new(big.Int).SetUint64(chainID)
	if got.Cmp(want) != 0 {
		eth.Close()
		return nil, fmt.Errorf("JSON-RPC %s serves the EVM chain %s, want %s", rpcURL, got, want)
	}
	conn, err := grpc.NewClient(grpcAddress, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxOutput)))
	if err != nil {
		eth.Close()
		return nil, fmt.Errorf("gRPC %s: %w", grpcAddress, err)
	}
	return &Node{
		key: key, signer: ethtypes.LatestSignerForChainID(want), chainID: want, eth: eth, conn: conn,
		oracle: oracletypes.NewQueryClient(conn), content: aigctypes.NewQueryClient(conn),
	}, nil
}

// Close ends the connections.
func (n *Node) Close() error {
	n.eth.Close()
	return n.conn.Close()
}

// Account implements Chain.
func (n *Node) Account() common.Address { return crypto.PubkeyToAddress(n.key.PublicKey) }

// Ready implements Chain.
func (n *Node) Ready(ctx context.Context, limit int) ([]oracletypes.QueryCallbackResponse, error) {
	var out []oracletypes.QueryCallbackResponse
	page := &query.PageRequest{Limit: uint64(min(limit, 100))} //nolint:gosec // positive
	for len(out) < limit {
		res, err := n.oracle.Callbacks(ctx, &oracletypes.QueryCallbacksRequest{Pagination: page})
		if err != nil {
			return nil, err
		}
		out = append(out, res.Callbacks...)
		if res.Pagination == nil || len(res.Pagination.NextKey) == 0 {
			break
		}
		page.Key = res.Pagination.NextKey
	}
	return out[:min(len(out), limit)], nil
}

// Output implements Chain.
func (n *Node) Output(ctx context.Context, requestID uint64) ([]byte, error) {
	res, err := n.oracle.Output(ctx, &oracletypes.QueryOutputRequest{Id: requestID})
	if err != nil {
		return nil, err
	}
	return res.Output, nil
}

// GasPrice implements Chain.
func (n *Node) GasPrice(ctx context.Context) (*big.Int, error) { return n.eth.SuggestGasPrice(ctx) }

// Balance implements Chain.
func (n *Node) Balance(ctx context.Context) (*big.Int, error) {
	return n.eth.BalanceAt(ctx, n.Account(), nil)
}

// Nonce implements Chain.
func (n *Node) Nonce(ctx context.Context) (uint64, error) {
	return n.eth.PendingNonceAt(ctx, n.Account())
}

// Unlogged implements Chain. The tokens come in order of collection, so one page is enough for a transaction.
func (n *Node) Unlogged(ctx context.Context) (collection common.Address, tokens []*big.Int, err error) {
	res, err := n.content.Unlogged(ctx, &aigctypes.QueryUnloggedRequest{Pagination: &query.PageRequest{Limit: MaxAnnounced}})
	if err != nil || len(res.Tokens) == 0 {
		return collection, nil, err
	}
	for _, token := range res.Tokens {
		id, err := aigctypes.ParseTokenID(token.TokenId)
		if err != nil {
			return collection, nil, err
		}
		if token.CollectionId == res.Tokens[0].CollectionId {
			tokens = append(tokens, new(big.Int).SetBytes(id[:]))
		}
	}
	return common.Address(aigctypes.CollectionAddress(res.Tokens[0].CollectionId)), tokens, nil
}

// Estimate implements Chain.
func (n *Node) Estimate(ctx context.Context, to common.Address, data []byte, gasPrice *big.Int) (uint64, error) {
	return n.eth.EstimateGas(ctx, ethereum.CallMsg{From: n.Account(), To: &to, GasPrice: gasPrice, Data: data})
}

// Send implements Chain.
func (n *Node) Send(
	ctx context.Context, nonce uint64, to common.Address, data []byte, gas uint64, gasPrice *big.Int,
) (common.Hash, error) {
	tx, err := ethtypes.SignNewTx(n.key, n.signer, &ethtypes.DynamicFeeTx{
		ChainID: n.chainID, Nonce: nonce, GasTipCap: new(big.Int), GasFeeCap: gasPrice, Gas: gas, To: &to, Data: data,
	})
	if err != nil {
		return common.Hash{}, err
	}
	return tx.Hash(), n.eth.SendTransaction(ctx, tx)
}

// Receipt implements Chain.
func (n *Node) Receipt(ctx context.Context, hash common.Hash) (*ethtypes.Receipt, error) {
	receipt, err := n.eth.TransactionReceipt(ctx, hash)
	if errors.Is(err, ethereum.NotFound) {
		return nil, nil //nolint:nilnil // there is none yet
	}
	return receipt, err
}
