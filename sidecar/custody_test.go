package sidecar_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/custody"
	"github.com/imochain/imod/sidecar/internal/tiny"
	"github.com/imochain/imod/x/oracle/types"
)

// TestCustodyAndOpenings: an item of custody is answered once the bundle is here, and the chunks of
// any holder are what the chain accepts; a damaged copy answers neither.
func TestCustodyAndOpenings(t *testing.T) {
	models := t.TempDir()
	b := tiny.Picture(t)
	root := tiny.Write(t, models, b)
	r := start(t, config(t, t.TempDir(), models))
	draw := bytes.Repeat([]byte{3}, 32)
	item := &types.WorkItem{
		Kind: types.SubjectKind_SUBJECT_KIND_CUSTODY, Id: 9, ModelId: 9, Version: 1, ManifestRoot: root[:], Deadline: 100,
		Beacon: make([]byte, 32), Draw: draw,
	}
	r.submit(t, item)
	got := r.take(t, 1)[0]
	require.Equal(t, draw, got.Draw)
	require.Equal(t, make([]byte, 32), got.ResultsRoot)

	ask := &types.OpenRequest{ManifestRoot: root[:], Draw: draw, Holders: [][]byte{make([]byte, 20), bytes.Repeat([]byte{1}, 20)}}
	resp, err := r.Open(t.Context(), ask)
	require.NoError(t, err)
	require.Len(t, resp.Openings, 2)
	for i, holder := range ask.Holders {
		digest, err := custody.Verify(b.Manifest, [32]byte(draw), custody.Holder(holder), resp.Openings[i])
		require.NoError(t, err)
		require.Equal(t, digest[:], resp.Digests[i])
	}
	for name, bad := range map[string]*types.OpenRequest{
		"root":       {ManifestRoot: root[:5], Draw: draw, Holders: ask.Holders},
		"draw":       {ManifestRoot: root[:], Holders: ask.Holders},
		"no holders": {ManifestRoot: root[:], Draw: draw},
		"many":       {ManifestRoot: root[:], Draw: draw, Holders: make([][]byte, types.MaxHolders+1)},
	} {
		_, err := r.Open(t.Context(), bad)
		require.Equal(t, codes.InvalidArgument, status.Code(err), name)
	}
	_, err = r.Open(t.Context(), &types.OpenRequest{ManifestRoot: make([]byte, 32), Draw: draw, Holders: ask.Holders})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = r.Open(t.Context(), &types.OpenRequest{ManifestRoot: root[:], Draw: draw, Holders: [][]byte{{1}}})
	require.Error(t, err)

	weights := filepath.Join(models, bundle.FolderName(root), bundle.FileWeights)
	require.NoError(t, os.WriteFile(weights, make([]byte, len(b.Weights)), 0o600))
	_, err = r.Open(t.Context(), ask)
	require.Equal(t, codes.Unavailable, status.Code(err))
	_, err = r.Open(t.Context(), ask)
	require.Equal(t, codes.NotFound, status.Code(err), "the damaged copy is passed over")
}
