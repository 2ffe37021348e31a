package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

func custodyOf(f *fixture.Fixture, model uint64) types.Proof {
	f.Helper()
	g, err := f.Keeper.ExportGenesis(f.Ctx)
	require.NoError(f, err)
	for _, p := range g.Custodies {
		if p.ModelId == model {
			return p
		}
	}
	return types.Proof{}
}

func availabilityOf(f *fixture.Fixture, model uint64) *types.QueryAvailabilityResponse {
	f.Helper()
	resp, err := keeper.NewQueryServer(f.Keeper).Availability(f.Ctx, &types.QueryAvailabilityRequest{ModelId: model})
	require.NoError(f, err)
	return resp
}

// epoch moves to the first block of a custody epoch and ends it.
func epoch(f *fixture.Fixture, number int64) {
	f.Helper()
	f.At(1000 * number)
	f.Next()
}

// hold runs one custody of a model: some validators bind, some of them open.
func hold(f *fixture.Fixture, model uint64, bind, open []int) {
	f.Helper()
	s := subjectOf(f, attestation.Custody, custodyOf(f, model))
	trialBlock(f, roundOf(f, s, held, bind...))
	for custodyOf(f, model).Phase == types.ProofPhase_PROOF_PHASE_COMMIT {
		idle(f, 1)
	}
	var openings []attestation.Opening
	for _, i := range open {
		openings = append(openings, openingOf(f, s, held, i))
	}
	trialBlock(f, attestation.Round{}, openings...)
	idle(f, 20)
	require.Zero(f, custodyOf(f, model).ModelId, "it is closed")
	requireNothingStored(f)
}

// TestCustody: dark URIs after REPRODUCED are noticed; requests stop below 2/3, the model is frozen
// below 1/3, and both come back with the bytes.
func TestCustody(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	f.Models.Live[1] = true
	alice := f.Account("alice")
	ask := func() error {
		branch, _ := f.Ctx.CacheContext()
		_, err := f.Keeper.CreateRequest(branch, fixture.Request(alice, 1, 7))
		return err
	}
	require.NoError(t, ask(), "never counted: more than 2/3 reproduced it")
	require.True(t, availabilityOf(f, 1).Requests)

	for i, step := range []struct {
		bind, open []int
		bps        uint32
		taken      bool
		frozen     bool
	}{
		{[]int{0, 1, 2}, []int{0, 1, 2}, 10_000, true, false},
		{[]int{0, 1}, []int{0, 1}, 7000, true, false},
		{[]int{1, 2}, []int{1, 2}, 6000, false, false},
		{[]int{0, 1, 2}, []int{1}, 3000, false, true}, // who does not open does not hold
		{[]int{}, []int{}, 0, false, true},
		{[]int{0}, []int{0}, 4000, false, false},
		{[]int{0, 1, 2}, []int{0, 1, 2}, 10_000, true, false},
	} {
		epoch(f, int64(i+1))
		require.NotZero(t, custodyOf(f, 1).ModelId, "step %d", i)
		require.Zero(t, custodyOf(f, 2).ModelId, "no token, no requests")
		hold(f, 1, step.bind, step.open)
		got := availabilityOf(f, 1)
		require.Equal(t, step.bps, got.Bps, "step %d", i)
		require.Equal(t, uint64(i+1), got.Availability.Epoch)
		require.Equal(t, step.taken, got.Requests, "step %d", i)
		require.Equal(t, step.frozen, f.Models.Frozen[1], "step %d", i)
		if step.taken {
			require.NoError(t, ask(), "step %d", i)
		} else {
			require.ErrorIs(t, ask(), types.ErrUnavailable, "step %d", i)
		}
		f.CheckMoney()
	}
}

// TestCustodyOfAskedModels: an open request is reason enough, and so is a low figure, because a model
// could never come back otherwise.
func TestCustodyOfAskedModels(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	params := types.DefaultParams()
	params.RequestBlocks = 100_000
	f.SetParams(params)
	f.Ask(f.Account("alice"), 2, 1)
	epoch(f, 1)
	require.NotZero(t, custodyOf(f, 2).ModelId)
	require.Zero(t, custodyOf(f, 1).ModelId)
	hold(f, 2, []int{0}, []int{0})
	s := f.Get(1)
	f.At(s.DeadlineHeight)
	f.Next()
	require.Equal(t, types.RequestStatus_REQUEST_STATUS_EXPIRED, f.Get(1).Status)
	epoch(f, 200)
	require.NotZero(t, custodyOf(f, 2).ModelId, "nobody can ask, so only the count can free it")
	hold(f, 2, []int{0, 1}, []int{0, 1})
	require.True(t, availabilityOf(f, 2).Requests)
	epoch(f, 201)
	require.Zero(t, custodyOf(f, 2).ModelId)
}

// TestCustodyLie: a copied binding, a guess and the chunks of another holder do not open.
func TestCustodyLie(t *testing.T) {
	f := fixture.New(t, 25, 25, 25, 25)
	f.Models.Live[1] = true
	epoch(f, 1)
	s := subjectOf(f, attestation.Custody, custodyOf(f, 1))
	round := roundOf(f, s, held, 0)
	round.Votes = append(round.Votes,
		attestation.RoundVote{Index: 1, Items: []attestation.Item{bindingOf(f, s, held, 0)}},
		attestation.RoundVote{Index: 2, Items: []attestation.Item{{Key: s.Key, Binding: attestation.Binding{9}}}})
	trialBlock(f, round)
	idle(f, 30)
	lie := openingOf(f, s, held, 0)
	lie.Validator = f.Validators[1].Address
	require.ErrorIs(t, f.Keeper.Open(f.Ctx, lie), types.ErrInvalidOpening)
	require.ErrorIs(t, f.Keeper.Open(f.Ctx, openingOf(f, s, held, 1)), types.ErrInvalidOpening, "even with the right chunks: it bound others")
	require.ErrorIs(t, f.Keeper.Open(f.Ctx, openingOf(f, s, held, 2)), types.ErrInvalidOpening)
	require.ErrorIs(t, f.Keeper.Open(f.Ctx, openingOf(f, s, held, 3)), types.ErrInvalidOpening)
	proofs := openingOf(f, s, reproduced, 0)
	require.ErrorIs(t, f.Keeper.Open(f.Ctx, proofs), types.ErrInvalidOpening, "custody has no results")
	trialBlock(f, attestation.Round{}, openingOf(f, s, held, 0))
	idle(f, 20)
	require.Equal(t, uint32(2500), availabilityOf(f, 1).Bps)
}

// TestCustodySample: of a large set some are drawn to open; they are not known before bindings are
// closed, and those that fail to open count as not holding.
func TestCustodySample(t *testing.T) {
	powers := make([]int64, 20)
	for i := range powers {
		powers[i] = 10
	}
	f := fixture.New(t, powers...)
	params := types.DefaultParams()
	params.CustodyOpenings = 5
	f.SetParams(params)
	f.Models.Live[1] = true
	epoch(f, 1)
	s := subjectOf(f, attestation.Custody, custodyOf(f, 1))
	all := make([]int, 20)
	for i := range all {
		all[i] = i
	}
	trialBlock(f, roundOf(f, s, held, all...))
	p := custodyOf(f, 1)
	require.Equal(t, types.ProofPhase_PROOF_PHASE_OPEN, p.Phase)
	require.Len(t, p.Drawn, 5)
	work, err := f.Keeper.OpenWork(f.Ctx, 10)
	require.NoError(t, err)
	require.Len(t, work[0].Openers, 5)
	opened := 0
	for i, v := range f.Validators {
		o := openingOf(f, s, held, i)
		drawn := false
		for _, d := range p.Drawn {
			drawn = drawn || string(d) == string(v.Address[:])
		}
		switch {
		case !drawn:
			require.ErrorIs(t, f.Keeper.Open(f.Ctx, o), types.ErrInvalidOpening)
		case opened < 3:
			require.NoError(t, f.Keeper.Open(f.Ctx, o))
			opened++
		}
	}
	idle(f, 20)
	require.Equal(t, uint32(9000), availabilityOf(f, 1).Bps, "two of twenty were drawn and did not open")
	requireNothingStored(f)
}

// TestCustodyIsBounded: of many models some are counted at once, in order, and an epoch that is not
// through when the next begins goes on.
func TestCustodyIsBounded(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	for id := uint64(1); id <= 60; id++ {
		f.Models.Versions[id] = fixture.Version(t, id, 4, aimo(0))
		f.Models.Live[id] = true
	}
	counted := map[uint64]bool{}
	f.At(1000)
	for range 60 * 60 {
		g, err := f.Keeper.ExportGenesis(f.Ctx)
		require.NoError(t, err)
		require.LessOrEqual(t, len(g.Custodies), int(types.DefaultParams().MaxOpenCustodies))
		var round attestation.Round
		var openings []attestation.Opening
		for _, p := range g.Custodies {
			s := subjectOf(f, attestation.Custody, p)
			if p.Phase == types.ProofPhase_PROOF_PHASE_COMMIT {
				for i, vote := range roundOf(f, s, held, 0, 1, 2).Votes {
					if len(round.Votes) < 3 {
						round.Votes = append(round.Votes, vote)
					} else {
						round.Votes[i].Items = append(round.Votes[i].Items, vote.Items...)
					}
				}
			} else {
				openings = append(openings, openingOf(f, s, held, 0), openingOf(f, s, held, 1), openingOf(f, s, held, 2))
			}
		}
		if round.Votes != nil {
			round.Set, round.Proposer = f.Set(), f.Validators[0].Address
		}
		trialBlock(f, round, openings...)
		if len(g.Availabilities) == 60 {
			for _, a := range g.Availabilities {
				require.Equal(t, a.TotalPower, a.Power)
				counted[a.ModelId] = true
			}
			break
		}
	}
	require.Len(t, counted, 60)
	require.Less(t, f.Ctx.BlockHeight(), int64(1100), "eight at a time, three blocks each")
}

// TestCustodySetFails: x/imo that cannot freeze changes nothing about requests.
func TestCustodySetFails(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	f.Models.Live[1] = true
	epoch(f, 1)
	f.Models.FailProof = true
	hold(f, 1, nil, nil)
	require.False(t, f.Models.Frozen[1])
	_, err := f.Keeper.CreateRequest(f.Ctx, fixture.Request(f.Account("alice"), 1, 7))
	require.ErrorIs(t, err, types.ErrUnavailable)
}

// TestNewVersionIsHeld: the proof of a new version is itself the proof that it is held.
func TestNewVersionIsHeld(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	f.Models.Live[1] = true
	epoch(f, 1)
	hold(f, 1, nil, nil)
	require.True(t, f.Models.Frozen[1])
	params := types.DefaultParams()
	params.ProofBlocks = 5000
	f.SetParams(params)
	p := openProof(f, 1, 100)
	epoch(f, 2)
	require.NotZero(t, custodyOf(f, 1).ModelId, "a count of the old version runs")
	s := subjectOf(f, attestation.Proof, p)
	trialBlock(f, roundOf(f, s, reproduced, 0, 1, 2))
	trialBlock(f, attestation.Round{}, openingOf(f, s, reproduced, 0), openingOf(f, s, reproduced, 1), openingOf(f, s, reproduced, 2))
	require.Len(t, f.Models.Outcomes, 1)
	require.False(t, f.Models.Frozen[1])
	require.True(t, availabilityOf(f, 1).Requests)
	requireNothingStored(f)
}

// TestCustodySurvivesImport: a running count goes on after an import.
func TestCustodySurvivesImport(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	f.Models.Live[1] = true
	epoch(f, 1)
	s := subjectOf(f, attestation.Custody, custodyOf(f, 1))
	trialBlock(f, roundOf(f, s, held, 0, 1, 2))
	require.NoError(t, f.Keeper.Open(f.Ctx, openingOf(f, s, held, 0)))
	g, err := f.Keeper.ExportGenesis(f.Ctx)
	require.NoError(t, err)
	require.NoError(t, g.Validate())
	require.Len(t, g.Opened, 1)
	other := f.Import(g)
	trialBlock(other, attestation.Round{}, openingOf(other, s, held, 1), openingOf(other, s, held, 2))
	require.Equal(t, uint32(10_000), availabilityOf(other, 1).Bps)
	again, err := other.Keeper.ExportGenesis(other.Ctx)
	require.NoError(t, err)
	require.NoError(t, again.Validate())

	for name, change := range map[string]func(g *types.GenesisState){
		"opened twice":            func(g *types.GenesisState) { g.Opened = append(g.Opened, g.Opened[0]) },
		"opened, not bound":       func(g *types.GenesisState) { g.Bindings = nil },
		"short results":           func(g *types.GenesisState) { g.Opened[0].ResultsRoot = nil },
		"custody without a round": func(g *types.GenesisState) { g.Custodies[0].Round = 0 },
		"custody in a queue":      func(g *types.GenesisState) { g.Custodies[0].Phase = types.ProofPhase_PROOF_PHASE_QUEUED },
		"custody in no phase":     func(g *types.GenesisState) { g.Custodies[0].Phase = 0 },
		"drawn address":           func(g *types.GenesisState) { g.Custodies[0].Drawn = [][]byte{{1}} },
		"availability above total": func(g *types.GenesisState) {
			g.Availabilities = []types.Availability{{ModelId: 1, Height: 1, Power: 1}}
		},
		"record twice": func(g *types.GenesisState) {
			g.ProofRecords = []types.ProofRecord{{ModelId: 1, Version: 1}, {ModelId: 1, Version: 1}}
		},
	} {
		g, err := f.Keeper.ExportGenesis(f.Ctx)
		require.NoError(t, err)
		change(g)
		require.Error(t, g.Validate(), name)
	}
}
