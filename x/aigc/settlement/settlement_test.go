package settlement_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/aigc/settlement"
)

// prices are the edges: nothing, the smallest units, around the divisor, maximum.
func prices() []math.Int {
	limit := settlement.MaxPrice()
	return []math.Int{
		math.ZeroInt(), math.OneInt(), math.NewInt(2), math.NewInt(3), math.NewInt(9_999), math.NewInt(10_000),
		math.NewInt(10_001), math.NewInt(1_000_000_007), limit.SubRaw(1), limit,
	}
}

// check holds for every split: exact sum, nothing negative, royalties as promised, fee from the rest.
func check(t require.TestingT, price math.Int, terms settlement.Terms) settlement.Parts {
	parts, err := settlement.Split(price, terms)
	require.NoError(t, err)
	require.True(t, parts.Sum().Equal(price), "sum %s of price %s", parts.Sum(), price)
	for _, part := range []math.Int{parts.Seller, parts.Pool, parts.Creator, parts.Fee} {
		require.False(t, part.IsNegative())
	}
	require.Equal(t, price.MulRaw(int64(terms.PoolBps)).QuoRaw(10_000).String(), parts.Pool.String())
	require.Equal(t, price.MulRaw(int64(terms.CreatorBps)).QuoRaw(10_000).String(), parts.Creator.String())
	wholeFee := price.MulRaw(int64(terms.FeeBps)).QuoRaw(10_000)
	require.True(t, parts.Fee.LTE(wholeFee))
	require.True(t, parts.Fee.Equal(wholeFee) || parts.Seller.IsZero(), "the fee is cut only when nothing is left")
	return parts
}

func TestSplitAtTheEdges(t *testing.T) {
	shares := []uint32{0, 1, 2, 333, 2_500, 4_999, 5_000, 5_001, 9_999, 10_000}
	fees := []uint32{0, 1, 100, 1_000, 10_000}
	done := 0
	for _, price := range prices() {
		for _, pool := range shares {
			for _, creator := range shares {
				if pool+creator > settlement.Whole {
					continue
				}
				for _, fee := range fees {
					check(t, price, settlement.Terms{PoolBps: pool, CreatorBps: creator, FeeBps: fee})
					done++
				}
			}
		}
	}
	require.Greater(t, done, 2_000)
}

// Every small price with every pair of royalties in steps of 5 %: nothing hides between the edges.
func TestSplitExhaustiveSmall(t *testing.T) {
	for price := int64(0); price <= 60; price++ {
		for pool := uint32(0); pool <= settlement.Whole; pool += 500 {
			for creator := uint32(0); pool+creator <= settlement.Whole; creator += 500 {
				for _, fee := range []uint32{0, 100, 1_000} {
					parts, err := settlement.Split(math.NewInt(price),
						settlement.Terms{PoolBps: pool, CreatorBps: creator, FeeBps: fee})
					require.NoError(t, err)
					if !parts.Sum().Equal(math.NewInt(price)) || parts.Seller.IsNegative() || parts.Fee.IsNegative() {
						t.Fatalf("price %d, terms %d/%d/%d: %+v", price, pool, creator, fee, parts)
					}
				}
			}
		}
	}
}

func TestSplitNamedCases(t *testing.T) {
	cases := map[string]struct {
		price                      int64
		terms                      settlement.Terms
		seller, pool, creator, fee int64
	}{
		"ok: price 0":                         {0, settlement.Terms{PoolBps: 5_000, CreatorBps: 5_000, FeeBps: 100}, 0, 0, 0, 0},
		"ok: price 1, half each":              {1, settlement.Terms{PoolBps: 5_000, CreatorBps: 5_000, FeeBps: 100}, 1, 0, 0, 0},
		"ok: price 1, royalty 100 %":          {1, settlement.Terms{PoolBps: 10_000, FeeBps: 100}, 0, 1, 0, 0},
		"ok: royalty 100 % leaves no fee":     {1_000, settlement.Terms{PoolBps: 6_000, CreatorBps: 4_000, FeeBps: 100}, 0, 600, 400, 0},
		"ok: royalty 99.5 % cuts the fee":     {1_000, settlement.Terms{PoolBps: 9_950, FeeBps: 100}, 0, 995, 0, 5},
		"ok: no royalty":                      {1_000, settlement.Terms{FeeBps: 250}, 975, 0, 0, 25},
		"ok: remainders stay with the seller": {999, settlement.Terms{PoolBps: 1_000, CreatorBps: 500, FeeBps: 100}, 842, 99, 49, 9},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			parts := check(t, math.NewInt(tc.price), tc.terms)
			require.Equal(t, []int64{tc.seller, tc.pool, tc.creator, tc.fee},
				[]int64{parts.Seller.Int64(), parts.Pool.Int64(), parts.Creator.Int64(), parts.Fee.Int64()})
		})
	}
}

func TestSplitRefuses(t *testing.T) {
	one := math.OneInt()
	cases := map[string]struct {
		price math.Int
		terms settlement.Terms
		want  error
	}{
		"fails: negative price":        {one.Neg(), settlement.Terms{}, settlement.ErrPrice},
		"fails: no price":              {math.Int{}, settlement.Terms{}, settlement.ErrPrice},
		"fails: above 2^120":           {settlement.MaxPrice().AddRaw(1), settlement.Terms{}, settlement.ErrPrice},
		"fails: royalties above 100 %": {one, settlement.Terms{PoolBps: 6_000, CreatorBps: 4_001}, settlement.ErrRoyalty},
		"fails: royalties wrap around": {one, settlement.Terms{PoolBps: 1 << 31, CreatorBps: 1 << 31}, settlement.ErrRoyalty},
		"fails: fee above 100 %":       {one, settlement.Terms{FeeBps: 10_001}, settlement.ErrFee},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := settlement.Split(tc.price, tc.terms)
			require.ErrorIs(t, err, tc.want)
		})
	}
}

// TestSplitRandom runs over 10^5 random sales (100 runs, rapid's default, of 1,000).
func TestSplitRandom(t *testing.T) {
	limit := settlement.MaxPrice().BigInt()
	rapid.Check(t, func(t *rapid.T) {
		for range 1_000 {
			raw := rapid.SliceOfN(rapid.Byte(), 1, 15).Draw(t, "price")
			price := math.NewIntFromBigInt(limit.SetBytes(raw))
			pool := rapid.Uint32Range(0, settlement.Whole).Draw(t, "pool")
			creator := rapid.Uint32Range(0, settlement.Whole-pool).Draw(t, "creator")
			fee := rapid.Uint32Range(0, settlement.Whole).Draw(t, "fee")
			check(t, price, settlement.Terms{PoolBps: pool, CreatorBps: creator, FeeBps: fee})
		}
	})
}

// Royalty is what Split takes, for prices up to where Split goes, and does not
// overflow beyond.
func TestRoyalty(t *testing.T) {
	terms := settlement.Terms{PoolBps: 333, CreatorBps: 9_667}
	for _, price := range prices() {
		parts := check(t, price, terms)
		require.Equal(t, parts.Pool.Add(parts.Creator).String(), settlement.Royalty(price, terms).String())
	}
	two := math.NewInt(2)
	largest := two
	for range 254 {
		largest = largest.Mul(two)
	}
	largest = largest.SubRaw(1).Add(largest) // 2^256 - 1
	require.Equal(t, 256, largest.BigInt().BitLen())
	require.False(t, settlement.Royalty(largest, terms).GT(largest))
	require.Equal(t, largest.String(), settlement.Royalty(largest, settlement.Terms{PoolBps: settlement.Whole}).String())
}
