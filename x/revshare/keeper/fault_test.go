package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/keeper"
	"github.com/imochain/imod/x/revshare/types"
)

// TestStoreFaults fails every single store operation of every entry point: the error comes
// back, nothing panics, nothing is swallowed.
func TestStoreFaults(t *testing.T) {
	base := lived(t)
	base.epoch(7)
	base.deposit(coin(weth, 3))
	base.fund(account(9), coin(aimo, 1000))
	token, _ := tokenAddress(share)
	base.fund(token, coin(aimo, 1000), coin(usdc, 7))
	base.sign(account(2), 1, false)
	base.lazy.amount[string(account(4))], base.lazy.since[string(account(4))] = math.NewInt(5), 3
	base.epoch(9)
	f := base
	var gs types.GenesisState
	f.enc.Codec.MustUnmarshalJSON([]byte(f.export()), &gs)
	params := testParams()
	params.EpochBlocks++
	alice, bob, gov := f.text(account(1)), f.text(account(2)), f.text(f.authority())

	for name, run := range map[string]func(f *fixture) error{
		"create": func(f *fixture) error { return f.keeper.CreatePool(f.ctx, "model-77") },
		"touch":  func(f *fixture) error { return f.keeper.Touch(f.ctx, share, account(1), account(50)) },
		"lazy":   func(f *fixture) error { return f.keeper.MaterializeLazy(f.ctx, share, account(4), math.NewInt(2)) },
		"send": func(f *fixture) error {
			return f.bank.SendCoins(f.ctx, account(1), account(2), sdk.NewCoins(coin(share, 1)))
		},
		"deposit": func(f *fixture) error {
			_, err := f.msg.Deposit(f.ctx, &types.MsgDeposit{Depositor: f.text(account(9)), ShareDenom: share, Amount: coin(aimo, 44)})
			return err
		},
		"sync": func(f *fixture) error {
			_, err := f.msg.Sync(f.ctx, &types.MsgSync{Caller: alice, ShareDenom: share})
			return err
		},
		"claim": func(f *fixture) error {
			_, err := f.msg.Claim(f.ctx, &types.MsgClaim{Holder: alice, ShareDenom: share})
			return err
		},
		"partly": func(f *fixture) error { _, err := f.keeper.Claim(f.ctx, account(2), share, 4); return err },
		"snapshot": func(f *fixture) error {
			_, err := f.msg.RequestSnapshot(f.ctx, &types.MsgRequestSnapshot{Requester: alice, ShareDenom: share})
			return err
		},
		"claim for": func(f *fixture) error {
			_, err := f.msg.ClaimFor(f.ctx, &types.MsgClaimFor{Caller: alice, Holder: bob, ShareDenom: share})
			return err
		},
		"set payout":   func(f *fixture) error { return f.keeper.SetPayout(f.ctx, account(1), account(2)) },
		"clear payout": func(f *fixture) error { return f.keeper.SetPayout(f.ctx, account(3), nil) },
		"params": func(f *fixture) error {
			_, err := f.msg.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: gov, Params: params})
			return err
		},
		"redeem": func(f *fixture) error {
			_, err := f.msg.Redeem(f.ctx, &types.MsgRedeem{Holder: alice, Amount: coin(share, 3)})
			return err
		},
		"refuse":   func(f *fixture) error { return f.keeper.SetRefusals(f.ctx, account(1), []string{weth}) },
		"unrefuse": func(f *fixture) error { return f.keeper.SetRefusals(f.ctx, account(1), nil) },
		"auto":     func(f *fixture) error { return f.keeper.SetAutoPayout(f.ctx, account(2), share, true) },
		"compact": func(f *fixture) error {
			_, err := f.msg.Compact(f.ctx, &types.MsgCompact{Caller: bob, Holder: bob, ShareDenom: share})
			return err
		},
		"permit": func(f *fixture) error { _, err := f.keeper.UsePermit(f.ctx, share, account(1)); return err },
		"q redeemable": func(f *fixture) error {
			_, err := f.query.Redeemable(f.ctx, &types.QueryRedeemableRequest{Denom: share, Amount: "9"})
			return err
		},
		"q holder": func(f *fixture) error {
			_, err := f.query.Holder(f.ctx, &types.QueryHolderRequest{Denom: share, Address: alice})
			return err
		},
		"export":     func(f *fixture) error { _, err := f.keeper.ExportGenesis(f.ctx); return err },
		"import":     func(f *fixture) error { return f.keeper.InitGenesis(f.ctx, gs) },
		"invariants": func(f *fixture) error { return f.keeper.CheckInvariants(f.ctx) },
		"holders": func(f *fixture) error {
			_, err := f.keeper.CheckHolders(f.ctx, share, []sdk.AccAddress{account(1), account(2)})
			return err
		},
		"holder":   func(f *fixture) error { _, err := f.keeper.HolderTotals(f.ctx, share, account(1)); return err },
		"q params": func(f *fixture) error { _, err := f.query.Params(f.ctx, &types.QueryParamsRequest{}); return err },
		"q pool": func(f *fixture) error {
			_, err := f.query.Pool(f.ctx, &types.QueryPoolRequest{Denom: share})
			return err
		},
		"q claimable": func(f *fixture) error {
			_, err := f.query.Claimable(f.ctx, &types.QueryClaimableRequest{Denom: share, Address: alice})
			return err
		},
		"q revenue": func(f *fixture) error {
			_, err := f.query.RevenueOf(f.ctx, &types.QueryRevenueOfRequest{Denom: share, Address: bob, Epoch: 3})
			return err
		},
		"q earnings": func(f *fixture) error {
			_, err := f.query.Earnings(f.ctx, &types.QueryEarningsRequest{Denom: share})
			return err
		},
		"q solvency": func(f *fixture) error { _, err := f.query.Solvency(f.ctx, &types.QuerySolvencyRequest{}); return err },
	} {
		f.ops.failAt = 0
		f.ops.reset()
		require.NoError(t, run(f.branch(t)), name)
		n := f.ops.done
		require.Positive(t, n, name)
		for at := 1; at <= n; at++ {
			f.ops.failAt = at
			f.ops.reset()
			require.Error(t, run(f.branch(t)), "%s, operation %d of %d", name, at, n)
		}
	}
	f.ops.failAt = 0
}

// TestBrokenStreamHoldsDeposits: when the arithmetic of a stream breaks, payers go on; what
// they pay is kept beside the books, and claims stop with an error, not with a payment.
func TestBrokenStreamHoldsDeposits(t *testing.T) {
	f := pooled(t)
	f.deposit(coin(aimo, 4096))
	f.epoch(3)
	f.keeper.BreakSchedule(t, f.ctx, 1, aimo)
	f.epoch(9)
	f.deposit(coin(aimo, 100))
	f.deposit(coin(usdc, 128))
	_, err := f.keeper.Claim(f.ctx, account(1), share, 99)
	require.Error(t, err)
	require.Error(t, f.keeper.CheckInvariants(f.ctx))
	require.Equal(t, "4196", f.balance(types.PoolAddress(1), aimo).String())
	gs, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Equal(t, aimo, gs.Pools[0].Streams[0].Denom)
	require.Equal(t, "100", gs.Pools[0].Streams[0].Stream.Held.String())
	f.send(account(1), account(2), 1)
}

func TestWiring(t *testing.T) {
	f := newFixture(t)
	require.Panics(t, func() { f.keeper.SetLazyShares(f.lazy) }, "twice")
	require.Panics(t, func() {
		keeper.NewKeeper(f.enc.Codec, f.ops, keeper.Dependencies{AddressCodec: f.auth.AddressCodec()}, "nobody")
	})
	require.Panics(t, func() {
		keeper.NewKeeper(f.enc.Codec, f.ops, keeper.Dependencies{
			AddressCodec: f.auth.AddressCodec(), Excluded: make([]sdk.AccAddress, types.MaxExcluded+1),
		}, f.keeper.Authority())
	})
	bare := keeper.NewKeeper(f.enc.Codec, f.ops, keeper.Dependencies{
		Bank: f.bank, Transfer: f.escrow, AddressCodec: f.auth.AddressCodec(), TokenAddress: tokenAddress, Reserved: reserved,
	}, f.keeper.Authority())
	require.NoError(t, bare.CreatePool(f.ctx, share))
	f.epoch(2)
	require.NoError(t, bare.Touch(f.ctx, share, account(1)), "a chain without lazy shares")
}
