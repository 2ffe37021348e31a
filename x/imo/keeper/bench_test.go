package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/imochain/imod/x/imo/types"
)

// BenchmarkDue measures a block while 100,000 offerings wait to be settled; SAFETY 23 asks for at most 50 ms.
func BenchmarkDue(b *testing.B) {
	const waiting = 100_000
	f := newFixture(b)
	id, _ := f.openSale()
	template, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(b, err)
	g, entry := *template, template.Offerings[id-1]
	g.Offerings, g.LastOfferingId = nil, waiting
	for i := uint64(1); i <= waiting; i++ {
		o := entry
		o.Offering.Id, o.Terms.OfferingId, o.Offering.MainId, o.Terms.MainId = i, i, i, i
		o.Offering.TermsHash, err = o.Terms.Hash()
		require.NoError(b, err)
		g.Offerings = append(g.Offerings, o)
	}
	f = newFixtureWith(b, g)
	root := f.ctx.MultiStore().(storetypes.CommitMultiStore)
	root.Commit()
	at := saleTime
	for b.Loop() {
		at += time.Millisecond
		block := root.CacheMultiStore()
		f.ctx = f.ctx.WithMultiStore(block)
		f.endBlock(at)
		b.StopTimer() // the commit is the node's, not ours
		block.Write()
		root.Commit()
		b.StartTimer()
	}
	require.Equal(b, types.OFFERING_STATUS_FAILED, f.offering(1).Status)
}
