package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

// TestEarlyOpening: before more than 2/3 of the power is bound and stored no opening is taken, and a
// reveal of kind 2, which requests have, decides nothing at any time.
func TestEarlyOpening(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	s := subjectOf(f, attestation.Proof, openProof(f, 5, 100))
	trialBlock(f, roundOf(f, s, reproduced, 0))
	require.ErrorIs(t, f.Keeper.Open(f.Ctx, openingOf(f, s, reproduced, 0)), types.ErrNotOpening)

	round := roundOf(f, s, reproduced, 1)
	round.Reveals = []attestation.Reveal{{Key: s.Key, Result: attestation.Result{Output: reproduced.results, Witness: reproduced.witness}}}
	require.NoError(t, f.Keeper.Attest(f.Ctx, round))
	require.NoError(t, f.Keeper.StepTrials(f.Ctx, round))
	require.ErrorIs(t, f.Keeper.Open(f.Ctx, openingOf(f, s, reproduced, 0)), types.ErrNotOpening, "a quorum, which the third may still join")
	f.Next()
	trialBlock(f, roundOf(f, s, reproduced, 2)) // in the grace
	require.Equal(t, types.ProofPhase_PROOF_PHASE_OPEN, proofOf(f, 5).Phase)
	require.Empty(t, f.Models.Outcomes)
}

// TestGrace: validators that are slow or absent hold a proof up for the grace and no longer, and a
// binding that comes after the bindings were closed is not stored: its results are public by then.
func TestGrace(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	s := subjectOf(f, attestation.Proof, openProof(f, 5, 1000))
	trialBlock(f, roundOf(f, s, reproduced, 0, 1))
	idle(f, 4)
	require.Equal(t, types.ProofPhase_PROOF_PHASE_COMMIT, proofOf(f, 5).Phase)
	idle(f, 1)
	require.Equal(t, types.ProofPhase_PROOF_PHASE_OPEN, proofOf(f, 5).Phase)
	trialBlock(f, roundOf(f, s, reproduced, 2), openingOf(f, s, reproduced, 0), openingOf(f, s, reproduced, 1))
	require.Equal(t, []imotypes.ProofOutcome{isReproduced}, f.Models.Outcomes)
	// The third is paid nothing, and nobody else is paid its part.
	require.Equal(t, []int64{20 + 392, 294, 0, 294}, trialTallies(f))
	f.CheckMoney()
}

// TestOpeningAttacks: every wrong opening, one after the other, on a proof whose bindings are closed.
func TestOpeningAttacks(t *testing.T) {
	f := fixture.New(t, 25, 25, 25, 25)
	p := openProof(f, 5, 1000)
	s := subjectOf(f, attestation.Proof, p)
	round := roundOf(f, s, reproduced, 0, 1)
	// The third validator copies the first one's binding, the fourth binds its own chunks of another model.
	round.Votes = append(round.Votes,
		attestation.RoundVote{Index: 2, Items: []attestation.Item{bindingOf(f, s, reproduced, 0)}},
		attestation.RoundVote{Index: 3, Items: []attestation.Item{{Key: s.Key, Binding: attestation.Bind(
			attestation.ChainHash(fixture.ChainID), s,
			attestation.ProofResult(reproduced.results, reproduced.witness, fixture.Held(f, 6, s.Draw, f.Validators[3].Address).Digest),
			f.Validators[3].Address)}}})
	trialBlock(f, round)
	good := openingOf(f, s, reproduced, 0)
	changed := func(change func(o *attestation.Opening)) attestation.Opening {
		o := good
		change(&o)
		return o
	}
	for name, o := range map[string]attestation.Opening{
		"another's opening under one's own name": changed(func(o *attestation.Opening) { o.Validator = f.Validators[1].Address }),
		"copied binding, copied opening":         changed(func(o *attestation.Opening) { o.Validator = f.Validators[2].Address }),
		"copied binding, own chunks":             openingOf(f, s, reproduced, 2),
		"own chunks after those of another":      openingOf(f, s, reproduced, 3),
		"chunks of another model": changed(func(o *attestation.Opening) {
			o.Samples = fixture.Held(f, 6, s.Draw, o.Validator).Samples
		}),
		"chunks of another draw": changed(func(o *attestation.Opening) {
			o.Samples = fixture.Held(f, 5, [32]byte{1}, o.Validator).Samples
		}),
		"shorter path": changed(func(o *attestation.Opening) { o.Samples = o.Samples[:len(o.Samples)-32] }),
		"longer path": changed(func(o *attestation.Opening) {
			o.Samples = append(o.Samples[:len(o.Samples):len(o.Samples)], make([]byte, 32)...)
		}),
		"wrong chunk":       changed(func(o *attestation.Opening) { o.Samples = append([]byte{}, o.Samples...); o.Samples[100] ^= 1 }),
		"other results":     changed(func(o *attestation.Opening) { o.Results = elsewise.results }),
		"other witness":     changed(func(o *attestation.Opening) { o.Witness = elsewise.witness }),
		"validator unknown": changed(func(o *attestation.Opening) { o.Validator = attestation.Address{9} }),
		"nothing":           changed(func(o *attestation.Opening) { o.Samples = nil }),
	} {
		require.ErrorIs(t, f.Keeper.Open(f.Ctx, o), types.ErrInvalidOpening, name)
	}
	require.ErrorIs(t, f.Keeper.Open(f.Ctx, changed(func(o *attestation.Opening) { o.ID = 6 })), types.ErrProofNotFound)
	require.ErrorIs(t, f.Keeper.Open(f.Ctx, changed(func(o *attestation.Opening) { o.Kind = attestation.Custody })), types.ErrProofNotFound)
	require.ErrorIs(t, f.Keeper.Open(f.Ctx, changed(func(o *attestation.Opening) { o.Kind = attestation.Request })), types.ErrInvalidRequest)
	require.NoError(t, f.Keeper.Open(f.Ctx, good))
	require.ErrorIs(t, f.Keeper.Open(f.Ctx, good), types.ErrAlreadyOpened)
	f.CheckMoney()

	// The two that cannot open are paid nothing; half of the power is no quorum, so the proof is tried again.
	trialBlock(f, attestation.Round{}, openingOf(f, s, reproduced, 1))
	idle(f, 25)
	again := proofOf(f, 5)
	require.Equal(t, uint32(2), again.Round)
	require.NotEqual(t, p.Beacon, again.Beacon, "with other challenges and other chunks")
	require.Empty(t, f.Models.Outcomes)
}

// TestMessageDoor: anyone may bring the opening of anyone, because it proves itself; what travels
// free is another question (TestFreeOpenings).
func TestMessageDoor(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	s := subjectOf(f, attestation.Proof, openProof(f, 5, 100))
	trialBlock(f, roundOf(f, s, reproduced, 0, 1, 2))
	stranger := f.Account("stranger")
	msg := messageOf(f, stranger, openingOf(f, s, reproduced, 1))
	before := f.Ctx.GasMeter().GasConsumed()
	_, err := keeper.NewMsgServer(f.Keeper).OpenProof(f.Ctx, msg)
	require.NoError(t, err)
	require.Greater(t, f.Ctx.GasMeter().GasConsumed()-before, uint64(60_000))
	_, err = keeper.NewMsgServer(f.Keeper).OpenProof(f.Ctx, msg)
	require.ErrorIs(t, err, types.ErrAlreadyOpened)
	for name, change := range map[string]func(m *types.MsgOpenProof){
		"kind of a request": func(m *types.MsgOpenProof) { m.Kind = types.SubjectKind_SUBJECT_KIND_REQUEST },
		"no results":        func(m *types.MsgOpenProof) { m.ResultsRoot = nil },
		"long witness":      func(m *types.MsgOpenProof) { m.Witness = make([]byte, 33) },
		"no samples":        func(m *types.MsgOpenProof) { m.Samples = nil },
		"huge samples":      func(m *types.MsgOpenProof) { m.Samples = make([]byte, 10_000) },
		"validator":         func(m *types.MsgOpenProof) { m.Validator = "nobody" },
		"sender":            func(m *types.MsgOpenProof) { m.Sender = "nobody" },
	} {
		bad := *msg
		change(&bad)
		_, err := keeper.NewMsgServer(f.Keeper).OpenProof(f.Ctx, &bad)
		require.Error(t, err, name)
	}
}

func messageOf(f *fixture.Fixture, sender sdk.AccAddress, o attestation.Opening) *types.MsgOpenProof {
	f.Helper()
	return &types.MsgOpenProof{
		Sender: sender.String(), Kind: types.SubjectKind(o.Kind), ModelId: o.ID, Validator: sdk.ConsAddress(o.Validator[:]).String(),
		ResultsRoot: o.Results[:], Witness: o.Witness[:], Samples: o.Samples,
	}
}

// TestFreeOpenings: operator and courier of the validator, right bytes, once.
func TestFreeOpenings(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	s := subjectOf(f, attestation.Proof, openProof(f, 5, 100))
	trialBlock(f, roundOf(f, s, reproduced, 0, 1, 2))
	operator, courier := sdk.AccAddress(f.Validators[0].Address[:]), f.Account("courier")
	good := openingOf(f, s, reproduced, 0)
	wrong := good
	wrong.Samples = fixture.Held(f, 5, s.Draw, f.Validators[1].Address).Samples

	require.ErrorIs(t, f.Keeper.AdmitOpening(f.Ctx, messageOf(f, f.Account("stranger"), good)), types.ErrNotValidator)
	require.ErrorIs(t, f.Keeper.AdmitOpening(f.Ctx, messageOf(f, operator, openingOf(f, s, reproduced, 1))), types.ErrNotValidator)
	require.ErrorIs(t, f.Keeper.AdmitOpening(f.Ctx, messageOf(f, courier, good)), types.ErrNotValidator)
	require.ErrorIs(t, f.Keeper.AdmitOpening(f.Ctx, messageOf(f, operator, wrong)), types.ErrInvalidOpening)
	require.NoError(t, f.Keeper.AdmitOpening(f.Ctx, messageOf(f, operator, good)))
	require.ErrorIs(t, f.Keeper.AdmitOpening(f.Ctx, messageOf(f, operator, good)), types.ErrAlreadyOpened, "one a validator and proof")

	require.NoError(t, f.Keeper.SetCourier(f.Ctx, sdk.AccAddress(f.Validators[1].Address[:]), courier))
	require.NoError(t, f.Keeper.AdmitOpening(f.Ctx, messageOf(f, courier, openingOf(f, s, reproduced, 1))))
	f.Staking.Unbond(f.Validators[2].Address[:])
	require.ErrorIs(t, f.Keeper.AdmitOpening(f.Ctx, messageOf(f, sdk.AccAddress(f.Validators[2].Address[:]), openingOf(f, s, reproduced, 2))), types.ErrNotValidator)

	trialBlock(f, attestation.Round{}, good, openingOf(f, s, reproduced, 1), openingOf(f, s, reproduced, 2))
	require.Len(t, f.Models.Outcomes, 1)
	requireNothingStored(f)
}

// TestWithheldOpening: a validator that binds and does not open holds a decision up for the time to
// open; where the others are no quorum the proof is tried three times.
func TestWithheldOpening(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	s := subjectOf(f, attestation.Proof, openProof(f, 5, 1000))
	trialBlock(f, roundOf(f, s, reproduced, 0, 1, 2))
	trialBlock(f, attestation.Round{}, openingOf(f, s, reproduced, 0), openingOf(f, s, reproduced, 1))
	idle(f, 18)
	require.Empty(t, f.Models.Outcomes)
	idle(f, 1)
	require.Equal(t, []imotypes.ProofOutcome{isReproduced}, f.Models.Outcomes)
	require.Equal(t, []int64{20 + 392, 294, 0, 294}, trialTallies(f))

	f = fixture.New(t, 40, 30, 30)
	openProof(f, 5, 1000)
	for round := uint32(1); round <= 3; round++ {
		p := proofOf(f, 5)
		require.Equal(t, round, p.Round)
		s := subjectOf(f, attestation.Proof, p)
		trialBlock(f, roundOf(f, s, reproduced, 0, 1, 2))
		trialBlock(f, attestation.Round{}, openingOf(f, s, reproduced, 1), openingOf(f, s, reproduced, 2))
		idle(f, 19)
	}
	require.Equal(t, []imotypes.ProofOutcome{isExpired}, f.Models.Outcomes)
	require.Equal(t, []int64{20, 294, 294, 392}, trialTallies(f), "who opened the same is paid all the same")
	f.CheckMoney()
	requireNothingStored(f)
}

// TestDiffering: validators that find different results are no quorum, however many bound.
func TestDiffering(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	s := subjectOf(f, attestation.Proof, openProof(f, 5, 1000))
	round := roundOf(f, s, reproduced, 0)
	round.Votes = append(round.Votes, roundOf(f, s, elsewise, 1, 2).Votes...)
	trialBlock(f, round)
	trialBlock(f, attestation.Round{}, openingOf(f, s, reproduced, 0), openingOf(f, s, elsewise, 1), openingOf(f, s, elsewise, 2))
	require.Empty(t, f.Models.Outcomes)
	require.Equal(t, uint32(2), proofOf(f, 5).Round, "at once: nobody is missing")
	f.CheckMoney()
}

// TestSetChange: powers are those of the last commit in every block, for bindings and for openings.
func TestSetChange(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	s := subjectOf(f, attestation.Proof, openProof(f, 5, 1000))
	trialBlock(f, roundOf(f, s, reproduced, 0, 1))
	require.NotZero(t, proofOf(f, 5).BoundHeight)
	f.AddValidator("newcomer", 60) // 70 of 160 are no quorum any more
	idle(f, 10)
	p := proofOf(f, 5)
	require.Equal(t, types.ProofPhase_PROOF_PHASE_COMMIT, p.Phase)
	require.Zero(t, p.BoundHeight)
	trialBlock(f, roundOf(f, s, reproduced, 2, 3))
	require.Equal(t, types.ProofPhase_PROOF_PHASE_OPEN, proofOf(f, 5).Phase)

	// Between commit and open the newcomer leaves: its opening is taken and weighs nothing.
	newcomer := openingOf(f, s, reproduced, 3)
	f.Validators = f.Validators[:3]
	trialBlock(f, attestation.Round{}, newcomer, openingOf(f, s, reproduced, 0))
	require.Empty(t, f.Models.Outcomes)
	trialBlock(f, attestation.Round{}, openingOf(f, s, reproduced, 1), openingOf(f, s, reproduced, 2))
	require.Equal(t, []imotypes.ProofOutcome{isReproduced}, f.Models.Outcomes)
	require.Equal(t, []int64{20 + 392, 294, 294, 0}, trialTallies(f))
	f.CheckMoney()
	requireNothingStored(f)
}

// TestNewSetMustOpen: who joins after the bindings were closed has power and no binding.
func TestNewSetMustOpen(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	s := subjectOf(f, attestation.Proof, openProof(f, 5, 1000))
	trialBlock(f, roundOf(f, s, reproduced, 0, 1, 2))
	f.AddValidator("newcomer", 100)
	trialBlock(f, attestation.Round{}, openingOf(f, s, reproduced, 0), openingOf(f, s, reproduced, 1), openingOf(f, s, reproduced, 2))
	require.Empty(t, f.Models.Outcomes, "100 of 200")
	s = subjectOf(f, attestation.Proof, proofOf(f, 5))
	require.Equal(t, uint32(2), proofOf(f, 5).Round)
	trialBlock(f, roundOf(f, s, reproduced, 0, 1, 2, 3))
	trialBlock(f, attestation.Round{}, openingOf(f, s, reproduced, 0), openingOf(f, s, reproduced, 1), openingOf(f, s, reproduced, 2), openingOf(f, s, reproduced, 3))
	require.Equal(t, []imotypes.ProofOutcome{isReproduced}, f.Models.Outcomes)
}

// TestStaleBinding: a binding of the last round is none of this one, and does not void the right one.
func TestStaleBinding(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	s1 := subjectOf(f, attestation.Proof, openProof(f, 5, 1000))
	trialBlock(f, roundOf(f, s1, reproduced, 0, 1, 2))
	idle(f, 20)
	s2 := subjectOf(f, attestation.Proof, proofOf(f, 5))
	require.NotEqual(t, s1.Draw, s2.Draw)
	result := types.WorkResult{
		Kind: 2, Id: 5, ManifestRoot: s1.ManifestRoot[:], InputRoot: s1.InputRoot[:], OutputRoot: make([]byte, 32),
		Witness: make([]byte, 32), ResultsRoot: make([]byte, 32), Draw: s1.Draw[:],
	}
	_, _, ok := result.Opens(s1, [32]byte{})
	require.True(t, ok)
	_, _, ok = result.Opens(s2, [32]byte{})
	require.False(t, ok, "a node does not bind what it computed for other challenges")
}
