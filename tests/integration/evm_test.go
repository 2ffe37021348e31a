package integration_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/cosmos/evm/x/vm/statedb"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	"github.com/imochain/imod/testutil/chain"
)

// decodeResponse decodes the response of an Ethereum transaction.
func decodeResponse(t testing.TB, data []byte) *evmtypes.MsgEthereumTxResponse {
	t.Helper()
	var msg sdk.TxMsgData
	require.NoError(t, proto.Unmarshal(data, &msg))
	require.Len(t, msg.MsgResponses, 1)
	var response evmtypes.MsgEthereumTxResponse
	require.NoError(t, proto.Unmarshal(msg.MsgResponses[0].Value, &response))
	return &response
}

// evmFailed tells whether an executed Ethereum transaction reverted.
func evmFailed(t *testing.T, data []byte) bool {
	t.Helper()
	return decodeResponse(t, data).VmError != ""
}

// revertCode is PUSH0 PUSH0 REVERT.
var revertCode = []byte{0x5f, 0x5f, 0xfd}

// revertingAccount stores code that always reverts and returns an account with it.
func revertingAccount(t *testing.T, c *chain.Chain, ctx sdk.Context) statedb.Account {
	t.Helper()
	hash := crypto.Keccak256(revertCode)
	c.App().EVMKeeper.SetCode(ctx, hash, revertCode)
	return statedb.Account{Nonce: 1, Balance: uint256.NewInt(0), CodeHash: hash}
}

func newStateDB(c *chain.Chain, ctx sdk.Context) *statedb.StateDB {
	return statedb.New(ctx, c.App().EVMKeeper, statedb.NewEmptyTxConfig())
}
