package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/types"
)

// window makes windows of ten blocks and stands at the first block of one.
func window(f *fixture.Fixture) {
	params, err := f.Keeper.Params(f.Ctx)
	require.NoError(f, err)
	params.PerformanceBlocks, params.PayoutBlocks, params.ProvisionsBps = 10, 100_000, 1000
	f.SetParams(params)
	f.At(20)
}

// block runs a block in which the given validators attest a request.
func block(f *fixture.Fixture, seed uint64, places ...int) {
	f.Helper()
	if len(places) > 0 {
		r := f.Ask(f.Account("alice"), 1, seed)
		result := fixture.Result(r)
		require.NoError(f, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, places...), r, result)))
	}
	f.Begin()
	f.Next()
}

func tallies(f *fixture.Fixture) []math.Int {
	f.Helper()
	g, err := f.Keeper.ExportGenesis(f.Ctx)
	require.NoError(f, err)
	out := make([]math.Int, len(f.Validators))
	for i := range f.Validators {
		out[i] = math.ZeroInt()
		for _, record := range g.Validators {
			if record.Address == bech32(f, i) {
				out[i] = record.Tally
			}
		}
	}
	return out
}

// TestProvisionsByScore: a tenth of what ten blocks mint goes, after the window, to those who
// attested, by power and by how often; the silent one gets nothing, the rest of the division goes to
// the community pool.
func TestProvisionsByScore(t *testing.T) {
	f := fixture.New(t, 50, 30, 20, 1)
	window(f)
	f.Minted.Amount = math.NewInt(1_000_000)
	block(f, 1, 0, 1)
	block(f, 2, 0, 1, 2)
	for range 8 {
		block(f, 0)
	}
	fees := tallies(f)
	p, err := f.Keeper.Provisions(f.Ctx)
	require.NoError(t, err)
	require.Equal(t, "1000000", p.Pot.String(), "ten blocks, a tenth of each")
	f.CheckMoney()

	block(f, 0) // the first block of the next window shares out
	after := tallies(f)
	// scores: 2·50/101, 2·30/101, 20/101 in parts per billion, rounded down
	scores := []int64{2 * 495_049_504, 2 * 297_029_702, 198_019_801, 0}
	var sum int64
	for _, s := range scores {
		sum += s
	}
	for i, s := range scores {
		want := math.NewInt(1_000_000).MulRaw(s).QuoRaw(sum)
		require.Equal(t, want.String(), after[i].Sub(fees[i]).String(), "validator %d", i)
	}
	p, err = f.Keeper.Provisions(f.Ctx)
	require.NoError(t, err)
	require.Zero(t, p.DueNext)
	require.Equal(t, "100000", p.Pot.String(), "the new window gathers")
	f.CheckMoney()
}

// TestProvisionsWithoutWork: when no subject was decided, the part goes back and so by power.
func TestProvisionsWithoutWork(t *testing.T) {
	f := fixture.New(t, 10)
	window(f)
	f.Minted.Amount = math.NewInt(1000)
	for range 10 {
		block(f, 0)
	}
	require.Equal(t, int64(9000), f.Bank.GetBalance(f.Ctx, fixture.FeeCollector, types.FeeDenom).Amount.Int64())
	block(f, 0)
	require.Equal(t, int64(10_900), f.Bank.GetBalance(f.Ctx, fixture.FeeCollector, types.FeeDenom).Amount.Int64())
	f.CheckMoney()
}

// TestProvisionsConserve: whoever attests and however windows change, nothing is lost or made.
func TestProvisionsConserve(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		powers := rapid.SliceOfN(rapid.Int64Range(1, 1_000), 1, 30).Draw(rt, "powers")
		f := fixture.New(rt, powers...)
		window(f)
		for i := range rapid.IntRange(1, 40).Draw(rt, "blocks") {
			f.Minted.Amount = math.NewInt(rapid.Int64Range(0, 1_000_000_007).Draw(rt, "minted"))
			if rapid.IntRange(0, 9).Draw(rt, "governed") == 0 {
				params, err := f.Keeper.Params(f.Ctx)
				require.NoError(rt, err)
				params.PerformanceBlocks = uint32(rapid.IntRange(10, 30).Draw(rt, "window"))
				f.SetParams(params)
			}
			if rapid.IntRange(0, 2).Draw(rt, "work") == 0 {
				all := make([]int, len(powers))
				for p := range all {
					all[p] = p
				}
				block(f, uint64(i+1), all[:rapid.IntRange(0, len(all)).Draw(rt, "attesting")]...)
			} else {
				block(f, 0)
			}
			f.CheckMoney()
		}
		g, err := f.Keeper.ExportGenesis(f.Ctx)
		require.NoError(rt, err)
		require.NoError(rt, g.Validate())
		f.Import(g).CheckMoney()
	})
}
