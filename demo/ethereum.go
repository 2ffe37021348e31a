package demo

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"math/big"
	"time"

	ethereumapi "github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/imochain/imod/localnet/rpc"
)

//go:embed interfaces.json
var interfacesJSON []byte

// gasMargin multiplies an estimate: the first to touch a token in a new epoch also closes the last
// one, so the same call can cost more a block later.
const gasMargin = 2

// ethereum is a wallet's view of the network: JSON-RPC and nothing else.
type ethereum struct {
	client  *ethclient.Client
	chainID *big.Int
	api     abi.ABI
}

func dialEthereum(ctx context.Context, url string, chainID uint64) (*ethereum, error) {
	client, err := ethclient.DialContext(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("JSON-RPC %s: %w", url, err)
	}
	api, err := abi.JSON(bytes.NewReader(interfacesJSON))
	if err != nil {
		return nil, err
	}
	return &ethereum{client: client, chainID: new(big.Int).SetUint64(chainID), api: api}, nil
}

// transact signs a call with a secp256k1 key, sends it and waits for its receipt.
func (e *ethereum) transact(ctx context.Context, key rpc.Key, to common.Address, value *big.Int, method string, args ...any) (*types.Receipt, error) {
	data, err := e.api.Pack(method, args...)
	if err != nil {
		return nil, err
	}
	nonce, err := e.client.PendingNonceAt(ctx, key.Eth())
	if err != nil {
		return nil, err
	}
	price, err := e.client.SuggestGasPrice(ctx)
	if err != nil {
		return nil, err
	}
	gas, err := e.client.EstimateGas(ctx, ethereumapi.CallMsg{From: key.Eth(), To: &to, Value: value, Data: data})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", method, err)
	}
	secret, err := key.Priv.ToECDSA()
	if err != nil {
		return nil, err
	}
	tx, err := types.SignNewTx(secret, types.LatestSignerForChainID(e.chainID), &types.DynamicFeeTx{
		ChainID: e.chainID, Nonce: nonce, GasTipCap: big.NewInt(0), GasFeeCap: new(big.Int).Mul(price, big.NewInt(2)),
		Gas: gas * gasMargin, To: &to, Value: value, Data: data,
	})
	if err != nil {
		return nil, err
	}
	if err := e.client.SendTransaction(ctx, tx); err != nil {
		return nil, fmt.Errorf("%s: %w", method, err)
	}
	receipt, err := e.receipt(ctx, tx.Hash())
	if err == nil && receipt.Status != types.ReceiptStatusSuccessful {
		err = fmt.Errorf("%s: transaction %s reverted", method, tx.Hash())
	}
	return receipt, err
}

// receipt waits until a transaction is in a block.
func (e *ethereum) receipt(ctx context.Context, hash common.Hash) (*types.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		if receipt, err := e.client.TransactionReceipt(ctx, hash); err == nil {
			return receipt, nil // unknown until it is in a block
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("receipt of %s: %w", hash, ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// call reads from a contract.
func (e *ethereum) call(ctx context.Context, to common.Address, method string, args ...any) ([]any, error) {
	data, err := e.api.Pack(method, args...)
	if err != nil {
		return nil, err
	}
	out, err := e.client.CallContract(ctx, ethereumapi.CallMsg{To: &to, Data: data}, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", method, err)
	}
	return e.api.Unpack(method, out)
}
