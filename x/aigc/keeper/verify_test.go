package keeper_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/aigc/metadata"
	"github.com/imochain/imod/x/aigc/prompt"
	"github.com/imochain/imod/x/aigc/types"
)

// TestVerify: true if and only if the record is final and equal.
func TestVerify(t *testing.T) {
	f := newFixture(t)
	c, other := f.createCollection(t, nil), f.createCollection(t, nil)
	final := f.finalToken(t, c, 1)
	pending := f.mint(t, c, 2)
	burnt := f.finalToken(t, c, 3)
	require.NoError(t, f.k.Burn(f.ctx, f.alice, c, burnt))
	f.finalToken(t, other, 4)

	encode := func(seed uint64) []byte {
		b, err := prompt.Prompt{Version: 2, Seed: seed, Input: []byte("a red circle")}.Encode()
		require.NoError(t, err)
		return b
	}
	root := func(seed uint64) []byte { r := merkle.BytesRoot(output(seed)); return r[:] }
	cases := map[string]struct {
		collection   uint64
		prompt, data []byte
		want         bool
	}{
		"ok: output root":             {c, encode(1), root(1), true},
		"ok: output bytes":            {c, encode(1), output(1), true},
		"no: other bytes":             {c, encode(1), output(2), false},
		"no: other root":              {c, encode(1), root(2), false},
		"no: no data":                 {c, encode(1), nil, false},
		"no: bytes that are too long": {c, encode(1), make([]byte, types.MaxContentBytes+1), false},
		"no: never minted":            {c, encode(9), output(9), false},
		"no: pending":                 {c, encode(2), output(2), false},
		"no: pending, empty root":     {c, encode(2), nil, false},
		"no: burnt":                   {c, encode(3), output(3), false},
		"no: of another collection":   {c, encode(4), output(4), false},
		"no: trailing byte in prompt": {c, append(encode(1), 0), output(1), false},
		"no: prompt is not canonical": {c, []byte("a red circle"), output(1), false},
		"no: version 0":               {c, append([]byte{0, 0, 0, 0}, encode(1)[4:]...), output(1), false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := f.k.Verify(f.ctx, tc.collection, tc.prompt, tc.data)
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
			resp, err := f.queries.Verify(f.ctx, &types.QueryVerifyRequest{
				CollectionId: tc.collection, Prompt: "0x" + hexOf(tc.prompt), AigcData: hexOf(tc.data),
			})
			require.NoError(t, err)
			require.Equal(t, tc.want, resp.Verified)
		})
	}
	_, err := f.queries.Verify(f.ctx, &types.QueryVerifyRequest{CollectionId: c, AigcData: strings.Repeat("0", 2*types.MaxContentBytes+4)})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	_, err = f.k.Verify(f.ctx, 9, encode(1), root(1))
	require.ErrorIs(t, err, types.ErrCollectionNotFound)

	// final later, true later
	f.oracle.finish(f.ctx, pending.RequestId, output(2))
	got, err := f.k.Verify(f.ctx, c, encode(2), output(2))
	require.NoError(t, err)
	require.False(t, got, "final for the oracle, not yet in the record")
	_, err = f.k.Settle(f.ctx, f.carol, c, tokenID(t, pending.TokenId), nil)
	require.NoError(t, err)
	got, err = f.k.Verify(f.ctx, c, encode(2), output(2))
	require.NoError(t, err)
	require.True(t, got)

	encoded, err := f.k.Prompt(f.ctx, c, final)
	require.NoError(t, err)
	require.Equal(t, encode(1), encoded)
}

// TestTokenURI: nothing that a user wrote can add a field or leave its string.
func TestTokenURI(t *testing.T) {
	hostile := []string{
		`a "quoted" prompt`, "line\nbreak\r\n", "nul \x00 and \x1b escape", `","ai_generated":false,"x":"`,
		"broken \xff\xfe utf-8", "</script><script>alert(1)</script>", "\u2028 separators \u2029", "", strings.Repeat("a", 5_000),
	}
	for i, input := range hostile {
		f := newFixture(t)
		c := f.createCollection(t, func(m *types.MsgCreateCollection) { m.Name = `Circles "& <b>` })
		msg := f.mintMsg(f.alice, c, 1<<63)
		msg.Input = []byte(input)
		minted, err := f.msgs.Mint(f.ctx, msg)
		require.NoError(t, err)
		id := tokenID(t, minted.TokenId)

		doc := uriFields(t, f, c, id)
		require.Equal(t, "pending", doc["status"])
		require.NotContains(t, doc, "aigc_data")
		require.NotContains(t, doc, "content")

		f.oracle.finish(f.ctx, minted.RequestId, output(1))
		_, err = f.k.Settle(f.ctx, f.alice, c, id, output(1))
		require.NoError(t, err)
		doc = uriFields(t, f, c, id)
		require.Equal(t, true, doc["ai_generated"], "case %d", i)
		require.Equal(t, "final", doc["status"])
		require.Equal(t, "attested", doc["proof_type"])
		require.Equal(t, `Circles "& <b> #`+minted.TokenId[:8], doc["name"])
		require.Equal(t, "9223372036854775808", doc["seed"], "a number beyond 2^53 is a string")
		root := merkle.BytesRoot(output(1))
		require.Equal(t, hexOf(root[:]), doc["aigc_data"])
		encoded, err := f.k.Prompt(f.ctx, c, id)
		require.NoError(t, err)
		require.Equal(t, hexOf(encoded), doc["encoded_prompt"])
		if text, ok := doc["prompt"]; ok {
			require.Equal(t, input, text)
		} else {
			require.Contains(t, []int{4, 7}, i, "only what is not text, or empty, is left out")
		}
		content, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(doc["content"].(string), "data:application/octet-stream;base64,"))
		require.NoError(t, err)
		require.Equal(t, output(1), content)
	}
}

func uriFields(t *testing.T, f *fixture, c uint64, id types.TokenID) map[string]any {
	t.Helper()
	uri, err := f.k.TokenURI(f.ctx, c, id)
	require.NoError(t, err)
	again, err := f.k.TokenURI(f.ctx, c, id)
	require.NoError(t, err)
	require.Equal(t, uri, again)
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(uri, metadata.Prefix))
	require.NoError(t, err)
	require.NotContains(t, string(raw), "<", "safe inside of HTML")
	var doc map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	require.NoError(t, decoder.Decode(&doc))
	require.False(t, decoder.More(), "one document")
	return doc
}

func TestTokenURIRefuses(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id := f.finalToken(t, c, 1)
	require.NoError(t, f.k.Burn(f.ctx, f.alice, c, id))
	_, err := f.k.TokenURI(f.ctx, c, id)
	require.ErrorIs(t, err, types.ErrTokenNotFound)
	_, err = f.k.TokenURI(f.ctx, 9, id)
	require.ErrorIs(t, err, types.ErrCollectionNotFound)
	_, err = f.k.Prompt(f.ctx, c, id)
	require.ErrorIs(t, err, types.ErrTokenNotFound)
}
