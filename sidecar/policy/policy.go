// Package policy holds what the operator of a sidecar does not want his machine to run. What it declines
// is told to the chain as declined and is not counted as missed.
package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/x/oracle/types"
)

// maxEntries bounds each list.
const maxEntries = 10_000

// Policy is a set of rules; the zero value runs everything. Licences are SPDX ids or LicenseRef- names,
// compared without regard to case; a final * stands for any rest.
type Policy struct {
	// MaxBytes bounds a bundle, MaxWorkUnits one request; 0 sets no bound.
	MaxBytes, MaxWorkUnits uint64
	// AllowLicences are the only ones that run, if there are any; DenyLicences never run.
	AllowLicences, DenyLicences []string
	// DenyModels and DenyRoots name models, and versions by their manifest roots, that never run.
	DenyModels []uint64
	DenyRoots  []bundle.Hash
}

// Facts are what a policy judges by.
type Facts struct {
	Model uint64
	Root  bundle.Hash
	// Known tells that the rest is known. Without it only names are judged.
	Known     bool
	Bytes     uint64
	WorkUnits uint64
	Licence   string
}

// FactsOf reads the facts that an item carries.
func FactsOf(w *types.WorkItem) Facts {
	f := Facts{Model: w.ModelId, Known: w.TotalBytes > 0 && w.Licence != "", Bytes: w.TotalBytes, WorkUnits: w.WorkUnits, Licence: w.Licence}
	copy(f.Root[:], w.ManifestRoot)
	return f
}

// FactsIn reads the facts of a model from its manifest.
func FactsIn(model uint64, root bundle.Hash, m *bundle.Manifest) Facts {
	return Facts{Model: model, Root: root, Known: true, Bytes: m.TotalBytes, WorkUnits: m.WorkUnits, Licence: m.Licence}
}

// Judge returns why a model is declined, or that it is not.
func (p Policy) Judge(f Facts) types.DeclineReason {
	switch {
	case slices.Contains(p.DenyModels, f.Model) || slices.Contains(p.DenyRoots, f.Root):
		return types.DeclineReason_DECLINE_REASON_DENIED
	case !f.Known:
		return types.DeclineReason_DECLINE_REASON_UNSPECIFIED
	case p.MaxBytes > 0 && f.Bytes > p.MaxBytes:
		return types.DeclineReason_DECLINE_REASON_SIZE
	case p.MaxWorkUnits > 0 && f.WorkUnits > p.MaxWorkUnits:
		return types.DeclineReason_DECLINE_REASON_WORK
	case names(p.DenyLicences, f.Licence), len(p.AllowLicences) > 0 && !names(p.AllowLicences, f.Licence):
		return types.DeclineReason_DECLINE_REASON_LICENCE
	default:
		return types.DeclineReason_DECLINE_REASON_UNSPECIFIED
	}
}

// Check refuses rules that cannot be meant.
func (p Policy) Check() error {
	for _, n := range []int{len(p.AllowLicences), len(p.DenyLicences), len(p.DenyModels), len(p.DenyRoots)} {
		if n > maxEntries {
			return fmt.Errorf("policy: a list of %d entries, allowed are %d", n, maxEntries)
		}
	}
	for _, licence := range slices.Concat(p.AllowLicences, p.DenyLicences) {
		if err := types.CheckLicencePattern(licence); err != nil {
			return err
		}
	}
	if slices.Contains(p.DenyModels, 0) {
		return fmt.Errorf("policy: no model has the id 0")
	}
	return nil
}

func names(patterns []string, licence string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		if start, open := strings.CutSuffix(pattern, "*"); open {
			return len(licence) >= len(start) && strings.EqualFold(licence[:len(start)], start)
		}
		return strings.EqualFold(pattern, licence)
	})
}
