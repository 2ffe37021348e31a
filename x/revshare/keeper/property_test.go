package keeper_test

import (
	"errors"
	"flag"
	"math/big"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/imochain/imod/testutil/naive"
	"github.com/imochain/imod/x/revshare/types"
)

const (
	steps   = 60
	holders = 6
	// claimableBps leaves a good part to the redemption pool, and remainders.
	claimableBps = 7_321
	// gifts is the naive name of what escrow accounts hold beyond their escrow.
	gifts = "gifts to the escrow"
)

// TestMain sets the address prefix, which bank's message types read globally, and runs 1,000 sequences per property unless -rapid.checks says otherwise.
func TestMain(m *testing.M) {
	sdk.GetConfig().SetBech32PrefixForAccount("imo", "imopub")
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		if err := flag.Set("rapid.checks", "1000"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// history drives the keeper and the naive ledger through the same random steps.
type history struct {
	*fixture
	rt    *rapid.T
	naive *naive.Ledger
	epoch uint64
}

// TestProperties: random histories by every door that moves shares or revenue, against a
// ledger that closes every epoch and walks every holder. The invariant is exact after
// every step; at the end everyone claims and less than a unit each stays.
func TestProperties(t *testing.T) {
	params := testParams()
	params.ClaimableBps = claimableBps
	base := newFixtureWith(t, storetypes.StoreTypeDB, types.GenesisState{Params: params})
	base.epoch(1)
	require.NoError(t, base.keeper.CreatePool(base.ctx, share))
	base.fund(account(60), sdk.NewCoin(aimo, math.NewIntWithDecimal(1, 34)), sdk.NewCoin(usdc, math.NewIntWithDecimal(1, 34)),
		sdk.NewCoin(weth, math.NewIntWithDecimal(1, 34)))
	rapid.Check(t, func(rt *rapid.T) {
		base.resetFakes()
		h := &history{fixture: base.branch(rt), rt: rt, naive: naive.New(1, parts, big.NewInt(1), big.NewInt(1)), epoch: 1}
		h.naive.ClaimableBps = claimableBps
		for range steps {
			h.step()
			h.compare()
		}
		h.withdrawAll()
	})
}

func (h *history) draw(name string, low, high int) int {
	return rapid.IntRange(low, high).Draw(h.rt, name)
}

func (h *history) someone() sdk.AccAddress {
	return account(byte(h.draw("holder", 1, holders)))
}

// amount draws 1 to 10^27 with every order of magnitude equally likely.
func (h *history) amount() math.Int {
	x := math.NewIntWithDecimal(int64(h.draw("mantissa", 1, 9)), h.draw("magnitude", 0, 26))
	return x.AddRaw(int64(h.draw("odd", 0, 1)))
}

// part draws nothing, one unit, a share, or all of a balance.
func (h *history) part(balance math.Int) math.Int {
	switch h.draw("part", 0, 4) {
	case 0:
		return math.MinInt(balance, math.OneInt())
	case 1:
		return balance
	default:
		return balance.MulRaw(int64(h.draw("permille", 0, 999))).QuoRaw(1000)
	}
}

func (h *history) step() {
	switch h.draw("step", 0, 18) {
	case 0, 1, 2:
		n := rapid.SampledFrom([]uint64{1, 1, 1, 1, 2, 3, 5, 9, 200}).Draw(h.rt, "epochs")
		h.epoch += n
		h.ctx = h.ctx.WithBlockHeight(int64(h.epoch*blocks) + int64(h.draw("block", 0, blocks-1))).WithEventManager(sdk.NewEventManager())
		h.naive.Advance(n)
	case 3:
		to, x := h.someone(), h.amount()
		h.issue(to, x)
		h.naive.Add(string(to), x.BigInt())
	case 4:
		from := h.someone()
		if x := h.part(h.balance(from, share)); x.IsPositive() {
			h.burn(from, x)
			h.naive.Add(string(from), x.Neg().BigInt())
		}
	case 5, 6:
		h.transfer(h.someone(), h.someone())
	case 7:
		h.multiSend()
	case 8:
		h.bridge()
	case 9:
		h.grantLazy()
	case 10:
		h.collectLazy()
	case 11:
		h.park()
	case 12, 13:
		h.depositSome()
	case 14:
		require.NoError(h.t, h.keeper.Sync(h.ctx, share))
	case 15:
		h.redeemSome()
	case 16:
		h.refuse()
	case 17:
		h.compact()
	default:
		h.claim(h.someone(), rapid.Uint64Range(0, h.epoch+2).Draw(h.rt, "up to"))
	}
}

func (h *history) transfer(from, to sdk.AccAddress) {
	x := h.part(h.balance(from, share))
	if !x.IsPositive() {
		// a send that fails after the restriction ran must change nothing
		require.Error(h.t, h.bank.SendCoins(h.ctx, from, to, sdk.NewCoins(sdk.NewCoin(share, h.balance(from, share).AddRaw(1)))))
		return
	}
	require.NoError(h.t, h.bank.SendCoins(h.ctx, from, to, sdk.NewCoins(sdk.NewCoin(share, x))))
	h.naive.Add(string(from), x.Neg().BigInt())
	h.naive.Add(string(to), x.BigInt())
}

func (h *history) multiSend() {
	from := h.someone()
	balance := h.balance(from, share)
	if balance.LT(math.NewInt(3)) {
		return
	}
	total := math.ZeroInt()
	var outputs []banktypes.Output
	for range 3 {
		to := h.someone()
		x := math.MaxInt(balance.QuoRaw(int64(h.draw("share", 3, 9))), math.OneInt())
		outputs = append(outputs, banktypes.Output{Address: h.text(to), Coins: sdk.NewCoins(sdk.NewCoin(share, x))})
		total = total.Add(x)
		h.naive.Add(string(to), x.BigInt())
	}
	input := banktypes.Input{Address: h.text(from), Coins: sdk.NewCoins(sdk.NewCoin(share, total))}
	require.NoError(h.t, h.bank.InputOutputCoins(h.ctx, input, outputs))
	h.naive.Add(string(from), total.Neg().BigInt())
}

// bridge escrows, brings back, or gives to the escrow account outright.
func (h *history) bridge() {
	who := h.someone()
	switch escrowed := h.escrow.GetTotalEscrowForDenom(h.ctx, share).Amount; h.draw("bridge", 0, 2) {
	case 0:
		if x := h.part(h.balance(who, share)); x.IsPositive() {
			require.NoError(h.t, h.escrow.out(h.ctx, who, escrowAccount, sdk.NewCoin(share, x)))
			h.naive.Add(string(who), x.Neg().BigInt())
		}
	case 1:
		if x := h.part(escrowed); x.IsPositive() {
			require.NoError(h.t, h.escrow.back(h.ctx, escrowAccount, who, sdk.NewCoin(share, x)))
			h.naive.Add(string(who), x.BigInt())
		}
	default:
		if x := h.part(h.balance(who, share)); x.IsPositive() {
			require.NoError(h.t, h.bank.SendCoins(h.ctx, who, escrowAccount, sdk.NewCoins(sdk.NewCoin(share, x))))
			h.naive.Add(string(who), x.Neg().BigInt())
			h.naive.Add(gifts, x.BigInt())
		}
	}
}

// grantLazy is a settlement: the eligible supply rises in one step, no account is written
// unless it had a lazy share before.
func (h *history) grantLazy() {
	who, x := h.someone(), h.amount()
	key := string(who)
	before, had := h.lazy.amount[key]
	if had {
		require.NoError(h.t, h.keeper.Touch(h.ctx, share, who))
	} else {
		require.NoError(h.t, h.keeper.Touch(h.ctx, share))
		before = math.ZeroInt()
	}
	require.NoError(h.t, h.bank.MintCoins(h.ctx, issuer, sdk.NewCoins(sdk.NewCoin(share, x))))
	h.lazy.amount[key], h.lazy.since[key] = before.Add(x), h.epoch
	h.naive.Lazy[key] = naive.Lazy{Amount: before.Add(x).BigInt(), Since: h.epoch}
}

func (h *history) collectLazy() {
	who := h.someone()
	key := string(who)
	lazy, had := h.lazy.amount[key]
	if !had {
		require.ErrorIs(h.t, h.keeper.MaterializeLazy(h.ctx, share, who, math.OneInt()), types.ErrLazyExceeded)
		return
	}
	x := math.MaxInt(h.part(lazy), math.OneInt())
	require.NoError(h.t, h.keeper.MaterializeLazy(h.ctx, share, who, x))
	since := h.lazy.since[key]
	if lazy = lazy.Sub(x); lazy.IsZero() {
		delete(h.lazy.amount, key)
		delete(h.lazy.since, key)
	} else {
		h.lazy.amount[key] = lazy
	}
	require.NoError(h.t, h.bank.SendCoins(h.ctx, authtypes.NewModuleAddress(issuer), who, sdk.NewCoins(sdk.NewCoin(share, x))))
	h.naive.Lazy[key] = naive.Lazy{Amount: lazy.BigInt(), Since: since}
	h.naive.Add(key, x.BigInt())
}

// park moves shares into the excluded account and some of what lies there back out.
func (h *history) park() {
	who := h.someone()
	if x := h.part(h.balance(who, share)); x.IsPositive() {
		require.NoError(h.t, h.bank.SendCoins(h.ctx, who, authtypes.NewModuleAddress(issuer), sdk.NewCoins(sdk.NewCoin(share, x))))
		h.naive.Add(string(who), x.Neg().BigInt())
		back := x.QuoRaw(2)
		if back.IsPositive() && h.draw("back", 0, 1) == 1 {
			require.NoError(h.t, h.bank.SendCoins(h.ctx, authtypes.NewModuleAddress(issuer), who, sdk.NewCoins(sdk.NewCoin(share, back))))
			h.naive.Add(string(who), back.BigInt())
		}
	}
}

func (h *history) depositSome() {
	coin := sdk.NewCoin(rapid.SampledFrom([]string{aimo, usdc, weth}).Draw(h.rt, "denom"), h.amount())
	kind := types.SourceKind(h.draw("kind", 1, 6))
	require.NoError(h.t, h.keeper.Deposit(h.ctx, account(60), share, coin, kind))
	h.naive.Deposit(coin.Denom, coin.Amount.BigInt())
}

// redeemSome burns a part of what somebody has: what is paid is what the query says and what the
// naive ledger pays.
func (h *history) redeemSome() {
	who := h.someone()
	x := h.part(h.balance(who, share))
	if !x.IsPositive() {
		return
	}
	burnt := sdk.NewCoin(share, x)
	view, err := h.keeper.Redeemable(h.ctx, burnt, nil)
	require.NoError(h.t, err)
	before := h.bank.GetAllBalances(h.ctx, who)
	limits, err := h.query.Redeemable(h.ctx, &types.QueryRedeemableRequest{Denom: share, Amount: x.String()})
	require.NoError(h.t, err)
	paid, err := h.keeper.Redeem(h.ctx, who, burnt)
	if len(view) > 0 && x.GT(limits.Left) { // minted since the first redemption of the epoch
		require.ErrorIs(h.t, err, types.ErrRedeemCap)
		return
	}
	require.NoError(h.t, err)
	require.Equal(h.t, view, paid)
	want := h.naive.Redeem(string(who), x.BigInt(), h.escrow.GetTotalEscrowForDenom(h.ctx, share).Amount.BigInt())
	for denom, x := range want {
		require.Equal(h.t, x.String(), paid.AmountOf(denom).String(), "redeemed in %s", denom)
	}
	require.Equal(h.t, before.Add(paid...).Sub(burnt), h.bank.GetAllBalances(h.ctx, who))
}

// refuse lets a holder not want two coins for one claim; they stay owed.
func (h *history) refuse() {
	who, refused := h.someone(), []string{aimo, weth}
	require.NoError(h.t, h.keeper.SetRefusals(h.ctx, who, refused))
	h.claim(who, rapid.Uint64Range(0, h.epoch+2).Draw(h.rt, "up to"), refused...)
	require.NoError(h.t, h.keeper.SetRefusals(h.ctx, who, nil))
}

// compact settles all closed epochs without paying. (No account here has more checkpoints than one
// call settles.)
func (h *history) compact() {
	who := h.someone()
	_, _, err := h.keeper.Compact(h.ctx, who, who, share)
	if err != nil {
		require.ErrorIs(h.t, err, types.ErrNotToCompact)
		return
	}
	h.naive.Settle(string(who))
}

// claim: the view says what is paid, and both are what the naive ledger says.
func (h *history) claim(who sdk.AccAddress, upTo uint64, refused ...string) {
	view, err := h.keeper.ClaimableRevenue(h.ctx, share, who, upTo)
	require.NoError(h.t, err)
	before := h.bank.GetAllBalances(h.ctx, who)
	paid, err := h.keeper.Claim(h.ctx, who, share, upTo)
	want := h.naive.Claim(string(who), upTo, refused...)
	if want == nil {
		require.True(h.t, errors.Is(err, types.ErrNothingToClaim), "%v", err)
		require.Empty(h.t, view)
		return
	}
	require.NoError(h.t, err)
	require.Equal(h.t, view, paid)
	for denom, x := range want {
		require.Equal(h.t, x.String(), paid.AmountOf(denom).String(), "claim of %s up to %d", denom, upTo)
	}
	require.Equal(h.t, before.Add(paid...), h.bank.GetAllBalances(h.ctx, who))
}

// compare checks the books after every step, the sum over all holders after every other
// one, and one holder in detail after every third.
func (h *history) compare() {
	h.check()
	if h.draw("walk", 0, 1) == 0 {
		h.walk()
	}
	if h.draw("look closer", 0, 2) != 0 {
		return
	}
	who := h.someone()
	totals, err := h.keeper.HolderTotals(h.ctx, share, who)
	require.NoError(h.t, err)
	for _, x := range totals {
		require.Equal(h.t, h.naive.Scaled(x.Denom, string(who), h.epoch).String(), x.Scaled.String(), "unpaid revenue in %s", x.Denom)
	}
	at := rapid.Uint64Range(0, h.epoch-1).Draw(h.rt, "look at")
	revenue, err := h.keeper.RevenueOf(h.ctx, share, who, at)
	if errors.Is(err, types.ErrCompacted) {
		return
	}
	require.NoError(h.t, err)
	for denom := range h.naive.Streams {
		require.Equal(h.t, h.naive.Revenue(denom, string(who), at).String(), revenue.AmountOf(denom).String(), "revenue of epoch %d in %s", at, denom)
	}
}

// walk: what all holders earned and what gifts to the escrow earned is what the pool owes.
func (h *history) walk() {
	everyone := make([]sdk.AccAddress, holders)
	for i := range everyone {
		everyone[i] = account(byte(i + 1))
	}
	left, err := h.keeper.CheckHolders(h.ctx, share, everyone)
	require.NoError(h.t, err)
	for _, l := range left {
		want := h.naive.Scaled(l.Denom, gifts, h.epoch)
		require.Equal(h.t, want.String(), l.Scaled.String(), "owed - what holders earned, %s", l.Denom)
	}
}

// withdrawAll lets every drip end and everyone claim.
func (h *history) withdrawAll() {
	h.epoch += 10 * parts
	h.ctx = h.ctx.WithBlockHeight(int64(h.epoch * blocks))
	h.naive.Advance(10 * parts)
	for i := range holders {
		h.claim(account(byte(i+1)), h.epoch)
	}
	h.compare()
	h.walk()
	escrowed := h.naive.Bank[gifts] != nil && h.naive.Bank[gifts].Sign() > 0
	pool, err := h.query.Pool(h.ctx, &types.QueryPoolRequest{Denom: share})
	require.NoError(h.t, err)
	for _, s := range pool.Streams {
		require.True(h.t, s.Stream.Dripping.IsZero())
		left := s.Stream.Deposited.Sub(s.Stream.Paid)
		if pool.Pool.Eligible.IsPositive() && !escrowed && len(h.lazy.amount) == 0 {
			unclaimed := new(big.Int).Rsh(h.naive.Scaled(s.Denom, gifts, h.epoch), 128)
			require.True(h.t, left.Sub(math.NewIntFromBigInt(unclaimed)).LTE(math.NewInt(holders+2)), "%s%s stay", left, s.Denom)
		}
	}
	for i := range holders {
		claimable, err := h.keeper.ClaimableRevenue(h.ctx, share, account(byte(i+1)), h.epoch)
		require.NoError(h.t, err)
		require.Empty(h.t, claimable, "less than one unit per account and denom stays")
	}
}
