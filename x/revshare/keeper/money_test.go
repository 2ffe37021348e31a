package keeper_test

import (
	"bytes"
	"context"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/imochain/imod/x/revshare/types"
)

func power(bits uint) math.Int {
	return math.NewIntFromBigInt(new(big.Int).Lsh(big.NewInt(1), bits))
}

func coin(denom string, n int64) sdk.Coin { return sdk.NewInt64Coin(denom, n) }

// TestDepositAndClaim is the plain life of a deposit: parts, record date, proportion.
func TestDepositAndClaim(t *testing.T) {
	f := pooled(t)
	f.deposit(coin(aimo, 4096)) // epoch 2: parts of 1024 in epochs 2 to 5, shares 1 : 3
	_, err := f.keeper.Claim(f.ctx, account(1), share, 99)
	require.ErrorIs(t, err, types.ErrNothingToClaim, "the running epoch is open")

	for epoch := uint64(3); epoch <= 7; epoch++ {
		f.epoch(epoch)
		want := min(int64(epoch-2), parts)
		got, err := f.keeper.ClaimableRevenue(f.ctx, share, account(1), 99)
		require.NoError(t, err)
		require.Equal(t, sdk.NewCoins(coin(aimo, 256*want)), got, "epoch %d", epoch)
		f.check()
	}
	for epoch := uint64(1); epoch <= 7; epoch++ {
		at, err := f.keeper.ClaimableRevenue(f.ctx, share, account(2), epoch)
		require.NoError(t, err)
		one, err := f.keeper.RevenueOf(f.ctx, share, account(2), epoch)
		require.NoError(t, err)
		closed := min(max(int64(epoch)-1, 0), parts)
		require.Equal(t, 768*closed, at.AmountOf(aimo).Int64(), "cumulative up to %d", epoch)
		require.Equal(t, epoch >= 2 && epoch <= 5, one.AmountOf(aimo).Int64() == 768, "single epoch %d", epoch)
	}

	paid, err := f.keeper.Claim(f.ctx, account(2), share, 3)
	require.NoError(t, err)
	require.Equal(t, int64(1536), paid.AmountOf(aimo).Int64(), "up to epoch 3")
	at, err := f.keeper.ClaimableRevenue(f.ctx, share, account(2), 3)
	require.NoError(t, err)
	require.Empty(t, at, "0 at or below the cursor")
	_, err = f.keeper.Claim(f.ctx, account(2), share, 2)
	require.ErrorIs(t, err, types.ErrNothingToClaim)
	one, err := f.keeper.RevenueOf(f.ctx, share, account(2), 3)
	require.NoError(t, err)
	require.Equal(t, int64(768), one.AmountOf(aimo).Int64(), "what an epoch earned does not change by claiming")
	for _, holder := range []byte{1, 2} {
		_, err = f.keeper.Claim(f.ctx, account(holder), share, 99)
		require.NoError(t, err)
	}
	require.Equal(t, "1024", f.balance(account(1), aimo).String())
	require.Equal(t, "3072", f.balance(account(2), aimo).String())
	require.True(t, f.balance(types.PoolAddress(1), aimo).IsZero())
	f.check()
}

// TestNobodyBuysIn: revenue goes to who held at the close before it, not to who buys when
// he sees it, nor to who holds when it is claimed.
func TestNobodyBuysIn(t *testing.T) {
	f := pooled(t)
	f.deposit(coin(aimo, 4096))
	f.send(account(2), account(3), 384) // in the epoch of the deposit
	f.epoch(3)
	got, err := f.keeper.ClaimableRevenue(f.ctx, share, account(3), 99)
	require.NoError(t, err)
	require.Empty(t, got, "the part of epoch 2 is not the buyer's")
	old, err := f.keeper.ClaimableRevenue(f.ctx, share, account(2), 99)
	require.NoError(t, err)
	require.Equal(t, int64(768), old.AmountOf(aimo).Int64())
	f.epoch(4)
	got, err = f.keeper.ClaimableRevenue(f.ctx, share, account(3), 99)
	require.NoError(t, err)
	require.Equal(t, int64(768), got.AmountOf(aimo).Int64(), "later parts are")
	f.check()
}

// TestWaitsForHolders: a deposit before anybody is eligible is kept and drips from the first
// epoch in which somebody is, whenever it is looked at.
func TestWaitsForHolders(t *testing.T) {
	f := newFixture(t)
	f.epoch(1)
	require.NoError(t, f.keeper.CreatePool(f.ctx, share))
	f.deposit(coin(aimo, 4096))
	f.epoch(5)
	f.issue(account(1), math.NewInt(64))
	f.epoch(6)
	f.issue(account(2), math.NewInt(64)) // too late for the part of epoch 6
	f.epoch(7)
	first, err := f.keeper.Claim(f.ctx, account(1), share, 99)
	require.NoError(t, err)
	require.Equal(t, int64(1024), first.AmountOf(aimo).Int64())
	f.epoch(20)
	rest, err := f.keeper.Claim(f.ctx, account(2), share, 99)
	require.NoError(t, err)
	require.Equal(t, int64(1536), rest.AmountOf(aimo).Int64())
	f.check()
}

// TestWaitsAgain: what is released while nobody is eligible waits for the next holder.
func TestWaitsAgain(t *testing.T) {
	f := pooled(t)
	f.deposit(coin(aimo, 4096))
	f.send(account(2), authtypes.NewModuleAddress(issuer), 384)
	f.send(account(1), authtypes.NewModuleAddress(issuer), 128) // epochs 3 and 4 have nobody
	f.epoch(4)
	f.bankSend(authtypes.NewModuleAddress(issuer), account(3), 64)
	f.epoch(30)
	for n, want := range map[byte]int64{1: 256, 2: 768, 3: 3072} {
		paid, err := f.keeper.Claim(f.ctx, account(n), share, 99)
		require.NoError(t, err)
		require.Equal(t, want, paid.AmountOf(aimo).Int64(), "account %d", n)
	}
	f.check()
}

// TestGifts: coins sent to a pool's account belong to nobody's revenue.
func TestGifts(t *testing.T) {
	plain, gifted := pooled(t), pooled(t)
	for _, f := range []*fixture{plain, gifted} {
		f.deposit(coin(aimo, 1000))
	}
	gifted.fund(types.PoolAddress(1), coin(aimo, 777), coin("stone", 5))
	gifted.send(account(2), types.PoolAddress(1), 1) // shares given to the pool's account are an ordinary holder's loss
	gifted.send(account(2), account(1), 1)
	plain.send(account(2), account(1), 1)
	for _, f := range []*fixture{plain, gifted} {
		f.epoch(3)
		f.check()
	}
	a, err := plain.keeper.ClaimableRevenue(plain.ctx, share, account(1), 99)
	require.NoError(t, err)
	b, err := gifted.keeper.ClaimableRevenue(gifted.ctx, share, account(1), 99)
	require.NoError(t, err)
	require.Equal(t, a, b)
	books, err := gifted.query.Solvency(gifted.ctx, &types.QuerySolvencyRequest{Denom: share})
	require.NoError(t, err)
	require.True(t, books.Solvent)
	require.Equal(t, "777", books.Pools[0].Denoms[0].Surplus.String())
}

// TestAmountBounds: what enters is capped; what does not fit a stream any more is held, and
// the payer does not notice.
func TestAmountBounds(t *testing.T) {
	f := pooled(t)
	payer := account(9)
	f.fund(payer, sdk.NewCoin(aimo, power(121)), sdk.NewCoin("stone", power(90)))
	for name, c := range map[string]sdk.Coin{
		"nil":          {Denom: aimo},
		"zero":         {Denom: aimo, Amount: math.ZeroInt()},
		"negative":     {Denom: aimo, Amount: math.NewInt(-1)},
		"above 2^120":  {Denom: aimo, Amount: power(120).AddRaw(1)},
		"256 bits":     {Denom: aimo, Amount: power(255)},
		"other denom":  coin("stone", 5),
		"share denom":  coin(share, 5),
		"empty denom":  {Amount: math.OneInt()},
		"strange name": {Denom: "!", Amount: math.OneInt()},
	} {
		before := f.bank.GetAllBalances(f.ctx, payer)
		require.Error(t, f.keeper.Deposit(f.ctx, payer, share, c, types.SourceKind_SOURCE_KIND_ROYALTY), name)
		require.Equal(t, before, f.bank.GetAllBalances(f.ctx, payer), name)
	}
	deposit := func(amount math.Int, kind types.SourceKind) error {
		return f.keeper.Deposit(f.ctx, payer, share, sdk.NewCoin(aimo, amount), kind)
	}
	require.ErrorIs(t, deposit(math.OneInt(), types.SourceKind_SOURCE_KIND_UNSPECIFIED), types.ErrInvalidKind)
	require.ErrorIs(t, deposit(math.OneInt(), 99), types.ErrInvalidKind)
	require.ErrorIs(t, f.keeper.Deposit(f.ctx, payer, "model-8", coin(aimo, 1), types.SourceKind_SOURCE_KIND_ROYALTY), types.ErrPoolNotFound)

	require.NoError(t, deposit(power(120), types.SourceKind_SOURCE_KIND_ROYALTY))
	require.NoError(t, deposit(power(119), types.SourceKind_SOURCE_KIND_USAGE), "beyond the cap of a stream's life")
	require.Error(t, deposit(power(120), types.SourceKind_SOURCE_KIND_USAGE), "beyond the payer's balance")
	f.check()
	books, err := f.query.Solvency(f.ctx, &types.QuerySolvencyRequest{Denom: share})
	require.NoError(t, err)
	require.Equal(t, power(119), books.Pools[0].Denoms[0].Held)

	f.epoch(40)
	for _, holder := range []byte{1, 2} {
		_, err := f.keeper.Claim(f.ctx, account(holder), share, 99)
		require.NoError(t, err)
	}
	require.Equal(t, power(118), f.balance(account(1), aimo), "a quarter of 2^120")
	f.check()
}

// TestOneUnitIntoAHugeSupply: nothing is lost below the resolution.
func TestOneUnitIntoAHugeSupply(t *testing.T) {
	f := newFixture(t)
	f.epoch(1)
	require.NoError(t, f.keeper.CreatePool(f.ctx, share))
	f.issue(account(1), power(100))
	f.epoch(2)
	for epoch := uint64(2); epoch < 6; epoch++ {
		f.epoch(epoch)
		f.deposit(coin(aimo, 1))
	}
	f.epoch(9)
	paid, err := f.keeper.Claim(f.ctx, account(1), share, 99)
	require.NoError(t, err)
	require.Equal(t, int64(4), paid.AmountOf(aimo).Int64())
	f.check()
}

// TestRoundTrip: whatever is moved around, nobody gets more out than went in.
func TestRoundTrip(t *testing.T) {
	f := newFixture(t)
	f.epoch(1)
	require.NoError(t, f.keeper.CreatePool(f.ctx, share))
	f.issue(account(1), math.NewInt(1_000_003))
	in, out := int64(0), math.ZeroInt()
	for epoch := uint64(2); epoch < 60; epoch++ {
		f.epoch(epoch)
		f.deposit(coin(aimo, int64(7*epoch+1)))
		in += int64(7*epoch + 1)
		from, to := account(byte(epoch%5)+1), account(byte((epoch+1)%5)+1)
		if b := f.balance(from, share).Int64(); b > 1 {
			f.send(from, to, b/2+1)
			f.send(to, from, 1)
		}
		if paid, err := f.keeper.Claim(f.ctx, to, share, epoch); err == nil {
			out = out.Add(paid.AmountOf(aimo))
		}
		require.True(t, out.LTE(math.NewInt(in)))
		f.check()
	}
	f.epoch(100)
	for n := byte(1); n <= 5; n++ {
		if paid, err := f.keeper.Claim(f.ctx, account(n), share, 100); err == nil {
			out = out.Add(paid.AmountOf(aimo))
		}
	}
	require.True(t, out.LTE(math.NewInt(in)) && out.GTE(math.NewInt(in-6)), "in %d, out %s", in, out)
}

// TestRecipients: accounts that may not receive are refused when they are named and again
// when they would be paid.
func TestRecipients(t *testing.T) {
	f := pooled(t)
	token, _ := tokenAddress(share)
	for name, bad := range map[string]sdk.AccAddress{
		"zero":       make([]byte, 20),
		"precompile": append(make([]byte, 18), 0x0a, 0x01),
		"module":     authtypes.NewModuleAddress("gov"),
		"token":      token,
		"short":      bytes.Repeat([]byte{1}, 19),
		"long":       bytes.Repeat([]byte{1}, 32),
	} {
		require.ErrorIs(t, f.keeper.SetPayout(f.ctx, account(1), bad), types.ErrInvalidAccount, name)
		require.ErrorIs(t, f.keeper.SetPayout(f.ctx, bad, account(3)), types.ErrInvalidAccount, name)
		_, err := f.keeper.Claim(f.ctx, bad, share, 9)
		require.ErrorIs(t, err, types.ErrInvalidAccount, name)
		_, err = f.keeper.ClaimFor(f.ctx, account(1), bad, share, 9)
		require.ErrorIs(t, err, types.ErrInvalidAccount, name)
	}
	require.NoError(t, f.keeper.SetPayout(f.ctx, account(1), account(8)))
	f.deposit(coin(aimo, 4096))
	f.epoch(3)
	_, err := f.keeper.Claim(f.ctx, account(1), share, 9)
	require.NoError(t, err)
	require.Equal(t, "256", f.balance(account(8), aimo).String(), "the payout address is paid")
	require.True(t, f.balance(account(1), aimo).IsZero())

	f.epoch(4)
	f.block(account(8)) // it became unable to receive
	_, err = f.keeper.Claim(f.ctx, account(1), share, 9)
	require.NoError(t, err)
	require.Equal(t, "256", f.balance(account(1), aimo).String(), "the holder itself instead")

	f.epoch(5)
	require.NoError(t, f.keeper.SetPayout(f.ctx, account(1), nil))
	require.NoError(t, f.keeper.SetPayout(f.ctx, account(2), account(7)))
	require.NoError(t, f.keeper.SetPayout(f.ctx, account(2), account(2)), "naming oneself clears it")
	_, err = f.keeper.Claim(f.ctx, account(2), share, 9)
	require.NoError(t, err)
	require.True(t, f.balance(account(7), aimo).IsZero())
}

// TestHostileRecipient: one holder who cannot be paid delays nobody.
func TestHostileRecipient(t *testing.T) {
	f := pooled(t)
	f.deposit(coin(aimo, 4096))
	f.epoch(3)
	f.block(account(1))
	_, err := f.keeper.Claim(f.ctx, account(1), share, 9)
	require.ErrorIs(t, err, types.ErrInvalidAccount)
	f.bank.PrependSendRestriction(func(_ context.Context, _, to sdk.AccAddress, _ sdk.Coins) (sdk.AccAddress, error) {
		if to.Equals(account(3)) {
			return nil, types.ErrInvalidAccount
		}
		return to, nil
	})
	f.send(account(2), account(1), 1)
	require.NoError(t, f.keeper.SetPayout(f.ctx, account(2), account(3)))
	_, err = f.keeper.Claim(f.ctx, account(2), share, 9)
	require.Error(t, err, "bank refuses the payout address")
	require.NoError(t, f.keeper.SetPayout(f.ctx, account(2), nil))
	_, err = f.keeper.Claim(f.ctx, account(2), share, 9)
	require.NoError(t, err)
	f.deposit(coin(aimo, 4096))
	f.epoch(9)
	_, err = f.keeper.Claim(f.ctx, account(2), share, 9)
	require.NoError(t, err)
	f.check()
}

// TestAccountLengths: every account that holds shares or coins has 20 bytes.
func TestAccountLengths(t *testing.T) {
	require.Len(t, types.PoolAddress(1), types.AccountLength)
	require.NotEqual(t, types.PoolAddress(1), types.PoolAddress(2))
	f := pooled(t)
	long := sdk.AccAddress(bytes.Repeat([]byte{7}, 32))
	err := f.bank.SendCoins(f.ctx, account(1), long, sdk.NewCoins(coin(share, 1)))
	require.ErrorIs(t, err, types.ErrInvalidAccount, "a longer account could never be paid")
	f.fund(long, coin(aimo, 10))
	require.ErrorIs(t, f.keeper.Deposit(f.ctx, long, share, coin(aimo, 1), types.SourceKind_SOURCE_KIND_DEPOSIT), types.ErrInvalidAccount)
	require.ErrorIs(t, f.keeper.Deposit(f.ctx, types.PoolAddress(1), share, coin(aimo, 1), types.SourceKind_SOURCE_KIND_DEPOSIT), types.ErrInvalidAccount,
		"a pool cannot pay itself")
	require.NoError(t, f.bank.SendCoins(f.ctx, long, account(1), sdk.NewCoins(coin(aimo, 1))), "other denoms are none of our business")
}
