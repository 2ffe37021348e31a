package ibc_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/metadata"

	sdkmath "cosmossdk.io/math"

	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"
	"github.com/cosmos/cosmos-sdk/types/query"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"

	"github.com/imochain/imod/localnet/rpc"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

func balance(t testing.TB, c *rpc.Client, address, denom string) sdkmath.Int {
	t.Helper()
	res, err := banktypes.NewQueryClient(c.Conn()).Balance(t.Context(), &banktypes.QueryBalanceRequest{Address: address, Denom: denom})
	require.NoError(t, err)
	return res.Balance.Amount
}

// books are all denoms of a chain with their supply, and what lies in the escrow of one of its channels, in one block.
type books struct {
	chain    string
	supply   map[string]sdkmath.Int
	escrowed map[string]sdkmath.Int
}

// audit reads the books of a chain, after the balances of every denom were added up to its supply.
func audit(t testing.TB, c *rpc.Client, channel string) books {
	t.Helper()
	height, err := c.Height(t.Context())
	require.NoError(t, err)
	height++ // what was seen before is in this block at the latest
	require.NoError(t, c.WaitHeight(t.Context(), height+1))
	ctx := metadata.AppendToOutgoingContext(t.Context(), grpctypes.GRPCBlockHeightHeader, strconv.FormatInt(height, 10))
	bank := banktypes.NewQueryClient(c.Conn())
	res, err := bank.TotalSupply(ctx, &banktypes.QueryTotalSupplyRequest{Pagination: &query.PageRequest{Limit: 1000}})
	require.NoError(t, err)
	require.Empty(t, res.Pagination.NextKey)
	escrow := escrowOf(t, c, channel)
	b := books{chain: c.ChainID(), supply: map[string]sdkmath.Int{}, escrowed: map[string]sdkmath.Int{}}
	for _, coin := range res.Supply {
		owners, err := bank.DenomOwnersByQuery(ctx, &banktypes.QueryDenomOwnersByQueryRequest{Denom: coin.Denom, Pagination: &query.PageRequest{Limit: 1000}})
		require.NoError(t, err)
		require.Empty(t, owners.Pagination.NextKey)
		sum := sdkmath.ZeroInt()
		b.escrowed[coin.Denom] = sum
		for _, owner := range owners.DenomOwners {
			sum = sum.Add(owner.Balance.Amount)
			if owner.Address == escrow {
				b.escrowed[coin.Denom] = owner.Balance.Amount
			}
		}
		require.Equal(t, coin.Amount.String(), sum.String(), "balances of %s on %s", coin.Denom, b.chain)
		b.supply[coin.Denom] = coin.Amount
	}
	return b
}

// escrowOf is the escrow of a channel. The prefix of addresses differs between chains, so the chain says it.
func escrowOf(t testing.TB, c *rpc.Client, channel string) string {
	t.Helper()
	res, err := transfertypes.NewQueryClient(c.Conn()).EscrowAddress(t.Context(), &transfertypes.QueryEscrowAddressRequest{
		PortId: transfertypes.PortID, ChannelId: channel,
	})
	require.NoError(t, err)
	return res.EscrowAddress
}

// escrowed is what lies there now.
func escrowed(t testing.TB, c *rpc.Client, channel, denom string) sdkmath.Int {
	t.Helper()
	return balance(t, c, escrowOf(t, c, channel), denom)
}

// conserved requires of two chains without packets between them that on each the balances of every denom add up to its supply,
// and that of every denom of one as much circulates on the other as lies in the escrow of their channel.
func conserved(t testing.TB, a *rpc.Client, aChannel string, b *rpc.Client, bChannel string) {
	t.Helper()
	onA, onB := audit(t, a, aChannel), audit(t, b, bChannel)
	onA.backs(t, onB, bChannel)
	onB.backs(t, onA, aChannel)
}

// backs compares the escrow of a chain with what circulates of its denoms at the other end of the channel.
func (b books) backs(t testing.TB, other books, channel string) {
	t.Helper()
	seen := 0
	for denom := range b.supply {
		circulating, found := other.supply[voucher(denom, channel)]
		if found {
			seen++
		} else {
			circulating = sdkmath.ZeroInt()
		}
		require.Equal(t, circulating.String(), b.escrowed[denom].String(), "%s of %s abroad", denom, b.chain)
	}
	t.Logf("%s: %d denoms add up, %d of them circulate on %s and are backed to the unit", b.chain, len(b.supply), seen, other.chain)
}

// solvent requires that every revenue pool has what it owes.
func (w *world) solvent() {
	w.T.Helper()
	res, err := revsharetypes.NewQueryClient(w.Client.Conn()).Solvency(w.T.Context(), &revsharetypes.QuerySolvencyRequest{})
	require.NoError(w.T, err)
	require.True(w.T, res.Solvent)
}
