package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

// TestParamChangeMidway: governance changes everything while a drip runs. Pools keep their
// terms, epoch numbers go on, nothing that was shared or is due changes.
func TestParamChangeMidway(t *testing.T) {
	same, changed := pooled(t), pooled(t)
	for _, f := range []*fixture{same, changed} {
		f.deposit(coin(aimo, 4096))
		f.epoch(3)
	}
	next := testParams()
	next.EpochBlocks, next.DripEpochs, next.MinEligible = 3, 50, math.NewInt(1_000_000)
	next.RevenueDenoms[0].MinDrip = math.NewInt(1_000_000)
	next.RevenueDenoms[1].Closed = true
	authority := changed.text(changed.authority())
	_, err := changed.msg.UpdateParams(changed.ctx, &types.MsgUpdateParams{Authority: authority, Params: next})
	require.NoError(t, err)

	height := changed.ctx.BlockHeight()
	for i, want := range []uint64{3, 3, 3, 4, 4, 4, 5} {
		epoch, err := changed.keeper.CurrentEpoch(changed.ctx.WithBlockHeight(height + int64(i)))
		require.NoError(t, err)
		require.Equal(t, want, epoch, "%d blocks after the change", i)
	}
	for epoch := uint64(4); epoch < 9; epoch++ {
		same.epoch(epoch)
		changed.ctx = changed.ctx.WithBlockHeight(height + int64(epoch-3)*3)
		a, err := same.keeper.ClaimableRevenue(same.ctx, share, account(1), 99)
		require.NoError(t, err)
		b, err := changed.keeper.ClaimableRevenue(changed.ctx, share, account(1), 99)
		require.NoError(t, err)
		require.Equal(t, a, b, "epoch %d", epoch)
		changed.check()
	}
	payer := account(9)
	changed.fund(payer, coin(usdc, 5), coin(aimo, 2_000_000))
	require.ErrorIs(t, changed.keeper.Deposit(changed.ctx, payer, share, coin(usdc, 5), types.SourceKind_SOURCE_KIND_ROYALTY), types.ErrDenomNotAllowed)
	require.NoError(t, changed.keeper.Deposit(changed.ctx, payer, share, coin(aimo, 999_999), types.SourceKind_SOURCE_KIND_ROYALTY))
	pool, err := changed.query.Pool(changed.ctx, &types.QueryPoolRequest{Denom: share})
	require.NoError(t, err)
	require.Equal(t, "999999", pool.Streams[0].Stream.Waiting.String(), "below the minimum it waits")
	require.Equal(t, uint64(parts), pool.Pool.DripEpochs)
	require.NoError(t, changed.keeper.Deposit(changed.ctx, payer, share, coin(aimo, 1), types.SourceKind_SOURCE_KIND_ROYALTY))
	pool, err = changed.query.Pool(changed.ctx, &types.QueryPoolRequest{Denom: share})
	require.NoError(t, err)
	require.True(t, pool.Streams[0].Stream.Waiting.IsZero())
	require.Equal(t, "250000", pool.Streams[0].Stream.Rate.String(), "in the pool's own number of parts")
	require.NoError(t, changed.keeper.CreatePool(changed.ctx, "model-8"))
	young, err := changed.query.Pool(changed.ctx, &types.QueryPoolRequest{Denom: "model-8"})
	require.NoError(t, err)
	require.Equal(t, uint64(50), young.Pool.DripEpochs, "a new pool has the new terms")
	changed.check()
}

func TestUpdateParamsRefuses(t *testing.T) {
	f := pooled(t)
	update := func(change func(*types.Params)) error {
		p := testParams()
		change(&p)
		_, err := f.msg.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.text(f.authority()), Params: p})
		return err
	}
	require.NoError(t, update(func(*types.Params) {}))
	for name, change := range map[string]func(*types.Params){
		"removed denom":   func(p *types.Params) { p.RevenueDenoms = p.RevenueDenoms[1:] },
		"share denom":     func(p *types.Params) { p.RevenueDenoms[2].Denom = share },
		"order":           func(p *types.Params) { p.RevenueDenoms[0], p.RevenueDenoms[1] = p.RevenueDenoms[1], p.RevenueDenoms[0] },
		"bad denom":       func(p *types.Params) { p.RevenueDenoms[0].Denom = "!" },
		"no min drip":     func(p *types.Params) { p.RevenueDenoms[0].MinDrip = math.Int{} },
		"no epoch":        func(p *types.Params) { p.EpochBlocks = 0 },
		"endless epoch":   func(p *types.Params) { p.EpochBlocks = types.MaxEpochBlocks + 1 },
		"no drip":         func(p *types.Params) { p.DripEpochs = 0 },
		"endless drip":    func(p *types.Params) { p.DripEpochs = types.MaxDripEpochs + 1 },
		"no minimum":      func(p *types.Params) { p.MinEligible = math.ZeroInt() },
		"absent minimum":  func(p *types.Params) { p.MinEligible = math.Int{} },
		"too many denoms": func(p *types.Params) { p.RevenueDenoms = manyDenoms(types.MaxRevenueDenoms + 1) },
	} {
		require.ErrorIs(t, update(change), types.ErrInvalidParams, name)
	}
	_, err := f.msg.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.text(account(1)), Params: testParams()})
	require.Error(t, err, "somebody else")
	require.NoError(t, types.DefaultParams().Validate())
}

func manyDenoms(n int) []types.RevenueDenom {
	out := make([]types.RevenueDenom, n)
	for i := range out {
		out[i] = types.RevenueDenom{Denom: "coin" + string(rune('a'+i)), MinDrip: math.OneInt()}
	}
	return out
}

// authority is governance.
func (f *fixture) authority() sdk.AccAddress {
	addr, err := sdk.AccAddressFromBech32(f.keeper.Authority())
	require.NoError(f.t, err)
	return addr
}

// TestMostDenoms: a claim settles every stream a pool can have.
func TestMostDenoms(t *testing.T) {
	p := testParams()
	p.RevenueDenoms = manyDenoms(types.MaxRevenueDenoms)
	f := newFixtureWith(t, iavl, types.GenesisState{Params: p})
	f.epoch(1)
	require.NoError(t, f.keeper.CreatePool(f.ctx, share))
	f.issue(account(1), math.NewInt(64))
	f.epoch(2)
	for _, d := range p.RevenueDenoms {
		f.deposit(coin(d.Denom, 64))
	}
	f.epoch(9)
	paid, err := f.keeper.Claim(f.ctx, account(1), share, 9)
	require.NoError(t, err)
	require.Len(t, paid, types.MaxRevenueDenoms)
	require.NoError(t, paid.Validate())
	f.check()
}
