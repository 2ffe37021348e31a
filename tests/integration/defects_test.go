package integration_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// The defects of ERC-7641's reference implementation, turned round: each through the token contract.

// earn sends native coins to the token, with gas enough to be credited.
func (j *job) earn(token common.Address, amount sdkmath.Int) {
	j.T.Helper()
	ok(j.T, j.Next(j.EthTx(j.eve, chain.Call{To: &token, Value: amount.BigInt(), Gas: 400_000})))
}

// lying is what lies in the accounts of the pool and of its tills.
func (j *job) lying() sdkmath.Int {
	j.T.Helper()
	sum := j.Balance(revsharetypes.PoolAddress(1), app.BaseDenom)
	for till := range uint32(revsharetypes.Tills) {
		sum = sum.Add(j.Balance(revsharetypes.TillAddress(1, till), app.BaseDenom))
	}
	return sum
}

func (j *job) epoch() uint64 {
	j.T.Helper()
	epoch, err := j.App().RevShareKeeper.CurrentEpoch(j.Context())
	require.NoError(j.T, err)
	return epoch
}

// pass lets every drip end.
func (j *job) pass() {
	j.T.Helper()
	for range 20 {
		j.Next()
	}
}

func (j *job) due(who chain.Account, token common.Address) *big.Int {
	j.T.Helper()
	return j.view(token, "token", "claimableRevenue", who.EVM(), big.NewInt(1<<40))[0].(*big.Int)
}

// A snapshot taken in the transaction after a purchase gives the buyer nothing of the money that lay
// there, at any place of the deposit within its epoch; nor do tokens that leave again in the epoch.
func TestBuyerAfterDepositGetsNothing(t *testing.T) {
	j, token := soldToken(t)
	for offset := range 4 { // epochs are of four blocks
		j.pass()
		for j.Height()%4 != int64(offset) {
			j.Next()
		}
		had := new(big.Int).Set(j.due(j.chi, token))
		block := j.NewBlock().Eth(j.eve, chain.Call{To: &token, Value: imo(60).BigInt(), Gas: 400_000}).
			Eth(j.bo, chain.Call{To: &token, Data: j.packToken("transfer", j.eve.EVM(), imo(900).BigInt())}).
			Eth(j.eve, chain.Call{To: &token, Data: j.packToken("snapshot")}).
			Eth(j.eve, chain.Call{To: &token, Data: j.packToken("transfer", j.bo.EVM(), imo(900).BigInt())})
		ok(t, j.Next(block.Txs...))
		j.pass()
		require.Zero(t, j.due(j.eve, token).Sign(), "held 900 tokens for an instant, in block %d of the epoch", offset)
		require.Equal(t, j.due(j.bo, token), j.due(j.dee, token), "who lent them lost nothing")
		require.Positive(t, j.due(j.chi, token).Cmp(had))
	}
	j.earn(token, imo(60))
	deposited := j.epoch()
	j.call(j.bo, token, "token", nil, "transfer", j.eve.EVM(), imo(1000).BigInt())
	j.pass()
	late := j.view(token, "token", "revenueOf", j.eve.EVM(), new(big.Int).SetUint64(deposited))[0].(*big.Int)
	require.Zero(t, late.Sign(), "of the epoch of the deposit a later buyer gets nothing")
}

// A batch skips ids without anything to pay; a single claim of nothing reverts; what the view says is
// what is paid, for the latest of the batch at once.
func TestBatchSkipsEmptyIDs(t *testing.T) {
	j, token := soldToken(t)
	empty := []*big.Int{big.NewInt(0), big.NewInt(1)}
	j.call(j.bo, token, "token", nil, "claimBatch", empty)
	went, why := j.attempt(j.bo, chain.Call{To: &token, Data: j.packToken("claim", big.NewInt(1))})
	require.False(t, went)
	require.Contains(t, why, "nothing to claim")
	j.earn(token, imo(60))
	j.pass()
	due := j.due(j.bo, token)
	require.Positive(t, due.Sign())
	pool := j.lying()
	j.call(j.bo, token, "token", nil, "claimBatch", append(empty, new(big.Int).SetUint64(j.epoch()-1), big.NewInt(2)))
	require.Equal(t, due, pool.Sub(j.lying()).BigInt())
	j.call(j.bo, token, "token", nil, "claimBatch", empty)
}

// A contract that holds tokens is not paid at a stranger's request, so nothing can be skimmed from it,
// and it strands nobody else's money: what others are owed does not depend on it.
func TestClaimForContractRefused(t *testing.T) {
	j, token := soldToken(t)
	vault := crypto.CreateAddress(j.eve.EVM(), j.App().EVMKeeper.GetNonce(j.Context(), j.eve.EVM()))
	// The smallest contract: init code that returns one STOP.
	deployed := j.Next(j.EthTx(j.eve, chain.Call{Data: common.FromHex("0x6001600081601c8239f300")}))
	require.Empty(t, decodeResponse(t, deployed[len(deployed)-1].Data).VmError)
	j.call(j.bo, token, "token", nil, "transfer", vault, imo(500).BigInt())
	j.pass()
	j.earn(token, imo(60))
	j.pass()
	due := j.view(token, "token", "claimableRevenue", vault, big.NewInt(1<<40))[0].(*big.Int)
	require.Positive(t, due.Sign())
	went, why := j.attempt(j.eve, chain.Call{To: &token, Data: j.packToken("claimFor", vault)})
	require.False(t, went)
	require.Contains(t, why, "claim for this holder refused")
	require.True(t, j.Balance(vault.Bytes(), app.BaseDenom).IsZero())
	for _, who := range []chain.Account{j.bo, j.chi, j.dee} {
		j.call(who, token, "token", nil, "claim", big.NewInt(1<<40))
		require.Zero(t, j.due(who, token).Sign())
	}
	require.NoError(t, j.App().RevShareKeeper.CheckInvariants(j.Context()))
}

// Equal holders lose nothing to rounding, however often dust comes in and is claimed.
func TestDustOverTime(t *testing.T) {
	j, token := soldToken(t)
	j.pass()
	total := map[string]*big.Int{}
	for range 12 {
		j.earn(token, sdkmath.NewInt(17))
		for range 5 {
			j.Next()
		}
		for _, who := range []chain.Account{j.bo, j.chi} {
			due := j.due(who, token)
			if due.Sign() == 0 {
				continue
			}
			pool := j.lying()
			j.call(who, token, "token", nil, "claim", big.NewInt(1<<40))
			paid := pool.Sub(j.lying()) // an epoch may have closed since the view
			require.True(t, paid.GTE(sdkmath.NewIntFromBigInt(due)))
			if total[who.Name] == nil {
				total[who.Name] = new(big.Int)
			}
			total[who.Name].Add(total[who.Name], paid.BigInt())
		}
	}
	j.pass()
	for _, who := range []chain.Account{j.bo, j.chi} {
		total[who.Name].Add(total[who.Name], j.due(who, token))
	}
	require.Equal(t, j.due(j.dee, token), total[j.bo.Name], "who claimed dust each time has as much as who waited")
	require.Equal(t, total[j.bo.Name], total[j.chi.Name])
}
