package keeper_test

import (
	"flag"
	"maps"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/testutil/naive"
	"github.com/imochain/imod/x/revshare/types"
)

// TestGenesisOfAnyState: after any history, with everything that an account can set besides, export,
// import and export again give the same bytes; the new chain's books are exact and it owes each
// holder what the old one did.
func TestGenesisOfAnyState(t *testing.T) {
	fewer(t, "300") // each makes a chain of its own
	params := testParams()
	params.ClaimableBps = claimableBps
	base := newFixtureWith(t, storetypes.StoreTypeDB, types.GenesisState{Params: params})
	base.epoch(1)
	require.NoError(t, base.keeper.CreatePool(base.ctx, share))
	base.fund(account(60), sdk.NewCoin(aimo, math.NewIntWithDecimal(1, 34)), sdk.NewCoin(usdc, math.NewIntWithDecimal(1, 34)),
		sdk.NewCoin(weth, math.NewIntWithDecimal(1, 34)))
	seen := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		base.resetFakes()
		h := &history{fixture: base.branch(rt), rt: rt, naive: naive.New(1, parts, big.NewInt(1), big.NewInt(1)), epoch: 1}
		h.naive.ClaimableBps = claimableBps
		for range steps / 2 {
			h.step()
			h.wish(seen)
		}
		exported := h.export()
		next := newFixtureWith(rt, storetypes.StoreTypeDB, types.GenesisState{Params: testParams()})
		maps.Copy(next.lazy.amount, h.lazy.amount)
		maps.Copy(next.lazy.since, h.lazy.since)
		maps.Copy(next.escrow.total, h.escrow.total)
		next.ctx = next.ctx.WithBlockHeight(h.ctx.BlockHeight())
		next.bank.InitGenesis(next.ctx, h.bank.ExportGenesis(h.ctx))
		next.module.InitGenesis(next.ctx, next.enc.Codec, []byte(exported))
		require.Equal(rt, exported, next.export())
		next.check()
		for n := byte(1); n <= holders; n++ {
			want, err := h.keeper.ClaimableRevenue(h.ctx, share, account(n), h.epoch)
			require.NoError(rt, err)
			got, err := next.keeper.ClaimableRevenue(next.ctx, share, account(n), h.epoch)
			require.NoError(rt, err)
			require.Equal(rt, want, got)
		}
		var gs types.GenesisState
		h.enc.Codec.MustUnmarshalJSON([]byte(exported), &gs)
		for _, s := range gs.Pools[0].Streams {
			seen["tills"] += len(s.Tills)
			seen["days"] += len(s.Days)
			seen["payers"] += len(s.Payers.Payers)
			if s.Redemption != nil {
				seen["redemption"]++
			}
		}
		if gs.Pools[0].Window != nil {
			seen["window"]++
		}
	})
	for _, what := range []string{"payout", "refusals", "auto", "permit", "days", "payers", "redemption"} {
		require.Greater(t, seen[what], 100, "%v", seen)
	}
	for _, what := range []string{"tills", "window"} { // seldom open where a history ends: about 15 times
		require.Positive(t, seen[what], "%v", seen)
	}
}

// wish sets one of the things that an account can set, now and then.
func (h *history) wish(seen map[string]int) {
	who := h.someone()
	var err error
	what := rapid.SampledFrom([]string{"", "payout", "refusals", "auto", "permit"}).Draw(h.rt, "wish")
	switch what {
	case "payout":
		err = h.keeper.SetPayout(h.ctx, account(31), account(byte(h.draw("payout", 20, 23)))) // nor of these
	case "refusals":
		err = h.keeper.SetRefusals(h.ctx, account(30), []string{usdc, weth}) // none of those that claim
	case "auto":
		err = h.keeper.SetAutoPayout(h.ctx, who, share, h.draw("auto", 0, 3) > 0)
	case "permit":
		_, err = h.keeper.UsePermit(h.ctx, share, who)
	}
	if err == nil {
		seen[what]++
	}
}

// fewer lowers the number of sequences of a property for one test, unless somebody asked for a number.
func fewer(t *testing.T, checks string) {
	t.Helper()
	now := flag.Lookup("rapid.checks").Value.String()
	if now != "1000" {
		return
	}
	require.NoError(t, flag.Set("rapid.checks", checks))
	t.Cleanup(func() { require.NoError(t, flag.Set("rapid.checks", now)) })
}
