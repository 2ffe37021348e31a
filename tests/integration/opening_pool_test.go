package integration_test

import (
	"encoding/binary"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/tx"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
)

// padded adds a field that decoders skip to the body of a transaction, and signs it again.
func padded(c *chain.Chain, from chain.Account, signed []byte, size int) []byte {
	c.T.Helper()
	var raw tx.TxRaw
	require.NoError(c.T, raw.Unmarshal(signed))
	raw.BodyBytes = binary.AppendUvarint(raw.BodyBytes, 2046<<3|2) // a field of bytes whose number says that it is not critical
	raw.BodyBytes = binary.AppendUvarint(raw.BodyBytes, uint64(size))
	raw.BodyBytes = append(raw.BodyBytes, make([]byte, size)...)
	account := c.App().AccountKeeper.GetAccount(c.Context(), from.Address())
	document := tx.SignDoc{BodyBytes: raw.BodyBytes, AuthInfoBytes: raw.AuthInfoBytes, ChainId: chain.ID, AccountNumber: account.GetAccountNumber()}
	bytes, err := document.Marshal()
	require.NoError(c.T, err)
	signature, err := from.Key.Sign(bytes)
	require.NoError(c.T, err)
	raw.Signatures = [][]byte{signature}
	out, err := raw.Marshal()
	require.NoError(c.T, err)
	return out
}

// TestFreeOpeningInThePool: the class of free transactions on the pool that a node runs, which checks a
// transaction when it comes in and again after every block: what is right goes in once, is passed on
// and proposed, and leaves the pool with its block; nothing else enters, not even in a long coat.
func TestFreeOpeningInThePool(t *testing.T) {
	c := newProving(t, &chain.Follower{Name: "main", Pool: true})
	c.worker.Paused = true // no proposer opens
	insert := func(signed []byte) string {
		t.Helper()
		res, err := c.App().CheckTx(&abci.RequestCheckTx{Tx: signed, Type: abci.CheckTxType_New})
		require.NoError(t, err)
		if res.Code == abci.CodeTypeOK {
			return ""
		}
		return res.Log
	}
	free := func(i int, ahead uint64) []byte {
		operator := c.Validators[i].Operator
		return c.TxWithFee(operator, ahead, 400_000, nil, c.opening(i, operator))
	}
	pool, eve := c.App().GetMempool(), c.Account("eve")
	for i := range c.Validators { // right to the last byte, and not hers
		require.Contains(t, insert(c.TxWithFee(eve, 0, 400_000, nil, c.opening(i, eve))), "neither operator nor courier")
	}
	require.Contains(t, insert(padded(c.Chain, c.Validators[0].Operator, free(0, 0), 100_000)), "a free transaction of this kind may have")
	require.Zero(t, pool.CountTx())
	require.Empty(t, insert(padded(c.Chain, c.Validators[1].Operator, free(1, 0), 100)), "control: a short field does no harm")
	good := free(0, 0)
	require.Empty(t, insert(good))
	require.NotEmpty(t, insert(good), "the same again")
	require.NotEmpty(t, insert(free(0, 1)), "a copy behind it")
	inserted, err := c.App().InsertTx(&abci.RequestInsertTx{Tx: free(2, 0)})
	require.NoError(t, err)
	require.Equal(t, abci.CodeTypeOK, inserted.Code)
	require.Eventually(t, func() bool { return pool.CountTx() == 3 }, 10*time.Second, 10*time.Millisecond)
	reaped, err := c.App().ReapTxs(&abci.RequestReapTxs{MaxBytes: 1 << 20, MaxGas: 1 << 40})
	require.NoError(t, err)
	require.Len(t, reaped.Txs, 3, "they are passed on")

	before := c.Balance(c.Validators[0].Operator.Address(), app.BaseDenom)
	results := c.Next()
	require.Len(t, results, 3)
	ok(t, results)
	require.Equal(t, before, c.Balance(c.Validators[0].Operator.Address(), app.BaseDenom), "it cost nothing")
	require.NotEmpty(t, insert(free(0, 0)), "it is opened")
	c.Next()
	require.Eventually(t, func() bool { return pool.CountTx() == 0 }, 10*time.Second, 10*time.Millisecond, "nothing stays behind")
}
