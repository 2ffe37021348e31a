package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/types"
)

// crowd returns a fixture with validators of equal power and open requests, and the round in which
// all of them bind all results.
func crowd(tb testing.TB, validators, requests int) (*fixture.Fixture, attestation.Round) {
	tb.Helper()
	f := fixture.New(tb)
	for i := range validators {
		f.AddValidator(fmt.Sprint("member ", i), 10)
	}
	alice := f.Account("alice")
	round := attestation.Round{Set: f.Set(), Proposer: f.Validators[0].Address}
	for i := range validators {
		round.Votes = append(round.Votes, attestation.RoundVote{Index: i})
	}
	for i := range requests {
		r := f.Ask(alice, 1, uint64(i))
		result := fixture.Result(r)
		for v := range validators {
			round.Votes[v].Items = append(round.Votes[v].Items, f.Binding(v, r, result))
		}
		round = fixture.Reveal(round, r, result)
	}
	f.Commit()
	return f, round
}

// BenchmarkAttest is one block's work in PreBlock at the caps: 150 open requests, 100 validators.
func BenchmarkAttest(b *testing.B) {
	f, round := crowd(b, 100, types.MaxOpenRequests)
	bindOnly := round
	bindOnly.Reveals = nil
	for name, r := range map[string]attestation.Round{"all become final": round, "all bindings are stored": bindOnly} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				branch, _ := f.Ctx.CacheContext()
				require.NoError(b, f.Keeper.Attest(branch, r))
			}
		})
	}
	require.NoError(b, f.Keeper.Attest(f.Ctx, bindOnly))
	f.Commit()
	results := make([]types.WorkResult, 0, types.MaxOpenRequests)
	for id := uint64(1); id <= types.MaxOpenRequests; id++ {
		r := f.Get(id)
		results = append(results, fixture.WorkResult(r, fixture.Result(r)))
	}
	b.Run("the proposer decides what is decidable", func(b *testing.B) {
		for b.Loop() {
			reveals, err := f.Keeper.Decidable(f.Ctx, attestation.Round{Set: f.Set()}, results)
			require.NoError(b, err)
			require.Len(b, reveals, types.MaxOpenRequests)
		}
	})
}

// BenchmarkDue is the end of a block with far more due entries than can exist.
func BenchmarkDue(b *testing.B) {
	f, _ := crowd(b, 1, types.MaxOpenRequests)
	for id := uint64(1000); id < 101_000; id++ {
		require.NoError(b, f.Keeper.PutOpen(f.Ctx, 71, uint32(attestation.Request), id))
	}
	f.Commit()
	f.At(72)
	for b.Loop() {
		branch, _ := f.Ctx.CacheContext()
		require.NoError(b, f.Keeper.EndBlock(branch))
	}
}

// TestBlockWorkIsBounded: the worst block stays far below a block's time. The bound is loose, because
// the machine is shared; the benchmark has the figure.
func TestBlockWorkIsBounded(t *testing.T) {
	f, round := crowd(t, 100, types.MaxOpenRequests)
	began := time.Now()
	require.NoError(t, f.Keeper.Attest(f.Ctx, round))
	require.Less(t, time.Since(began), 3*time.Second)
	for id := uint64(1); id <= types.MaxOpenRequests; id++ {
		require.True(t, f.Get(id).Final())
	}
	f.CheckMoney()
}
