package keeper_test

import (
	"context"
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/merkle"
	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

type sdkContext = context.Context

// Results of proofs: one that reproduced, one refusal.
var (
	reproduced = attestation.Result{
		Output:  bundle.ProofOutputRoot(bundle.ResultsRoot([]bundle.Result{{OutputRoot: [32]byte{1}}}), [32]byte{}),
		Witness: [32]byte{5},
	}
	refused = attestation.Result{Output: bundle.ProofOutputRoot(bundle.RefusedRoot(bundle.ReasonVector), [32]byte{})}
)

// openProof submits version 1 of a model with a fee.
func openProof(f *fixture.Fixture, model uint64, fee int64) types.Proof {
	f.Helper()
	creator := f.Account("creator")
	f.Models.Proving[model] = fixture.Version(f, model, 4, aimo(0))
	require.NoError(f, f.Keeper.AfterVersionSubmitted(f.Ctx, model, 1, creator, aimo(fee)))
	resp, err := keeper.NewQueryServer(f.Keeper).Proof(f.Ctx, &types.QueryProofRequest{ModelId: model})
	require.NoError(f, err)
	return resp.Proof
}

func proofRound(f *fixture.Fixture, p types.Proof, result attestation.Result, places ...int) attestation.Round {
	f.Helper()
	s, err := p.Subject(merkle.BytesRoot(nil))
	require.NoError(f, err)
	round := attestation.Round{Set: f.Set(), Proposer: f.Validators[0].Address, Reveals: []attestation.Reveal{{Key: s.Key, Result: result}}}
	for _, i := range places {
		round.Votes = append(round.Votes, attestation.RoundVote{Index: i, Items: []attestation.Item{{
			Key: s.Key, Binding: attestation.Bind(attestation.ChainHash(fixture.ChainID), s, result, f.Validators[i].Address),
		}}})
	}
	return round
}

func TestProofOutcomes(t *testing.T) {
	cases := []struct {
		name   string
		result attestation.Result
		want   imotypes.ProofOutcome
	}{
		{"reproduced", reproduced, imotypes.ProofOutcome_PROOF_OUTCOME_REPRODUCED},
		{"refused", refused, imotypes.ProofOutcome_PROOF_OUTCOME_REJECTED},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			f := fixture.New(t, 40, 30, 30)
			p := openProof(f, 5, 1_000_003)
			beacon := sha256.Sum256(append([]byte("imod/beacon/v1"), f.Ctx.HeaderHash()...))
			require.Equal(t, beacon[:], p.Beacon)
			require.Equal(t, int64(310), p.DeadlineHeight)
			require.Equal(t, aimo(1_000_003), f.Bank.GetBalance(f.Ctx, types.EscrowAddress(), types.FeeDenom))
			work, err := f.Keeper.OpenWork(f.Ctx, 10)
			require.NoError(t, err)
			require.Len(t, work, 1)
			require.Equal(t, types.WorkItem{
				Kind: types.SubjectKind_SUBJECT_KIND_PROOF, Id: 5, ModelId: 5, Version: 1, ManifestRoot: p.ManifestRoot,
				Uris: []string{"https://models.example/1"}, Deadline: 310, Beacon: p.Beacon,
			}, work[0])

			// Commit phase: nothing revealed before more than 2/3 are bound decides anything.
			require.NoError(t, f.Keeper.Attest(f.Ctx, proofRound(f, p, tc.result, 0)))
			require.Empty(t, f.Models.Outcomes)
			f.At(20)
			require.NoError(t, f.Keeper.Attest(f.Ctx, proofRound(f, p, tc.result, 1)))
			require.Equal(t, []imotypes.ProofOutcome{tc.want}, f.Models.Outcomes)
			f.CheckMoney()
			_, err = keeper.NewQueryServer(f.Keeper).Proof(f.Ctx, &types.QueryProofRequest{ModelId: 5})
			require.ErrorContains(t, err, "not found")

			require.NoError(t, f.Keeper.Attest(f.Ctx, proofRound(f, p, tc.result, 0, 1, 2)))
			require.Len(t, f.Models.Outcomes, 1, "a decided proof is closed")
		})
	}
}

func TestProofExpires(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	p := openProof(f, 5, 777)
	require.NoError(t, f.Keeper.Attest(f.Ctx, proofRound(f, p, reproduced, 0)))
	f.At(p.DeadlineHeight)
	f.Next()
	require.Equal(t, []imotypes.ProofOutcome{imotypes.ProofOutcome_PROOF_OUTCOME_EXPIRED}, f.Models.Outcomes)
	f.CheckMoney()
	f.At(400)
	f.Next()
	require.Equal(t, aimo(777), f.Bank.GetBalance(f.Ctx, f.Distr.Community(), types.FeeDenom), "the fee is not returned")
	f.CheckMoney()
}

// TestFailedExpiryIsRetried: a proof whose expiry fails waits behind the others; it cannot be decided
// after its deadline meanwhile.
func TestFailedExpiryIsRetried(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	p := openProof(f, 5, 777)
	f.Models.FailProof = true
	f.At(p.DeadlineHeight)
	f.Next()
	f.Models.FailProof = false
	require.NoError(t, f.Keeper.Attest(f.Ctx, proofRound(f, p, reproduced, 0, 1, 2)))
	require.Empty(t, f.Models.Outcomes)
	f.CheckMoney()
	f.At(p.DeadlineHeight + keeper.RetryBlocks)
	f.Next()
	require.Equal(t, []imotypes.ProofOutcome{imotypes.ProofOutcome_PROOF_OUTCOME_EXPIRED}, f.Models.Outcomes)
	f.CheckMoney()
}

// TestProofQueueThroughHook: x/imo may submit the next version while an outcome is recorded, from
// block code; the figures stay right.
func TestProofQueueThroughHook(t *testing.T) {
	for _, decided := range []bool{true, false} {
		f := fixture.New(t, 10, 10, 10)
		p := openProof(f, 5, 100)
		creator := fixture.Address("creator")
		f.Models.Proving[6] = fixture.Version(f, 6, 4, aimo(0))
		f.Models.OnProof = func(ctx context.Context, _ uint64) error {
			return f.Keeper.AfterVersionSubmitted(ctx, 6, 1, creator, aimo(50))
		}
		if decided {
			require.NoError(t, f.Keeper.Attest(f.Ctx, proofRound(f, p, reproduced, 0, 1, 2)))
		} else {
			f.At(p.DeadlineHeight)
			f.Next()
		}
		require.Len(t, f.Models.Outcomes, 1)
		f.CheckMoney()
		_, err := keeper.NewQueryServer(f.Keeper).Proof(f.Ctx, &types.QueryProofRequest{ModelId: 6})
		require.NoError(t, err)
	}
}

func TestProofRefuses(t *testing.T) {
	f := fixture.New(t, 10)
	creator := f.Account("creator")
	f.Models.Proving[5] = fixture.Version(t, 5, 4, aimo(0))
	hook := func(model uint64, version uint32, payer sdk.AccAddress, fee sdk.Coin) error {
		branch, _ := f.Ctx.CacheContext()
		return f.Keeper.AfterVersionSubmitted(branch, model, version, payer, fee)
	}
	require.ErrorIs(t, hook(0, 1, creator, aimo(1)), types.ErrProofNotFound)
	require.ErrorIs(t, hook(6, 1, creator, aimo(1)), types.ErrProofNotFound)
	require.ErrorIs(t, hook(5, 2, creator, aimo(1)), types.ErrProofNotFound)
	require.ErrorIs(t, hook(5, 1, make([]byte, 32), aimo(1)), types.ErrInvalidAccount)
	require.ErrorIs(t, hook(5, 1, creator, sdk.NewInt64Coin("usdc", 1)), types.ErrInvalidRequest)
	require.ErrorIs(t, hook(5, 1, creator, sdk.Coin{}), types.ErrInvalidRequest)
	require.ErrorIs(t, hook(5, 1, creator, sdk.NewCoin("aimo", types.MaxAmount().AddRaw(1))), types.ErrAmountTooLarge)
	require.Error(t, hook(5, 1, fixture.Address("pauper"), aimo(1)))
	require.NoError(t, hook(5, 1, creator, aimo(0)))

	require.NoError(t, f.Keeper.AfterVersionSubmitted(f.Ctx, 5, 1, creator, aimo(1)))
	require.ErrorIs(t, hook(5, 1, creator, aimo(1)), types.ErrProofOpen)
	params := types.DefaultParams()
	params.MaxOpenProofs = 1
	f.SetParams(params)
	f.Models.Proving[6] = fixture.Version(t, 6, 4, aimo(0))
	require.ErrorIs(t, hook(6, 1, creator, aimo(1)), types.ErrTooManyOpen)
	f.CheckMoney()
}
