package prompt_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/aigc/prompt"
)

var update = flag.Bool("update", false, "rewrite the golden vectors")

// vector is one line of testdata/vectors.json: the package comment's format, by example.
type vector struct {
	Name       string `json:"name"`
	Collection string `json:"collection"`
	Version    uint32 `json:"version"`
	Seed       uint64 `json:"seed,string"`
	Input      string `json:"input"`
	Prompt     string `json:"prompt"`
	TokenID    string `json:"token_id"`
}

func TestVectors(t *testing.T) {
	path := filepath.Join("testdata", "vectors.json")
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	var vectors []vector
	require.NoError(t, json.Unmarshal(raw, &vectors))
	require.GreaterOrEqual(t, len(vectors), 5)

	for i, v := range vectors {
		input, err := hex.DecodeString(v.Input)
		require.NoError(t, err)
		encoded, err := prompt.Prompt{Version: v.Version, Seed: v.Seed, Input: input}.Encode()
		require.NoError(t, err)
		id := prompt.TokenID(address(t, v.Collection), encoded)
		if *update {
			vectors[i].Prompt, vectors[i].TokenID = hex.EncodeToString(encoded), hex.EncodeToString(id[:])
			continue
		}
		require.Equal(t, v.Prompt, hex.EncodeToString(encoded), v.Name)
		require.Equal(t, v.TokenID, hex.EncodeToString(id[:]), v.Name)
	}
	if *update {
		out, err := json.MarshalIndent(vectors, "", "  ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, append(out, '\n'), 0o600))
	}
}

func TestEncodeRefuses(t *testing.T) {
	_, err := prompt.Prompt{Version: 0, Input: []byte("a")}.Encode()
	require.ErrorIs(t, err, prompt.ErrVersion)
	_, err = prompt.Prompt{Version: 1, Input: make([]byte, prompt.MaxInput+1)}.Encode()
	require.ErrorIs(t, err, prompt.ErrTooLong)
	encoded, err := prompt.Prompt{Version: 1, Input: make([]byte, prompt.MaxInput)}.Encode()
	require.NoError(t, err)
	require.Len(t, encoded, prompt.HeaderSize+prompt.MaxInput)
}

func TestDecodeRefuses(t *testing.T) {
	good, err := prompt.Prompt{Version: 1, Seed: 2, Input: []byte("abc")}.Encode()
	require.NoError(t, err)
	with := func(i int, b byte) []byte {
		out := bytes.Clone(good)
		out[i] = b
		return out
	}
	cases := map[string]struct {
		in   []byte
		want error
	}{
		"fails: empty":             {nil, prompt.ErrTruncated},
		"fails: header cut":        {good[:15], prompt.ErrTruncated},
		"fails: input cut":         {good[:18], prompt.ErrLength},
		"fails: trailing byte":     {append(bytes.Clone(good), 0), prompt.ErrLength},
		"fails: version 0":         {with(3, 0), prompt.ErrVersion},
		"fails: length too small":  {with(15, 2), prompt.ErrLength},
		"fails: length over bound": {with(12, 0xff), prompt.ErrTooLong},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := prompt.Decode(tc.in)
			require.ErrorIs(t, err, tc.want)
		})
	}
}

// What a careless concatenation would confuse has different ids here.
func TestTokenIDSeparates(t *testing.T) {
	a := address(t, "2518e038b9776057bba6df4f0000000000000001")
	b := address(t, "2518e038b9776057bba6df4f0000000000000002")
	seen := map[[32]byte]string{}
	add := func(name string, collection [20]byte, p prompt.Prompt) {
		encoded, err := p.Encode()
		require.NoError(t, err)
		id := prompt.TokenID(collection, encoded)
		require.Empty(t, seen[id], "%s has the id of %s", name, seen[id])
		seen[id] = name
	}
	add("base", a, prompt.Prompt{Version: 1, Seed: 1, Input: []byte("ab")})
	add("other collection", b, prompt.Prompt{Version: 1, Seed: 1, Input: []byte("ab")})
	add("other version", a, prompt.Prompt{Version: 2, Seed: 1, Input: []byte("ab")})
	add("other seed", a, prompt.Prompt{Version: 1, Seed: 2, Input: []byte("ab")})
	add("other input", a, prompt.Prompt{Version: 1, Seed: 1, Input: []byte("abc")})
	add("empty input", a, prompt.Prompt{Version: 1, Seed: 1})
	add("zero byte", a, prompt.Prompt{Version: 1, Seed: 1, Input: []byte{0}})
}

func FuzzDecode(f *testing.F) {
	for _, p := range []prompt.Prompt{{Version: 1}, {Version: 1 << 31, Seed: 1 << 63, Input: []byte("a")}, {Version: 7, Input: make([]byte, 300)}} {
		encoded, err := p.Encode()
		require.NoError(f, err)
		f.Add(encoded)
	}
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0xff}, 16))
	f.Fuzz(func(t *testing.T, in []byte) {
		p, err := prompt.Decode(in)
		if err != nil {
			require.Equal(t, prompt.Prompt{}, p)
			return
		}
		again, err := p.Encode()
		require.NoError(t, err)
		require.Equal(t, in, again)
	})
}

func FuzzEncode(f *testing.F) {
	f.Add(uint32(1), uint64(2), []byte("a cat"))
	f.Add(uint32(0), uint64(0), []byte{})
	f.Fuzz(func(t *testing.T, version uint32, seed uint64, input []byte) {
		p := prompt.Prompt{Version: version, Seed: seed, Input: append([]byte{}, input...)}
		encoded, err := p.Encode()
		if version == 0 || len(input) > prompt.MaxInput {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		back, err := prompt.Decode(encoded)
		require.NoError(t, err)
		require.Equal(t, p, back)
	})
}

func address(t *testing.T, s string) [20]byte {
	t.Helper()
	raw, err := hex.DecodeString(s)
	require.NoError(t, err)
	require.Len(t, raw, 20)
	return [20]byte(raw)
}
