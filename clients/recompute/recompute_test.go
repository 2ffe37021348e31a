package recompute_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/imochain/imod/clients/recompute"
	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/testutil/models"
	"github.com/imochain/imod/x/aigc/content"
	"github.com/imochain/imod/x/aigc/prompt"
	aigctypes "github.com/imochain/imod/x/aigc/types"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// node answers the two queries of a node that has one token.
type node struct {
	grpc.ClientConnInterface
	token   aigctypes.TokenInfo
	version imotypes.Version
}

func (n node) Invoke(_ context.Context, method string, _, reply any, _ ...grpc.CallOption) error {
	switch out := reply.(type) {
	case *aigctypes.QueryTokenResponse:
		out.Token = n.token
	case *imotypes.QueryVersionResponse:
		out.Version = n.version
	default:
		return fmt.Errorf("%s is not served", method)
	}
	return nil
}

// honest is a node whose token was made by the bundle.
func honest(t *testing.T, b *bundle.Bundle) (node, []byte) {
	t.Helper()
	runner, err := pipeline.New(b)
	require.NoError(t, err)
	p := prompt.Prompt{Version: 1, Seed: 7, Input: []byte("red on blue")}
	result, err := runner.Run(t.Context(), p.Input, p.Seed)
	require.NoError(t, err)
	encoded, err := p.Encode()
	require.NoError(t, err)
	id := prompt.TokenID(aigctypes.CollectionAddress(5), encoded)
	manifest := b.Manifest.Root()
	return node{
		token: aigctypes.TokenInfo{
			CollectionId: 5, TokenId: hex.EncodeToString(id[:]), Status: aigctypes.TOKEN_STATUS_FINAL, ModelId: 3, Version: p.Version, Seed: p.Seed,
			Input: p.Input, ManifestRoot: hex.EncodeToString(manifest[:]), OutputRoot: hex.EncodeToString(result.OutputRoot[:]),
			TrustClass: oracletypes.TrustClass_TRUST_CLASS_ATTESTED,
		},
		version: imotypes.Version{ModelId: 3, Version: p.Version, ManifestRoot: hex.EncodeToString(manifest[:])},
	}, result.Output
}

func TestCheck(t *testing.T) {
	b := models.Tiny(t, bytes.Repeat([]byte{1}, 20), 0)
	n, output := honest(t, b)
	claim, err := recompute.Read(t.Context(), n, 5, "0x"+n.token.TokenId)
	require.NoError(t, err)
	require.Equal(t, "ATTESTED", claim.TrustClass)
	report, err := recompute.Check(t.Context(), claim, b)
	require.NoError(t, err)
	require.Equal(t, output, report.Output)

	require.NoError(t, report.Shows(output))
	file, kind, err := pipeline.EncodeDisplay(b.Manifest.Pipeline, output)
	require.NoError(t, err)
	require.NoError(t, report.Shows(file))
	marked, _, err := content.Mark(file, kind, content.Provenance{ChainID: "x", Prompt: "anything"})
	require.NoError(t, err)
	require.NoError(t, report.Shows(marked), "what a node serves")

	changed := append([]byte{}, output...)
	changed[4] ^= 1
	other, _, err := pipeline.EncodeDisplay(b.Manifest.Pipeline, changed)
	require.NoError(t, err)
	for name, bad := range map[string][]byte{"raw": changed, "picture": other, "nothing": nil, "text": []byte("hello"), "half": file[:len(file)/2]} {
		require.ErrorIs(t, report.Shows(bad), recompute.ErrFile, name)
	}
}

// TestCheckRefuses changes one thing at a time of what a node says.
func TestCheckRefuses(t *testing.T) {
	b, foreign := models.Tiny(t, bytes.Repeat([]byte{1}, 20), 0), models.Tiny(t, bytes.Repeat([]byte{1}, 20), 50)
	zeros := hex.EncodeToString(make([]byte, 32))
	cases := map[string]struct {
		lie  func(*node)
		with *bundle.Bundle
		want error
		text string
	}{
		"fails: another bundle":           {func(*node) {}, foreign, recompute.ErrBundle, "the record names"},
		"fails: another output":           {func(n *node) { n.token.OutputRoot = zeros }, b, recompute.ErrOutput, "the record says"},
		"fails: another seed":             {func(n *node) { n.token.Seed++ }, b, recompute.ErrRecord, "that of token"},
		"fails: another input":            {func(n *node) { n.token.Input = []byte("blue on red") }, b, recompute.ErrRecord, "that of token"},
		"fails: not the registry's model": {func(n *node) { n.version.ManifestRoot = zeros }, b, recompute.ErrRecord, "manifest root"},
		"fails: no root":                  {func(n *node) { n.token.OutputRoot = "00" }, b, recompute.ErrRecord, "is no root"},
		"fails: version 0":                {func(n *node) { n.token.Version = 0 }, b, recompute.ErrRecord, "version 0"},
		"fails: pending":                  {func(n *node) { n.token.Status = aigctypes.TOKEN_STATUS_PENDING }, b, nil, "only a final one"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			n, _ := honest(t, b)
			id := n.token.TokenId
			tc.lie(&n)
			claim, err := recompute.Read(t.Context(), n, 5, id)
			if err == nil {
				_, err = recompute.Check(t.Context(), claim, tc.with)
			}
			require.ErrorContains(t, err, tc.text)
			if tc.want != nil {
				require.ErrorIs(t, err, tc.want)
			}
		})
	}
}
