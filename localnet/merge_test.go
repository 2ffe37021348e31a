package localnet_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/imochain/imod/localnet"
)

const mergeBase = `{"a":{"n":5,"s":"text","on":true,"list":["x","y"],"none":null,"big":"10","deep":{"k":"v"}}}`

func TestMergeGenesis(t *testing.T) {
	cases := []struct {
		name, over string
		want       string // JSON after the merge
		warning    string
		fails      string
	}{
		{name: "ok: scalar", over: `a: {s: other}`, want: `{"a":{"n":5,"s":"other","on":true,"list":["x","y"],"none":null,"big":"10","deep":{"k":"v"}}}`},
		{name: "ok: number", over: `a: {n: 7}`, want: `{"a":{"n":7,"s":"text","on":true,"list":["x","y"],"none":null,"big":"10","deep":{"k":"v"}}}`},
		{name: "ok: a list is replaced", over: `a: {list: [z]}`, want: `{"a":{"n":5,"s":"text","on":true,"list":["z"],"none":null,"big":"10","deep":{"k":"v"}}}`},
		{name: "ok: null takes anything", over: `a: {none: {x: [1]}}`, want: `{"a":{"n":5,"s":"text","on":true,"list":["x","y"],"none":{"x":[1]},"big":"10","deep":{"k":"v"}}}`},
		{name: "ok: objects are merged", over: `a: {deep: {k: w}}`, want: `{"a":{"n":5,"s":"text","on":true,"list":["x","y"],"none":null,"big":"10","deep":{"k":"w"}}}`},
		{name: "ok: false changes nothing", over: `a: {"on": false}`, want: mergeBase, warning: "genesis.a.on"},
		{name: "ok: zero changes nothing", over: `a: {n: 0}`, want: mergeBase, warning: "genesis.a.n"},
		{name: "ok: empty changes nothing", over: `a: {list: []}`, want: mergeBase, warning: "genesis.a.list"},
		{name: "fails: no such key", over: `a: {deep: {typo: v}}`, fails: `genesis.a.deep.typo`},
		{name: "fails: number for a string", over: `a: {big: 20}`, fails: `genesis.a.big: "20": is a number, the genesis has a string here; put it in quotes`},
		{name: "fails: string for a number", over: `a: {n: "7"}`, fails: `genesis.a.n: "7": is a string`},
		{name: "fails: object for a list", over: `a: {list: {x: y}}`, fails: `genesis.a.list: an object cannot replace a list`},
		{name: "fails: scalar for an object", over: `a: {deep: text}`, fails: `genesis.a.deep: "text"`},
		{name: "fails: fraction", over: `a: {n: 0.5}`, fails: `genesis.a.n: "0.5": put fractions`},
		{name: "fails: number beyond 64 bits", over: `a: {big: 100000000000000000000000}`, fails: `genesis.a.big`},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			var base, over map[string]any
			decoder := json.NewDecoder(bytes.NewReader([]byte(mergeBase)))
			decoder.UseNumber()
			require.NoError(t, decoder.Decode(&base))
			require.NoError(t, yaml.Unmarshal([]byte(tc.over), &over))
			warnings, err := localnet.MergeGenesis(base, over, "genesis")
			if tc.fails != "" {
				require.ErrorContains(t, err, tc.fails)
				return
			}
			require.NoError(t, err)
			got, err := json.Marshal(base)
			require.NoError(t, err)
			require.JSONEq(t, tc.want, string(got))
			if tc.warning == "" {
				require.Empty(t, warnings)
			} else {
				require.Len(t, warnings, 1)
				require.Contains(t, warnings[0], tc.warning)
			}
		})
	}
}
