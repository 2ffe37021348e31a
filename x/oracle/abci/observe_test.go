package abci_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/abci"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/node/archive"
	"github.com/imochain/imod/x/oracle/receipt"
	"github.com/imochain/imod/x/oracle/types"
)

// TestArchiveOutlivesPruning: a node that was away catches up, and what it kept proves a result against the
// chain's root after the chain forgot the request.
func TestArchiveOutlivesPruning(t *testing.T) {
	n := newNetwork(t, 10, 10, 10)
	params, err := n.Keeper.Params(n.Ctx)
	require.NoError(t, err)
	params.RetentionBlocks, params.CallbackBlocks = 1000, 100
	n.SetParams(params)
	var asked []types.Request
	for round := range 30 { // more blocks with results than one block hands over
		for i := range 1 + round%3 {
			r := n.Ask(n.Account("alice"), 1, uint64(10*round+i))
			result := fixture.Result(r)
			require.NoError(t, n.Keeper.Attest(n.Ctx, fixture.Reveal(n.Round(r, result, 0, 1, 2), r, result)))
			asked = append(asked, r)
			n.Next()
		}
	}
	path := filepath.Join(t.TempDir(), "receipts.dat")
	w, err := archive.Open(path, attestation.ChainHash(fixture.ChainID))
	require.NoError(t, err)
	o := &abci.Observer{Keeper: n.Keeper, Logger: log.NewNopLogger(), Archive: func(height int64, receipts [][]byte) error {
		return w.Append(archive.Block{Height: height, Receipts: receipts})
	}}
	for range 5 {
		o.AfterCommit(n.Ctx)
	}
	require.Equal(t, w.Last(), o.Archived)
	again, err := archive.Open(path, attestation.ChainHash(fixture.ChainID)) // a second start goes on where the first ended
	require.NoError(t, err)
	require.Equal(t, w.Last(), again.Last())

	last := n.Get(asked[len(asked)-1].Id).FinalHeight
	want := make(map[uint64][]byte)
	for _, r := range asked {
		resp, err := n.Keeper.Receipt(n.Ctx, r.Id)
		require.NoError(t, err)
		want[r.Id] = resp.Receipt
	}
	n.At(last + 1000)
	for range 3 {
		n.Next()
	}
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	query := keeper.NewQueryServer(n.Keeper)
	for _, r := range asked {
		_, err := n.Keeper.Request(n.Ctx, r.Id)
		require.ErrorIs(t, err, types.ErrRequestNotFound, "the chain forgot it")
		p, err := archive.Prove(bytes.NewReader(raw), r.Id)
		require.NoError(t, err)
		require.Equal(t, want[r.Id], p.Receipt)
		root, err := query.ReceiptRoot(n.Ctx, &types.QueryReceiptRootRequest{Height: p.Height})
		require.NoError(t, err)
		require.NoError(t, receipt.Verify([32]byte(root.ReceiptRoot.Root), p.Receipt, p.Index, int(root.ReceiptRoot.Count), p.Path))
	}
	late := &abci.Observer{Keeper: n.Keeper, Logger: log.NewNopLogger(), Archive: func(int64, [][]byte) error { panic("there is nothing left") }}
	for range 5 {
		late.AfterCommit(n.Ctx)
	}
	require.Equal(t, last, late.Archived, "blocks that are forgotten are passed over")
}

// TestObserverShows: counters of the validators, and the bundles of models with a live token, again and again.
func TestObserverShows(t *testing.T) {
	n := newNetwork(t, 10, 10, 10)
	r := n.Ask(n.Account("alice"), 1, 1)
	result := fixture.Result(r)
	require.NoError(t, n.Keeper.Attest(n.Ctx, fixture.Reveal(n.Round(r, result, 0, 1, 2), r, result)))
	var performances []types.QueryPerformanceResponse
	var pins [][]types.PinnedBundle
	var mirrors []string
	_, err := keeper.NewMsgServer(n.Keeper).SetPolicy(n.Ctx, &types.MsgSetPolicy{
		Operator: sdk.AccAddress(n.Validators[1].Address[:]).String(), Mirror: "https://models.example.org",
	})
	require.NoError(t, err)
	o := &abci.Observer{
		Keeper: n.Keeper, Logger: log.NewNopLogger(),
		Performances: func(all []types.QueryPerformanceResponse) { performances = all },
		Pins:         func(all []types.PinnedBundle, named []string) { pins, mirrors = append(pins, all), named },
	}
	n.Models.Live[1] = true
	for range 25 {
		n.Next()
		o.AfterCommit(n.Ctx)
	}
	require.Len(t, performances, 3)
	require.EqualValues(t, 1, performances[0].Validator.Current.Made)
	require.GreaterOrEqual(t, len(pins), 2)
	last, err := n.Keeper.LastModel(n.Ctx)
	require.NoError(t, err)
	live := 0
	for model := uint64(1); model <= last; model++ {
		pinned, ok, err := n.Keeper.LiveBundle(n.Ctx, model)
		if err == nil && ok {
			require.Contains(t, pins[0], pinned)
			live++
		}
	}
	require.Equal(t, 1, live)
	require.Len(t, pins[0], live)
	require.Equal(t, []string{"https://models.example.org"}, mirrors)
}
