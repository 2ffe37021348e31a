package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

// operatorOf is the account that operates a validator of the fixture.
func operatorOf(f *fixture.Fixture, i int) string {
	return sdk.AccAddress(f.Validators[i].Address[:]).String()
}

// TestSetPolicy: an operator publishes, replaces and takes back what its validator declines; nobody else does.
func TestSetPolicy(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	server, query := keeper.NewMsgServer(f.Keeper), keeper.NewQueryServer(f.Keeper)
	set := func(msg types.MsgSetPolicy) error {
		_, err := server.SetPolicy(f.Ctx, &msg)
		return err
	}
	consensus := sdk.ConsAddress(f.Validators[0].Address[:]).String()
	get := func() (types.Policy, error) {
		res, err := query.Policy(f.Ctx, &types.QueryPolicyRequest{Address: consensus})
		if err != nil {
			return types.Policy{}, err
		}
		return res.Policy, nil
	}
	_, err := get()
	require.Equal(t, codes.NotFound, status.Code(err))
	require.ErrorIs(t, set(types.MsgSetPolicy{Operator: operatorOf(f, 0)}), types.ErrInvalidPolicy, "there is none to take back")

	msg := types.MsgSetPolicy{Operator: operatorOf(f, 0), DenyModels: []uint64{3, 17}, DenyLicences: []string{"CC-BY-NC*"}, MaxWorkUnits: 9}
	require.NoError(t, set(msg))
	want := types.Policy{Validator: consensus, MaxWorkUnits: 9, DenyModels: []uint64{3, 17}, DenyLicences: []string{"CC-BY-NC*"}, Height: 10}
	got, err := get()
	require.NoError(t, err)
	require.Equal(t, want, got)
	f.At(20)
	require.NoError(t, set(types.MsgSetPolicy{Operator: operatorOf(f, 0), Mirror: "http://h"}))
	got, err = get()
	require.NoError(t, err)
	require.Equal(t, types.Policy{Validator: consensus, Mirror: "http://h", Height: 20}, got, "all of it is replaced")

	msg.DenyModels = []uint64{17, 3}
	require.ErrorIs(t, set(msg), types.ErrInvalidPolicy)
	msg.DenyModels = nil
	msg.Operator = fixture.Address("stranger").String()
	require.ErrorIs(t, set(msg), types.ErrNotValidator)
	msg.Operator = "nobody"
	require.Error(t, set(msg))
	again, err := get()
	require.NoError(t, err)
	require.Equal(t, got, again, "what is refused changes nothing")

	require.NoError(t, set(types.MsgSetPolicy{Operator: operatorOf(f, 0)}))
	_, err = get()
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = query.Policy(f.Ctx, &types.QueryPolicyRequest{Address: "nobody"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	f.Staking.Unbond(f.Validators[1].Address[:])
	require.ErrorIs(t, set(types.MsgSetPolicy{Operator: operatorOf(f, 1), MaxWorkUnits: 1}), types.ErrNotValidator)
}

// TestPolicyDecidesNothing: with a published policy and without one the same votes have the same result, counters
// and pay; the performances show the policy beside what the votes said. Declined is what a vote declines, missed is silence.
func TestPolicyDecidesNothing(t *testing.T) {
	decide := func(publish bool) (*fixture.Fixture, []types.QueryPerformanceResponse) {
		f := fixture.New(t, 40, 30, 30, 1)
		if publish {
			for i := range 4 {
				_, err := keeper.NewMsgServer(f.Keeper).SetPolicy(f.Ctx, &types.MsgSetPolicy{Operator: operatorOf(f, i), DenyModels: []uint64{1}})
				require.NoError(t, err)
			}
		}
		r := f.Ask(f.Account("alice"), 1, 1)
		result := fixture.Result(r)
		round := f.Round(r, result, 0, 1)
		s, err := r.Subject()
		require.NoError(t, err)
		round.Votes = append(round.Votes, attestation.RoundVote{Index: 2, Items: []attestation.Item{{Key: s.Key}}}) // declines
		require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(round, r, result)))
		require.True(t, f.Get(r.Id).Final())
		res, err := keeper.NewQueryServer(f.Keeper).Performances(f.Ctx, &types.QueryPerformancesRequest{})
		require.NoError(t, err)
		f.CheckMoney()
		return f, res.Performances
	}
	f, open := decide(false)
	_, declared := decide(true)
	require.Len(t, open, 4)
	for i, want := range []types.Counters{{Made: 1}, {Made: 1}, {Declined: 1}, {Missed: 1}} {
		require.Nil(t, open[i].Policy)
		require.Equal(t, []uint64{1}, declared[i].Policy.DenyModels)
		require.Equal(t, sdk.ConsAddress(f.Validators[i].Address[:]).String(), declared[i].Policy.Validator)
		got := open[i].Validator.Current
		got.Score = 0
		require.Equal(t, want, got, "validator %d", i)
		declared[i].Policy = nil
	}
	require.Equal(t, open, declared)
}

// TestMirrors: those of bonded validators, no more than asked for.
func TestMirrors(t *testing.T) {
	f := fixture.New(t, 10, 10, 10, 10)
	for i := range 4 {
		msg := &types.MsgSetPolicy{Operator: operatorOf(f, i), Mirror: fmt.Sprintf("https://%d.example.org", i)}
		if i == 1 {
			msg.Mirror, msg.MaxWorkUnits = "", 5
		}
		_, err := keeper.NewMsgServer(f.Keeper).SetPolicy(f.Ctx, msg)
		require.NoError(t, err)
	}
	mirrors, err := f.Keeper.Mirrors(f.Ctx, 10)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"https://0.example.org", "https://2.example.org", "https://3.example.org"}, mirrors)
	some, err := f.Keeper.Mirrors(f.Ctx, 2)
	require.NoError(t, err)
	require.Equal(t, mirrors[:2], some)
	f.Staking.Unbond(f.Validators[2].Address[:])
	mirrors, err = f.Keeper.Mirrors(f.Ctx, 10)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"https://0.example.org", "https://3.example.org"}, mirrors)
}
