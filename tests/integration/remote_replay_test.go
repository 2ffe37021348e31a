package integration_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/imochain/imod/app"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// TestIBCReplay: a packet, an acknowledgement or a time-out that is reported again, in any order and by anybody, changes
// nothing.
func TestIBCReplay(t *testing.T) {
	overBoth(t, func(t *testing.T, r *road) {
		j, a := r.job, r.invest(r.bo, imo(5000))
		offering := j.openBatch()
		// again repeats what was reported: none of it may change anything, nor fail, nor send anything.
		again := func(what string, reports ...sdk.Msg) {
			t.Helper()
			before, escrow := a.everything(), j.Balance(imotypes.OfferingAddress(1), app.BaseDenom)
			for _, report := range reports {
				result := j.broadcast(j.eve, report)
				require.Empty(t, a.parcels(result), what)
				require.Equal(t, before, a.everything(), what)
				require.Equal(t, escrow, j.Balance(imotypes.OfferingAddress(1), app.BaseDenom), what)
			}
		}

		// A purchase that is accepted, and one that is refused.
		for _, memo := range []string{bidMemo(offering.TermsHash, "self", home(a, refundHome)), bidMemo("00", "self", "")} {
			packet := a.send(imo(100), a.who.String(), memo)
			raw := a.written(ok(t, j.Next(j.TxWithGas(j.eve, 0, 10_000_000, a.arrives(packet)))))
			again("arrived", a.arrives(packet))
			ok(t, j.Next(j.TxWithGas(j.eve, 0, 10_000_000, a.acknowledges(packet, raw))))
			again("answered", a.acknowledges(packet, raw), a.arrives(packet), a.expires(packet))
		}

		j.NextAfter(200 * time.Second)
		j.Next()
		require.Equal(t, imotypes.OFFERING_STATUS_FAILED, j.offeringStatus())
		// A return that times out, is refused, and arrives.
		crank := func() parcel { return a.parcel(ok(t, j.Next(j.TxWithGas(j.chi, 0, 5_000_000, refundOf(j.chi, 1))))) }
		lost := crank()
		j.NextAfter(7 * time.Hour)
		ok(t, j.Next(j.TxWithGas(j.eve, 0, 5_000_000, a.expires(lost))))
		again("timed out", a.expires(lost), a.arrives(lost))

		arriving := crank()
		again("the one before, while the next travels", a.expires(lost), a.arrives(lost))
		raw := a.written(ok(t, j.Next(j.TxWithGas(j.eve, 0, 5_000_000, a.arrives(arriving)))))
		ok(t, j.Next(j.TxWithGas(j.eve, 0, 5_000_000, a.acknowledges(arriving, raw))))
		again("home", a.acknowledges(arriving, raw), a.arrives(arriving), a.expires(arriving), a.expires(lost))
		require.Equal(t, imo(5000).String(), a.held())
		a.conserved()
	})
}

// TestIBCRefusedReturn: a return that the other chain refuses, as often as it likes, is claimable again each time, and the one who
// placed the bid can take it here.
func TestIBCRefusedReturn(t *testing.T) {
	overBoth(t, func(t *testing.T, r *road) {
		j, a := r.job, r.invest(r.bo, imo(1000))
		offering := j.openBatch()
		blocked := authtypes.NewModuleAddress("distribution").String()
		ok(t, j.Next(j.Tx(j.dee, &imotypes.MsgPlaceBid{
			Bidder: j.dee.String(), OfferingId: 1, Amount: coin(imo(100)), MaxPrice: sdkmath.NewIntWithDecimal(9, 17), TermsHash: offering.TermsHash,
			Home: &imotypes.Home{Channel: r.near, Receiver: blocked, Refund: true},
		})))
		j.NextAfter(200 * time.Second)
		j.Next()
		for range 2 {
			packet := a.parcel(ok(t, j.Next(j.TxWithGas(j.chi, 0, 5_000_000, refundOf(j.chi, 1)))))
			require.False(t, a.relay(packet).Success())
			require.Equal(t, imo(100).String(), j.Balance(imotypes.OfferingAddress(1), app.BaseDenom).String())
		}
		keep := refundOf(j.dee, 1)
		keep.Keep = true
		ok(t, j.Next(j.TxWithGas(j.dee, 0, 5_000_000, keep)))
		require.Equal(t, "0", j.Balance(imotypes.OfferingAddress(1), app.BaseDenom).String())
		a.conserved()
		require.NoError(t, j.App().IMOKeeper.CheckInvariants(j.Context()))
	})
}
