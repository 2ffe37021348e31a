package keeper_test

import (
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/imochain/imod/x/revshare/types"
)

// event finds the one event of a type among those emitted since the epoch began.
func event[T proto.Message](f *fixture) T {
	var found []T
	for _, e := range f.ctx.EventManager().ABCIEvents() {
		msg, err := sdk.ParseTypedEvent(e)
		if err != nil {
			continue
		}
		if m, ok := msg.(T); ok {
			found = append(found, m)
		}
	}
	require.Len(f.t, found, 1)
	return found[0]
}

func (f *fixture) freshEvents() { f.ctx = f.ctx.WithEventManager(sdk.NewEventManager()) }

// TestMessages runs the life of a pool through the message and query servers.
func TestMessages(t *testing.T) {
	f := pooled(t)
	alice, bob := f.text(account(1)), f.text(account(2))
	f.fund(account(9), coin(aimo, 10_000))
	token, _ := tokenAddress(share)
	f.fund(token, coin(aimo, 96))
	f.freshEvents()

	snap, err := f.msg.RequestSnapshot(f.ctx, &types.MsgRequestSnapshot{Requester: alice, ShareDenom: share})
	require.NoError(t, err)
	require.Equal(t, uint64(2), snap.Epoch)
	require.Equal(t, types.SourceKind_SOURCE_KIND_NATIVE, event[*types.EventRevenueDeposited](f).Kind, "a snapshot sweeps first")
	f.freshEvents()
	dep, err := f.msg.Deposit(f.ctx, &types.MsgDeposit{Depositor: f.text(account(9)), ShareDenom: share, Amount: coin(aimo, 4000)})
	require.NoError(t, err)
	require.Equal(t, uint64(2), dep.Epoch)
	require.Equal(t, &types.EventRevenueDeposited{
		ShareDenom: share, Epoch: 2, Payer: f.text(account(9)), Amount: coin(aimo, 4000), Kind: types.SourceKind_SOURCE_KIND_DEPOSIT,
	}, event[*types.EventRevenueDeposited](f))

	f.epoch(4)
	f.freshEvents()
	at, err := f.query.ClaimableAt(f.ctx, &types.QueryClaimableAtRequest{Denom: share, Address: alice, Epoch: 2})
	require.NoError(t, err)
	require.Equal(t, sdk.NewCoins(coin(aimo, 256)), at.Amount, "the epoch of the snapshot")
	claimed, err := f.msg.Claim(f.ctx, &types.MsgClaim{Holder: alice, ShareDenom: share, UpTo: snap.Epoch})
	require.NoError(t, err)
	require.Equal(t, at.Amount, claimed.Amount)
	require.Equal(t, uint64(2), claimed.Settled)
	require.Equal(t, &types.EventRevenueClaimed{
		ShareDenom: share, Holder: alice, Recipient: alice, Amount: at.Amount, Settled: 2,
	}, event[*types.EventRevenueClaimed](f))

	all, err := f.query.Claimable(f.ctx, &types.QueryClaimableRequest{Denom: share, Address: bob})
	require.NoError(t, err)
	require.Equal(t, uint64(3), all.Settled)
	f.sign(account(2), 1, false)
	_, err = f.msg.SetPayout(f.ctx, &types.MsgSetPayout{Holder: bob, Payout: f.text(account(8))})
	require.NoError(t, err)
	require.Equal(t, f.text(account(8)), event[*types.EventPayoutSet](f).Payout)
	forBob, err := f.msg.ClaimFor(f.ctx, &types.MsgClaimFor{Caller: alice, Holder: bob, ShareDenom: share})
	require.NoError(t, err)
	require.Equal(t, all.Amount, forBob.Amount, "0 means every closed epoch")
	require.Equal(t, forBob.Amount, f.bank.GetAllBalances(f.ctx, account(8)))
	_, err = f.msg.SetPayout(f.ctx, &types.MsgSetPayout{Holder: bob})
	require.NoError(t, err)

	one, err := f.query.RevenueOf(f.ctx, &types.QueryRevenueOfRequest{Denom: share, Address: alice, Epoch: 2})
	require.NoError(t, err)
	require.Equal(t, claimed.Amount, one.Amount)
	for _, epoch := range []uint64{0, 4, 99} {
		one, err = f.query.RevenueOf(f.ctx, &types.QueryRevenueOfRequest{Denom: share, Address: alice, Epoch: epoch})
		require.NoError(t, err)
		require.Empty(t, one.Amount, "epoch %d", epoch)
	}
	earned, err := f.query.Earnings(f.ctx, &types.QueryEarningsRequest{Denom: share})
	require.NoError(t, err)
	require.Equal(t, "4096", earned.Earnings[0].Total.String())
	require.Len(t, earned.Earnings[0].BySource, 2)
	params, err := f.query.Params(f.ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, uint64(4), params.CurrentEpoch)
	require.Equal(t, int64(50), params.EpochEndsAt)
	f.check()
}

func TestMessagesRefuseBadAddresses(t *testing.T) {
	f := pooled(t)
	good := f.text(account(1))
	for name, run := range map[string]func() error{
		"deposit": func() error {
			_, err := f.msg.Deposit(f.ctx, &types.MsgDeposit{Depositor: "x", ShareDenom: share})
			return err
		},
		"claim": func() error {
			_, err := f.msg.Claim(f.ctx, &types.MsgClaim{Holder: "x", ShareDenom: share})
			return err
		},
		"caller": func() error {
			_, err := f.msg.ClaimFor(f.ctx, &types.MsgClaimFor{Caller: "x", Holder: good})
			return err
		},
		"claim for": func() error {
			_, err := f.msg.ClaimFor(f.ctx, &types.MsgClaimFor{Caller: good, Holder: "x"})
			return err
		},
		"snapshot": func() error {
			_, err := f.msg.RequestSnapshot(f.ctx, &types.MsgRequestSnapshot{Requester: "x"})
			return err
		},
		"sync": func() error { _, err := f.msg.Sync(f.ctx, &types.MsgSync{Caller: "x"}); return err },
		"holder": func() error {
			_, err := f.msg.SetPayout(f.ctx, &types.MsgSetPayout{Holder: "x", Payout: good})
			return err
		},
		"payout": func() error {
			_, err := f.msg.SetPayout(f.ctx, &types.MsgSetPayout{Holder: good, Payout: "x"})
			return err
		},
		"no pool": func() error {
			_, err := f.msg.RequestSnapshot(f.ctx, &types.MsgRequestSnapshot{Requester: good, ShareDenom: "model-9"})
			return err
		},
	} {
		before := f.export()
		require.Error(t, run(), name)
		require.Equal(t, before, f.export(), name)
	}
}

func TestQueriesSayWhatIsMissing(t *testing.T) {
	f := pooled(t)
	who := f.text(account(1))
	for name, run := range map[string]func(denom, address string) error{
		"pool": func(d, _ string) error { _, err := f.query.Pool(f.ctx, &types.QueryPoolRequest{Denom: d}); return err },
		"claimable": func(d, a string) error {
			_, err := f.query.Claimable(f.ctx, &types.QueryClaimableRequest{Denom: d, Address: a})
			return err
		},
		"claimable at": func(d, a string) error {
			_, err := f.query.ClaimableAt(f.ctx, &types.QueryClaimableAtRequest{Denom: d, Address: a, Epoch: 1})
			return err
		},
		"revenue": func(d, a string) error {
			_, err := f.query.RevenueOf(f.ctx, &types.QueryRevenueOfRequest{Denom: d, Address: a, Epoch: 1})
			return err
		},
		"earnings": func(d, _ string) error {
			_, err := f.query.Earnings(f.ctx, &types.QueryEarningsRequest{Denom: d})
			return err
		},
		"solvency": func(d, _ string) error {
			if d == "" {
				d = "model-9"
			}
			_, err := f.query.Solvency(f.ctx, &types.QuerySolvencyRequest{Denom: d})
			return err
		},
	} {
		require.Equal(t, codes.NotFound, status.Code(run("model-9", who)), name)
		require.Equal(t, codes.NotFound, status.Code(run("", who)), name)
		require.NoError(t, run(share, who), name)
	}
	_, err := f.query.Claimable(f.ctx, &types.QueryClaimableRequest{Denom: share, Address: "x"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	_, err = f.query.RevenueOf(f.ctx, &types.QueryRevenueOfRequest{Denom: share, Address: "x"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	for name, run := range map[string]func() error{
		"pool":         func() error { _, err := f.query.Pool(f.ctx, nil); return err },
		"claimable":    func() error { _, err := f.query.Claimable(f.ctx, nil); return err },
		"claimable at": func() error { _, err := f.query.ClaimableAt(f.ctx, nil); return err },
		"revenue":      func() error { _, err := f.query.RevenueOf(f.ctx, nil); return err },
		"earnings":     func() error { _, err := f.query.Earnings(f.ctx, nil); return err },
		"solvency":     func() error { _, err := f.query.Solvency(f.ctx, nil); return err },
	} {
		require.Equal(t, codes.InvalidArgument, status.Code(run()), name)
	}
}

func TestSolvencyPages(t *testing.T) {
	f := pooled(t)
	f.deposit(coin(aimo, 100))
	require.NoError(t, f.keeper.CreatePool(f.ctx, "model-8"))
	require.NoError(t, f.keeper.CreatePool(f.ctx, "model-9"))
	first, err := f.query.Solvency(f.ctx, &types.QuerySolvencyRequest{Pagination: &query.PageRequest{Limit: 2}})
	require.NoError(t, err)
	require.Len(t, first.Pools, 2)
	rest, err := f.query.Solvency(f.ctx, &types.QuerySolvencyRequest{Pagination: &query.PageRequest{Key: first.Pagination.NextKey, Limit: 1000}})
	require.NoError(t, err)
	require.Len(t, rest.Pools, 1)
	_, err = f.query.Solvency(f.ctx, &types.QuerySolvencyRequest{Pagination: &query.PageRequest{Key: []byte("x"), Offset: 1}})
	require.Equal(t, codes.InvalidArgument, status.Code(err))

	// coins that are not there any more show, whatever the books say
	require.NoError(t, f.bank.SendCoins(f.ctx, types.PoolAddress(1), account(9), sdk.NewCoins(coin(aimo, 1))))
	books, err := f.query.Solvency(f.ctx, &types.QuerySolvencyRequest{})
	require.NoError(t, err)
	require.False(t, books.Solvent)
	require.Equal(t, "-1", books.Pools[0].Denoms[0].Surplus.String())
	require.ErrorIs(t, f.keeper.CheckInvariants(f.ctx), types.ErrInvariant)
}

// TestAnnotations: signers, and the same amino name in the proto and in the codec.
func TestAnnotations(t *testing.T) {
	f := newFixture(t)
	require.NoError(t, msgservice.ValidateProtoAnnotations(proto.HybridResolver))
	for _, msg := range []sdk.Msg{
		&types.MsgDeposit{}, &types.MsgClaim{}, &types.MsgClaimFor{}, &types.MsgRequestSnapshot{},
		&types.MsgSync{}, &types.MsgSetPayout{}, &types.MsgUpdateParams{},
		&types.MsgRedeem{}, &types.MsgSetRefusals{}, &types.MsgSetAutoPayout{}, &types.MsgCompact{},
	} {
		raw, err := f.enc.Amino.MarshalJSON(msg)
		require.NoError(t, err)
		name := "imod/revshare/" + string(proto.MessageName(msg)[len("imod.revshare.v1."):])
		require.Contains(t, string(raw), name)
		require.LessOrEqual(t, len(name), 39)
	}
	options := f.module.AutoCLIOptions()
	for service, commands := range map[string]int{options.Query.Service: len(options.Query.RpcCommandOptions), options.Tx.Service: len(options.Tx.RpcCommandOptions)} {
		d, err := proto.HybridResolver.FindDescriptorByName(protoName(service))
		require.NoError(t, err)
		require.Equal(t, methods(d), commands, service)
	}
}

func protoName(s string) protoreflect.FullName { return protoreflect.FullName(s) }

func methods(d protoreflect.Descriptor) int {
	service, ok := d.(protoreflect.ServiceDescriptor)
	if !ok {
		return 0
	}
	return service.Methods().Len()
}
