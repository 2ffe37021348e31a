package keeper_test

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/settlement"
	"github.com/imochain/imod/x/aigc/types"
)

// sales is how many sales TestSalesAddUp makes in each of its runs.
var sales = flag.Int("sales", 2, "sales in each run of TestSalesAddUp; 1,000 runs are the default")

// TestSalesAddUp: whatever the terms, the price, the denom, the door (listing or offer) and who of the paid cannot receive: what the buyer
// pays is the price, what everybody gets is the price, to the unit, each the part that the terms say, and the seller has no say.
func TestSalesAddUp(t *testing.T) {
	f := newFixture(t)
	base, seed, done := f.ctx, uint64(0), 0
	rapid.Check(t, func(t *rapid.T) {
		f.ctx, _ = base.CacheContext()
		terms := settlement.Terms{FeeBps: rapid.Uint32Range(0, types.MaxProtocolFeeBps).Draw(t, "fee")}
		terms.PoolBps = rapid.Uint32Range(0, settlement.Whole).Draw(t, "pool")
		terms.CreatorBps = rapid.Uint32Range(0, settlement.Whole-terms.PoolBps).Draw(t, "creator")
		f.setParams(t, func(p *types.Params) { p.ProtocolFeeBps = terms.FeeBps })
		c := f.createCollection(t, func(m *types.MsgCreateCollection) {
			m.RoyaltyPoolBps, m.RoyaltyCreatorBps, m.MintPrice = terms.PoolBps, terms.CreatorBps, coin(0)
		})
		seed++
		id, seller, buyer := f.finalToken(t, c, seed), f.alice, f.bob
		for range *sales {
			f.clearEvents()
			price := sdk.NewInt64Coin(rapid.SampledFrom([]string{denom, usd}).Draw(t, "denom"), rapid.Int64Range(1, 1e15).Draw(t, "price"))
			want, err := settlement.Split(price.Amount, terms)
			require.NoError(t, err)
			for _, who := range []sdk.AccAddress{seller, f.creator} {
				if rapid.Bool().Draw(t, "blocked") {
					f.block(who)
				}
			}
			before := f.purses(c, price.Denom, seller, buyer)
			offered := rapid.Bool().Draw(t, "offer")
			if offered {
				f.offer(t, buyer, c, id, price)
				require.NoError(t, f.k.AcceptOffer(f.ctx, seller, buyer, c, id, price))
			} else {
				require.NoError(t, f.k.List(f.ctx, seller, c, id, price))
				require.NoError(t, f.k.Buy(f.ctx, buyer, c, id, price))
			}
			after := f.purses(c, price.Denom, seller, buyer)
			got := settlement.Parts{
				Seller: after[0].Sub(before[0]), Creator: after[1].Sub(before[1]), Fee: after[2].Sub(before[2]), Pool: after[3].Sub(before[3]),
			}
			require.Equal(t, price.Amount.String(), before[4].Sub(after[4]).String(), "what the buyer paid")
			require.Equal(t, price.Amount.String(), got.Sum().String(), "what everybody got")
			for part, pair := range map[string][2]math.Int{
				"seller": {want.Seller, got.Seller}, "creator": {want.Creator, got.Creator}, "fee": {want.Fee, got.Fee}, "pool": {want.Pool, got.Pool},
			} {
				require.Equal(t, pair[0].String(), pair[1].String(), part)
			}
			f.unblock(seller)
			f.unblock(f.creator)
			seller, buyer = buyer, seller
			done++
		}
		f.ctx = base
	})
	f.ctx = base
	require.GreaterOrEqual(t, done, *sales)
	t.Logf("%d sales", done)
}

// purses are what seller, creator, community pool, model and buyer have in a denom: balances, credits and what is due.
func (f *fixture) purses(c uint64, denom string, seller, buyer sdk.AccAddress) [5]math.Int {
	credited := func(who sdk.AccAddress) math.Int {
		sum := f.bank.GetBalance(f.ctx, who, denom).Amount
		credits, err := f.queries.Credits(f.ctx, &types.QueryCreditsRequest{Address: f.text(who)})
		if err != nil {
			panic(err)
		}
		for _, credit := range credits.Credits {
			if credit.CollectionId == c && credit.Amount.Denom == denom {
				sum = sum.Add(credit.Amount.Amount)
			}
		}
		return sum
	}
	due := math.ZeroInt()
	info, err := f.queries.Collection(f.ctx, &types.QueryCollectionRequest{Id: c})
	if err != nil {
		panic(err)
	}
	for _, income := range info.Collection.Incomes {
		if income.Amount.Denom == denom {
			due = due.Add(income.Amount.Amount)
		}
	}
	return [5]math.Int{credited(seller), credited(f.creator), f.bank.GetBalance(f.ctx, communityAccount, denom).Amount, due, credited(buyer)}
}
