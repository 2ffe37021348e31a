package keeper_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/bundle"
	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

type sdkContext = context.Context

// answer is what a validator found out about a version.
type answer struct{ results, witness [32]byte }

// Answers of proofs: one that reproduced, another one, a refusal; and that of custody.
var (
	reproduced = answer{bundle.ResultsRoot([]bundle.Result{{OutputRoot: [32]byte{1}}}), [32]byte{5}}
	elsewise   = answer{bundle.ResultsRoot([]bundle.Result{{OutputRoot: [32]byte{2}}}), [32]byte{6}}
	refused    = answer{bundle.RefusedRoot(bundle.ReasonVector), [32]byte{}}
	held       = answer{}
)

// submit puts version 1 of a model into the queue.
func submit(f *fixture.Fixture, model uint64, fee int64) {
	f.Helper()
	f.Models.Proving[model] = fixture.Version(f, model, 4, aimo(0))
	require.NoError(f, f.Keeper.AfterVersionSubmitted(f.Ctx, model, 1, f.Account("creator"), aimo(fee)))
}

// openProof submits a version and ends the block, which starts its proof.
func openProof(f *fixture.Fixture, model uint64, fee int64) types.Proof {
	f.Helper()
	submit(f, model, fee)
	f.Next()
	p := proofOf(f, model)
	require.Equal(f, types.ProofPhase_PROOF_PHASE_COMMIT, p.Phase)
	return p
}

func proofOf(f *fixture.Fixture, model uint64) types.Proof {
	f.Helper()
	resp, err := keeper.NewQueryServer(f.Keeper).Proof(f.Ctx, &types.QueryProofRequest{ModelId: model})
	require.NoError(f, err)
	return resp.Proof
}

func subjectOf(f *fixture.Fixture, kind attestation.Kind, p types.Proof) attestation.Subject {
	f.Helper()
	s, err := p.Subject(kind, attestation.ChainHash(fixture.ChainID))
	require.NoError(f, err)
	return s
}

// bindingOf is what the validator at a place binds for an answer, with the chunks that are its own.
func bindingOf(f *fixture.Fixture, s attestation.Subject, a answer, place int) attestation.Item {
	f.Helper()
	v := f.Validators[place].Address
	result := attestation.ProofResult(a.results, a.witness, fixture.Held(f, s.ID, s.Draw, v).Digest)
	return attestation.Item{Key: s.Key, Binding: attestation.Bind(attestation.ChainHash(fixture.ChainID), s, result, v)}
}

func openingOf(f *fixture.Fixture, s attestation.Subject, a answer, place int) attestation.Opening {
	f.Helper()
	v := f.Validators[place].Address
	return attestation.Opening{
		Key: s.Key, Validator: v, Results: a.results, Witness: a.witness, Samples: fixture.Held(f, s.ID, s.Draw, v).Samples,
	}
}

// roundOf is a block in which the validators at the places bind an answer.
func roundOf(f *fixture.Fixture, s attestation.Subject, a answer, places ...int) attestation.Round {
	f.Helper()
	round := attestation.Round{Set: f.Set(), Proposer: f.Validators[0].Address}
	for _, i := range places {
		round.Votes = append(round.Votes, attestation.RoundVote{Index: i, Items: []attestation.Item{bindingOf(f, s, a, i)}})
	}
	return round
}

// trialBlock applies a block as the node does and ends it.
func trialBlock(f *fixture.Fixture, round attestation.Round, openings ...attestation.Opening) {
	f.Helper()
	if round.Set == nil {
		round.Set, round.Proposer = f.Set(), f.Validators[0].Address
	}
	f.Keeper.OpenInjected(f.Ctx, openings)
	require.NoError(f, f.Keeper.Attest(f.Ctx, round))
	require.NoError(f, f.Keeper.StepTrials(f.Ctx, round))
	f.Next()
}

func idle(f *fixture.Fixture, blocks int) {
	for range blocks {
		trialBlock(f, attestation.Round{})
	}
}

func trialTallies(f *fixture.Fixture) []int64 {
	f.Helper()
	g, err := f.Keeper.ExportGenesis(f.Ctx)
	require.NoError(f, err)
	out := make([]int64, len(f.Validators)+1)
	for i, v := range f.Validators {
		for _, record := range g.Validators {
			if record.Address == sdk.ConsAddress(v.Address[:]).String() {
				out[i] = record.Tally.Int64()
			}
		}
	}
	out[len(f.Validators)] = g.Totals.CommunityTally.Int64()
	return out
}

const (
	isReproduced = imotypes.ProofOutcome_PROOF_OUTCOME_REPRODUCED
	isRejected   = imotypes.ProofOutcome_PROOF_OUTCOME_REJECTED
	isExpired    = imotypes.ProofOutcome_PROOF_OUTCOME_EXPIRED
)

// TestProofOutcomes: commit, then open; three blocks after the proof started it is decided when
// everybody is there.
func TestProofOutcomes(t *testing.T) {
	for name, tc := range map[string]struct {
		answer answer
		want   imotypes.ProofOutcome
	}{"reproduced": {reproduced, isReproduced}, "refused": {refused, isRejected}} {
		t.Run(name, func(t *testing.T) {
			f := fixture.New(t, 40, 30, 30)
			p := openProof(f, 5, 1_000_003)
			require.Equal(t, int64(310), p.DeadlineHeight)
			require.Equal(t, aimo(1_000_003), f.Bank.GetBalance(f.Ctx, types.EscrowAddress(), types.FeeDenom))
			s := subjectOf(f, attestation.Proof, p)
			work, err := f.Keeper.OpenWork(f.Ctx, 10)
			require.NoError(t, err)
			require.Equal(t, []types.WorkItem{{
				Kind: types.SubjectKind_SUBJECT_KIND_PROOF, Id: 5, ModelId: 5, Version: 1, ManifestRoot: p.ManifestRoot,
				Uris: []string{"https://models.example/1"}, Deadline: 310, Beacon: p.Beacon, Draw: s.Draw[:],
				Licence: "Apache-2.0", TotalBytes: p.Bytes, WorkUnits: 1_000_000,
			}}, work)

			trialBlock(f, roundOf(f, s, tc.answer, 0, 1, 2)) // 11: all bind
			work, err = f.Keeper.OpenWork(f.Ctx, 10)
			require.NoError(t, err)
			require.Len(t, work, 1, "the sidecar is asked for the openings")
			require.Len(t, work[0].Openers, 3)
			subjects, err := f.Keeper.OpenSubjects(f.Ctx, f.Ctx.BlockHeight())
			require.NoError(t, err)
			require.Empty(t, subjects, "and nobody for bindings any more")
			require.Empty(t, f.Models.Outcomes, "a quorum of bindings decides nothing")

			trialBlock(f, attestation.Round{}, openingOf(f, s, tc.answer, 0), openingOf(f, s, tc.answer, 1), openingOf(f, s, tc.answer, 2)) // 12
			require.Equal(t, []imotypes.ProofOutcome{tc.want}, f.Models.Outcomes)
			f.CheckMoney()
			// 2 % of 1,000,003 to the proposer, then 40, 30 and 30 % of 980,003; a unit is left over.
			require.Equal(t, []int64{20_000 + 392_001, 294_000, 294_000, 2}, trialTallies(f))

			record, err := keeper.NewQueryServer(f.Keeper).ProofRecord(f.Ctx, &types.QueryProofRecordRequest{ModelId: 5, Version: 1})
			require.NoError(t, err)
			require.Equal(t, tc.answer.results[:], record.Record.ResultsRoot)
			require.Equal(t, p.Beacon, record.Record.Beacon)
			require.Len(t, record.Reproducers, 3)
			for i, reproducer := range record.Reproducers {
				require.Equal(t, bech32(f, i), reproducer.Validator)
				require.NotEmpty(t, reproducer.Moniker)
				require.NotEmpty(t, reproducer.Operator)
			}
			_, err = keeper.NewQueryServer(f.Keeper).Proof(f.Ctx, &types.QueryProofRequest{ModelId: 5})
			require.ErrorContains(t, err, "not found")
			requireNothingStored(f)
		})
	}
}

// requireNothingStored: a closed trial leaves no bindings and no openings behind.
func requireNothingStored(f *fixture.Fixture) {
	f.Helper()
	g, err := f.Keeper.ExportGenesis(f.Ctx)
	require.NoError(f, err)
	require.Empty(f, g.Bindings)
	require.Empty(f, g.Opened)
	require.Empty(f, g.Proofs)
	require.Empty(f, g.Custodies)
}

func TestProofExpires(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	p := openProof(f, 5, 777)
	s := subjectOf(f, attestation.Proof, p)
	trialBlock(f, roundOf(f, s, reproduced, 0))
	f.At(p.DeadlineHeight)
	f.Next() // a block whose commit cannot be read: the end of the block does it
	require.Equal(t, []imotypes.ProofOutcome{isExpired}, f.Models.Outcomes)
	f.CheckMoney()
	f.At(400)
	f.Next()
	require.Equal(t, aimo(777), f.Bank.GetBalance(f.Ctx, f.Distr.Community(), types.FeeDenom), "the fee is not returned")
	f.CheckMoney()

	f = fixture.New(t, 40, 30, 30)
	p = openProof(f, 5, 777)
	f.At(p.DeadlineHeight)
	trialBlock(f, attestation.Round{})
	require.Equal(t, []imotypes.ProofOutcome{isExpired}, f.Models.Outcomes)
	f.CheckMoney()
	requireNothingStored(f)
}

// TestFailedExpiryIsRetried: a proof whose expiry fails waits behind the others; it cannot be decided
// after its deadline meanwhile.
func TestFailedExpiryIsRetried(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	p := openProof(f, 5, 777)
	s := subjectOf(f, attestation.Proof, p)
	f.Models.FailProof = true
	f.At(p.DeadlineHeight)
	f.Next()
	require.NoError(t, f.Keeper.StepTrials(f.Ctx, roundOf(f, s, reproduced)), "which fails alike")
	require.NoError(t, f.Keeper.Attest(f.Ctx, roundOf(f, s, reproduced, 0, 1, 2)))
	f.Models.FailProof = false
	require.Empty(t, f.Models.Outcomes)
	f.CheckMoney()
	f.At(p.DeadlineHeight + keeper.RetryBlocks)
	f.Next()
	require.Equal(t, []imotypes.ProofOutcome{isExpired}, f.Models.Outcomes)
	f.CheckMoney()
}

// TestProofQueueThroughHook: x/imo may submit the next version while an outcome is recorded, from
// block code; the figures stay right.
func TestProofQueueThroughHook(t *testing.T) {
	for _, decided := range []bool{true, false} {
		f := fixture.New(t, 10, 10, 10)
		p := openProof(f, 5, 100)
		s := subjectOf(f, attestation.Proof, p)
		creator := fixture.Address("creator")
		f.Models.Proving[6] = fixture.Version(f, 6, 4, aimo(0))
		f.Models.OnProof = func(ctx context.Context, _ uint64) error {
			return f.Keeper.AfterVersionSubmitted(ctx, 6, 1, creator, aimo(50))
		}
		if decided {
			trialBlock(f, roundOf(f, s, reproduced, 0, 1, 2))
			trialBlock(f, attestation.Round{}, openingOf(f, s, reproduced, 0), openingOf(f, s, reproduced, 1), openingOf(f, s, reproduced, 2))
		} else {
			f.At(p.DeadlineHeight)
			f.Next()
		}
		require.Len(t, f.Models.Outcomes, 1)
		f.CheckMoney()
		require.Equal(t, types.ProofPhase_PROOF_PHASE_COMMIT, proofOf(f, 6).Phase)
	}
}

// TestPanicInOneTrial: one that cannot be recorded holds up no other.
func TestPanicInOneTrial(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	submit(f, 5, 100)
	submit(f, 6, 100)
	f.Next()
	for _, model := range []uint64{5, 6} {
		trialBlock(f, roundOf(f, subjectOf(f, attestation.Proof, proofOf(f, model)), reproduced, 0, 1, 2))
	}
	s5, s6 := subjectOf(f, attestation.Proof, proofOf(f, 5)), subjectOf(f, attestation.Proof, proofOf(f, 6))
	f.Models.PanicProof = true
	trialBlock(f, attestation.Round{}, openingOf(f, s5, reproduced, 0), openingOf(f, s5, reproduced, 1), openingOf(f, s5, reproduced, 2))
	f.CheckMoney()
	require.Empty(t, f.Models.Outcomes)
	f.Models.PanicProof = false
	trialBlock(f, attestation.Round{}, openingOf(f, s6, reproduced, 0), openingOf(f, s6, reproduced, 1), openingOf(f, s6, reproduced, 2))
	require.Len(t, f.Models.Outcomes, 2)
	f.CheckMoney()
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
	f.CheckMoney()
}

// TestQueue: ten models at once over the byte budget are proved in order, each when there is room.
func TestQueue(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	size := fixture.Version(t, 1, 4, aimo(0)).TotalBytes
	params := types.DefaultParams()
	params.MaxProofBytes = 3*size + size/2
	f.SetParams(params)
	for model := uint64(11); model <= 20; model++ {
		submit(f, model, int64(model))
	}
	f.CheckMoney()
	f.Next()
	phases := func() (running, queued []uint64) {
		g, err := f.Keeper.ExportGenesis(f.Ctx)
		require.NoError(t, err)
		for _, p := range g.Proofs {
			if p.Phase == types.ProofPhase_PROOF_PHASE_QUEUED {
				queued = append(queued, p.ModelId)
			} else {
				running = append(running, p.ModelId)
			}
		}
		return running, queued
	}
	running, queued := phases()
	require.Equal(t, []uint64{11, 12, 13}, running)
	require.Len(t, queued, 7)
	work, err := f.Keeper.OpenWork(f.Ctx, 100)
	require.NoError(t, err)
	require.Len(t, work, 3, "nobody fetches what waits")

	for model := uint64(11); model <= 20; model++ {
		s := subjectOf(f, attestation.Proof, proofOf(f, model))
		trialBlock(f, roundOf(f, s, reproduced, 0, 1, 2))
		trialBlock(f, attestation.Round{}, openingOf(f, s, reproduced, 0), openingOf(f, s, reproduced, 1), openingOf(f, s, reproduced, 2))
		running, _ = phases()
		require.LessOrEqual(t, len(running), 3)
		if model < 18 {
			require.Equal(t, model+3, running[2], "the next in order")
		}
		f.CheckMoney()
	}
	require.Len(t, f.Models.Outcomes, 10)
	requireNothingStored(f)

	// Work is a budget too, and what is larger than all of it is proved alone.
	params.MaxProofWorkUnits = 1
	f.SetParams(params)
	submit(f, 31, 1)
	submit(f, 32, 1)
	f.Next()
	running, queued = phases()
	require.Equal(t, []uint64{31}, running)
	require.Equal(t, []uint64{32}, queued)
}

// TestProofPaysExactly: whatever opens, the whole fee is accounted for.
func TestProofPaysExactly(t *testing.T) {
	for mask := range 16 {
		f := fixture.New(t, 41, 37, 13, 9)
		s := subjectOf(f, attestation.Proof, openProof(f, 5, 999_983))
		trialBlock(f, roundOf(f, s, reproduced, 0, 1, 2, 3))
		var openings []attestation.Opening
		for i := range 4 {
			if mask>>i&1 == 1 {
				openings = append(openings, openingOf(f, s, reproduced, i))
			}
		}
		trialBlock(f, attestation.Round{}, openings...)
		idle(f, 300)
		sum := math.ZeroInt()
		for _, v := range trialTallies(f) {
			sum = sum.AddRaw(v)
		}
		paid := f.Bank.GetBalance(f.Ctx, f.Distr.Community(), types.FeeDenom).Amount.Add(f.Bank.GetBalance(f.Ctx, f.Distr.Module(), types.FeeDenom).Amount)
		require.Equal(t, int64(999_983), sum.Add(paid).Int64(), "openings %04b", mask)
		require.Len(t, f.Models.Outcomes, 1)
		f.CheckMoney()
		requireNothingStored(f)
	}
}
