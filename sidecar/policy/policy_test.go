package policy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/sidecar/policy"
	"github.com/imochain/imod/x/oracle/types"
)

const (
	fine    = types.DeclineReason_DECLINE_REASON_UNSPECIFIED
	size    = types.DeclineReason_DECLINE_REASON_SIZE
	work    = types.DeclineReason_DECLINE_REASON_WORK
	licence = types.DeclineReason_DECLINE_REASON_LICENCE
	denied  = types.DeclineReason_DECLINE_REASON_DENIED
)

func TestJudge(t *testing.T) {
	root := bundle.Hash{7}
	item := &types.WorkItem{ModelId: 7, ManifestRoot: root[:], TotalBytes: 1000, WorkUnits: 50, Licence: "CC-BY-NC-4.0"}
	for name, tc := range map[string]struct {
		policy policy.Policy
		known  types.DeclineReason
		names  types.DeclineReason // when the chain tells no more than names
	}{
		"ok: no rules":              {policy.Policy{}, fine, fine},
		"ok: at the bounds":         {policy.Policy{MaxBytes: 1000, MaxWorkUnits: 50}, fine, fine},
		"fails: size":               {policy.Policy{MaxBytes: 999}, size, fine},
		"fails: work":               {policy.Policy{MaxWorkUnits: 49}, work, fine},
		"ok: allowed licence":       {policy.Policy{AllowLicences: []string{"MIT", "cc-by-nc-4.0"}}, fine, fine},
		"fails: no allowed licence": {policy.Policy{AllowLicences: []string{"MIT", "CC-BY-4.0"}}, licence, fine},
		"fails: denied licence":     {policy.Policy{DenyLicences: []string{"CC-BY-NC*"}}, licence, fine},
		"ok: denied another":        {policy.Policy{DenyLicences: []string{"CC-BY-ND*", "CC-BY"}}, fine, fine},
		"fails: deny goes first":    {policy.Policy{AllowLicences: []string{"*"}, DenyLicences: []string{"CC-BY-NC-4.0"}}, licence, fine},
		"fails: model":              {policy.Policy{DenyModels: []uint64{1, 7}}, denied, denied},
		"fails: version":            {policy.Policy{DenyRoots: []bundle.Hash{root}}, denied, denied},
		"ok: another model":         {policy.Policy{DenyModels: []uint64{8}, DenyRoots: []bundle.Hash{{8}}}, fine, fine},
	} {
		require.NoError(t, tc.policy.Check(), name)
		require.Equal(t, tc.known, tc.policy.Judge(policy.FactsOf(item)), name)
		m := &bundle.Manifest{TotalBytes: 1000, WorkUnits: 50, Licence: "CC-BY-NC-4.0"}
		require.Equal(t, tc.known, tc.policy.Judge(policy.FactsIn(7, root, m)), name)
		bare := &types.WorkItem{ModelId: 7, ManifestRoot: root[:]}
		require.Equal(t, tc.names, tc.policy.Judge(policy.FactsOf(bare)), name)
	}
	for name, bad := range map[string]policy.Policy{
		"no licence": {DenyLicences: []string{""}},
		"two stars":  {AllowLicences: []string{"CC*NC*"}},
		"no model":   {DenyModels: []uint64{0}},
		"too many":   {DenyModels: make([]uint64, 10_001)},
	} {
		require.Error(t, bad.Check(), name)
	}
}
