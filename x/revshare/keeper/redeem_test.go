package keeper_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/imochain/imod/x/revshare/types"
)

// redeeming is a pool of which 60 % is claimed and 40 % redeemed, with 10^6 units of one holder.
func redeeming(t tester, capBps uint32) *fixture {
	params := testParams()
	params.ClaimableBps, params.RedeemCapBps, params.DripEpochs = 6000, capBps, 1
	f := newFixtureWith(t, storetypes.StoreTypeDB, types.GenesisState{Params: params})
	f.epoch(1)
	require.NoError(t, f.keeper.CreatePool(f.ctx, share))
	f.issue(account(1), math.NewInt(1_000_000))
	f.epoch(2)
	return f
}

func (f *fixture) redeem(who sdk.AccAddress, amount int64) (sdk.Coins, error) {
	f.t.Helper()
	res, err := f.msg.Redeem(f.ctx, &types.MsgRedeem{Holder: f.text(who), Amount: coin(share, amount)})
	if err != nil {
		return nil, err
	}
	return res.Amount, nil
}

func (f *fixture) redeemable(amount int64) sdk.Coins {
	f.t.Helper()
	res, err := f.query.Redeemable(f.ctx, &types.QueryRedeemableRequest{Denom: share, Amount: math.NewInt(amount).String()})
	require.NoError(f.t, err)
	return res.Amount
}

// TestWorkedValues: the sequence of ERC-7641's own test, p = 60 %, S = 10^6: deposit 100,
// snapshot, deposit 100, burn 10,000 for 0.8, deposit 100, burn 10,000 for 1.2040404...; what
// is claimed is 60 of each 100 where the epochs coincide with the snapshots.
func TestWorkedValues(t *testing.T) {
	ether := math.NewIntWithDecimal(1, 18)
	f := redeeming(t, types.BasisPoints)
	require.Empty(t, f.redeemable(10_000), "nothing came in yet")

	hundred := sdk.NewCoin(aimo, ether.MulRaw(100))
	f.deposit(hundred)
	first, err := f.keeper.CurrentEpoch(f.ctx)
	require.NoError(t, err)
	f.epoch(3) // the snapshot
	f.deposit(hundred)

	eight := sdk.NewCoins(sdk.NewCoin(aimo, ether.MulRaw(8).QuoRaw(10)))
	require.Equal(t, eight, f.redeemable(10_000))
	paid, err := f.redeem(account(1), 10_000)
	require.NoError(t, err)
	require.Equal(t, eight, paid)

	f.deposit(hundred)
	// 79.2 of the first two and 40 of the third, over 990,000 tokens.
	want := ether.MulRaw(1192).QuoRaw(10).MulRaw(10_000).QuoRaw(990_000)
	require.Equal(t, sdk.NewCoins(sdk.NewCoin(aimo, want)), f.redeemable(10_000))
	paid, err = f.redeem(account(1), 10_000)
	require.NoError(t, err)
	require.Equal(t, want, paid.AmountOf(aimo))
	require.Equal(t, want, f.redeemable(10_000).AmountOf(aimo).Sub(math.OneInt()).Add(math.OneInt()), "a third burn gets the same")
	f.check()

	f.epoch(4)
	claimable, err := f.keeper.ClaimableRevenue(f.ctx, share, account(1), first)
	require.NoError(t, err)
	require.Equal(t, ether.MulRaw(60), claimable.AmountOf(aimo), "60 of the first 100")
	// The second and third deposit are of one epoch, shared by the balances before the burn.
	claimable, err = f.keeper.ClaimableRevenue(f.ctx, share, account(1), 3)
	require.NoError(t, err)
	require.True(t, ether.MulRaw(180).Sub(claimable.AmountOf(aimo)).LTE(math.OneInt()), "%s", claimable)
	claimed, err := f.keeper.Claim(f.ctx, account(1), share, 3)
	require.NoError(t, err)
	require.Equal(t, claimable, claimed)
	f.check()
}

// TestRedeemRefuses: every refusal says why and moves nothing.
func TestRedeemRefuses(t *testing.T) {
	f := redeeming(t, 1000)
	f.deposit(coin(aimo, 1000))
	before := f.export()
	supply := f.bank.GetSupply(f.ctx, share)
	for name, tc := range map[string]struct {
		who    sdk.AccAddress
		amount sdk.Coin
		want   error
	}{
		"nothing":          {account(1), coin(share, 0), types.ErrInvalidAmount},
		"negative":         {account(1), sdk.Coin{Denom: share, Amount: math.NewInt(-5)}, types.ErrInvalidAmount},
		"unset":            {account(1), sdk.Coin{Denom: share}, types.ErrInvalidAmount},
		"beyond balance":   {account(1), coin(share, 1_000_001), types.ErrInvalidAmount},
		"a stranger":       {account(9), coin(share, 1), types.ErrInvalidAmount},
		"beyond the cap":   {account(1), coin(share, 100_001), types.ErrRedeemCap},
		"no share denom":   {account(1), coin(aimo, 1), types.ErrPoolNotFound},
		"no pool":          {account(1), coin("model-8", 1), types.ErrPoolNotFound},
		"module account":   {authtypes.NewModuleAddress(issuer), coin(share, 1), types.ErrInvalidAccount},
		"the zero address": {make(sdk.AccAddress, 20), coin(share, 1), types.ErrInvalidAccount},
		"a long address":   {make(sdk.AccAddress, 32), coin(share, 1), types.ErrInvalidAccount},
	} {
		_, err := f.keeper.Redeem(f.ctx, tc.who, tc.amount)
		require.ErrorIs(t, err, tc.want, name)
		require.Equal(t, before, f.export(), name)
		require.Equal(t, supply, f.bank.GetSupply(f.ctx, share), name)
	}
}

// TestRedeemCap: a run takes a tenth of the supply in an epoch, whoever comes; the next epoch
// counts anew, and the query says what is left.
func TestRedeemCap(t *testing.T) {
	f := redeeming(t, 1000)
	f.deposit(coin(aimo, 1_000_000))
	_, err := f.redeem(account(1), 60_000)
	require.NoError(t, err)
	res, err := f.query.Redeemable(f.ctx, &types.QueryRedeemableRequest{Denom: share, Amount: "40000"})
	require.NoError(t, err)
	require.Equal(t, "40000", res.Left.String())
	require.Equal(t, "940000", res.Supply.String())
	_, err = f.redeem(account(1), 40_001)
	require.ErrorIs(t, err, types.ErrRedeemCap)
	_, err = f.redeem(account(1), 40_000)
	require.NoError(t, err)
	_, err = f.redeem(account(1), 3)
	require.ErrorIs(t, err, types.ErrRedeemCap)
	f.epoch(3)
	_, err = f.redeem(account(1), 90_000)
	require.NoError(t, err)
	f.check()
}

// TestRedeemableSupply: tokens in IBC escrow and lazy shares count, what excluded accounts hold
// beyond the lazy shares does not. Who comes home later finds its part untouched.
func TestRedeemableSupply(t *testing.T) {
	f := redeeming(t, types.BasisPoints)
	require.NoError(t, f.escrow.out(f.ctx, account(1), escrowAccount, coin(share, 500_000)))
	f.deposit(coin(aimo, 1_000_000)) // 400,000 for redemption
	paid, err := f.redeem(account(1), 500_000)
	require.NoError(t, err)
	require.Equal(t, "200000aimo", paid.String(), "half, although all that is eligible was burnt")
	require.NoError(t, f.escrow.back(f.ctx, escrowAccount, account(2), coin(share, 500_000)))
	paid, err = f.redeem(account(2), 500_000)
	require.NoError(t, err)
	require.Equal(t, "200000aimo", paid.String())
	f.check()
}

// TestFullBurnThenIncome: with nobody left, income waits or stays redeemable, and nothing panics.
func TestFullBurnThenIncome(t *testing.T) {
	f := redeeming(t, types.BasisPoints)
	f.deposit(coin(aimo, 1_000_000))
	paid, err := f.redeem(account(1), 1_000_000)
	require.NoError(t, err)
	require.Equal(t, "400000aimo", paid.String())
	require.True(t, f.bank.GetSupply(f.ctx, share).IsZero())
	f.epoch(3)
	f.deposit(coin(aimo, 500))
	require.Empty(t, f.redeemable(10))
	f.epoch(9)
	f.deposit(coin(aimo, 500))
	f.check()
	claimed, err := f.keeper.Claim(f.ctx, account(1), share, 2)
	require.NoError(t, err)
	require.Equal(t, "599999aimo", claimed.String(), "600,000 rounded down once: what was released before the burn is still its holder's")
	f.issue(account(2), math.NewInt(1000))
	f.epoch(30)
	require.Equal(t, "400aimo", f.redeemable(1000).String())
	f.check()
}

// TestRedeemInParts: however a holder cuts a burn, it never gets more than at once, and the last
// one leaves nothing behind.
func TestRedeemInParts(t *testing.T) {
	base := redeeming(t, types.BasisPoints)
	base.deposit(coin(aimo, 777_777))
	base.deposit(coin(usdc, 31))
	rapid.Check(t, func(rt *rapid.T) {
		f := base.branch(rt)
		left, got := int64(1_000_000), sdk.NewCoins()
		for left > 0 {
			x := rapid.Int64Range(1, left).Draw(rt, "burnt")
			view := f.redeemable(x)
			once := f.redeemable(left)
			paid, err := f.redeem(account(1), x)
			require.NoError(rt, err)
			require.Equal(rt, view, paid)
			for _, c := range paid {
				exact := new(big.Int).Mul(once.AmountOf(c.Denom).AddRaw(1).BigInt(), big.NewInt(x))
				require.LessOrEqual(rt, c.Amount.BigInt().Cmp(exact.Quo(exact, big.NewInt(left))), 0)
			}
			got, left = got.Add(paid...), left-x
			f.check()
		}
		require.Equal(rt, "311111aimo,13ibc/USDC", got.String(), "40 %, rounded up")
	})
}

// TestBreachedPoolStops: a pool that lost coins pays nothing and says so; deposits go on and are
// held; other pools are not concerned; once it is covered again, everything goes on.
func TestBreachedPoolStops(t *testing.T) {
	f := redeeming(t, types.BasisPoints)
	const other = "model-8"
	require.NoError(t, f.keeper.CreatePool(f.ctx, other))
	f.deposit(coin(aimo, 1000))
	f.epoch(3)
	pool := types.PoolAddress(1)
	require.NoError(t, f.bank.SendCoins(f.ctx, pool, account(50), sdk.NewCoins(coin(aimo, 1)))) // nothing in the module does
	_, err := f.keeper.Claim(f.ctx, account(1), share, 99)
	require.ErrorIs(t, err, types.ErrPoolBreached)
	_, err = f.redeem(account(1), 10_000)
	require.ErrorIs(t, err, types.ErrPoolBreached)
	require.Error(t, f.keeper.CheckInvariants(f.ctx))
	res, err := f.query.Solvency(f.ctx, &types.QuerySolvencyRequest{})
	require.NoError(t, err)
	require.False(t, res.Solvent)
	require.False(t, res.Pools[0].Solvent)
	require.True(t, res.Pools[1].Solvent)
	require.Equal(t, "-1", res.Pools[0].Denoms[0].Surplus.String())

	f.deposit(coin(aimo, 100))
	f.deposit(coin(usdc, 100))
	stream, err := f.query.Pool(f.ctx, &types.QueryPoolRequest{Denom: share})
	require.NoError(t, err)
	require.Equal(t, "60", stream.Streams[0].Stream.Held.String())
	require.Equal(t, "0", stream.Streams[1].Stream.Held.String())

	require.NoError(t, f.bank.SendCoins(f.ctx, account(50), pool, sdk.NewCoins(coin(aimo, 1))))
	_, err = f.keeper.Claim(f.ctx, account(1), share, 99)
	require.NoError(t, err)
	f.deposit(coin(aimo, 10))
	f.check()
}
