package integration_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
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
