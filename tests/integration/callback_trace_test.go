package integration_test

import (
	"encoding/json"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	evmtypes "github.com/cosmos/evm/x/vm/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/testutil/chain"
)

// TestDeliveryCanBeTraced: a tracer sees the callback as a call inside the transaction.
func TestDeliveryCanBeTraced(t *testing.T) {
	j := newJob(t)
	receiver := j.deploy(j.ana, codeReceiver)
	id := j.ask(j.eve, receiver, 200_000, nil)
	output := j.answer(id)
	raw := j.EthTx(j.dee, chain.Call{To: &oracleAddress, Data: j.pack("deliver", new(big.Int).SetUint64(id), output)})
	tx, err := j.App().TxConfig().TxDecoder()(raw)
	require.NoError(t, err)
	msg, ok := tx.GetMsgs()[0].(*evmtypes.MsgEthereumTx)
	require.True(t, ok)
	ctx := j.Context().WithBlockHeight(j.Height() + 1)
	res, err := j.App().EVMKeeper.TraceTx(ctx, &evmtypes.QueryTraceTxRequest{
		Msg: msg, TraceConfig: &evmtypes.TraceConfig{Tracer: "callTracer"}, BlockNumber: j.Height() + 1,
		BlockTime: j.Time(), ChainId: 7641, BlockMaxGas: 60_000_000, ProposerAddress: sdk.ConsAddress(j.Validators[0].Address()),
	})
	require.NoError(t, err)
	var trace struct {
		To    string
		Error string
		Calls []struct{ From, To, Type, Gas, Error string }
	}
	require.NoError(t, json.Unmarshal(res.Data, &trace))
	require.Empty(t, trace.Error, string(res.Data))
	require.Len(t, trace.Calls, 1)
	require.Equal(t, oracleAddress, common.HexToAddress(trace.Calls[0].From))
	require.Equal(t, receiver, common.HexToAddress(trace.Calls[0].To))
	require.Equal(t, "0x30d40", trace.Calls[0].Gas, "exactly what was paid for")
}
