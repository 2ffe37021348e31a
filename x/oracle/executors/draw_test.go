package executors_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/oracle/executors"
	"github.com/imochain/imod/x/oracle/types"
)

// TestDraw: as many different executors as wanted or there are, the same for the same beacon, whatever the bonds.
func TestDraw(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var roster []types.Executor
		for i := range rapid.IntRange(0, 20).Draw(rt, "executors") {
			bond := math.NewIntFromUint64(rapid.Uint64Range(1, 1<<40).Draw(rt, "bond"))
			roster = append(roster, types.Executor{Address: fmt.Sprint(i), Bond: bond.MulRaw(1 << 50)})
		}
		beacon := [32]byte{rapid.Byte().Draw(rt, "beacon")}
		count := rapid.IntRange(0, 25).Draw(rt, "count")
		drawn := executors.Draw(roster, beacon, count)
		require.Len(rt, drawn, min(count, len(roster)))
		seen := make(map[string]bool)
		for _, e := range drawn {
			require.False(rt, seen[e.Address])
			seen[e.Address] = true
		}
		require.Equal(rt, drawn, executors.Draw(roster, beacon, count))
	})
}

// TestDrawGoesByBond: who has three quarters of the bonds is drawn three times in four.
func TestDrawGoesByBond(t *testing.T) {
	roster := []types.Executor{{Address: "small", Bond: math.NewInt(25)}, {Address: "large", Bond: math.NewInt(75)}}
	large := 0
	for i := range 4000 {
		if executors.Draw(roster, [32]byte{byte(i), byte(i >> 8)}, 1)[0].Address == "large" {
			large++
		}
	}
	require.InDelta(t, 3000, large, 120)
}
