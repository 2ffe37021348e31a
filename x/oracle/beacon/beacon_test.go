package beacon_test

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/oracle/beacon"
)

func TestChainRevealsBackwards(t *testing.T) {
	for _, length := range []int{1, 2, 1023, 1024, 1025, 5000} {
		c, err := beacon.NewChain(beacon.Value{7}, length)
		require.NoError(t, err)
		tip := c.Tip()
		for i := range length {
			before, ok := c.Before(tip)
			require.True(t, ok, "length %d, reveal %d", length, i)
			require.Equal(t, tip, beacon.Step(before))
			tip = before
		}
		require.Equal(t, beacon.Value{7}, tip, "the last one revealed is the secret")
		_, ok := c.Before(tip)
		require.False(t, ok, "an exhausted chain of %d reveals nothing", length)
		_, ok = c.Before(c.Tip())
		require.True(t, ok, "a state that went back is answered")
	}
}

func TestChainKnowsItsOwnTipsOnly(t *testing.T) {
	c, err := beacon.NewChain(beacon.Value{1}, 3000)
	require.NoError(t, err)
	other, err := beacon.NewChain(beacon.Value{2}, 10)
	require.NoError(t, err)
	_, ok := c.Before(other.Tip())
	require.False(t, ok)
	for _, length := range []int{0, -1, beacon.MaxLength + 1} {
		_, err := beacon.NewChain(beacon.Value{}, length)
		require.Error(t, err)
	}
}

// TestVectors pins the bytes: seeds of requests depend on them for ever.
func TestVectors(t *testing.T) {
	step := beacon.Step(beacon.Value{})
	mix := beacon.Mix(beacon.Value{}, make([]byte, 20))
	require.Equal(t, "952380f4326272edd166439af047804dcceded502b952fb480f40021ee7207d3", hex.EncodeToString(step[:]))
	require.Equal(t, "fcfd082ccdf73216b482a4a85fa54549f52916cffaccf779895fa551711c329a", hex.EncodeToString(mix[:]))
	require.Equal(t, uint64(12319437104498690640), beacon.Seed(beacon.Value{1}, 1))
	require.NotEqual(t, beacon.Seed(beacon.Value{1}, 1), beacon.Seed(beacon.Value{1}, 2))
	require.NotEqual(t, beacon.Seed(beacon.Value{1}, 1), beacon.Seed(beacon.Value{2}, 1))
}
