package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

// everyFault runs act on a fresh branch with the store failing at the first operation, then at the
// second, and so on until act runs through; after gets the branch each time.
func everyFault(t *testing.T, f *fixture.Fixture, reads bool, act func(sdk.Context) error, after func(branch *fixture.Fixture, failed bool, err error)) {
	t.Helper()
	for n := 0; ; n++ {
		branch := *f
		branch.Ctx, _ = f.Ctx.CacheContext()
		f.Faults.After(n, reads)
		err := act(branch.Ctx)
		failed := f.Faults.Off()
		after(&branch, failed, err)
		if !failed {
			require.Greater(t, n, 1, "the act has to touch the store")
			return
		}
	}
}

// TestAttestSurvivesEveryFault: wherever the store fails in pre-block, each subject is decided with
// its money booked or stays as it was, and the next block decides it.
func TestAttestSurvivesEveryFault(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	alice := f.Account("alice")
	first, second := f.Ask(alice, 1, 1), f.Ask(alice, 3, 2)
	require.NoError(t, f.Keeper.Attest(f.Ctx, f.Round(first, fixture.Result(first), 0)))
	s := subjectOf(f, attestation.Proof, openProof(f, 5, 100))
	round := f.Round(first, fixture.Result(first), 1, 2)
	for i := range round.Votes {
		round.Votes[i].Items = append(round.Votes[i].Items,
			f.Binding(round.Votes[i].Index, second, fixture.Result(second)),
			bindingOf(f, s, reproduced, round.Votes[i].Index))
	}
	round = fixture.Reveal(round, first, fixture.Result(first))
	all := roundOf(f, s, reproduced, 0, 1, 2)
	all.Votes[0].Items = append([]attestation.Item{f.Binding(0, second, fixture.Result(second))}, all.Votes[0].Items...)
	all = fixture.Reveal(fixture.Reveal(all, second, fixture.Result(second)), first, fixture.Result(first))
	for _, reads := range []bool{false, true} {
		everyFault(t, f, reads,
			func(ctx sdk.Context) error { f.Models.Outcomes = nil; return f.Keeper.Attest(ctx, round) },
			func(branch *fixture.Fixture, failed bool, err error) {
				branch.CheckMoney()
				if !failed {
					require.NoError(t, err)
					require.True(t, branch.Get(first.Id).Final())
				}
				require.False(t, branch.Get(second.Id).Final())
				require.NoError(t, branch.Keeper.Attest(branch.Ctx, round))
				require.True(t, branch.Get(first.Id).Final(), "the next block decides it")
				require.NoError(t, branch.Keeper.Attest(branch.Ctx, all))
				require.True(t, branch.Get(second.Id).Final())
				require.NoError(t, branch.Keeper.StepTrials(branch.Ctx, all))
				require.Equal(t, types.ProofPhase_PROOF_PHASE_OPEN, proofOf(branch, 5).Phase)
				branch.CheckMoney()
			})
	}
}

// TestEndBlockSurvivesEveryFault: the same for expiry and payout. An error of the block itself, which
// only the module's own records can cause, undoes the block.
func TestEndBlockSurvivesEveryFault(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	alice, mallory := f.Account("alice"), f.Account("mallory")
	params := types.DefaultParams()
	params.PayoutBlocks = 1
	f.SetParams(params)
	done := f.Ask(alice, 1, 1)
	result := fixture.Result(done)
	require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(done, result, 0, 1), done, result)))
	open := f.Ask(alice, 3, 2)
	require.NoError(t, f.Keeper.Attest(f.Ctx, f.Round(open, fixture.Result(open), 0)))
	refused := f.Ask(mallory, 3, 3)
	f.Bank.Refusing[string(mallory)] = true
	params.ProofBlocks = 60
	f.SetParams(params)
	openProof(f, 5, 100)
	f.At(70)
	for _, reads := range []bool{false, true} {
		everyFault(t, f, reads, func(ctx sdk.Context) error { return f.Keeper.EndBlock(ctx) }, func(branch *fixture.Fixture, _ bool, err error) {
			if err != nil {
				return // the block is not committed
			}
			branch.CheckMoney()
			for range 3 { // the rest comes in the next blocks, and what failed after its pause
				branch.Next()
			}
			branch.At(70 + keeper.RetryBlocks)
			branch.Next()
			branch.Next()
			branch.CheckMoney()
			require.Equal(t, types.RequestStatus_REQUEST_STATUS_EXPIRED, branch.Get(open.Id).Status)
			require.Equal(t, types.RequestStatus_REQUEST_STATUS_EXPIRED, branch.Get(refused.Id).Status)
			credit, err := branch.Keeper.Credit(branch.Ctx, mallory)
			require.NoError(t, err)
			require.False(t, credit.IsZero())
			owed, err := branch.Keeper.Owed(branch.Ctx)
			require.NoError(t, err)
			require.Equal(t, credit, owed, "everything else is paid")
		})
	}
}

// TestMessagesReportEveryFault: a message never swallows a failure.
func TestMessagesReportEveryFault(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	alice, mallory := f.Account("alice"), f.Account("mallory")
	done := f.Ask(alice, 1, 1)
	result := fixture.Result(done)
	require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(done, result, 0, 1), done, result)))
	f.Ask(mallory, 3, 3)
	f.Bank.Refusing[string(mallory)] = true
	f.At(70)
	f.Next()
	delete(f.Bank.Refusing, string(mallory))
	creator := f.Account("creator")
	f.Models.Proving[5] = fixture.Version(f, 5, 4, aimo(0))
	server := keeper.NewMsgServer(f.Keeper)
	queries := keeper.NewQueryServer(f.Keeper)
	f.Ask(alice, 1, 9)
	for name, act := range map[string]func(sdk.Context) error{
		"request": func(ctx sdk.Context) error {
			_, err := server.RequestInference(ctx, &types.MsgRequestInference{
				Requester: alice.String(), ModelId: 1, Input: fixture.Input, MaxFee: sdk.NewCoins(aimo(fee + 1000)),
			})
			return err
		},
		"deliver": func(ctx sdk.Context) error {
			_, err := server.DeliverOutput(ctx, &types.MsgDeliverOutput{Sender: alice.String(), RequestId: done.Id, Output: fixture.Output(1)})
			return err
		},
		"claim": func(ctx sdk.Context) error {
			_, err := server.ClaimRefund(ctx, &types.MsgClaimRefund{Sender: alice.String(), Owner: mallory.String()})
			if err == nil {
				_, err = queries.Credit(ctx, &types.QueryCreditRequest{Owner: alice.String()})
			}
			return err
		},
		"policy": func(ctx sdk.Context) error {
			_, err := server.SetPolicy(ctx, &types.MsgSetPolicy{Operator: operatorOf(f, 0), MaxWorkUnits: 1})
			if err == nil {
				_, err = server.SetPolicy(ctx, &types.MsgSetPolicy{Operator: operatorOf(f, 0)})
			}
			return err
		},
		"proof": func(ctx sdk.Context) error {
			return f.Keeper.AfterVersionSubmitted(ctx, 5, 1, creator, aimo(5))
		},
		"queries": func(ctx sdk.Context) error {
			if _, err := queries.Receipt(ctx, &types.QueryReceiptRequest{Id: done.Id}); err != nil {
				return err
			}
			if _, err := queries.Attestations(ctx, &types.QueryAttestationsRequest{Id: done.Id}); err != nil {
				return err
			}
			if _, err := queries.Requests(ctx, &types.QueryRequestsRequest{Requester: alice.String()}); err != nil {
				return err
			}
			if _, err := queries.EstimateFee(ctx, &types.QueryEstimateFeeRequest{ModelId: 1}); err != nil {
				return err
			}
			return f.Keeper.CheckInvariants(ctx)
		},
		"genesis": func(ctx sdk.Context) error {
			g, err := f.Keeper.ExportGenesis(ctx)
			if err != nil {
				return err
			}
			return f.Keeper.InitGenesis(ctx, g)
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, reads := range []bool{false, true} {
				if !reads && (name == "queries" || name == "claim" || name == "deliver") {
					continue // no writes, or two
				}
				everyFault(t, f, reads, act, func(_ *fixture.Fixture, failed bool, err error) {
					require.Equal(t, failed, err != nil, "%v", err)
				})
			}
		})
	}
}

// TestTrialsSurviveEveryFault: wherever the store fails while a proof is decided, it is decided with
// its money booked or stays as it was, and the next block decides it.
func TestTrialsSurviveEveryFault(t *testing.T) {
	f := fixture.New(t, 40, 30, 30)
	s := subjectOf(f, attestation.Proof, openProof(f, 5, 1000))
	trialBlock(f, roundOf(f, s, reproduced, 0, 1, 2))
	for i := range 3 {
		require.NoError(t, f.Keeper.Open(f.Ctx, openingOf(f, s, reproduced, i)))
	}
	for _, reads := range []bool{false, true} {
		everyFault(t, f, reads,
			func(ctx sdk.Context) error { return f.Keeper.StepTrials(ctx, roundOf(f, s, reproduced)) },
			func(branch *fixture.Fixture, failed bool, err error) {
				if !failed {
					require.NoError(t, err)
				}
				branch.CheckMoney()
				require.NoError(t, branch.Keeper.StepTrials(branch.Ctx, roundOf(f, s, reproduced)))
				branch.CheckMoney()
				requireNothingStored(branch)
				require.Equal(t, []int64{20 + 392, 294, 294, 0}, trialTallies(branch), "paid once")
			})
	}
}
