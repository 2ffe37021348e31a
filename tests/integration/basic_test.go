package integration_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	imotypes "github.com/imochain/imod/x/imo/types"
)

func TestTransfersByBothDoors(t *testing.T) {
	c := chain.New(t, chain.Options{Accounts: []string{"ana", "bo"}})
	ana, bo := c.Account("ana"), c.Account("bo")
	coin := sdk.NewCoin(app.BaseDenom, sdkmath.NewInt(1000))

	results := c.Next(c.Tx(ana, banktypes.NewMsgSend(ana.Address(), bo.Address(), sdk.NewCoins(coin))))
	require.Zero(t, results[len(results)-1].Code, results[len(results)-1].Log)
	require.Equal(t, chain.Funds.AddRaw(1000), c.Balance(bo.Address(), app.BaseDenom))

	to := bo.EVM()
	results = c.Next(c.EthTx(ana, chain.Call{To: &to, Value: big.NewInt(500), Gas: 21000}))
	require.Zero(t, results[len(results)-1].Code, results[len(results)-1].Log)
	require.Equal(t, chain.Funds.AddRaw(1500), c.Balance(bo.Address(), app.BaseDenom))
}

// TestTransferOfNothing: ERC-20 asks that a transfer of zero succeeds and fires the event, with no
// allowance too.
func TestTransferOfNothing(t *testing.T) {
	j := newJob(t)
	j.sell()
	token := common.BytesToAddress(imotypes.TokenAddress(1))
	api := abiOf(t, "token")
	for method, args := range map[string][]any{
		"transfer":     {j.eve.EVM(), new(big.Int)},
		"transferFrom": {j.chi.EVM(), j.eve.EVM(), new(big.Int)},
	} {
		data, err := api.Pack(method, args...)
		require.NoError(t, err)
		response := decodeResponse(t, ok(t, j.Next(j.EthTx(j.chi, chain.Call{To: &token, Data: data}))).Data)
		require.Empty(t, response.VmError, revertReason(response.Ret))
		require.Len(t, response.Logs, 1)
		require.Equal(t, []string{
			api.Events["Transfer"].ID.Hex(), common.BytesToHash(j.chi.Address()).Hex(), common.BytesToHash(j.eve.Address()).Hex(),
		}, response.Logs[0].Topics)
		require.Equal(t, make([]byte, 32), response.Logs[0].Data)
	}
	require.True(t, j.Balance(j.eve.Address(), j.denom).IsZero())
}
