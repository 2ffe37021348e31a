package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	secp "github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/imochain/imod/x/revshare/types"
)

// sign makes an account look like one that has signed a transaction.
func (f *fixture) sign(addr sdk.AccAddress, sequence uint64, key bool) {
	acc := f.auth.NewAccountWithAddress(f.ctx, addr)
	require.NoError(f.t, acc.SetSequence(sequence))
	if key {
		require.NoError(f.t, acc.SetPubKey(secp.GenPrivKeyFromSecret(addr).PubKey()))
	}
	f.auth.SetAccount(f.ctx, acc)
}

func TestClaimFor(t *testing.T) {
	f := pooled(t)
	f.deposit(coin(aimo, 4096))
	f.epoch(3)
	caller, holder := account(9), account(1)

	f.code[string(holder)] = true
	_, err := f.keeper.ClaimFor(f.ctx, caller, holder, share, 9)
	require.ErrorIs(t, err, types.ErrClaimForRefused, "a contract")
	delete(f.code, string(holder)) // 7702 delegations are not code
	paid, err := f.keeper.ClaimFor(f.ctx, caller, holder, share, 9)
	require.NoError(t, err)
	require.Equal(t, int64(256), paid.AmountOf(aimo).Int64())
	require.Equal(t, "256", f.balance(holder, aimo).String())
	require.True(t, f.balance(caller, aimo).IsZero(), "the caller gets nothing")

	require.NoError(t, f.escrow.out(f.ctx, account(2), escrowAccount, coin(share, 1)))
	require.NoError(t, f.escrow.back(f.ctx, escrowAccount, account(2), coin(share, 1)))
	f.epoch(4)
	_, err = f.keeper.ClaimFor(f.ctx, caller, account(2), share, 9)
	require.NoError(t, err, "an account that never signed; the token was not in escrow at a close")
	require.NoError(t, f.escrow.out(f.ctx, account(2), escrowAccount, coin(share, 1)))
	f.epoch(5)
	_, err = f.keeper.ClaimFor(f.ctx, caller, account(2), share, 9)
	require.ErrorIs(t, err, types.ErrClaimForRefused, "now it was: this account could be an escrow")
	f.sign(account(2), 0, true) // unordered transactions leave the sequence at 0
	_, err = f.keeper.ClaimFor(f.ctx, caller, account(2), share, 9)
	require.NoError(t, err)
	require.NoError(t, f.escrow.back(f.ctx, escrowAccount, account(2), coin(share, 1)))
	f.send(account(2), account(6), 1)
	f.epoch(6)
	_, err = f.keeper.ClaimFor(f.ctx, caller, account(6), share, 9)
	require.ErrorIs(t, err, types.ErrClaimForRefused, "once is enough: revenue of then is still unclaimed")
	require.NoError(t, f.keeper.SetPayout(f.ctx, account(1), account(7)))
	_, err = f.keeper.ClaimFor(f.ctx, caller, account(1), share, 9)
	require.NoError(t, err, "who set a payout address has acted")
	f.epoch(7)
	f.deposit(coin(aimo, 4096))
	f.epoch(8)
	f.code[string(holder)] = true
	_, err = f.keeper.ClaimFor(f.ctx, holder, holder, share, 9)
	require.NoError(t, err, "for oneself it is a claim")
	f.check()
}

func TestContractSetsPayoutOnce(t *testing.T) {
	f := pooled(t)
	contract := account(1)
	f.code[string(contract)] = true
	f.deposit(coin(aimo, 4096))
	f.epoch(3)
	require.NoError(t, f.keeper.SetPayout(f.ctx, contract, account(5)))
	require.ErrorIs(t, f.keeper.SetPayout(f.ctx, contract, account(6)), types.ErrPayoutFixed)
	require.ErrorIs(t, f.keeper.SetPayout(f.ctx, contract, nil), types.ErrPayoutFixed)
	_, err := f.keeper.ClaimFor(f.ctx, account(9), contract, share, 9)
	require.NoError(t, err, "the coins go elsewhere: nothing to skim")
	require.Equal(t, "256", f.balance(account(5), aimo).String())
	f.epoch(4)
	f.block(account(5))
	_, err = f.keeper.ClaimFor(f.ctx, account(9), contract, share, 9)
	require.ErrorIs(t, err, types.ErrClaimForRefused, "no fallback to the contract itself")
	_, err = f.keeper.Claim(f.ctx, contract, share, 9)
	require.NoError(t, err, "contracts claim themselves")
	require.Equal(t, "256", f.balance(contract, aimo).String())
}

// TestEscrowNeverDrains: tokens in IBC escrow are outside the eligible supply, so a claim
// for the escrow account would be paid with other holders' money.
func TestEscrowNeverDrains(t *testing.T) {
	f := pooled(t)
	require.NoError(t, f.escrow.out(f.ctx, account(2), escrowAccount, coin(share, 256)))
	f.epoch(3)
	f.deposit(coin(aimo, 4096))
	f.epoch(4)
	f.check()
	_, err := f.keeper.ClaimFor(f.ctx, account(1), escrowAccount, share, 9)
	require.ErrorIs(t, err, types.ErrClaimForRefused)
	for _, holder := range []byte{1, 2} { // 128 each: half of the part of 1024 each
		paid, err := f.keeper.Claim(f.ctx, account(holder), share, 9)
		require.NoError(t, err)
		require.Equal(t, int64(512), paid.AmountOf(aimo).Int64())
	}
	left, err := f.keeper.CheckHolders(f.ctx, share, []sdk.AccAddress{account(1), account(2)})
	require.NoError(t, err)
	require.Zero(t, left[0].Scaled.Sign())
	_, err = f.keeper.CheckHolders(f.ctx, share, []sdk.AccAddress{account(1), account(2), escrowAccount})
	require.ErrorIs(t, err, types.ErrInvariant, "the check would see an escrow that earns")
}

func TestExcludedHolder(t *testing.T) {
	f := pooled(t)
	excluded := authtypes.NewModuleAddress(issuer)
	f.send(account(2), excluded, 256)
	f.epoch(3)
	f.deposit(coin(aimo, 4096))
	f.epoch(4)
	got, err := f.keeper.ClaimableRevenue(f.ctx, share, excluded, 9)
	require.NoError(t, err)
	require.Empty(t, got)
	_, err = f.keeper.Claim(f.ctx, excluded, share, 9)
	require.Error(t, err)
	left, err := f.keeper.CheckHolders(f.ctx, share, []sdk.AccAddress{account(1), account(2), excluded})
	require.NoError(t, err)
	require.Zero(t, left[0].Scaled.Sign(), "all of it is the other holders'")
}

// TestLazyShares: bought but uncollected tokens earn from their settlement on, without a
// write, whatever moves in the same epoch.
func TestLazyShares(t *testing.T) {
	f := pooled(t)
	buyer := account(3)
	require.NoError(t, f.keeper.Touch(f.ctx, share))
	require.NoError(t, f.bank.MintCoins(f.ctx, issuer, sdk.NewCoins(coin(share, 512))))
	f.lazy.amount[string(buyer)], f.lazy.since[string(buyer)] = math.NewInt(512), 2
	f.deposit(coin(aimo, 4096)) // the part of epoch 2 is not the buyer's
	f.epoch(3)
	f.send(account(2), buyer, 128) // a first checkpoint in the middle
	f.epoch(4)
	ops := f.ops.counts()
	got, err := f.keeper.ClaimableRevenue(f.ctx, share, buyer, 9)
	require.NoError(t, err)
	require.Equal(t, int64(512), got.AmountOf(aimo).Int64(), "half of the part of epoch 3")
	require.Equal(t, ops[2], f.ops.counts()[2], "a look writes nothing")

	require.ErrorIs(t, f.keeper.MaterializeLazy(f.ctx, share, buyer, math.NewInt(513)), types.ErrLazyExceeded)
	require.ErrorIs(t, f.keeper.MaterializeLazy(f.ctx, share, buyer, math.ZeroInt()), types.ErrInvalidAmount)
	require.ErrorIs(t, f.keeper.MaterializeLazy(f.ctx, share, buyer, math.Int{}), types.ErrInvalidAmount)
	require.NoError(t, f.keeper.MaterializeLazy(f.ctx, share, buyer, math.NewInt(256)))
	f.lazy.amount[string(buyer)] = math.NewInt(256)
	f.bankSend(authtypes.NewModuleAddress(issuer), buyer, 256)
	f.epoch(9)
	f.check()
	paid, err := f.keeper.Claim(f.ctx, buyer, share, 9)
	require.NoError(t, err)
	require.Equal(t, int64(512+640+640), paid.AmountOf(aimo).Int64(), "640 of 1024 hold from the close of epoch 3 on")
	left, err := f.keeper.CheckHolders(f.ctx, share, []sdk.AccAddress{account(1), account(2), buyer})
	require.NoError(t, err)
	require.Zero(t, left[0].Scaled.Sign())
}

func (f *fixture) bankSend(from, to sdk.AccAddress, amount int64) {
	f.t.Helper()
	require.NoError(f.t, f.bank.SendCoins(f.ctx, from, to, sdk.NewCoins(coin(share, amount))))
}

// TestManyCheckpoints: an account with more checkpoints than one claim settles is paid in
// parts, in order, and a part without a whole unit is progress, not an error.
func TestManyCheckpoints(t *testing.T) {
	f := pooled(t)
	for epoch := uint64(2); epoch < 302; epoch++ {
		f.epoch(epoch)
		f.send(account(2), account(1), 1)
		if epoch > 100 {
			f.deposit(coin(aimo, 512))
		}
	}
	f.epoch(400)
	totals, err := f.keeper.HolderTotals(f.ctx, share, account(1))
	require.NoError(t, err)
	want := totals[0].Scaled.Rsh(totals[0].Scaled, types.ScaleBits)
	paid, calls, empty := math.ZeroInt(), 0, 0
	for {
		view, err := f.keeper.ClaimableRevenue(f.ctx, share, account(1), 400)
		require.NoError(t, err)
		got, err := f.keeper.Claim(f.ctx, account(1), share, 400)
		if err != nil {
			require.ErrorIs(t, err, types.ErrNothingToClaim)
			break
		}
		require.Equal(t, view, got)
		paid = paid.Add(got.AmountOf(aimo))
		calls++
		if got.Empty() {
			empty++
		}
	}
	require.Equal(t, want.String(), paid.String())
	require.Equal(t, 5, calls, "300 checkpoints, 64 a call")
	require.Equal(t, 1, empty, "the first 64 epochs had no revenue")
	f.check()
}

// TestSendRestriction: repeated, failing and odd sends leave one checkpoint per account.
func TestSendRestriction(t *testing.T) {
	f := pooled(t)
	require.NoError(t, f.keeper.Touch(f.ctx, share))
	f.epoch(3)
	f.ops.reset()
	f.send(account(1), account(2), 1)
	require.Equal(t, 3, f.ops.set, "pool and two checkpoints; the supply did not change")
	f.ops.reset()
	f.send(account(2), account(1), 1)
	require.Zero(t, f.ops.set, "no second write in an epoch")
	f.ops.reset()
	f.send(account(1), account(1), 1)
	require.Error(t, f.bank.SendCoins(f.ctx, account(4), account(5), sdk.NewCoins(coin(share, 1))), "no funds")
	require.Equal(t, 2, f.ops.set, "the restriction runs before the send fails, and notes that both hold nothing")
	f.ops.reset()
	f.fund(account(4), coin(aimo, 5))
	require.Zero(t, f.ops.get+f.ops.has+f.ops.set, "other denoms cost nothing")
	to, err := f.keeper.SendRestriction(f.ctx, account(4), account(5), sdk.NewCoins(coin("model-99", 3)))
	require.NoError(t, err, "a share denom without a pool")
	require.Equal(t, account(5), to, "the recipient is never replaced")
}

func TestSync(t *testing.T) {
	f := pooled(t)
	token, _ := tokenAddress(share)
	ok, err := f.query.Solvency(f.ctx, &types.QuerySolvencyRequest{})
	require.NoError(t, err)
	require.True(t, ok.Solvent)
	require.NoError(t, f.keeper.Sync(f.ctx, share), "nothing to sweep is no error")
	f.fund(token, coin(aimo, 4096), coin(usdc, 8), coin("stone", 1))
	res, err := f.msg.Sync(f.ctx, &types.MsgSync{Caller: f.text(account(9)), ShareDenom: share})
	require.NoError(t, err)
	require.Equal(t, sdk.NewCoins(coin(aimo, 4096), coin(usdc, 8)), res.Amount)
	require.Equal(t, sdk.NewCoins(coin("stone", 1)), f.bank.GetAllBalances(f.ctx, token))
	f.epoch(3)
	got, err := f.keeper.ClaimableRevenue(f.ctx, share, account(2), 9)
	require.NoError(t, err)
	require.Equal(t, sdk.NewCoins(coin(aimo, 768), coin(usdc, 1)), got)
	earned, err := f.query.Earnings(f.ctx, &types.QueryEarningsRequest{Denom: share})
	require.NoError(t, err)
	require.Equal(t, types.SourceKind_SOURCE_KIND_NATIVE, earned.Earnings[0].BySource[0].Kind)
	require.ErrorIs(t, f.keeper.Sync(f.ctx, "model-8"), types.ErrPoolNotFound)
	f.check()
}

func TestCreatePool(t *testing.T) {
	f := newFixture(t)
	require.ErrorIs(t, f.keeper.CreatePool(f.ctx, aimo), types.ErrNotShareDenom)
	require.NoError(t, f.keeper.CreatePool(f.ctx, share))
	f.issue(account(1), math.NewInt(5))
	f.epoch(3)
	before := f.export()
	require.NoError(t, f.keeper.CreatePool(f.ctx, share), "again")
	require.Equal(t, before, f.export())
	require.NoError(t, f.keeper.CreatePool(f.ctx, "model-1"))
	for denom, want := range map[string]bool{share: true, "model-1": true, "model-2": false} {
		has, err := f.keeper.HasPool(f.ctx, denom)
		require.NoError(t, err)
		require.Equal(t, want, has, denom)
	}
	pool, err := f.query.Pool(f.ctx, &types.QueryPoolRequest{Denom: "model-1"})
	require.NoError(t, err)
	require.Equal(t, uint64(2), pool.Pool.Id)
	require.Equal(t, f.text(types.PoolAddress(2)), pool.Pool.Address)
	require.Equal(t, uint32(types.BasisPoints), pool.Pool.ClaimableBps)
	require.ErrorIs(t, f.keeper.Touch(f.ctx, "model-2"), types.ErrPoolNotFound)
}
