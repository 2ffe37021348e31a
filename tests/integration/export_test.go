package integration_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	aigctypes "github.com/imochain/imod/x/aigc/types"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// TestExportImport exports a chain with a sold model, unclaimed revenue, an open request and a
// minted picture, starts a new one from it, exports that, and compares the bytes of every module.
// Then life goes on: the holder claims on the new chain.
func TestExportImport(t *testing.T) {
	j := newJob(t)
	c := j.Chain
	j.sell()
	ok(t, c.Next(c.Tx(j.ana, &aigctypes.MsgCreateCollection{
		Creator: j.ana.String(), ModelId: 1, Name: "Tiny works", Symbol: "TINY", RoyaltyPoolBps: 500, SupplyLimit: 100,
		MintPrice: coin(imo(2)), MintPolicy: aigctypes.MINT_POLICY_ANYONE,
	})))
	ok(t, c.Next(c.Tx(j.eve, &aigctypes.MsgMint{
		Minter: j.eve.String(), CollectionId: 1, Version: 1, Seed: 11, Input: []byte("red"), MaxFee: coins(imo(2)),
	})))
	ok(t, c.Next(c.Tx(j.dee, &revsharetypes.MsgDeposit{Depositor: j.dee.String(), ShareDenom: j.denom, Amount: coin(imo(30))})))
	for range 12 {
		c.Next()
	}
	j.worker.Paused = true // the last request stays open
	ok(t, c.Next(c.Tx(j.eve, &oracletypes.MsgRequestInference{
		Requester: j.eve.String(), ModelId: 1, Input: []byte("blue"), Seed: 6, MaxFee: coins(imo(2)),
	})))
	c.Next()

	exported, err := c.App().ExportAppStateAndValidators(false, nil, nil)
	require.NoError(t, err)
	due := j.claimable(j.bo, 1<<62)
	require.True(t, due.IsPositive())

	next := c.Import(exported)
	again := next.ExportUncommitted()
	var first, second map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(exported.AppState, &first))
	require.NoError(t, json.Unmarshal(again, &second))
	for _, module := range []string{
		imotypes.ModuleName, revsharetypes.ModuleName, oracletypes.ModuleName, aigctypes.ModuleName,
		"auth", "bank", "staking", "distribution", "slashing", "gov", "mint", "evm", "erc20", "feemarket", "ibc", "transfer",
	} {
		require.JSONEq(t, string(first[module]), string(second[module]), module)
		require.Equal(t, string(first[module]), string(second[module]), "bytes of %s", module)
	}

	j.Chain = next
	next.Next()
	require.True(t, j.claimable(j.bo, 1<<62).GTE(due))
	ok(t, next.Next(next.Tx(j.bo, &revsharetypes.MsgClaim{Holder: j.bo.String(), ShareDenom: j.denom})))
	require.NoError(t, next.App().RevShareKeeper.CheckInvariants(next.Context()))
	require.NoError(t, next.App().IMOKeeper.CheckInvariants(next.Context()))
	require.NoError(t, next.App().AIGCKeeper.Invariants(next.Context()))
	require.Equal(t, imo(1000), j.erc20Balance(j.bo), "the ERC-20 contract answers after import")

	j.worker.Paused = false
	next.Worker = j.worker
	for range 3 {
		next.Next()
	}
	request, err := next.App().OracleKeeper.Request(next.Context(), 2)
	require.NoError(t, err)
	require.Equal(t, oracletypes.RequestStatus_REQUEST_STATUS_FINAL, request.Status, "the open request is answered on the new chain")
}
