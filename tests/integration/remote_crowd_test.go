package integration_test

import (
	"encoding/binary"
	"flag"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// soon is the time between blocks of tests that need many.
const soon = 100 * time.Millisecond

var crowd = flag.Int("crowd", 100, "purchases in flight at the close of a sale")

// batch puts messages into transactions of one account and those into blocks, the first of them after a while, and returns the
// results in order.
func (j *job) batch(after time.Duration, from chain.Account, msgs []sdk.Msg, each int) []*abci.ExecTxResult {
	j.T.Helper()
	const gas = 25_000_000
	var out []*abci.ExecTxResult
	for msgs := range slices.Chunk(msgs, 2*each) { // two transactions fill a block
		var txs [][]byte
		for part := range slices.Chunk(msgs, each) {
			txs = append(txs, j.TxWithGas(from, uint64(len(txs)), gas, part...))
		}
		results := j.NextAfter(after, txs...)
		after = soon
		ok(j.T, results)
		out = append(out, results[len(results)-len(txs):]...)
	}
	return out
}

// acks are the acknowledgements that transactions wrote, in the order of their packets.
func (r *road) acks(results []*abci.ExecTxResult) [][]byte {
	r.T.Helper()
	var out [][]byte
	for _, result := range results {
		out = append(out, r.hexAttributes(result, "write_acknowledgement", "packet_ack_hex")...)
	}
	return out
}

// TestIBCCrowd: many purchases are in flight when a sale closes. Those that arrive in time are filled, the rest of their money
// goes home by the crank; those that come late are refunded; on both chains not a unit is missing.
func TestIBCCrowd(t *testing.T) {
	const each = 25
	count := *crowd
	j := newJob(t)
	funds := imo(5000)
	a := j.goAbroad(j.bo, funds)
	offering := j.openBatch()
	amount := imo(4500).QuoRaw(int64(count))
	memo := bidMemo(offering.TermsHash, "", home(a, refundHome))
	owner := func(i int) sdk.AccAddress {
		return binary.BigEndian.AppendUint64(make([]byte, 12, 20), uint64(1_000_000+i))
	}

	var sends []sdk.Msg
	for i := range count {
		sends = append(sends, a.transfer(a.far, sdk.NewCoin(a.voucher(app.BaseDenom), amount), a.who, owner(i).String(), memo))
	}
	var flying []parcel
	for _, result := range j.batch(soon, a.who, sends, each) {
		flying = append(flying, a.parcels(result)...)
	}
	require.Len(t, flying, count)

	arrive := func(after time.Duration, parcels []parcel) [][]byte {
		var msgs []sdk.Msg
		for _, p := range parcels {
			msgs = append(msgs, a.arrives(p))
		}
		return a.acks(j.batch(after, a.relayer, msgs, each))
	}
	// Half arrive in time, a quarter in the last moments, a quarter in the block that closes the sale and behind it.
	left := func() time.Duration {
		o, _, err := j.App().IMOKeeper.Offering(j.Context(), 1)
		require.NoError(t, err)
		return o.EndTime.Sub(j.Time())
	}
	inTime, late := count/2, count*3/4
	raw := arrive(soon, flying[:inTime])
	raw = append(raw, arrive(left()-2*time.Second, flying[inTime:late])...)
	raw = append(raw, arrive(left(), flying[late:])...)
	j.NextAfter(200 * time.Second)
	j.Next()
	require.Equal(t, imotypes.OFFERING_STATUS_SUCCEEDED, j.offeringStatus())
	require.Len(t, raw, count)
	var acks, cranks []sdk.Msg
	for i, p := range flying {
		acks = append(acks, a.acknowledges(p, raw[i]))
	}
	j.batch(soon, a.relayer, acks, each)

	state := j.imoGenesis()
	require.Len(t, state.Bids, late)
	cost := sdkmath.ZeroInt()
	for _, bid := range state.Bids {
		cost = cost.Add(bid.Cost)
		require.True(t, bid.Tokens.IsPositive(), "bid %d", bid.Id)
		if bid.Amount.Amount.GT(bid.Cost) {
			cranks = append(cranks, refundOf(j.chi, bid.Id))
		}
	}
	var homes []parcel
	for _, result := range j.batch(soon, j.chi, cranks, each) {
		homes = append(homes, a.parcels(result)...)
	}
	require.NotEmpty(t, homes, "more than the cap was offered")
	require.Len(t, homes, len(cranks))
	raw = arrive(soon, homes)
	acks = nil
	for i, p := range homes {
		acks = append(acks, a.acknowledges(p, raw[i]))
	}
	j.batch(soon, a.relayer, acks, each)

	o, _, err := j.App().IMOKeeper.Offering(j.Context(), 1)
	require.NoError(t, err)
	t.Logf("%d purchases, %d in time, %d refunds home, spent %s, refunded %s, proceeds %s", count, len(state.Bids), len(homes), cost, o.Refunded, o.Proceeds)
	require.Equal(t, funds.Sub(cost).String(), a.held(), "everything that bought nothing is home")
	require.Equal(t, cost.String(), o.Proceeds.String())
	a.conserved()
	require.NoError(t, j.App().IMOKeeper.CheckInvariants(j.Context()))
}
