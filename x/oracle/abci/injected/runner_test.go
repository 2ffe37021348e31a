package injected_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"sync"
	"testing"

	cmtabci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"
	protov2 "google.golang.org/protobuf/proto"

	"github.com/cosmos/cosmos-sdk/baseapp/txnrunner"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/imochain/imod/x/oracle/abci/injected"
	"github.com/imochain/imod/x/oracle/attestation"
)

type tx struct{}

func (tx) GetMsgs() []sdk.Msg                    { return nil }
func (tx) GetMsgsV2() ([]protov2.Message, error) { return nil, nil }

func decode(b []byte) (sdk.Tx, error) {
	if !bytes.HasPrefix(b, []byte("ok")) {
		return nil, errors.New("garbage")
	}
	return tx{}, nil
}

// parallel stands for the parallel executor: it delivers in any order, and a transaction that does
// not decode has used gas, which the sequential one does not say.
type parallel struct{}

func (parallel) Run(_ context.Context, ms storetypes.MultiStore, txs [][]byte, deliver sdk.DeliverTxFunc) ([]*cmtabci.ExecTxResult, error) {
	out := make([]*cmtabci.ExecTxResult, len(txs))
	var group sync.WaitGroup
	for i := range txs {
		group.Go(func() {
			if decoded, err := decode(txs[i]); err == nil {
				out[i] = deliver(txs[i], decoded, ms, i, nil)
			} else {
				out[i] = sdkerrors.ResponseExecTxResultWithEvents(sdkerrors.ErrTxDecode, 1156, 1156, nil, false)
			}
		})
	}
	group.Wait()
	return out, nil
}

// deliver tells the index it was called with.
func deliver(tx []byte, _ sdk.Tx, _ storetypes.MultiStore, index int, _ map[string]any) *cmtabci.ExecTxResult {
	if bytes.HasPrefix(tx, []byte("ok fails")) {
		return &cmtabci.ExecTxResult{Code: 5, Codespace: "sdk", GasUsed: 7}
	}
	return &cmtabci.ExecTxResult{Data: binary.BigEndian.AppendUint32(tx, uint32(index)), GasUsed: int64(len(tx))}
}

func TestExecutorsAgree(t *testing.T) {
	first := []byte(attestation.Magic + "whatever follows")
	good, fails, garbage := []byte("ok 1"), []byte("ok fails"), []byte("\x01garbage")
	blocks := [][][]byte{
		{}, {first}, {good}, {garbage}, {first, garbage},
		{first, good, garbage, good, fails, good},
		{good, garbage, first, good}, // a second place has no special meaning: it does not decode
	}
	for _, block := range blocks {
		kept := slices.Clone(block)
		sequential, err := injected.Wrap(txnrunner.NewDefaultRunner(decode)).Run(t.Context(), nil, block, deliver)
		require.NoError(t, err)
		concurrent, err := injected.Wrap(parallel{}).Run(t.Context(), nil, block, deliver)
		require.NoError(t, err)
		require.Equal(t, sequential, concurrent)
		require.Len(t, sequential, len(block))
		require.Equal(t, kept, block)
		for i, raw := range block {
			switch {
			case i == 0 && attestation.IsInjected(raw):
				require.Equal(t, &cmtabci.ExecTxResult{Code: injected.Code, Codespace: injected.Codespace}, sequential[i])
			case bytes.Equal(raw, good):
				require.Equal(t, binary.BigEndian.AppendUint32([]byte("ok 1"), uint32(i)), sequential[i].Data, "the index is the block's")
			case bytes.Equal(raw, fails):
				require.Equal(t, int64(7), sequential[i].GasUsed)
			default:
				require.Zero(t, sequential[i].GasUsed)
				require.Equal(t, sdkerrors.ErrTxDecode.ABCICode(), sequential[i].Code)
				require.Empty(t, sequential[i].Log)
			}
		}
	}
}

// TestControl: without the wrapper the same executors disagree, which would fork the chain.
func TestControl(t *testing.T) {
	block := [][]byte{[]byte(attestation.Magic)}
	sequential, err := txnrunner.NewDefaultRunner(decode).Run(t.Context(), nil, block, deliver)
	require.NoError(t, err)
	concurrent, err := parallel{}.Run(t.Context(), nil, block, deliver)
	require.NoError(t, err)
	require.NotEqual(t, sequential, concurrent)
}

func TestErrorsPassAndUnwrap(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := injected.Wrap(txnrunner.NewDefaultRunner(decode)).Run(cancelled, nil, [][]byte{[]byte("ok")}, deliver)
	require.ErrorIs(t, err, context.Canceled)
	unwrapper, ok := injected.Wrap(parallel{}).(interface{ Unwrap() sdk.TxRunner })
	require.True(t, ok)
	require.Equal(t, parallel{}, unwrapper.Unwrap())
}
