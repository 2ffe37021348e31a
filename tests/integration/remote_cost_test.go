package integration_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	imotypes "github.com/imochain/imod/x/imo/types"
)

// mostPacketGas is what a packet with a memo of ours may take of the relayer's gas, without its proof.
const mostPacketGas = 900_000

// storeCalls counts what is asked of stores.
type storeCalls struct {
	storetypes.GasMeter
	count int
}

// ConsumeGas implements storetypes.GasMeter.
func (m *storeCalls) ConsumeGas(amount storetypes.Gas, descriptor string) {
	switch descriptor {
	case storetypes.GasIterNextCostFlatDesc, storetypes.GasWriteCostFlatDesc, storetypes.GasReadCostFlatDesc, storetypes.GasHasDesc, storetypes.GasDeleteDesc:
		m.count++
	}
	m.GasMeter.ConsumeGas(amount, descriptor)
}

// packetCost is what the application does with a packet.
type packetCost struct {
	calls int
	gas   uint64
}

// packetCosts are the costs of every action of a packet with so many bids of others in the book, in total always as much.
func packetCosts(t *testing.T, bids int) map[string]packetCost {
	t.Helper()
	j := newJob(t)
	a := j.goAbroad(j.bo, imo(1000))
	offering := j.openBatch()
	var msgs []sdk.Msg
	for i := range bids {
		owner := sdk.AccAddress(binary.BigEndian.AppendUint64(make([]byte, 12, 20), uint64(1_000_000+i)))
		msgs = append(msgs, &imotypes.MsgPlaceBid{
			Bidder: j.dee.String(), Owner: owner.String(), OfferingId: 1, Amount: coin(imo(2600).QuoRaw(int64(bids))),
			MaxPrice: sdkmath.NewIntWithDecimal(int64(1+i%8), 17), TermsHash: offering.TermsHash,
		})
	}
	j.batch(soon, j.dee, msgs, 25)
	for j.Height() < 60 { // epochs begin at the same steps
		j.NextAfter(soon)
	}
	costs := map[string]packetCost{}
	measure := func(name string, amount sdkmath.Int, memo string) {
		t.Helper()
		meter := &storeCalls{GasMeter: storetypes.NewInfiniteGasMeter()}
		h := &hostile{a, j.Context().WithGasMeter(meter)}
		require.Equal(t, answer{done: true}, h.say(a.who.String(), a.who.String(), amount, memo), name)
		costs[name] = packetCost{meter.count, meter.GasConsumed()}
	}
	goes, one := home(a, ""), sdkmath.OneInt()
	bid := bidMemo(offering.TermsHash, "self", home(a, refundHome))
	measure("plain transfer", one, "")
	measure("bid", imo(100), bid)
	require.True(t, a.ask(imo(200), bidMemo(offering.TermsHash, "self", "")).Success())
	measure("cancel", one, fmt.Sprintf(`{"imo":{"cancel":{"offering_id":"1","bid_id":"%d"%s}}}`, bids+1, goes))
	j.NextAfter(200 * time.Second)
	for range 4 { // many bids take more than a block to clear
		j.NextAfter(soon)
	}
	require.Equal(t, imotypes.OFFERING_STATUS_SUCCEEDED, j.offeringStatus())
	collect := `{"imo":{"collect":{"offering_id":"1"` + home(a, allHome) + `}}}`
	measure("collect", one, collect)
	require.True(t, a.ask(one, `{"imo":{"collect":{"offering_id":"1"}}}`).Success())
	measure("exit", one, `{"imo":{"exit":{"model_id":"1","amount":"1000000000000000000"`+goes+`}}}`)
	measure("deposit", imo(50), `{"imo":{"deposit":{"model_id":"1"}}}`)
	require.True(t, a.ask(imo(50), `{"imo":{"deposit":{"model_id":"1"}}}`).Success())
	for range 20 {
		j.NextAfter(soon)
	}
	measure("claim", one, `{"imo":{"claim":{"model_id":"1"`+goes+`}}}`)
	measure("withdraw", one, fmt.Sprintf(`{"imo":{"withdraw":{"denom":"%s"%s}}}`, j.denom, goes))
	measure("request", imo(2), `{"imo":{"request":{"model_id":"1","input":"red on blue"}}}`)
	return costs
}

// TestIBCCost: a packet makes the same calls to stores with ten bids in the book and with many, and its gas is bounded. The
// longest memo costs what its bytes cost.
func TestIBCCost(t *testing.T) {
	few, many := packetCosts(t, 10), packetCosts(t, *crowd)
	var names []string
	for name := range few {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t.Logf("| %-14s | %7d | %4d |", name, many[name].gas, many[name].calls)
		require.Equal(t, few[name].calls, many[name].calls, name)
		require.InDelta(t, few[name].gas, many[name].gas, 5_000, "%s: ids and amounts have more digits", name)
		require.Less(t, many[name].gas, uint64(mostPacketGas), name)
	}
}
