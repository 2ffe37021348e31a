package integration_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	"github.com/imochain/imod/app"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// bidMemo is a bid in the offering of the job, for the receiver when no owner is named; fields come on top.
func bidMemo(terms, owner, fields string) string {
	if owner == "" {
		return fmt.Sprintf(`{"imo":{"bid":{"offering_id":"1","max_price":"900000000000000000","terms_hash":"%s"%s}}}`, terms, fields)
	}
	return fmt.Sprintf(`{"imo":{"bid":{"offering_id":"1","max_price":"900000000000000000","terms_hash":"%s","owner":"%s"%s}}}`, terms, owner, fields)
}

func home(a *abroad, parts string) string {
	return fmt.Sprintf(`,"home":{"receiver":"%s"%s}`, a.who, parts)
}

const (
	refundHome = `,"what":["refund"]`
	allHome    = `,"what":["refund","tokens"]`
)

// TestIBCv1v2: all that an investor on another chain does, and all that is refused, goes the same over both versions of IBC:
// after every packet the answers, the state of the offerings and the coins on both chains are equal.
func TestIBCv1v2(t *testing.T) {
	for _, c := range []struct {
		name string
		way  func(*testing.T, *abroad)
	}{
		{"investor", investorsWay}, {"refused", refusals}, {"refund home", refundHomeAgain}, {"tokens home", tokensHome},
	} {
		t.Run(c.name, func(t *testing.T) {
			var seen [2][]string
			for i, open := range []func(*job) *road{(*job).overV1, (*job).overV2} {
				j := newJobFrom(t, twoWays())
				a := open(j).invest(j.bo, imo(5000))
				c.way(t, a)
				seen[i] = a.seen
			}
			require.NotEmpty(t, seen[0])
			require.Equal(t, seen[0], seen[1])
		})
	}
}

// investorsWay: an investor on another chain buys with one transfer, and collects, earns, claims and leaves by memos, without a
// key or a coin for gas here.
func investorsWay(t *testing.T, a *abroad) {
	j := a.job
	offering := j.openBatch()

	require.True(t, a.ask(imo(400), bidMemo(offering.TermsHash, "self", "")).Success())
	require.Equal(t, imo(4600).String(), a.held())
	ok(t, j.Next(j.Tx(j.dee, &imotypes.MsgPlaceBid{ // what is above the price of the sale comes back
		Bidder: j.dee.String(), OfferingId: 1, Amount: coin(imo(600)), MaxPrice: sdkmath.NewIntWithDecimal(9, 17), TermsHash: offering.TermsHash,
	})))
	j.NextAfter(200 * time.Second)
	j.Next()
	require.Equal(t, imotypes.OFFERING_STATUS_SUCCEEDED, j.offeringStatus())
	denom := j.denom
	var allocation imotypes.Allocation
	for _, one := range j.imoGenesis().Allocations {
		if one.Owner == a.account().String() {
			allocation = one
		}
	}

	require.True(t, a.ask(sdkmath.NewInt(1), fmt.Sprintf(`{"imo":{"collect":{"offering_id":"1"%s}}}`, home(a, refundHome))).Success())
	require.Equal(t, allocation.Tokens.String(), j.Balance(a.account(), denom).String(), "tokens stay and earn")

	// Revenue by a transfer with a memo, from the same investor; it reaches all holders.
	require.True(t, a.ask(imo(50), `{"imo":{"deposit":{"model_id":"1"}}}`).Success())
	for range 20 { // epochs of four blocks, three of them to release it
		j.Next()
	}
	claimable, err := j.App().RevShareKeeper.ClaimableRevenue(j.Context(), denom, a.account(), 1<<60)
	require.NoError(t, err)
	require.True(t, claimable.AmountOf(app.BaseDenom).IsPositive())
	before := a.heldOf(app.BaseDenom)
	require.True(t, a.ask(sdkmath.NewInt(1), fmt.Sprintf(`{"imo":{"claim":{"model_id":"1"%s}}}`, home(a, ""))).Success())
	// The units that came with this memo and with the one before, which had no refund to send, come home as well.
	got := a.heldOf(app.BaseDenom).Sub(before)
	require.Equal(t, claimable.AmountOf(app.BaseDenom).AddRaw(1).String(), got.String())

	// Half of the tokens leave by an exit, the rest go home.
	half := allocation.Tokens.QuoRaw(2)
	require.True(t, a.ask(sdkmath.NewInt(1), fmt.Sprintf(`{"imo":{"exit":{"model_id":"1","amount":"%s"%s}}}`, half, home(a, ""))).Success())
	require.True(t, a.ask(sdkmath.NewInt(1), fmt.Sprintf(`{"imo":{"withdraw":{"denom":"%s"%s}}}`, denom, home(a, ""))).Success())
	require.Equal(t, allocation.Tokens.Sub(half).String(), a.heldOf(denom).String())
	require.Equal(t, "0", j.Balance(a.account(), denom).String())
	a.conserved(denom)
}

// refusals: what cannot be done comes back to the last unit, with a code that says why, and leaves nothing here.
func refusals(t *testing.T, a *abroad) {
	j := a.job
	offering := j.openBatch()
	valid := bidMemo(offering.TermsHash, "self", "")
	for _, c := range []struct {
		name   string
		memo   string
		amount sdkmath.Int
		code   int
	}{
		{"unknown offering", strings.Replace(valid, `"1"`, `"9"`, 1), imo(100), 7},
		{"wrong terms", bidMemo(strings.Repeat("0", 64), "self", ""), imo(100), 9},
		{"below the minimum", valid, sdkmath.NewInt(5), 11},
		{"over the cap", valid, imo(2001), 12},
		{"below the lowest price", strings.Replace(valid, "900000000000000000", "5", 1), imo(100), 13},
		{"owner is neither self nor the receiver", bidMemo(offering.TermsHash, j.dee.String(), ""), imo(100), 5},
		{"unknown field", strings.Replace(valid, `"owner"`, `"boss"`, 1), imo(100), 2},
		{"number without quotes", strings.Replace(valid, `"1"`, `1`, 1), imo(100), 2},
		{"field twice", strings.Replace(valid, `"owner"`, `"owner":"self","owner"`, 1), imo(100), 2},
		{"two actions", `{"imo":{"deposit":{"model_id":"1"},"claim":{"model_id":"1"}}}`, imo(100), 2},
		{"two hooks", strings.Replace(valid, `{"imo"`, `{"forward":{"receiver":"x","port":"transfer","channel":"channel-0"},"imo"`, 1), imo(100), 3},
		{"a callback besides", strings.Replace(valid, `{"imo"`, `{"dest_callback":{"address":"0x0000000000000000000000000000000000000a01"},"imo"`, 1), imo(100), 3},
		{"both besides", strings.Replace(valid, `{"imo"`, `{"forward":{"receiver":"x","port":"transfer","channel":"channel-0","retries":2},"src_callback":{"address":"x"},"imo"`, 1), imo(100), 3},
		{"cut off", valid[:len(valid)-2], imo(100), 2},
		{"longer than 4 KiB", strings.Replace(valid, `{"imo"`, `{`+strings.Repeat(" ", 4096)+`"imo"`, 1), imo(100), 2},
		{"nobody to pay revenue to", `{"imo":{"deposit":{"model_id":"9"}}}`, imo(100), 7},
		{"request of an unknown model", `{"imo":{"request":{"model_id":"9","input":"a"}}}`, imo(100), 7},
		{"request above the packet", `{"imo":{"request":{"model_id":"1","input":"a","max_fee":"200000000000000000000"}}}`, imo(100), 17},
		{"cancel of nothing", `{"imo":{"cancel":{"offering_id":"1","bid_id":"7"}}}`, imo(1), 7},
		{"claim of nothing", `{"imo":{"claim":{"model_id":"1"}}}`, imo(1), 16},
		{"exit of nothing", `{"imo":{"exit":{"model_id":"1","amount":"1"}}}`, imo(1), 16},
		{"withdrawal of nothing", fmt.Sprintf(`{"imo":{"withdraw":{"denom":"%s"%s}}}`, j.denom, home(a, "")), imo(1), 16},
	} {
		state, held := j.imoState(), a.held()
		ack := a.ask(c.amount, c.memo)
		require.False(t, ack.Success(), c.name)
		require.Equal(t, c.code, ack.code, c.name)
		require.Equal(t, held, a.held(), "%s: refunded to the unit", c.name)
		require.Equal(t, state, j.imoState(), c.name)
		require.Equal(t, "0", j.Balance(a.account(), app.BaseDenom).String(), c.name)
	}
	require.True(t, a.ask(imo(100), `{"note":"no hook of ours"}`).Success(), "another memo is a plain transfer")
	a.conserved()
}
