package rpc

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
)

const (
	// gasMargin is what a simulated amount is multiplied by, in percent: state may have grown until the transaction runs.
	gasMargin = 150
	// sequenceRetries is how often a transaction is signed again when the account moved on meanwhile.
	sequenceRetries = 5
)

// Result is an included transaction.
type Result struct {
	Hash      string
	Height    int64
	GasWanted int64
	GasUsed   int64
	Fee       sdk.Coins // only from SendTx
	Events    []abci.Event
	Data      []byte // encoded TxMsgData
}

// Event returns the attributes of the first event of a type. Values of typed events keep their JSON quotes.
func (r Result) Event(kind string) (map[string]string, bool) {
	for _, event := range r.Events {
		if event.Type != kind {
			continue
		}
		out := make(map[string]string, len(event.Attributes))
		for _, a := range event.Attributes {
			out[a.Key] = a.Value
		}
		return out, true
	}
	return nil, false
}

// TxError is a transaction that the chain refused (Height 0) or that failed in a block.
type TxError struct {
	Hash      string
	Height    int64
	Codespace string
	Code      uint32
	Log       string
}

// Error names the code as clients see it, and the chain's own text.
func (e *TxError) Error() string {
	where := "refused"
	if e.Height > 0 {
		where = fmt.Sprintf("failed in block %d", e.Height)
	}
	return fmt.Sprintf("transaction %s %s: %s (%s %d)", e.Hash, where, e.Log, e.Codespace, e.Code)
}

// Option changes how SendTx builds a transaction.
type Option func(*Draft)

// WithGas sets the gas limit instead of simulating.
func WithGas(gas uint64) Option { return func(d *Draft) { d.Gas = gas } }

// WithFee sets the fee instead of gas × price.
func WithFee(fee sdk.Coins) Option { return func(d *Draft) { d.Fee = fee } }

// WithMemo sets the memo.
func WithMemo(memo string) Option { return func(d *Draft) { d.Memo = memo } }

// SendTx signs messages with one key, pays gas × price, broadcasts and waits until the transaction is in a block.
// A transaction that fails gives a *TxError.
func (c *Client) SendTx(ctx context.Context, key Key, msgs []sdk.Msg, options ...Option) (Result, error) {
	var last error
	for range sequenceRetries {
		draft, hash, err := c.send(ctx, key, msgs, options)
		if err == nil {
			result, err := c.WaitTx(ctx, hash)
			result.Fee = draft.Fee
			return result, err
		}
		if !isWrongSequence(err) {
			return Result{}, err
		}
		last = err
		if err := sleep(ctx, pollInterval); err != nil {
			return Result{}, errors.Join(err, last)
		}
	}
	return Result{}, last
}

func (c *Client) send(ctx context.Context, key Key, msgs []sdk.Msg, options []Option) (Draft, string, error) {
	draft, err := c.Prepare(ctx, key, msgs, options...)
	if err != nil {
		return Draft{}, "", err
	}
	raw, err := c.Encode(ctx, key, draft)
	if err != nil {
		return Draft{}, "", err
	}
	hash, err := c.Broadcast(ctx, raw)
	return draft, hash, err
}

// Prepare fills number, sequence, gas and fee of a transaction.
func (c *Client) Prepare(ctx context.Context, key Key, msgs []sdk.Msg, options ...Option) (Draft, error) {
	number, sequence, err := c.Account(ctx, key.Address)
	if err != nil {
		return Draft{}, err
	}
	draft := Draft{ChainID: c.cfg.ChainID, Number: number, Sequence: sequence, Msgs: msgs}
	for _, option := range options {
		option(&draft)
	}
	if draft.Gas == 0 {
		used, err := c.Simulate(ctx, key, draft)
		if err != nil {
			return Draft{}, err
		}
		draft.Gas = used * gasMargin / 100
	}
	if draft.Fee == nil {
		if draft.Fee, err = c.fee(ctx, draft.Gas); err != nil {
			return Draft{}, err
		}
	}
	return draft, nil
}

// Encode signs a draft and encodes it for broadcast.
func (c *Client) Encode(ctx context.Context, key Key, draft Draft) ([]byte, error) {
	builder, err := Sign(ctx, c.cfg.TxConfig, key, draft)
	if err != nil {
		return nil, err
	}
	return c.cfg.TxConfig.TxEncoder()(builder.GetTx())
}

// Simulate asks the node how much gas a draft uses.
func (c *Client) Simulate(ctx context.Context, key Key, draft Draft) (uint64, error) {
	builder := c.cfg.TxConfig.NewTxBuilder()
	if err := builder.SetMsgs(draft.Msgs...); err != nil {
		return 0, err
	}
	builder.SetMemo(draft.Memo)
	if err := builder.SetSignatures(unsigned(key, draft.Sequence)); err != nil {
		return 0, err
	}
	raw, err := c.cfg.TxConfig.TxEncoder()(builder.GetTx())
	if err != nil {
		return 0, err
	}
	res, err := txtypes.NewServiceClient(c.conn).Simulate(ctx, &txtypes.SimulateRequest{TxBytes: raw})
	if err != nil {
		return 0, fmt.Errorf("simulate: %w", err)
	}
	return res.GasInfo.GasUsed, nil
}

// Broadcast hands a signed transaction to the node, which checks it. It returns the transaction's hash.
func (c *Client) Broadcast(ctx context.Context, raw []byte) (string, error) {
	res, err := c.comet.BroadcastTxSync(ctx, raw)
	if err != nil {
		return "", fmt.Errorf("broadcast: %w", err)
	}
	hash := res.Hash.String()
	if res.Code != abci.CodeTypeOK {
		return hash, &TxError{Hash: hash, Codespace: res.Codespace, Code: res.Code, Log: res.Log}
	}
	return hash, nil
}

// WaitTx waits until a transaction is in a block. Bound the wait by the context.
func (c *Client) WaitTx(ctx context.Context, hash string) (Result, error) {
	raw, err := hex.DecodeString(strings.TrimPrefix(hash, "0x"))
	if err != nil {
		return Result{}, fmt.Errorf("transaction hash %q: %w", hash, err)
	}
	for {
		res, err := c.comet.Tx(ctx, raw, false)
		if err == nil {
			out := Result{
				Hash: hash, Height: res.Height, GasWanted: res.TxResult.GasWanted, GasUsed: res.TxResult.GasUsed,
				Events: res.TxResult.Events, Data: res.TxResult.Data,
			}
			if res.TxResult.Code != abci.CodeTypeOK {
				return out, &TxError{
					Hash: hash, Height: res.Height, Codespace: res.TxResult.Codespace, Code: res.TxResult.Code, Log: res.TxResult.Log,
				}
			}
			return out, nil
		}
		if err := sleep(ctx, pollInterval); err != nil {
			return Result{}, fmt.Errorf("transaction %s is not in a block yet: %w", hash, err)
		}
	}
}

// isWrongSequence says that the account's sequence moved between the query and the check. Simulation reports it as text only.
func isWrongSequence(err error) bool {
	if err == nil {
		return false
	}
	wrong := sdkerrors.ErrWrongSequence
	var refused *TxError
	if errors.As(err, &refused) {
		return refused.Codespace == wrong.Codespace() && refused.Code == wrong.ABCICode() && refused.Height == 0
	}
	return strings.Contains(err.Error(), wrong.Error())
}
