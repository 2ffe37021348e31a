package keeper_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/imochain/imod/x/revshare/types"
)

// lying is what lies in the accounts of a pool and of its tills.
func (f *fixture) lying(pool uint64, denom string) math.Int {
	sum := f.balance(types.PoolAddress(pool), denom)
	for n := range uint32(types.Tills) {
		sum = sum.Add(f.balance(types.TillAddress(pool, n), denom))
	}
	return sum
}

// TestTillsFetchFromOneAnother: each claim leaves coins in its till for the next ones there; whoever
// comes when everything was handed out is paid from the other tills, to the last unit.
func TestTillsFetchFromOneAnother(t *testing.T) {
	f := newFixture(t)
	f.epoch(1)
	require.NoError(t, f.keeper.CreatePool(f.ctx, share))
	for n := range byte(types.Tills) {
		f.issue(account(n), math.NewInt(1))
	}
	f.issue(account(100), math.NewInt(1_000_000)) // nearly everything is this one's, and it comes last
	f.epoch(2)
	f.deposit(coin(aimo, 1_000_032*5))
	f.epoch(2 + parts)
	for n := range byte(types.Tills) {
		_, err := f.keeper.Claim(f.ctx, account(n), share, 99)
		require.NoError(t, err)
		f.check()
	}
	require.Less(t, f.balance(types.PoolAddress(1), aimo).Int64(), int64(5_000_000), "part of it lies in the tills")
	paid, err := f.keeper.Claim(f.ctx, account(100), share, 99)
	require.NoError(t, err)
	require.Equal(t, int64(5_000_000), paid.AmountOf(aimo).Int64())
	require.Equal(t, int64(0), f.lying(1, aimo).Int64())
	f.check()
	books, err := f.query.Solvency(f.ctx, &types.QuerySolvencyRequest{Denom: share})
	require.NoError(t, err)
	require.Equal(t, f.keeper.CheckInvariants(f.ctx) == nil, books.Solvent)
	require.Equal(t, int64(1_000_032*5), books.Pools[0].Denoms[0].Paid.Int64())
}

// TestGiftsToTills: coins sent to a till change nothing that anybody is owed.
func TestGiftsToTills(t *testing.T) {
	f := pooled(t)
	f.deposit(coin(aimo, 4096))
	f.fund(types.TillAddress(1, types.TillOf(account(1))), coin(aimo, 1_000_000))
	f.epoch(9)
	view, err := f.keeper.ClaimableRevenue(f.ctx, share, account(1), 99)
	require.NoError(t, err)
	paid, err := f.keeper.Claim(f.ctx, account(1), share, 99)
	require.NoError(t, err)
	require.Equal(t, view, paid)
	require.Equal(t, "1024aimo", paid.String())
	f.check()
	books, err := f.query.Solvency(f.ctx, &types.QuerySolvencyRequest{Denom: share})
	require.NoError(t, err)
	require.Equal(t, "1000000", books.Pools[0].Denoms[0].Surplus.String())
}

// TestRefusedPaymentLeavesBooksExact: a transfer that some other module refuses, and whose error
// somebody swallows, leaves books and coins equal, and the claim goes through later.
func TestRefusedPaymentLeavesBooksExact(t *testing.T) {
	f := pooled(t)
	errRefused, refuse := errors.New("refused"), true
	f.bank.AppendSendRestriction(func(_ context.Context, _, to sdk.AccAddress, _ sdk.Coins) (sdk.AccAddress, error) {
		if refuse && to.Equals(account(1)) {
			return nil, errRefused
		}
		return to, nil
	})
	f.deposit(coin(aimo, 4096))
	f.deposit(coin(usdc, 4096))
	f.epoch(9)
	for range 3 {
		_, err := f.keeper.Claim(f.ctx, account(1), share, 99)
		require.ErrorIs(t, err, errRefused)
		f.check()
	}
	_, err := f.keeper.Claim(f.ctx, account(2), share, 99)
	require.NoError(t, err)
	refuse = false
	paid, err := f.keeper.Claim(f.ctx, account(1), share, 99)
	require.NoError(t, err)
	require.Equal(t, "1024aimo,1024ibc/USDC", paid.String())
	f.check()
}

// TestBreachStopsOnePool breaks the books of one of three pools in every way there is, through the
// store and through its coins: exactly that pool stops and says so, the others pay.
func TestBreachStopsOnePool(t *testing.T) {
	base := newFixture(t)
	base.epoch(1)
	denoms := []string{share, "model-8", "model-9"}
	for _, denom := range denoms {
		require.NoError(t, base.keeper.CreatePool(base.ctx, denom))
		coins := sdk.NewCoins(coin(denom, 4000))
		require.NoError(t, base.keeper.Touch(base.ctx, denom))
		require.NoError(t, base.bank.MintCoins(base.ctx, issuer, coins))
		for n := byte(1); n <= 2; n++ {
			require.NoError(t, base.bank.SendCoins(base.ctx, authtypes.NewModuleAddress(issuer), account(n), sdk.NewCoins(coin(denom, 2000))))
		}
	}
	base.epoch(2)
	payer := account(60)
	pay := func(f *fixture, denom string, amount int64) {
		f.fund(payer, coin(aimo, amount))
		require.NoError(t, f.keeper.Deposit(f.ctx, payer, denom, coin(aimo, amount), types.SourceKind_SOURCE_KIND_USAGE))
	}
	for _, denom := range denoms {
		pay(base, denom, 4000)
	}
	base.epoch(3)
	for _, denom := range denoms {
		_, err := base.keeper.Claim(base.ctx, account(1), denom, 99) // leaves something in the till
		require.NoError(t, err)
	}
	base.epoch(9)
	steal := func(f *fixture, from sdk.AccAddress) {
		require.NoError(t, f.bank.SendCoins(f.ctx, from, account(50), sdk.NewCoins(coin(aimo, 1))))
	}
	till := types.TillOf(account(1))
	for i, broken := range denoms {
		id := uint64(i + 1)
		for name, harm := range map[string]func(f *fixture){
			"books of the pool": func(f *fixture) { f.keeper.BreakBooks(t, f.ctx, id, aimo) },
			"coins of the pool": func(f *fixture) { steal(f, types.PoolAddress(id)) },
			"books of a till":   func(f *fixture) { f.keeper.BreakTill(t, f.ctx, id, aimo, till) },
			"coins of a till":   func(f *fixture) { steal(f, types.TillAddress(id, till)) },
		} {
			f := base.branch(t)
			f.check()
			harm(f)
			require.Error(t, f.keeper.CheckInvariants(f.ctx), name)
			books, err := f.query.Solvency(f.ctx, &types.QuerySolvencyRequest{})
			require.NoError(t, err)
			require.False(t, books.Solvent)
			for k, denom := range denoms {
				before := f.balance(account(1), aimo)
				_, err := f.keeper.Claim(f.ctx, account(1), denom, 99)
				require.Equal(t, denom != broken, books.Pools[k].Solvent, "%s of %s: Solvency of %s", name, broken, denom)
				if denom == broken {
					require.ErrorIs(t, err, types.ErrPoolBreached, name)
					require.Equal(t, before, f.balance(account(1), aimo))
				} else {
					require.NoError(t, err, "%s of %s: claim from %s", name, broken, denom)
					require.True(t, f.balance(account(1), aimo).GT(before))
				}
				pay(f, denom, 400) // a payer never fails for a reason of the pool
			}
		}
	}
}
