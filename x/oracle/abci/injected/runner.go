// Package injected keeps the pseudo-transaction at index 0 away from block executors.
//
// An undecodable transaction uses another amount of gas under the sequential than under the
// parallel executor, and the gas used is part of the results hash. The wrapper gives the injected
// transaction, and every other one that cannot be decoded, one canonical result, so that nodes
// with different executors agree.
package injected

import (
	"context"

	abci "github.com/cometbft/cometbft/abci/types"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/imochain/imod/x/oracle/attestation"
)

// Codespace and Code are the result of the injected transaction. The code is not 0, because
// JSON-RPC would try to decode a transaction that succeeded.
const (
	Codespace = "imod"
	Code      = 1
)

// Wrap returns a runner that hands everything but the injected transaction to next. It is the
// outermost wrapper.
func Wrap(next sdk.TxRunner) sdk.TxRunner { return runner{next} }

type runner struct{ next sdk.TxRunner }

// Unwrap lets the SDK see which executor runs.
func (r runner) Unwrap() sdk.TxRunner { return r.next }

// Run implements sdk.TxRunner. The transactions keep the index that they have in the block.
func (r runner) Run(
	ctx context.Context, ms storetypes.MultiStore, txs [][]byte, deliver sdk.DeliverTxFunc,
) ([]*abci.ExecTxResult, error) {
	skip := 0
	if len(txs) > 0 && attestation.IsInjected(txs[0]) {
		skip = 1
	}
	shifted := func(tx []byte, mem sdk.Tx, ms storetypes.MultiStore, i int, cache map[string]any) *abci.ExecTxResult {
		return deliver(tx, mem, ms, i+skip, cache)
	}
	results, err := r.next.Run(ctx, ms, txs[skip:], shifted)
	if err != nil {
		return nil, err
	}
	out := make([]*abci.ExecTxResult, 0, len(txs))
	if skip == 1 {
		out = append(out, &abci.ExecTxResult{Code: Code, Codespace: Codespace})
	}
	for _, result := range results {
		if result.Codespace == sdkerrors.ErrTxDecode.Codespace() && result.Code == sdkerrors.ErrTxDecode.ABCICode() {
			result = &abci.ExecTxResult{Code: result.Code, Codespace: result.Codespace}
		}
		out = append(out, result)
	}
	return out, nil
}
