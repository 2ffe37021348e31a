package keeper_test

import (
	"flag"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/imochain/imod/x/aigc/types"
)

// manyTokens is how many tokens TestCostIndependentOfTokens compares with ten; 100,000 take a minute or two (make bench-content).
var manyTokens = flag.Int("tokens", 2_000, "tokens of the large collection whose cost is measured")

// cost is what one operation takes: calls of store and bank, and gas.
type cost struct {
	calls int
	gas   uint64
}

// measure runs an operation in a transaction of its own.
func (f *fixture) measure(t *testing.T, run func() error) cost {
	t.Helper()
	outer := f.ctx
	f.ctx = outer.WithGasMeter(storetypes.NewInfiniteGasMeter())
	f.faults.calls = 0
	require.NoError(t, run())
	c := cost{f.faults.calls, f.ctx.GasMeter().GasConsumed()}
	f.ctx = outer
	f.clearEvents()
	return c
}

// costsAmong measures a token's life in a collection in which alice owns n others.
func costsAmong(t *testing.T, n int) map[string]cost {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	for seed := range n {
		f.finalToken(t, c, 1_000+uint64(seed))
		f.clearEvents()
	}
	at := func(i int) types.TokenID {
		id, err := f.k.TokenByIndex(f.ctx, c, uint64(i))
		require.NoError(t, err)
		return id
	}
	a, b, other := at(n/2), at(n/3), at(0)
	out := map[string]cost{}
	do := func(name string, run func() error) {
		t.Helper()
		out[name] = f.measure(t, run)
	}
	var minted *types.MsgMintResponse
	do("mint", func() (err error) {
		minted, err = f.msgs.Mint(f.ctx, f.mintMsg(f.alice, c, 7))
		return err
	})
	f.oracle.finish(f.ctx, minted.RequestId, output(7))
	do("settle", func() error {
		_, err := f.k.Settle(f.ctx, f.carol, c, tokenID(t, minted.TokenId), nil)
		return err
	})
	do("transfer", func() error { return f.k.TransferFrom(f.ctx, f.alice, f.alice, f.bob, c, a) })
	do("list", func() error { return f.k.List(f.ctx, f.alice, c, b, coin(500)) })
	do("buy", func() error { return f.k.Buy(f.ctx, f.bob, c, b, coin(500)) })
	do("offer", func() error {
		return f.k.MakeOffer(f.ctx, f.bob, c, other, coin(400), f.ctx.BlockTime().Add(time.Hour))
	})
	do("accept", func() error { return f.k.AcceptOffer(f.ctx, f.alice, f.bob, c, other, coin(400)) })
	do("burn", func() error { return f.k.Burn(f.ctx, f.bob, c, a) })
	do("announce", func() error {
		if _, err := f.k.Missed(f.ctx, c, b); err != nil {
			return err
		}
		return f.k.Logged(f.ctx, c, b)
	})
	do("a page of five", func() error {
		page, err := f.queries.Tokens(f.ctx, &types.QueryTokensRequest{CollectionId: c, Pagination: &query.PageRequest{Limit: 5}})
		if err == nil {
			require.Len(t, page.Tokens, 5)
			require.NotEmpty(t, page.Pagination.NextKey)
		}
		return err
	})
	return out
}

// TestCostIndependentOfTokens: the same operations on the store among ten tokens and among many. Gas differs by the bytes of larger
// numbers in a record only: less than one part in a hundred.
func TestCostIndependentOfTokens(t *testing.T) {
	few, many := costsAmong(t, 10), costsAmong(t, *manyTokens)
	for name, want := range few {
		got := many[name]
		require.Positive(t, want.calls, name)
		require.Equal(t, want.calls, got.calls, name)
		require.InEpsilon(t, want.gas, got.gas, 0.01, name)
		t.Logf("%-14s among 10: %2d calls, %6d gas; among %d: %2d calls, %6d gas", name, want.calls, want.gas, *manyTokens, got.calls, got.gas)
	}
}

// TestEnumerationIsPaged: the pages of a collection and of an owner have every token once, at most a hundred at a time.
func TestEnumerationIsPaged(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	const n = 230
	for seed := range uint64(n) {
		f.finalToken(t, c, 1_000+seed)
	}
	for name, list := range map[string]func(*query.PageRequest) ([]types.TokenInfo, *query.PageResponse, error){
		"of the collection": func(page *query.PageRequest) ([]types.TokenInfo, *query.PageResponse, error) {
			out, err := f.queries.Tokens(f.ctx, &types.QueryTokensRequest{CollectionId: c, Pagination: page})
			return out.GetTokens(), out.GetPagination(), err
		},
		"of an owner": func(page *query.PageRequest) ([]types.TokenInfo, *query.PageResponse, error) {
			out, err := f.queries.Owner(f.ctx, &types.QueryOwnerRequest{Address: f.text(f.alice), Pagination: page})
			return out.GetTokens(), out.GetPagination(), err
		},
	} {
		seen, pages := map[string]bool{}, 0
		for key := []byte(nil); pages == 0 || key != nil; pages++ {
			tokens, next, err := list(&query.PageRequest{Key: key, Limit: 1_000_000})
			require.NoError(t, err)
			require.LessOrEqual(t, len(tokens), 100)
			for _, token := range tokens {
				require.False(t, seen[token.TokenId], "%s: twice", name)
				seen[token.TokenId] = true
			}
			key = next.NextKey
		}
		require.Len(t, seen, n, name)
		require.Equal(t, 3, pages, name)
	}
}
