package types_test

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

// TestFinalizedEvent: the short way to the event gives what the long one gives.
func TestFinalizedEvent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := &types.EventRequestFinalized{
			RequestId: rapid.Uint64().Draw(t, "request"), ModelId: rapid.Uint64().Draw(t, "model"),
			OutputRoot:   hex.EncodeToString(rapid.SliceOfN(rapid.Byte(), 0, 32).Draw(t, "root")),
			TrustClass:   types.TrustClass(rapid.IntRange(0, 4).Draw(t, "class")),
			MatchedPower: rapid.Uint64().Draw(t, "matched"), TotalPower: rapid.Uint64().Draw(t, "total"),
		}
		want, err := sdk.TypedEventToEvent(e)
		require.NoError(t, err)
		require.Equal(t, want, e.Event())
	})
}
