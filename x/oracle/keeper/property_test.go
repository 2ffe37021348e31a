package keeper_test

import (
	"encoding/hex"
	"flag"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/beacon"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/types"
)

// TestProperties: whatever comes in whatever order, the escrow holds exactly what it owes, every
// requester has what it began with less the fees of requests that did not expire and the money of
// callbacks that wait or were delivered, and what final requests and closed proofs paid lies with
// validators, models and the community.
func TestProperties(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f != nil && f.Value.String() == f.DefValue {
		require.NoError(t, f.Value.Set("1000"))
		defer func() { require.NoError(t, f.Value.Set(f.DefValue)) }()
	}
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt)
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			w.step(rt)
			w.check(rt)
		}
		g, err := w.Keeper.ExportGenesis(w.Ctx)
		require.NoError(rt, err)
		require.NoError(rt, g.Validate())
		require.NoError(rt, w.Keeper.EscrowCovers(w.Ctx))
	})
}

type world struct {
	*fixture.Fixture
	users  []sdk.AccAddress
	proofs map[uint64]types.Proof
	fees   sdk.Coins // of all proofs ever opened
	// handed is the money of delivered callbacks by requester: the contract divides it.
	handed map[string]sdk.Coins
}

// beacon lets validator 0 reveal once, so that seeds can be assigned.
func (w *world) beacon(rt *rapid.T) {
	chain, err := beacon.NewChain(beacon.Value{42}, 10)
	require.NoError(rt, err)
	tip := chain.Tip()
	_, err = w.Keeper.SetBeacon(w.Ctx, w.Validators[0].Address[:], hex.EncodeToString(tip[:]))
	require.NoError(rt, err)
	w.At(w.Ctx.BlockHeight() + 2)
	link, ok := chain.Before(tip)
	require.True(rt, ok)
	require.NoError(rt, w.Keeper.AdvanceBeacon(w.Ctx, w.Validators[0].Address, link[:]))
}

func newWorld(rt *rapid.T) *world {
	f := fixture.New(rt, 40, 30, 20, 10)
	params := types.DefaultParams()
	params.RequestBlocks, params.ProofBlocks, params.PayoutBlocks = 4, 5, 3
	params.BeaconDelayBlocks, params.BeaconStaleBlocks, params.CallbackBlocks = 2, 100_000, 100
	f.SetParams(params)
	w := &world{Fixture: f, proofs: make(map[uint64]types.Proof), handed: make(map[string]sdk.Coins)}
	w.beacon(rt)
	f.Code[string(fixture.Address("contract"))] = true
	for i := range 3 {
		w.users = append(w.users, f.Account(fmt.Sprint("user ", i)))
	}
	f.Bank.Mint(f.Ctx, fixture.Address("creator"), aimo(1_000_000))
	return w
}

func (w *world) step(rt *rapid.T) {
	user := w.users[rapid.IntRange(0, len(w.users)-1).Draw(rt, "user")]
	switch rapid.SampledFrom([]string{"ask", "ask", "attest", "attest", "attest", "block", "block", "fault", "power", "proof", "claim", "deliver", "hand over", "hand over", "leap"}).Draw(rt, "what") {
	case "ask":
		in := fixture.Request(user, rapid.Uint64Range(1, 3).Draw(rt, "model"), rapid.Uint64Range(0, 9).Draw(rt, "seed"))
		in.StoreOutput = rapid.Bool().Draw(rt, "store")
		in.SeedKind = rapid.SampledFrom([]types.SeedKind{
			types.SeedKind_SEED_KIND_CHOSEN, types.SeedKind_SEED_KIND_CONTENT, types.SeedKind_SEED_KIND_MONEY,
		}).Draw(rt, "seed kind")
		if in.SeedKind != types.SeedKind_SEED_KIND_CHOSEN {
			in.Seed = 0
		}
		if rapid.Bool().Draw(rt, "callback") {
			in.Callback = &types.NewCallback{Contract: fixture.Address("contract"), Gas: callGas}
		}
		if _, err := w.Keeper.CreateRequest(w.Ctx, in); w.Bank.Blocked[string(user)] {
			require.ErrorIs(rt, err, types.ErrInvalidAccount)
		} else {
			require.NoError(rt, err)
		}
	case "attest":
		w.attest(rt)
	case "block":
		w.Next()
	case "fault":
		w.Bank.Refusing[string(user)] = rapid.Bool().Draw(rt, "refusing")
		w.Bank.Blocked[string(user)] = rapid.Bool().Draw(rt, "blocked")
		w.Models.FailIncome = rapid.Bool().Draw(rt, "income fails")
		w.Models.FailProof = rapid.Bool().Draw(rt, "proof fails")
		w.Distr.Fail = rapid.Bool().Draw(rt, "distribution fails")
	case "power":
		w.Validators[rapid.IntRange(0, 3).Draw(rt, "validator")].Power = rapid.Int64Range(0, 50).Draw(rt, "power")
	case "proof":
		model := rapid.Uint64Range(5, 7).Draw(rt, "model")
		w.Models.Proving[model] = fixture.Version(rt, model, 4, aimo(0))
		fee := aimo(rapid.Int64Range(0, 1000).Draw(rt, "fee"))
		branch, write := w.Ctx.CacheContext()
		if w.Keeper.AfterVersionSubmitted(branch, model, 1, fixture.Address("creator"), fee) == nil {
			write()
			w.fees = w.fees.Add(fee)
		}
	case "claim":
		branch, write := w.Ctx.CacheContext()
		if _, err := w.Keeper.ClaimRefund(branch, user); err == nil {
			write()
		}
	case "leap": // everything that waits runs out
		w.At(w.Ctx.BlockHeight() + 120)
		w.Next()
	case "hand over":
		w.handOver(rt)
	case "deliver":
		if id := w.anyRequest(rt); id != 0 && w.Get(id).Final() && len(w.Get(id).OutputRoot) == 32 {
			_ = w.Keeper.Deliver(w.Ctx, id, fixture.Output(w.Get(id).Seed)) // a lie that became final does not match
		}
	}
}

// handOver delivers a callback, if there is one that is due.
func (w *world) handOver(rt *rapid.T) {
	id := w.anyRequest(rt)
	if id == 0 {
		return
	}
	r := w.Get(id)
	cb, err := w.Keeper.Callback(w.Ctx, id)
	if err != nil {
		return
	}
	d := delivery(r, nil)
	if r.Final() {
		d.Output = fixture.Output(r.Seed)
	}
	branch, write := w.Ctx.CacheContext()
	handover, err := w.Keeper.HandOver(branch, d, purse)
	if err != nil {
		return
	}
	write()
	if handover.Pay {
		require.True(rt, cb.Holds())
		w.handed[r.Requester] = w.handed[r.Requester].Add(cb.Money())
	}
}

func (w *world) anyRequest(rt *rapid.T) uint64 {
	g, err := w.Keeper.ExportGenesis(w.Ctx)
	require.NoError(rt, err)
	if g.Totals.LastRequestId == 0 {
		return 0
	}
	return rapid.Uint64Range(1, g.Totals.LastRequestId).Draw(rt, "request")
}

// attest brings a block with random bindings, right and wrong, and random reveals.
func (w *world) attest(rt *rapid.T) {
	round := attestation.Round{Set: w.Set(), Proposer: w.Validators[rapid.IntRange(0, 3).Draw(rt, "proposer")].Address}
	g, err := w.Keeper.ExportGenesis(w.Ctx)
	require.NoError(rt, err)
	items := make([][]attestation.Item, 4)
	add := func(s attestation.Subject, right attestation.Result) {
		for v := range items {
			result := right
			switch rapid.IntRange(0, 5).Draw(rt, "binding") {
			case 0:
				continue
			case 1:
				result.Output[0] ^= 0xff
			}
			items[v] = append(items[v], attestation.Item{
				Key: s.Key, Binding: attestation.Bind(attestation.ChainHash(fixture.ChainID), s, result, w.Validators[v].Address),
			})
		}
		if rapid.Bool().Draw(rt, "reveal") {
			round.Reveals = append(round.Reveals, attestation.Reveal{Key: s.Key, Result: right})
		}
	}
	for _, r := range g.Requests[max(0, len(g.Requests)-5):] {
		s, err := r.Subject()
		require.NoError(rt, err)
		add(s, fixture.Result(r))
	}
	w.attestProofs(rt, g.Proofs, items)
	for v := range items {
		round.Votes = append(round.Votes, attestation.RoundVote{Index: v, Items: items[v]})
	}
	require.NoError(rt, w.Keeper.Attest(w.Ctx, round))
	require.NoError(rt, w.Keeper.StepTrials(w.Ctx, round))
}

// attestProofs adds random bindings of running proofs, and opens some of what is bound already.
func (w *world) attestProofs(rt *rapid.T, proofs []types.Proof, items [][]attestation.Item) {
	for _, p := range proofs {
		if p.Phase == types.ProofPhase_PROOF_PHASE_QUEUED {
			continue
		}
		s := subjectOf(w.Fixture, attestation.Proof, p)
		for v := range items {
			a := rapid.SampledFrom([]answer{reproduced, reproduced, reproduced, elsewise}).Draw(rt, "answer")
			if p.Phase == types.ProofPhase_PROOF_PHASE_COMMIT && rapid.IntRange(0, 3).Draw(rt, "binds") > 0 {
				items[v] = append(items[v], bindingOf(w.Fixture, s, a, v))
			} else if p.Phase == types.ProofPhase_PROOF_PHASE_OPEN && rapid.IntRange(0, 2).Draw(rt, "opens") > 0 {
				w.Keeper.OpenInjected(w.Ctx, []attestation.Opening{openingOf(w.Fixture, s, reproduced, v), openingOf(w.Fixture, s, elsewise, v)})
			}
		}
	}
}

func (w *world) check(rt *rapid.T) {
	w.CheckMoney()
	g, err := w.Keeper.ExportGenesis(w.Ctx)
	require.NoError(rt, err)
	kept := make(map[string]sdk.Coins) // requester -> fees of requests that are pending or final
	earned := w.fees                   // by final requests and closed proofs
	for _, p := range g.Proofs {
		earned = earned.Sub(p.Fee)
	}
	for _, r := range g.Requests {
		if r.Status != types.RequestStatus_REQUEST_STATUS_EXPIRED {
			kept[r.Requester] = kept[r.Requester].Add(r.Fee()...)
		}
		if r.Final() {
			earned = earned.Add(r.Fee()...)
		}
	}
	for _, cb := range g.Callbacks {
		if cb.Holds() {
			kept[cb.Requester] = kept[cb.Requester].Add(cb.Money())
		}
	}
	for _, user := range w.users {
		credit, err := w.Keeper.Credit(w.Ctx, user)
		require.NoError(rt, err)
		has := w.Bank.All(w.Ctx, user).Add(credit...).Add(kept[user.String()]...).Add(w.handed[user.String()]...)
		require.Equal(rt, fmt.Sprintf("%daimo,1000000000usdc", start), has.String())
	}
	paid := w.Bank.All(w.Ctx, w.Distr.Module()).Add(w.Bank.All(w.Ctx, w.Distr.Community())...)
	for model := uint64(1); model <= 3; model++ {
		paid = paid.Add(w.Bank.All(w.Ctx, w.Models.Pool(model))...)
	}
	for _, v := range g.Validators {
		paid = paid.Add(sdk.NewCoin(types.FeeDenom, v.Tally))
	}
	for _, h := range g.HeldIncomes {
		paid = paid.Add(h.Amount)
	}
	paid = paid.Add(sdk.NewCoin(types.FeeDenom, g.Totals.CommunityTally))
	require.Equal(rt, earned.String(), paid.String(), "earned once, to the last unit")
}
