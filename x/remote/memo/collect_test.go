package memo_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/remote/memo"
	"github.com/imochain/imod/x/remote/types"
)

// TestCollectBid: a bid may be named, by a positive number in its one spelling.
func TestCollectBid(t *testing.T) {
	action, _, err := memo.Parse(`{"imo":{"collect":{"offering_id":"7","bid_id":"3"}}}`)
	require.NoError(t, err)
	require.Equal(t, memo.Collect{OfferingID: 7, BidID: 3}, action)
	action, _, err = memo.Parse(`{"imo":{"collect":{"offering_id":"7"}}}`)
	require.NoError(t, err)
	require.Equal(t, memo.Collect{OfferingID: 7}, action)
	for _, bad := range []string{`"0"`, `""`, `3`, `"03"`, `null`, `"x"`} {
		_, ours, err := memo.Parse(`{"imo":{"collect":{"offering_id":"7","bid_id":` + bad + `}}}`)
		require.True(t, ours, bad)
		require.ErrorIs(t, err, types.ErrMemo, bad)
	}
}
