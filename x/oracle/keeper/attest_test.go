package keeper_test

import (
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/receipt"
	"github.com/imochain/imod/x/oracle/types"
)

func bindings(f *fixture.Fixture, id uint64) []types.Binding {
	f.Helper()
	out, err := keeper.NewQueryServer(f.Keeper).Attestations(f.Ctx, &types.QueryAttestationsRequest{Id: id})
	require.NoError(f, err)
	return out.Bindings
}

// TestQuorumBoundary: more than two thirds of the total power, absent members included.
func TestQuorumBoundary(t *testing.T) {
	cases := []struct {
		name   string
		powers []int64
		bound  []int
		final  bool
	}{
		{"66.6 %", []int64{333, 333, 334}, []int{0, 1}, false},
		{"66.7 %", []int64{334, 333, 333}, []int{0, 1}, true},
		{"exactly two thirds", []int64{10, 10, 10}, []int{0, 1}, false},
		{"one above two thirds", []int64{21, 20, 20}, []int{0, 1}, true},
		{"all of half turnout", []int64{25, 25, 25, 25}, []int{0, 1}, false},
		{"three of four", []int64{25, 25, 25, 25}, []int{1, 2, 3}, true},
		{"a single validator", []int64{1}, []int{0}, true},
		{"large powers", []int64{1 << 59, 1 << 58, 1 << 58}, []int{0, 1}, true},
		{"large powers, half", []int64{1 << 59, 1 << 58, 1 << 58}, []int{0}, false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			f := fixture.New(t, tc.powers...)
			r := f.Ask(f.Account("alice"), 1, 3)
			result := fixture.Result(r)
			require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, tc.bound...), r, result)))
			got := f.Get(r.Id)
			require.Equal(t, tc.final, got.Final())
			if tc.final {
				require.Empty(t, bindings(f, r.Id), "bindings of a subject that becomes final at once are never written")
				require.Equal(t, types.TrustClass_TRUST_CLASS_ATTESTED, got.TrustClass)
				require.Equal(t, result.Output[:], got.OutputRoot)
				require.Equal(t, result.Witness[:], got.Witness)
			} else {
				require.Len(t, bindings(f, r.Id), len(tc.bound))
				require.Empty(t, got.OutputRoot)
			}
			f.CheckMoney()
		})
	}
}

// TestBindings: a binding counts for its chain, subject, manifest, input, seed, output, witness and
// validator, and for nothing else.
func TestBindings(t *testing.T) {
	f := fixture.New(t, 10, 10, 10, 10)
	alice := f.Account("alice")
	r, other := f.Ask(alice, 1, 3), f.Ask(alice, 1, 4)
	result := fixture.Result(r)
	s, err := r.Subject()
	require.NoError(t, err)
	chain := attestation.ChainHash(fixture.ChainID)
	edit := func(change func(*attestation.Subject)) attestation.Subject {
		out := s
		change(&out)
		return out
	}
	forgeries := map[string]func(i int) attestation.Binding{
		"copied from another validator": func(int) attestation.Binding {
			return attestation.Bind(chain, s, result, f.Validators[0].Address)
		},
		"of another chain": func(i int) attestation.Binding {
			return attestation.Bind(attestation.ChainHash("imo-local-2"), s, result, f.Validators[i].Address)
		},
		"of another request": func(i int) attestation.Binding { return f.Binding(i, other, fixture.Result(other)).Binding },
		"of a proof with the same id": func(i int) attestation.Binding {
			return attestation.Bind(chain, edit(func(s *attestation.Subject) { s.Kind = attestation.Proof }), result, f.Validators[i].Address)
		},
		"of another manifest": func(i int) attestation.Binding {
			return attestation.Bind(chain, edit(func(s *attestation.Subject) { s.ManifestRoot[0] ^= 1 }), result, f.Validators[i].Address)
		},
		"of another input": func(i int) attestation.Binding {
			return attestation.Bind(chain, edit(func(s *attestation.Subject) { s.InputRoot[31] ^= 1 }), result, f.Validators[i].Address)
		},
		"of another seed": func(i int) attestation.Binding {
			return attestation.Bind(chain, edit(func(s *attestation.Subject) { s.Seed++ }), result, f.Validators[i].Address)
		},
		"of another output": func(i int) attestation.Binding {
			return attestation.Bind(chain, s, attestation.Result{Output: [32]byte{1}, Witness: result.Witness}, f.Validators[i].Address)
		},
		"that guesses the output and not the witness": func(i int) attestation.Binding {
			return attestation.Bind(chain, s, attestation.Result{Output: result.Output}, f.Validators[i].Address)
		},
	}
	for name, forge := range forgeries {
		t.Run(name, func(t *testing.T) {
			branch := *f
			branch.Ctx, _ = f.Ctx.CacheContext()
			round := fixture.Reveal(branch.Round(r, result, 0, 1), r, result)
			for _, i := range []int{2, 3} {
				round.Votes = append(round.Votes, attestation.RoundVote{Index: i, Items: []attestation.Item{{Key: s.Key, Binding: forge(i)}}})
			}
			require.NoError(t, branch.Keeper.Attest(branch.Ctx, round))
			require.False(t, branch.Get(r.Id).Final())
			require.Len(t, bindings(&branch, r.Id), 4)
		})
	}
	t.Run("control: the right ones", func(t *testing.T) {
		require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, 0, 1, 2), r, result)))
		require.True(t, f.Get(r.Id).Final())
	})
}

// TestEarlyReveal (A1b): a reveal below the quorum decides nothing, stores nothing, and does not help
// later: the block of finality needs its own.
func TestEarlyReveal(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	r := f.Ask(f.Account("alice"), 1, 3)
	result := fixture.Result(r)
	f.At(12)
	require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, 0), r, result)))
	require.Equal(t, types.RequestStatus_REQUEST_STATUS_PENDING, f.Get(r.Id).Status)
	require.Empty(t, f.Get(r.Id).OutputRoot)
	require.Empty(t, f.Get(r.Id).Witness)

	f.At(13) // the others bind without a reveal in their block
	require.NoError(t, f.Keeper.Attest(f.Ctx, f.Round(r, result, 1, 2)))
	require.False(t, f.Get(r.Id).Final())
	require.Len(t, bindings(f, r.Id), 3)

	f.At(14) // a reveal alone decides, from stored bindings
	require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result), r, result)))
	require.True(t, f.Get(r.Id).Final())
	require.Empty(t, bindings(f, r.Id))
	f.CheckMoney()
}

// TestStakeCountedOnce (A2): power is that of the set at the moment, never of the moment of binding.
func TestStakeCountedOnce(t *testing.T) {
	t.Run("stake that moved is not counted twice", func(t *testing.T) {
		f := fixture.New(t, 34, 33, 33)
		r := f.Ask(f.Account("alice"), 1, 3)
		lie := attestation.Result{Output: [32]byte{6, 6, 6}}
		require.NoError(t, f.Keeper.Attest(f.Ctx, f.Round(r, lie, 0)))
		// The stake of validator 0 goes to a new validator, which binds the same lie.
		f.Validators[0].Power = 0
		f.AddValidator("sybil", 34)
		f.At(12)
		require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, lie, 3), r, lie)))
		require.False(t, f.Get(r.Id).Final(), "34 of 100, not 68")

		// Out of the set altogether, a stored binding weighs nothing either.
		f.Validators = f.Validators[1:]
		f.At(13)
		require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, lie), r, lie)))
		require.False(t, f.Get(r.Id).Final())
	})
	t.Run("a changed set makes stored bindings enough", func(t *testing.T) {
		f := fixture.New(t, 33, 32, 35)
		r := f.Ask(f.Account("alice"), 1, 3)
		result := fixture.Result(r)
		require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, 0, 1), r, result)))
		require.False(t, f.Get(r.Id).Final(), "65 %")
		f.Validators[0].Power, f.Validators[2].Power = 38, 30
		f.At(12)
		// Nobody sends again. The next proposer sees that the subject is decidable.
		reveals, err := f.Keeper.Decidable(f.Ctx, f.Round(r, result), []types.WorkResult{fixture.WorkResult(r, result)})
		require.NoError(t, err)
		require.Len(t, reveals, 1)
		round := f.Round(r, result)
		round.Reveals = reveals
		require.NoError(t, f.Keeper.Attest(f.Ctx, round))
		require.True(t, f.Get(r.Id).Final())
		require.Equal(t, uint64(70), f.Get(r.Id).Attested.MatchedPower)
		f.CheckMoney()
	})
}

// TestEquivocation: the first binding counts; a different second one voids both, for good.
func TestEquivocation(t *testing.T) {
	f := fixture.New(t, 10, 10, 10, 10)
	r := f.Ask(f.Account("alice"), 1, 3)
	result, lie := fixture.Result(r), attestation.Result{Output: [32]byte{6}}
	require.NoError(t, f.Keeper.Attest(f.Ctx, f.Round(r, result, 0, 1)))
	require.NoError(t, f.Keeper.Attest(f.Ctx, f.Round(r, result, 0)), "the same again changes nothing")
	require.Len(t, bindings(f, r.Id), 2)
	require.NoError(t, f.Keeper.Attest(f.Ctx, f.Round(r, lie, 1)))
	require.Contains(t, fmt.Sprint(f.Ctx.EventManager().Events()), "EventEquivocation")

	require.NoError(t, f.Keeper.Attest(f.Ctx, f.Round(r, result, 1)), "the first value again does not heal it")
	require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, 2), r, result)))
	require.False(t, f.Get(r.Id).Final(), "20 of 40: validator 1 is void")
	require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, 3), r, result)))
	require.True(t, f.Get(r.Id).Final())

	counters := func(i int) types.Counters {
		resp, err := keeper.NewQueryServer(f.Keeper).Performance(f.Ctx, &types.QueryPerformanceRequest{
			Address: "0x" + hex.EncodeToString(f.Validators[i].Address[:]),
		})
		require.NoError(t, err)
		return resp.Validator.Current
	}
	require.Equal(t, types.Counters{Made: 1, Score: 250_000_000}, counters(0))
	require.Equal(t, types.Counters{Equivocated: 1}, counters(1))
	f.CheckMoney()
}

// TestDeclined: who declines a subject has no weight in it, is neither paid for it nor counted as having
// missed it, and may still bind; one that declines everything shows as without an oracle.
func TestDeclined(t *testing.T) {
	f := fixture.New(t, 10, 10, 10, 10)
	query := keeper.NewQueryServer(f.Keeper)
	performance := func(i int) *types.QueryPerformanceResponse {
		resp, err := query.Performance(f.Ctx, &types.QueryPerformanceRequest{
			Address: "0x" + hex.EncodeToString(f.Validators[i].Address[:]),
		})
		require.NoError(t, err)
		return resp
	}
	decline := func(r types.Request, places ...int) attestation.Round {
		round := attestation.Round{Set: f.Set()}
		for _, i := range places {
			key := attestation.Key{Kind: attestation.Request, ID: r.Id}
			round.Votes = append(round.Votes, attestation.RoundVote{Index: i, Items: []attestation.Item{{Key: key}}})
		}
		return round
	}
	r := f.Ask(f.Account("alice"), 1, 3)
	result := fixture.Result(r)
	require.NoError(t, f.Keeper.Attest(f.Ctx, decline(r, 2, 3)))
	require.Len(t, bindings(f, r.Id), 2)
	exported, err := f.Keeper.ExportGenesis(f.Ctx)
	require.NoError(t, err)
	again := f.Import(exported)
	require.Equal(t, bindings(f, r.Id), bindings(again, r.Id), "what was said outlives an export")
	require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, 0, 1), r, result)))
	require.False(t, f.Get(r.Id).Final(), "20 of 40: the power of those that decline counts in the total")
	require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, 2), r, result)))
	require.True(t, f.Get(r.Id).Final(), "2 thought better of it")
	require.Empty(t, bindings(f, r.Id))
	require.Equal(t, types.Counters{Made: 1, Score: 250_000_000}, performance(2).Validator.Current)
	require.Equal(t, types.Counters{Declined: 1}, performance(3).Validator.Current)
	require.True(t, performance(3).Validator.Tally.IsZero())
	require.False(t, performance(3).NoOracle, "one window tells little")

	params, err := query.Params(f.Ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	f.At(f.Ctx.BlockHeight() + int64(params.Params.PerformanceBlocks))
	r = f.Ask(f.Account("alice"), 1, 4)
	result = fixture.Result(r)
	round := fixture.Reveal(f.Round(r, result, 0, 1, 2), r, result)
	round.Votes = append(round.Votes, decline(r, 3).Votes...)
	require.NoError(t, f.Keeper.Attest(f.Ctx, round))
	require.True(t, f.Get(r.Id).Final())
	require.True(t, performance(3).NoOracle)
	require.Zero(t, performance(3).Validator.Current.Missed)
	f.CheckMoney()
}

// TestRepeatedInOneRound: an index that comes twice in one block counts once.
func TestRepeatedInOneRound(t *testing.T) {
	f := fixture.New(t, 34, 33, 33)
	r := f.Ask(f.Account("alice"), 1, 3)
	result := fixture.Result(r)
	require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, 0, 0, 0), r, result)))
	require.False(t, f.Get(r.Id).Final())
}

func TestDeadlineIsTheLastBlock(t *testing.T) {
	for _, offset := range []int64{0, 1} {
		f := fixture.New(t, 10, 10, 10)
		r := f.Ask(f.Account("alice"), 1, 3)
		result := fixture.Result(r)
		f.At(r.DeadlineHeight + offset)
		require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, 0, 1, 2), r, result)))
		require.Equal(t, offset == 0, f.Get(r.Id).Final())
	}
}

// TestFeeSplit: the parts of a network fee, to the last unit.
func TestFeeSplit(t *testing.T) {
	f := fixture.New(t, 50, 30, 15, 5)
	r := f.Ask(f.Account("alice"), 1, 3)
	result, lie := fixture.Result(r), attestation.Result{Output: [32]byte{6}}
	round := fixture.Reveal(f.Round(r, result, 0, 1), r, result)
	round.Votes = append(round.Votes, f.Round(r, lie, 2).Votes...)
	round.Proposer = f.Validators[1].Address
	require.NoError(t, f.Keeper.Attest(f.Ctx, round))
	require.True(t, f.Get(r.Id).Final())
	require.Equal(t, aimo(1000), f.Bank.GetBalance(f.Ctx, f.Models.Pool(1), types.FeeDenom))

	g, err := f.Keeper.ExportGenesis(f.Ctx)
	require.NoError(t, err)
	tallies := map[string]int64{}
	for _, v := range g.Validators {
		tallies[v.Address] = v.Tally.Int64()
	}
	proposer := int64(fee * 200 / 10_000)
	rest := fee - proposer
	name := func(i int) string { return bech32(f, i) }
	require.Equal(t, rest*50/100, tallies[name(0)])
	require.Equal(t, rest*30/100+proposer, tallies[name(1)])
	require.Zero(t, tallies[name(2)], "a differing validator earns nothing")
	require.Zero(t, tallies[name(3)], "an absent one neither")
	require.Equal(t, int64(fee)-tallies[name(0)]-tallies[name(1)], g.Totals.CommunityTally.Int64(), "their part goes to the community")
	f.CheckMoney()

	resp, err := keeper.NewQueryServer(f.Keeper).Attestations(f.Ctx, &types.QueryAttestationsRequest{Id: r.Id})
	require.NoError(t, err)
	require.Equal(t, []string{name(0), name(1)}, resp.Validators)
	require.Equal(t, uint64(80), resp.MatchedPower)
	require.Equal(t, uint64(100), resp.TotalPower)
}

// TestProposerOutsideTheSet: the proposer may have joined the set one block later.
func TestProposerOutsideTheSet(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	r := f.Ask(f.Account("alice"), 1, 3)
	result := fixture.Result(r)
	round := fixture.Reveal(f.Round(r, result, 0, 1, 2), r, result)
	round.Proposer = attestation.Address(fixture.Address("newcomer"))
	require.NoError(t, f.Keeper.Attest(f.Ctx, round))
	g, err := f.Keeper.ExportGenesis(f.Ctx)
	require.NoError(t, err)
	require.Len(t, g.Validators, 4)
	f.CheckMoney()

	second := f.Ask(f.Account("bob"), 1, 4)
	result = fixture.Result(second)
	round = fixture.Reveal(f.Round(second, result, 0, 1, 2), second, result)
	round.Proposer = attestation.Address{} // unknown
	require.NoError(t, f.Keeper.Attest(f.Ctx, round))
	require.True(t, f.Get(second.Id).Final())
	f.CheckMoney()
}

func TestReceipts(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	alice := f.Account("alice")
	var round attestation.Round
	for i := range 5 {
		r := f.Ask(alice, 1, uint64(i))
		result := fixture.Result(r)
		one := fixture.Reveal(f.Round(r, result, 0, 1, 2), r, result)
		if i == 0 {
			round = one
			continue
		}
		for j := range round.Votes {
			round.Votes[j].Items = append(round.Votes[j].Items, one.Votes[j].Items...)
		}
		if i != 3 { // this one stays open
			round.Reveals = append(round.Reveals, one.Reveals...)
		}
	}
	f.At(12)
	require.NoError(t, f.Keeper.Attest(f.Ctx, round))
	query := keeper.NewQueryServer(f.Keeper)
	for id, index := range map[uint64]int{1: 0, 2: 1, 3: 2, 5: 3} {
		resp, err := query.Receipt(f.Ctx, &types.QueryReceiptRequest{Id: id})
		require.NoError(t, err)
		require.Equal(t, int64(12), resp.Height)
		require.Equal(t, index, int(resp.Index))
		path := make([][32]byte, len(resp.Path))
		for i := range path {
			path[i] = [32]byte(resp.Path[i])
		}
		require.NoError(t, receipt.Verify([32]byte(resp.Root), resp.Receipt, int(resp.Index), int(resp.Count), path))
	}
	_, err := query.Receipt(f.Ctx, &types.QueryReceiptRequest{Id: 4})
	require.ErrorContains(t, err, "not final")
	f.CheckMoney()
}
