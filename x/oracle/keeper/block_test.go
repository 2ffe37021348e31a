package keeper_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

func TestExpiryRefundsInFull(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	alice := f.Account("alice")
	r, priced := f.Ask(alice, 1, 3), f.Ask(alice, 3, 4)
	require.NoError(t, f.Keeper.Attest(f.Ctx, f.Round(r, fixture.Result(r), 0)))
	f.At(r.DeadlineHeight - 1)
	f.Next()
	require.Equal(t, types.RequestStatus_REQUEST_STATUS_PENDING, f.Get(r.Id).Status, "the deadline is still to come")
	f.Next()
	for _, id := range []uint64{r.Id, priced.Id} {
		require.Equal(t, types.RequestStatus_REQUEST_STATUS_EXPIRED, f.Get(id).Status)
		require.Equal(t, r.DeadlineHeight, f.Get(id).FinalHeight)
		require.Empty(t, bindings(f, id))
	}
	require.Equal(t, "1000000000000000000aimo,1000000000usdc", f.Bank.All(f.Ctx, alice).String())
	require.True(t, f.Bank.All(f.Ctx, types.EscrowAddress()).IsZero())
	f.CheckMoney()

	// What expired cannot become final any more.
	result := fixture.Result(r)
	require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, 0, 1, 2), r, result)))
	require.Equal(t, types.RequestStatus_REQUEST_STATUS_EXPIRED, f.Get(r.Id).Status)
}

// TestHostileRecipient: a recipient that cannot be paid delays nobody and loses nothing.
func TestHostileRecipient(t *testing.T) {
	for _, name := range []string{"refuses coins", "became blocked"} {
		t.Run(name, func(t *testing.T) {
			f := fixture.New(t, 10)
			mallory, bob := f.Account("mallory"), f.Account("bob")
			f.Ask(mallory, 1, 1)
			f.Ask(mallory, 3, 2)
			f.Ask(bob, 1, 3)
			set := f.Bank.Refusing
			if name == "became blocked" {
				set = f.Bank.Blocked
			}
			set[string(mallory)] = true
			f.At(70)
			f.Next()
			require.Equal(t, aimo(start), f.Bank.GetBalance(f.Ctx, bob, types.FeeDenom), "bob is refunded in the same block")
			require.Equal(t, types.RequestStatus_REQUEST_STATUS_EXPIRED, f.Get(1).Status)
			credit, err := f.Keeper.Credit(f.Ctx, mallory)
			require.NoError(t, err)
			require.Equal(t, fmt.Sprintf("%daimo,500usdc", 2*fee+1000), credit.String())
			f.CheckMoney()

			transaction, _ := f.Ctx.CacheContext()
			_, err = f.Keeper.ClaimRefund(transaction, mallory)
			require.Error(t, err, "still refusing")
			delete(set, string(mallory))
			server := keeper.NewMsgServer(f.Keeper)
			resp, err := server.ClaimRefund(f.Ctx, &types.MsgClaimRefund{Sender: bob.String(), Owner: mallory.String()})
			require.NoError(t, err, "anyone may claim for her")
			require.Equal(t, credit, resp.Paid)
			require.Equal(t, aimo(start), f.Bank.GetBalance(f.Ctx, mallory, types.FeeDenom))
			_, err = f.Keeper.ClaimRefund(f.Ctx, mallory)
			require.ErrorIs(t, err, types.ErrNothingToClaim)
			_, err = f.Keeper.ClaimRefund(f.Ctx, make(sdk.AccAddress, 32))
			require.ErrorIs(t, err, types.ErrInvalidAccount)
			f.CheckMoney()
		})
	}
}

// TestPoisonedItems: one item of each type that fails or panics changes nothing for the others, and
// nothing for itself.
func TestPoisonedItems(t *testing.T) {
	ask := func(f *fixture.Fixture) (bad, good types.Request) {
		alice := f.Account("alice")
		return f.Ask(alice, 1, 1), f.Ask(alice, 2, 2)
	}
	decideBoth := func(f *fixture.Fixture, bad, good types.Request) {
		round := f.Round(bad, fixture.Result(bad), 0, 1, 2)
		more := f.Round(good, fixture.Result(good), 0, 1, 2)
		for i := range round.Votes {
			round.Votes[i].Items = append(round.Votes[i].Items, more.Votes[i].Items...)
		}
		round = fixture.Reveal(fixture.Reveal(round, bad, fixture.Result(bad)), good, fixture.Result(good))
		require.NoError(f, f.Keeper.Attest(f.Ctx, round))
	}

	t.Run("model income fails", func(t *testing.T) {
		f := fixture.New(t, 10, 10, 10)
		bad, good := ask(f)
		f.Models.FailIncome = true
		decideBoth(f, bad, good)
		require.True(t, f.Get(bad.Id).Final(), "the result stands; the income is held")
		require.True(t, f.Get(good.Id).Final())
		require.True(t, f.Bank.All(f.Ctx, f.Models.Pool(1)).IsZero())
		f.CheckMoney()
		f.Models.FailIncome = false
		third := f.Ask(f.Account("bob"), 1, 9)
		result := fixture.Result(third)
		require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(third, result, 0, 1, 2), third, result)))
		require.Equal(t, aimo(2000), f.Bank.GetBalance(f.Ctx, f.Models.Pool(1), types.FeeDenom), "the next income takes it along")
		require.Equal(t, []revsharetypes.PaidBy{{Address: third.Requester, Amount: math.NewInt(1000)}, {Amount: math.NewInt(1000)}}, f.Models.Payers,
			"the price is the requester's, what was held is nobody's in particular")
		f.CheckMoney()
	})
	t.Run("request record has a root of the wrong length", func(t *testing.T) {
		f := fixture.New(t, 10, 10, 10)
		bad, good := ask(f)
		broken := bad
		broken.ManifestRoot = broken.ManifestRoot[:31]
		require.NoError(t, f.Keeper.PutRequest(f.Ctx, broken))
		decideBoth(f, bad, good)
		require.False(t, f.Get(bad.Id).Final())
		require.True(t, f.Get(good.Id).Final())
		f.At(bad.DeadlineHeight)
		f.Next()
		require.Equal(t, types.RequestStatus_REQUEST_STATUS_EXPIRED, f.Get(bad.Id).Status, "it is refunded all the same")
		f.CheckMoney()
	})
	t.Run("request without owner cannot expire", func(t *testing.T) {
		f := fixture.New(t, 10, 10, 10)
		_, good := ask(f)
		ghost := uint64(77)
		require.NoError(t, f.Keeper.PutOpen(f.Ctx, good.DeadlineHeight, uint32(attestation.Request), ghost))
		require.NoError(t, f.Keeper.PutOpen(f.Ctx, good.DeadlineHeight, 9, 1))
		f.At(good.DeadlineHeight)
		f.Next()
		require.Equal(t, types.RequestStatus_REQUEST_STATUS_EXPIRED, f.Get(good.Id).Status)
		n, err := f.Keeper.OpenLength(f.Ctx)
		require.NoError(t, err)
		require.Equal(t, 2, n, "the two ghosts wait for the next try")
		work, err := f.Keeper.OpenWork(f.Ctx, 100)
		require.NoError(t, err)
		require.Empty(t, work)
		f.At(good.DeadlineHeight + keeper.RetryBlocks)
		f.Next()
		n, err = f.Keeper.OpenLength(f.Ctx)
		require.NoError(t, err)
		require.Equal(t, 2, n)
	})
	t.Run("final request on the open list again", func(t *testing.T) {
		f := fixture.New(t, 10, 10, 10)
		bad, good := ask(f)
		result := fixture.Result(bad)
		round := fixture.Reveal(f.Round(bad, result, 0, 1, 2), bad, result)
		require.NoError(t, f.Keeper.Attest(f.Ctx, round))
		before := f.Get(bad.Id)
		require.NoError(t, f.Keeper.PutOpen(f.Ctx, bad.DeadlineHeight, uint32(attestation.Request), bad.Id))
		f.At(20)
		require.NoError(t, f.Keeper.Attest(f.Ctx, round))
		require.Equal(t, before, f.Get(bad.Id), "a result is written once")
		require.Equal(t, aimo(1000), f.Bank.GetBalance(f.Ctx, f.Models.Pool(1), types.FeeDenom), "and paid once")
		f.At(bad.DeadlineHeight)
		f.Next()
		require.Equal(t, before, f.Get(bad.Id), "nor does it expire")
		require.Equal(t, types.RequestStatus_REQUEST_STATUS_EXPIRED, f.Get(good.Id).Status)
		f.CheckMoney()
	})
	t.Run("proof fails and panics", func(t *testing.T) {
		for _, poison := range []func(*fixture.Models){
			func(m *fixture.Models) { m.FailProof = true },
			func(m *fixture.Models) { m.PanicProof = true },
		} {
			f := fixture.New(t, 10, 10, 10)
			s := subjectOf(f, attestation.Proof, openProof(f, 5, 100))
			trialBlock(f, roundOf(f, s, reproduced, 0, 1, 2))
			_, good := ask(f)
			poison(f.Models)
			round := fixture.Reveal(f.Round(good, fixture.Result(good), 0, 1, 2), good, fixture.Result(good))
			trialBlock(f, round, openingOf(f, s, reproduced, 0), openingOf(f, s, reproduced, 1), openingOf(f, s, reproduced, 2))
			require.True(t, f.Get(good.Id).Final())
			still, err := keeper.NewQueryServer(f.Keeper).Proof(f.Ctx, &types.QueryProofRequest{ModelId: 5})
			require.NoError(t, err)
			require.Len(t, still.Bindings, 3, "its bindings are stored, so that it can be decided later")
			f.CheckMoney()
			f.Models.FailProof, f.Models.PanicProof = false, false
			idle(f, 1)
			require.Len(t, f.Models.Outcomes, 1)
			f.CheckMoney()
		}
	})
	t.Run("payout fails", func(t *testing.T) {
		f := fixture.New(t, 10, 10, 10)
		bad, good := ask(f)
		decideBoth(f, bad, good)
		f.Distr.Fail = true
		f.At(100)
		f.Next()
		require.True(t, f.Bank.All(f.Ctx, f.Distr.Module()).IsZero())
		f.CheckMoney()
		f.Distr.Fail = false
		f.At(200)
		f.Next()
		require.False(t, f.Bank.All(f.Ctx, f.Distr.Module()).IsZero())
		f.CheckMoney()
	})
}

// TestBacklogDrains: a backlog is expired at a bounded rate and to the end.
func TestBacklogDrains(t *testing.T) {
	f := fixture.New(t, 10)
	alice := f.Account("alice")
	for i := range types.MaxOpenRequests {
		f.Ask(alice, 1, uint64(i))
	}
	_, err := f.Keeper.CreateRequest(f.Ctx, fixture.Request(alice, 1, 1))
	require.ErrorIs(t, err, types.ErrTooManyOpen)
	f.At(70)
	for left := types.MaxOpenRequests; left > 0; {
		left = max(0, left-keeper.MaxExpired)
		f.Next()
		n, err := f.Keeper.OpenLength(f.Ctx)
		require.NoError(t, err)
		require.Equal(t, left, n)
		f.CheckMoney()
	}
	require.Equal(t, aimo(start), f.Bank.GetBalance(f.Ctx, alice, types.FeeDenom))
}

func TestPayoutRound(t *testing.T) {
	f := fixture.New(t)
	for i := range 50 {
		f.AddValidator(fmt.Sprint("member ", i), 10)
	}
	r := f.Ask(f.Account("alice"), 1, 3)
	places := make([]int, 50)
	for i := range places {
		places[i] = i
	}
	result := fixture.Result(r)
	require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, places...), r, result)))
	gone := f.Validators[7]
	f.Staking.Remove(gone.Address[:])
	owed, err := f.Keeper.Owed(f.Ctx)
	require.NoError(t, err)

	f.At(99)
	f.Next()
	require.Empty(t, f.Distr.Paid, "the round begins at a multiple of 100")
	for blocks, want := range []int{19, 39, 49} { // 20 records a block; number 8 is gone
		f.Next()
		require.Len(t, f.Distr.Paid, want, "after %d blocks", blocks+1)
		f.CheckMoney()
	}
	module := f.Bank.GetBalance(f.Ctx, f.Distr.Module(), types.FeeDenom).Amount
	community := f.Bank.GetBalance(f.Ctx, f.Distr.Community(), types.FeeDenom).Amount
	require.Equal(t, owed.AmountOf(types.FeeDenom), module.Add(community))
	share := math.NewInt(fee - fee*200/10_000).QuoRaw(50)
	require.Equal(t, share, community, "the share of the validator that left, and nothing else")
	left, err := f.Keeper.Owed(f.Ctx)
	require.NoError(t, err)
	require.True(t, left.IsZero())
	require.True(t, f.Bank.All(f.Ctx, types.EscrowAddress()).IsZero())
}

// TestPerformanceWindows: counters cover the running and the last window.
func TestPerformanceWindows(t *testing.T) {
	f := fixture.New(t, 60, 30, 10)
	alice := f.Account("alice")
	query := keeper.NewQueryServer(f.Keeper)
	_, err := query.Performance(f.Ctx, &types.QueryPerformanceRequest{Address: bech32(f, 0)})
	require.ErrorContains(t, err, "not found")
	finish := func(places ...int) {
		r := f.Ask(alice, 1, 3)
		result := fixture.Result(r)
		require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, places...), r, result)))
		require.True(t, f.Get(r.Id).Final())
	}
	score := func(validator int) uint32 {
		operator := sdk.ValAddress(f.Validators[validator].Address[:]).String()
		resp, err := query.Performance(f.Ctx, &types.QueryPerformanceRequest{Address: operator})
		require.NoError(t, err)
		return resp.Score
	}
	finish(0, 1, 2)
	finish(0, 1)
	require.Equal(t, uint32(10_000), score(0))
	require.Equal(t, uint32(5_000), score(2))
	f.At(1005)
	require.Equal(t, uint32(5_000), score(2), "the last window still counts")
	finish(0, 1)
	finish(0, 1)
	require.Equal(t, uint32(2_500), score(2))
	f.At(2005)
	require.Equal(t, uint32(0), score(2), "two windows later only the second one does")
	f.At(3005)
	require.Equal(t, uint32(0), score(0), "and then nothing")
	for _, address := range []string{"", "0x12", "nobody", "0xzz"} {
		_, err := query.Performance(f.Ctx, &types.QueryPerformanceRequest{Address: address})
		require.Error(t, err, address)
	}
}

// source is a sidecar's memory.
type source map[[32]byte][]byte

func (s source) Output(_ sdkContext, root [32]byte) ([]byte, string, error) {
	output, ok := s[root]
	if !ok {
		return nil, "", errors.New("not here")
	}
	return output, "", nil
}
