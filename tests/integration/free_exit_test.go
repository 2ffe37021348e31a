package integration_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	imotypes "github.com/imochain/imod/x/imo/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// free signs a message without a fee.
func (j *job) free(from chain.Account, msg sdk.Msg) []byte {
	return j.TxWithFee(from, 0, 500_000, nil, msg)
}

// says what the pool answers to a transaction, nothing if it takes it.
func (j *job) pool(tx []byte) string {
	j.T.Helper()
	res, err := j.App().CheckTx(&abci.RequestCheckTx{Tx: tx, Type: abci.CheckTxType_New})
	require.NoError(j.T, err)
	if res.Code == 0 {
		return ""
	}
	return res.Log
}

// poor are people who have no coin at all, each with a bid that bo placed.
func (j *job) poor(count int, amount sdkmath.Int, terms string) []chain.Account {
	j.T.Helper()
	var people []chain.Account
	var bids []sdk.Msg
	for i := range count {
		who := chain.NewAccount(fmt.Sprintf("poor %d", i))
		people = append(people, who)
		bids = append(bids, &imotypes.MsgPlaceBid{
			Bidder: j.bo.String(), Owner: who.String(), OfferingId: 1, Amount: coin(amount), MaxPrice: sdkmath.NewIntWithDecimal(9, 17), TermsHash: terms,
		})
	}
	ok(j.T, j.Next(j.TxWithGas(j.bo, 0, uint64(count)*300_000, bids...)))
	return people
}

// TestFreeExitsFromAFailedSale: owners without any coin take their refunds, at most so many in a block and one of each in a
// while; nothing else goes without a fee.
func TestFreeExitsFromAFailedSale(t *testing.T) {
	j := newJob(t)
	offering := j.openBatch()
	people := j.poor(imotypes.MaxFreeExits+3, imo(1), offering.TermsHash)
	require.Contains(t, j.pool(j.free(people[0], refundOf(people[0], 0))), imotypes.ErrNothingToCollect.Error(), "what would fail is not free")
	cancel := func(who chain.Account, bid uint64) *imotypes.MsgCancelBid {
		return &imotypes.MsgCancelBid{Owner: who.String(), OfferingId: 1, BidId: bid}
	}
	require.Contains(t, j.pool(j.free(people[1], cancel(people[1], 1))), imotypes.ErrNotOwner.Error())
	ok(t, j.Next(j.free(people[0], cancel(people[0], 1))))
	require.Equal(t, imo(1), j.Balance(people[0].Address(), app.BaseDenom))
	people = people[1:]

	j.NextAfter(200 * time.Second)
	j.Next()
	require.Equal(t, imotypes.OFFERING_STATUS_FAILED, j.offeringStatus())
	for name, tx := range map[string][]byte{
		"two messages":     j.TxWithFee(people[0], 0, 500_000, nil, refundOf(people[0], 0), refundOf(people[0], 0)),
		"half a block":     j.TxWithFee(people[0], 0, 30_000_000, nil, refundOf(people[0], 0)),
		"for another":      j.free(people[0], &imotypes.MsgCollectRefund{Sender: people[0].String(), OfferingId: 1, Owner: people[1].String()}),
		"nothing to claim": j.free(people[0], &revsharetypes.MsgClaim{Holder: people[0].String(), ShareDenom: j.denom}),
		"a transfer":       j.free(people[0], banktypes.NewMsgSend(people[0].Address(), j.bo.Address(), sdk.NewCoins(coin(imo(1))))),
		"a rich owner":     j.free(j.bo, refundOf(j.bo, 0)),
		"in a long coat":   padded(j.Chain, people[0], j.free(people[0], refundOf(people[0], 0)), 4096),
	} {
		require.NotEmpty(t, j.pool(tx), name)
		results := j.Execute(time.Second, [][]byte{tx})
		require.NotZero(t, results[len(results)-1].Code, name)
	}

	var block [][]byte
	for _, who := range people {
		block = append(block, j.free(who, refundOf(who, 0)))
	}
	results := j.Execute(time.Second, block)
	for i, result := range results {
		if i < imotypes.MaxFreeExits {
			require.Zero(t, result.Code, result.Log)
			require.Equal(t, imo(1), j.Balance(people[i].Address(), app.BaseDenom), "to the unit")
		} else {
			require.Contains(t, result.Log, imotypes.ErrFreeExit.Error())
		}
	}
	for _, who := range people[imotypes.MaxFreeExits:] {
		tx := j.free(who, refundOf(who, 0))
		require.Empty(t, j.pool(tx), "the next block has room")
		ok(t, j.Next(tx))
	}
	require.NoError(t, j.App().IMOKeeper.CheckInvariants(j.Context()))
}

// TestFreeExitsOfAHolder: an owner without gas coin collects tokens and claims revenue, one free exit after the other with the
// gap between them, which is long; with coins to pay there is nothing free.
func TestFreeExitsOfAHolder(t *testing.T) {
	j := newJob(t)
	offering := j.openBatch()
	who := j.poor(1, imo(400), offering.TermsHash)[0]
	j.NextAfter(200 * time.Second)
	j.Next()
	require.Equal(t, imotypes.OFFERING_STATUS_SUCCEEDED, j.offeringStatus())
	collect := &imotypes.MsgCollectAllocation{Sender: who.String(), OfferingId: 1}
	tx, next := j.free(who, collect), j.TxWithFee(who, 1, 500_000, nil, collect)
	require.Empty(t, j.pool(tx))
	require.Contains(t, j.pool(next), imotypes.ErrFreeExit.Error(), "a second one while the first waits")
	ok(t, j.Next(tx))
	require.True(t, j.Balance(who.Address(), j.denom).IsPositive())

	ok(t, j.Next(j.Tx(j.bo, &revsharetypes.MsgDeposit{Depositor: j.bo.String(), ShareDenom: j.denom, Amount: coin(imo(50))})))
	for range 20 {
		j.Next()
	}
	claim := &revsharetypes.MsgClaim{Holder: who.String(), ShareDenom: j.denom}
	require.Contains(t, j.pool(j.free(who, claim)), imotypes.ErrFreeExit.Error(), "not so soon")
	noted := j.Height()
	for j.Height() < noted+imotypes.FreeExitGap {
		j.NextAfter(time.Millisecond)
	}
	ok(t, j.Next(j.free(who, claim)))
	require.True(t, j.Balance(who.Address(), app.BaseDenom).GT(imo(1)))
	refused := j.pool(j.free(who, &imotypes.MsgExit{Holder: who.String(), Amount: sdk.NewCoin(j.denom, sdkmath.NewInt(1000))}))
	require.True(t, strings.Contains(refused, "fee"), refused)
}
