package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

// putOff returns a fixture in which the expiry of model 5's proof failed once and was put off, and the proof then
// ended by another way, with the height at which the deadline that was put off comes up.
func putOff(t *testing.T) (f *fixture.Fixture, comesUp int64) {
	t.Helper()
	f = fixture.New(t, 40, 30, 30)
	p := openProof(f, 5, 777)
	f.Models.FailProof = true
	f.At(p.DeadlineHeight)
	f.Next()
	f.Models.FailProof = false
	trialBlock(f, attestation.Round{})
	require.Equal(t, []imotypes.ProofOutcome{isExpired}, f.Models.Outcomes)
	left, err := f.Keeper.OpenLength(f.Ctx)
	require.NoError(t, err)
	require.Equal(t, 1, left, "what was put off outlives the proof")
	return f, p.DeadlineHeight + keeper.RetryBlocks
}

// TestPutOffDeadlineOfAnEndedProof: the deadline of an ended proof that comes up late ends neither the next proof of
// the same model, running or in the queue, nor the block.
func TestPutOffDeadlineOfAnEndedProof(t *testing.T) {
	t.Run("ok: nothing follows", func(t *testing.T) {
		f, comesUp := putOff(t)
		f.At(comesUp)
		f.Next()
		left, err := f.Keeper.OpenLength(f.Ctx)
		require.NoError(t, err)
		require.Zero(t, left)
		require.Len(t, f.Models.Outcomes, 1)
		f.CheckMoney()
	})
	t.Run("ok: the next one runs", func(t *testing.T) {
		f, comesUp := putOff(t)
		p := openProof(f, 5, 100)
		require.Greater(t, p.DeadlineHeight, comesUp)
		f.At(comesUp)
		f.Next()
		require.Equal(t, p, proofOf(f, 5), "it goes on")
		s := subjectOf(f, attestation.Proof, p)
		trialBlock(f, roundOf(f, s, reproduced, 0, 1, 2))
		trialBlock(f, attestation.Round{}, openingOf(f, s, reproduced, 0), openingOf(f, s, reproduced, 1), openingOf(f, s, reproduced, 2))
		require.Equal(t, []imotypes.ProofOutcome{isExpired, isReproduced}, f.Models.Outcomes)
		f.CheckMoney()
	})
	t.Run("ok: the next one waits in the queue", func(t *testing.T) {
		f, comesUp := putOff(t)
		params := types.DefaultParams()
		params.MaxOpenProofs = 1
		f.SetParams(params)
		other := openProof(f, 6, 100)
		submit(f, 5, 100)
		f.At(comesUp)
		f.Next() // the queue would name a proof that is gone, and the chain would stop
		require.Equal(t, types.ProofPhase_PROOF_PHASE_QUEUED, proofOf(f, 5).Phase)
		f.At(other.DeadlineHeight)
		trialBlock(f, attestation.Round{})
		require.Equal(t, types.ProofPhase_PROOF_PHASE_COMMIT, proofOf(f, 5).Phase, "its turn comes")
		f.CheckMoney()
	})
}

// TestQueueWithoutItsVersion: an entry of the queue whose version is not there is dropped, and those behind it start.
func TestQueueWithoutItsVersion(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	require.NoError(t, f.Keeper.PutQueued(f.Ctx, 0, 9))
	openProof(f, 5, 100)
	queued, err := f.Keeper.QueueLength(f.Ctx)
	require.NoError(t, err)
	require.Zero(t, queued)
	f.CheckMoney()
}
