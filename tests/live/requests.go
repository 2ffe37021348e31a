package live

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/localnet/rpc"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// requestGas suffices for one request.
const requestGas = 300_000

// Ask is the message of one request; any picture model understands the sentence.
func Ask(from rpc.Key, model uint64, input string, seed uint64) *oracletypes.MsgRequestInference {
	return &oracletypes.MsgRequestInference{
		Requester: from.Address.String(), ModelId: model, Input: []byte(input), Seed: seed,
		MaxFee: sdk.NewCoins(sdk.NewInt64Coin(app.BaseDenom, 1_000_000_000_000_000_000)),
	}
}

// Request asks for one run, waits until the transaction is in a block, and returns the request's id.
func (n *Network) Request(from rpc.Key, model uint64, input string, seed uint64) uint64 {
	n.T.Helper()
	result, err := n.Client.SendTx(n.T.Context(), from, []sdk.Msg{Ask(from, model, input, seed)}, rpc.WithGas(requestGas))
	require.NoError(n.T, err)
	return RequestIDs(n.T, result)[0]
}

// RequestIDs are the ids of the requests that a transaction made.
func RequestIDs(t testing.TB, result rpc.Result) []uint64 {
	t.Helper()
	var ids []uint64
	for _, raw := range responses(t, result) {
		var response oracletypes.MsgRequestInferenceResponse
		require.NoError(t, proto.Unmarshal(raw, &response))
		ids = append(ids, response.RequestId)
	}
	return ids
}

// responses are the encoded answers to the messages of a transaction.
func responses(t testing.TB, result rpc.Result) [][]byte {
	t.Helper()
	var data sdk.TxMsgData
	require.NoError(t, proto.Unmarshal(result.Data, &data))
	out := make([][]byte, len(data.MsgResponses))
	for i, r := range data.MsgResponses {
		out[i] = r.Value
	}
	return out
}

// Status is a request as the first node has it.
func (n *Network) Status(id uint64) oracletypes.Request {
	n.T.Helper()
	res, err := oracletypes.NewQueryClient(n.Client.Conn()).Request(n.T.Context(), &oracletypes.QueryRequestRequest{Id: id})
	require.NoError(n.T, err)
	return res.Request
}

// AllEnded waits until no request is pending, and two blocks more.
func (n *Network) AllEnded(limit time.Duration) {
	n.T.Helper()
	n.Eventually(limit, "the end of all requests", func() bool {
		res, err := oracletypes.NewQueryClient(n.Client.Conn()).Requests(n.T.Context(), &oracletypes.QueryRequestsRequest{
			Status: oracletypes.RequestStatus_REQUEST_STATUS_PENDING,
		})
		return err == nil && len(res.Requests) == 0
	})
	n.Blocks(2)
}

// Final tells whether a request has its result.
func (n *Network) Final(id uint64) bool {
	n.T.Helper()
	return n.Status(id).Final()
}
