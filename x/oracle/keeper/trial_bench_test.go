package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/internal/fixture"
)

// BenchmarkTrials is the work of one block at 100 validators: four proofs that everybody has bound,
// none, and all openings that one block may bring.
func BenchmarkTrials(b *testing.B) {
	powers := make([]int64, 100)
	all := make([]int, 100)
	for i := range powers {
		powers[i], all[i] = 10, i
	}
	f := fixture.New(b, powers...)
	idleRound := attestation.Round{Set: f.Set(), Proposer: f.Validators[0].Address}
	b.Run("step without trials", func(b *testing.B) {
		for b.Loop() {
			require.NoError(b, f.Keeper.StepTrials(f.Ctx, idleRound))
		}
	})
	for model := uint64(11); model < 15; model++ {
		submit(f, model, 100)
	}
	f.Next()
	for model := uint64(11); model < 15; model++ {
		trialBlock(f, roundOf(f, subjectOf(f, attestation.Proof, proofOf(f, model)), reproduced, all...))
	}
	f.Commit()
	b.Run("step with four proofs of 100 bindings", func(b *testing.B) {
		for b.Loop() {
			branch, _ := f.Ctx.CacheContext()
			require.NoError(b, f.Keeper.StepTrials(branch, idleRound))
		}
	})
	s := subjectOf(f, attestation.Proof, proofOf(f, 11))
	var openings []attestation.Opening
	for i := range attestation.MaxOpenings {
		openings = append(openings, openingOf(f, s, reproduced, i))
	}
	b.Run("32 openings", func(b *testing.B) {
		for b.Loop() {
			branch, _ := f.Ctx.CacheContext()
			f.Keeper.OpenInjected(branch, openings)
		}
	})
}
