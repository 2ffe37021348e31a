package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

// TestSourcesByKind: every kind of source has its sum, whoever pays. Depositors may say that they settle usage; what the chain
// records itself they cannot say, and nothing moves.
func TestSourcesByKind(t *testing.T) {
	f := pooled(t)
	payer := account(9)
	f.fund(payer, coin(aimo, 100))
	token, _ := tokenAddress(share)
	f.fund(token, coin(aimo, 4))
	deposit := func(amount int64, kind types.SourceKind) error {
		_, err := f.msg.Deposit(f.ctx, &types.MsgDeposit{Depositor: f.text(payer), ShareDenom: share, Amount: coin(aimo, amount), Kind: kind})
		return err
	}
	for _, kind := range []types.SourceKind{types.SourceKind_SOURCE_KIND_INFERENCE, types.SourceKind_SOURCE_KIND_ROYALTY, types.SourceKind_SOURCE_KIND_IBC} {
		require.NoError(t, f.keeper.Deposit(f.ctx, payer, share, coin(aimo, int64(kind)), kind))
	}
	require.NoError(t, deposit(1, types.SourceKind_SOURCE_KIND_UNSPECIFIED))
	require.NoError(t, deposit(2, types.SourceKind_SOURCE_KIND_DEPOSIT))
	require.NoError(t, deposit(6, types.SourceKind_SOURCE_KIND_USAGE))
	before, held := f.genesis(), f.balance(payer, aimo)
	for kind := range types.SourceKind(len(types.SourceKind_name) + 1) {
		if kind == types.SourceKind_SOURCE_KIND_UNSPECIFIED || kind == types.SourceKind_SOURCE_KIND_DEPOSIT || kind == types.SourceKind_SOURCE_KIND_USAGE {
			continue
		}
		require.ErrorIs(t, deposit(1, kind), types.ErrInvalidKind, kind)
	}
	require.Equal(t, before, f.genesis())
	require.Equal(t, held, f.balance(payer, aimo))

	res, err := f.query.Earnings(f.ctx, &types.QueryEarningsRequest{Denom: share})
	require.NoError(t, err)
	require.Len(t, res.Earnings[0].BySource, len(types.SourceKind_name)-1, "all but the unspecified one")
	for _, source := range res.Earnings[0].BySource {
		want := int64(source.Kind)
		require.Equal(t, want, source.Amount.Int64(), source.Kind)
	}
	f.check()
}

// TestPayersOfOthersMoney: a deposit of others' money counts for those it names, in proportion, and the sum stays the deposit's.
func TestPayersOfOthersMoney(t *testing.T) {
	f := pooled(t)
	escrow, asker, buyer := account(9), account(10), account(11)
	f.fund(escrow, coin(aimo, 1_000))
	pay := func(amount int64, payers ...types.PaidBy) {
		require.NoError(t, f.keeper.Deposit(f.ctx, escrow, share, coin(aimo, amount), types.SourceKind_SOURCE_KIND_INFERENCE, payers...))
	}
	named := func(who sdk.AccAddress, amount int64) types.PaidBy {
		return types.PaidBy{Address: f.text(who), Amount: math.NewInt(amount)}
	}
	pay(90, named(asker, 70), named(buyer, 20), named(asker, 10)) // others had 10 of the 100
	pay(11, named(buyer, 1), types.PaidBy{Amount: math.NewInt(10)})
	pay(5, named(buyer, 0)) // a price of nothing
	res, err := f.query.Earnings(f.ctx, &types.QueryEarningsRequest{Denom: share})
	require.NoError(t, err)
	got := map[string]int64{}
	for _, p := range res.Earnings[0].LargestPayers {
		require.Equal(t, p.AtMost, p.AtLeast)
		got[p.Address] = p.AtMost.Int64()
	}
	require.Equal(t, map[string]int64{f.text(asker): 72, f.text(buyer): 19, f.text(escrow): 15}, got)
	require.Equal(t, int64(106), res.Earnings[0].Total.Int64())
	f.check()
}
