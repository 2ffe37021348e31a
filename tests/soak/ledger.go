package soak

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	dbm "github.com/cosmos/cosmos-db"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/tests/live"
	"github.com/imochain/imod/testutil/chain"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// books are what a node has on its disk after the network was stopped.
type books struct {
	*app.App
	ctx sdk.Context
}

// openBooks reads the state of a stopped node.
func openBooks(t *testing.T, n *live.Network, node int) books {
	t.Helper()
	db, err := dbm.NewDB("application", dbm.GoLevelDBBackend, filepath.Join(n.Net.NodeHome(n.Net.Nodes[node].Name), "data"))
	require.NoError(t, err)
	a := chain.Open(t, db)
	return books{App: a, ctx: chain.ContextOf(a, time.Now())}
}

// check holds the state against every invariant, and the escrow against what it owes, to the unit: nobody gave it presents.
func (b books) check(t *testing.T) {
	t.Helper()
	sums := map[string]sdkmath.Int{}
	b.BankKeeper.IterateAllBalances(b.ctx, func(_ sdk.AccAddress, coin sdk.Coin) bool {
		if old, ok := sums[coin.Denom]; ok {
			coin.Amount = coin.Amount.Add(old)
		}
		sums[coin.Denom] = coin.Amount
		return false
	})
	b.BankKeeper.IterateTotalSupply(b.ctx, func(supply sdk.Coin) bool {
		require.Equal(t, supply.Amount.String(), sums[supply.Denom].String(), "sum of all balances of %s and its supply", supply.Denom)
		delete(sums, supply.Denom)
		return false
	})
	require.Empty(t, sums, "balances without supply")
	require.NoError(t, b.OracleKeeper.CheckInvariants(b.ctx))
	require.NoError(t, b.IMOKeeper.CheckInvariants(b.ctx))
	require.NoError(t, b.RevShareKeeper.CheckInvariants(b.ctx))
	require.NoError(t, b.AIGCKeeper.Invariants(b.ctx))
	owed, err := b.OracleKeeper.Owed(b.ctx)
	require.NoError(t, err)
	held := b.BankKeeper.GetAllBalances(b.ctx, oracletypes.EscrowAddress())
	require.Equal(t, owed.String(), held.String(), "what the escrow owes and holds")
}

// balance is an account's balance in aimo.
func (b books) balance(addr sdk.AccAddress) sdkmath.Int {
	return b.BankKeeper.GetBalance(b.ctx, addr, app.BaseDenom).Amount
}
