package metadata_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/aigc/metadata"
)

func record() metadata.Record {
	return metadata.Record{
		CollectionName: "Circles", CollectionID: 7, TokenID: [32]byte{0xab, 0xcd, 0xef, 0x01, 0x23}, Status: "final",
		ModelID: 3, Version: 2, ManifestRoot: []byte{1}, Seed: 18446744073709551615, Input: []byte("a \"red\" <circle>\n"),
		Prompt: []byte{2, 3}, OutputRoot: []byte{4}, TrustClass: "attested", RequestID: 9, RequestedHeight: 10, FinalHeight: 12,
		Content: []byte{5, 6},
	}
}

// The document is part of what contracts read, so its bytes are pinned.
func TestGolden(t *testing.T) {
	got, err := metadata.JSON(record())
	require.NoError(t, err)
	require.Equal(t, `{"name":"Circles #abcdef01","description":"Made by AI: output of model 3, version 2.",`+
		`"ai_generated":true,"status":"final","collection":"7",`+
		`"token_id":"abcdef0123000000000000000000000000000000000000000000000000000000","model":"3","version":2,`+
		`"manifest_root":"01","seed":"18446744073709551615","prompt":"a \"red\" \u003ccircle\u003e\n","encoded_prompt":"0203",`+
		`"aigc_data":"04","proof_type":"attested","request_id":"9","requested_height":"10","final_height":"12",`+
		`"content":"data:application/octet-stream;base64,BQY="}`, string(got))
	uri, err := metadata.URI(record())
	require.NoError(t, err)
	require.Equal(t, metadata.Prefix+base64.StdEncoding.EncodeToString(got), uri)
}

// FuzzInput: whatever a user writes stays inside of its string.
func FuzzInput(f *testing.F) {
	for _, s := range []string{"", `"`, "\\", "\x00", "\xff", `","ai_generated":false,"y":"`, "</script>", "\u2028"} {
		f.Add([]byte(s), "Circles")
		f.Add([]byte("x"), s)
	}
	f.Fuzz(func(t *testing.T, input []byte, name string) {
		r := record()
		r.Input, r.CollectionName = input, name
		raw, err := metadata.JSON(r)
		require.NoError(t, err)
		var doc map[string]any
		require.NoError(t, json.Unmarshal(raw, &doc))
		require.Equal(t, true, doc["ai_generated"])
		for key := range doc {
			require.Contains(t, "name description ai_generated status collection token_id model version manifest_root seed "+
				"prompt encoded_prompt aigc_data proof_type request_id requested_height final_height content", key)
		}
		if text, ok := doc["prompt"]; ok {
			require.Equal(t, string(input), text)
		}
		require.False(t, strings.ContainsAny(string(raw), "<>\n"))
	})
}
