package integration_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	"github.com/imochain/imod/app"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// TestRemoteKeep: a refund whose home nobody lives at is not lost: the account that placed the bid takes it by a memo and sends it
// to another home, once.
func TestRemoteKeep(t *testing.T) {
	j := newJob(t)
	a := j.goAbroad(j.bo, imo(1000))
	offering := j.openBatch()
	require.True(t, a.ask(imo(100), bidMemo(offering.TermsHash, "self", `,"home":{"receiver":"nobody","what":["refund"]}`)).Success())
	collect := func(fields string) string {
		return fmt.Sprintf(`{"imo":{"collect":{"offering_id":"1"%s,"home":{"receiver":"%s","what":["refund"]}}}}`, fields, j.bo)
	}
	unit := sdkmath.OneInt()
	require.False(t, a.ask(unit, collect(`,"bid_id":"1"`)).Success(), "before the end")
	j.NextAfter(200 * time.Second)
	j.Next()
	require.Equal(t, imotypes.OFFERING_STATUS_FAILED, j.offeringStatus())

	require.False(t, a.ask(unit, collect("")).Success(), "it is no part of what the account itself is refunded")
	require.False(t, a.ask(unit, collect(`,"bid_id":"2"`)).Success(), "no such bid")
	require.True(t, a.ask(unit, collect(`,"bid_id":"1"`)).Success())
	require.Equal(t, imo(1000).String(), a.held())
	require.False(t, a.ask(unit, collect(`,"bid_id":"1"`)).Success(), "once")
	require.Equal(t, "0", j.Balance(imotypes.OfferingAddress(1), app.BaseDenom).String())
	a.conserved()
	require.NoError(t, j.App().IMOKeeper.CheckInvariants(j.Context()))
}
