package integration_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	aigctypes "github.com/imochain/imod/x/aigc/types"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// TestSendsToOurAccounts (SAFETY 4): nobody sends to a module account, by message or in the EVM. The
// accounts derived for single offerings and collections, and the oracle's escrow, are too many to block
// or are paid by everybody: a gift to one of them is the giver's loss and changes nothing that is owed.
func TestSendsToOurAccounts(t *testing.T) {
	j := newJob(t)
	j.offer()
	c := j.Chain
	sendTo := func(to sdk.AccAddress) sdk.Msg { return banktypes.NewMsgSend(j.eve.Address(), to, coins(imo(5))) }
	for _, name := range slices.Sorted(maps.Keys(app.ModuleAccountPermissions())) {
		to := authtypes.NewModuleAddress(name)
		results := c.Next(c.Tx(j.eve, sendTo(to)))
		require.NotZero(t, results[len(results)-1].Code, name)
	}
	module := common.BytesToAddress(authtypes.NewModuleAddress(imotypes.ModuleName))
	had := c.Balance(module.Bytes(), app.BaseDenom)
	c.Next(c.EthTx(j.eve, chain.Call{To: &module, Value: imo(5).BigInt()}))
	require.Equal(t, had, c.Balance(module.Bytes(), app.BaseDenom), "the EVM refuses it as well")

	owed, err := c.App().OracleKeeper.Owed(c.Context())
	require.NoError(t, err)
	for name, to := range map[string]sdk.AccAddress{
		"oracle's escrow": oracletypes.EscrowAddress(), "an offering": imotypes.OfferingAddress(1), "a collection": aigctypes.EscrowAddress(1),
	} {
		had := c.Balance(to, app.BaseDenom)
		address := common.BytesToAddress(to)
		ok(t, c.Next(c.Tx(j.eve, sendTo(to))))
		ok(t, c.Next(c.EthTx(j.eve, chain.Call{To: &address, Value: imo(5).BigInt()})))
		require.True(t, c.Balance(to, app.BaseDenom).GTE(had.Add(imo(10))), name)
		require.NoError(t, c.App().OracleKeeper.CheckInvariants(c.Context()), name)
		require.NoError(t, c.App().IMOKeeper.CheckInvariants(c.Context()), name)
	}
	after, err := c.App().OracleKeeper.Owed(c.Context())
	require.NoError(t, err)
	gathered, err := c.App().OracleKeeper.Provisions(c.Context()) // the provisions of the blocks that passed
	require.NoError(t, err)
	require.True(t, after.Sub(owed...).AmountOf(app.BaseDenom).LTE(gathered.Pot), "a gift is owed to nobody")
	j.endSale()
	ok(t, c.Next(j.collects(j.bo)))
	require.Equal(t, imo(1000), c.Balance(j.bo.Address(), j.denom), "the sale pays what it would have paid")
}
