package types_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

func TestPolicy(t *testing.T) {
	validator := sdk.ConsAddress(make([]byte, 20))
	models := func(n int) (out []uint64) {
		for i := range n {
			out = append(out, uint64(i+1))
		}
		return out
	}
	licences := func(n int) []string { return strings.Split(strings.Repeat("MIT,", n-1)+"MIT", ",") }
	for name, tc := range map[string]struct {
		msg types.MsgSetPolicy
		bad string
	}{
		"ok: a size":                    {msg: types.MsgSetPolicy{MaxBundleBytes: 1}},
		"ok: work":                      {msg: types.MsgSetPolicy{MaxWorkUnits: 1 << 63}},
		"ok: licences":                  {msg: types.MsgSetPolicy{AllowLicences: licences(32), DenyLicences: []string{"CC-BY-NC*", "LicenseRef-My.own+", "*"}}},
		"ok: models":                    {msg: types.MsgSetPolicy{DenyModels: models(256)}},
		"ok: a mirror":                  {msg: types.MsgSetPolicy{Mirror: "https://models.example.org:8443/bundles"}},
		"ok: the longest licence":       {msg: types.MsgSetPolicy{DenyLicences: []string{strings.Repeat("a", 80)}}},
		"fails: nothing":                {bad: "it says nothing"},
		"fails: too many licences":      {msg: types.MsgSetPolicy{AllowLicences: licences(33)}, bad: "33 licences"},
		"fails: too many denied":        {msg: types.MsgSetPolicy{DenyLicences: licences(33)}, bad: "33 licences"},
		"fails: a long licence":         {msg: types.MsgSetPolicy{DenyLicences: []string{strings.Repeat("a", 81)}}, bad: "81 characters"},
		"fails: no licence":             {msg: types.MsgSetPolicy{DenyLicences: []string{""}}, bad: "0 characters"},
		"fails: a star inside":          {msg: types.MsgSetPolicy{DenyLicences: []string{"CC*NC*"}}, bad: "its beginning and *"},
		"fails: a licence with a blank": {msg: types.MsgSetPolicy{DenyLicences: []string{"My licence"}}, bad: "its beginning and *"},
		"fails: too many models":        {msg: types.MsgSetPolicy{DenyModels: models(257)}, bad: "257 models"},
		"fails: model 0":                {msg: types.MsgSetPolicy{DenyModels: []uint64{0, 1}}, bad: "ascend"},
		"fails: a model twice":          {msg: types.MsgSetPolicy{DenyModels: []uint64{3, 3}}, bad: "ascend"},
		"fails: models out of order":    {msg: types.MsgSetPolicy{DenyModels: []uint64{3, 2}}, bad: "ascend"},
		"fails: another scheme":         {msg: types.MsgSetPolicy{Mirror: "file:///etc/passwd"}, bad: "must begin with"},
		"fails: no host":                {msg: types.MsgSetPolicy{Mirror: "https:///x"}, bad: "must have a host"},
		"fails: a password":             {msg: types.MsgSetPolicy{Mirror: "https://me:secret@h/x"}, bad: "no credentials"},
		"fails: a query":                {msg: types.MsgSetPolicy{Mirror: "https://h/x?y"}, bad: "a query or a fragment"},
		"fails: a fragment":             {msg: types.MsgSetPolicy{Mirror: "https://h/x#y"}, bad: "a query or a fragment"},
		"fails: a long mirror":          {msg: types.MsgSetPolicy{Mirror: "https://h/" + strings.Repeat("a", 250)}, bad: "260 characters"},
	} {
		err := tc.msg.Policy(validator, 7).Validate()
		if tc.bad == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, types.ErrInvalidPolicy, name)
		require.ErrorContains(t, err, tc.bad, name)
	}
	for _, address := range []string{"", "x", sdk.ConsAddress(make([]byte, 32)).String(), sdk.AccAddress(make([]byte, 20)).String()} {
		require.ErrorIs(t, types.Policy{Validator: address, MaxWorkUnits: 1}.Validate(), types.ErrInvalidPolicy, address)
	}
}
