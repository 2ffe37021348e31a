package types_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdkmath "cosmossdk.io/math"

	"github.com/imochain/imod/x/revshare/types"
)

func TestClock(t *testing.T) {
	c := types.NewClock(10)
	for height, want := range map[int64]uint64{-5: 0, 0: 0, 9: 0, 10: 1, 19: 1, 20: 2, 1_000_000: 100_000} {
		require.Equal(t, want, c.At(height), "height %d", height)
	}
	require.Equal(t, int64(10), c.EndsAt(0))
	require.Equal(t, int64(20), c.EndsAt(10))
	require.Equal(t, int64(20), c.EndsAt(19))

	short := c.Restart(25, 3)
	for height, want := range map[int64]uint64{20: 2, 25: 2, 27: 2, 28: 3, 31: 4} {
		require.Equal(t, want, short.At(height), "height %d", height)
	}
	require.Equal(t, int64(28), short.EndsAt(26))
	again := short.Restart(26, 100)
	require.Equal(t, uint64(2), again.At(125))
	require.Equal(t, uint64(3), again.At(126))

	require.NoError(t, c.Validate())
	require.NoError(t, types.NewClock(1).Validate())
	require.Positive(t, types.NewClock(types.MaxEpochBlocks).EndsAt(math.MaxInt64/2))
	for name, bad := range map[string]types.Clock{
		"no length": {}, "endless": types.NewClock(types.MaxEpochBlocks + 1), "before genesis": {EpochBlocks: 1, Height: -1}, "far": {EpochBlocks: 1, Epoch: 1 << 32},
	} {
		require.ErrorIs(t, bad.Validate(), types.ErrInvalidGenesis, name)
	}
}

func TestValidAmount(t *testing.T) {
	for _, good := range []sdkmath.Int{sdkmath.OneInt(), types.MaxAmount()} {
		require.True(t, types.ValidAmount(good), "%s", good)
	}
	for _, bad := range []sdkmath.Int{{}, sdkmath.ZeroInt(), sdkmath.NewInt(-1), types.MaxAmount().AddRaw(1)} {
		require.False(t, types.ValidAmount(bad), "%s", bad)
	}
	require.Equal(t, 121, types.MaxAmount().BigInt().BitLen())
}

func TestLowAddress(t *testing.T) {
	at := func(i int) []byte { a := make([]byte, 20); a[i] = 1; return a }
	require.True(t, types.LowAddress(make([]byte, 20)))
	require.True(t, types.LowAddress(at(18)), "precompiles")
	require.True(t, types.LowAddress(at(19)))
	require.False(t, types.LowAddress(at(17)))
	require.False(t, types.LowAddress(at(0)))
}

func TestCheckSchedule(t *testing.T) {
	s := types.NewStream(3)
	s.Rate, s.Lump, s.Dripping = sdkmath.NewInt(5), sdkmath.NewInt(2), sdkmath.NewInt(2+3*1+2*4)
	good := []types.GenesisSupply{{Epoch: 4, Amount: sdkmath.NewInt(3)}, {Epoch: 7, Amount: sdkmath.NewInt(2)}}
	require.NoError(t, s.CheckSchedule(good))
	require.ErrorIs(t, s.CheckSchedule(good[:1]), types.ErrInvariant)
	require.ErrorIs(t, s.CheckSchedule([]types.GenesisSupply{good[1], good[0]}), types.ErrInvariant)
	s.Dripping = s.Dripping.AddRaw(1)
	require.ErrorIs(t, s.CheckSchedule(good), types.ErrInvariant)
	require.ErrorIs(t, s.CheckIdentity(), types.ErrInvariant)
}

// FuzzGenesis: whatever bytes a genesis state is made of, checking it is an error at worst.
func FuzzGenesis(f *testing.F) {
	raw, err := types.DefaultGenesis().Marshal()
	require.NoError(f, err)
	f.Add(raw)
	f.Add([]byte{})
	f.Add([]byte{0x12, 0x01, '-'})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var gs types.GenesisState
		if gs.Unmarshal(raw) != nil || gs.Validate() != nil {
			return
		}
		canonical, err := gs.Marshal()
		require.NoError(t, err)
		var again types.GenesisState
		require.NoError(t, again.Unmarshal(canonical))
		require.Equal(t, gs, again, "what passes survives a round trip")
	})
}

// TestApportion: the parts of a deposit add up to it and each lies within a unit of its exact share.
func TestApportion(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		deposit := sdkmath.NewInt(rapid.Int64Min(0).Draw(rt, "deposit"))
		var payers []types.PaidBy
		paid := new(big.Int)
		for _, amount := range rapid.SliceOfN(rapid.Int64Min(0), 0, 8).Draw(rt, "payers") {
			payers = append(payers, types.PaidBy{Address: "a", Amount: sdkmath.NewInt(amount)})
			paid.Add(paid, big.NewInt(amount))
		}
		parts, sum := types.Apportion(deposit, payers), sdkmath.ZeroInt()
		for i, part := range parts {
			sum = sum.Add(part.Amount)
			if paid.Sign() == 0 {
				continue
			}
			exact := new(big.Rat).SetFrac(new(big.Int).Mul(deposit.BigInt(), payers[i].Amount.BigInt()), paid)
			off := new(big.Rat).Sub(new(big.Rat).SetInt(part.Amount.BigInt()), exact)
			require.Negative(rt, off.Abs(off).Cmp(big.NewRat(1, 1)))
		}
		require.Equal(rt, deposit.String(), sum.String())
	})
}
