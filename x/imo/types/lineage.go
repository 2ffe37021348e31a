package types

import "slices"

const (
	// MaxParents bounds the models that a model names as its parents.
	MaxParents = 4
	// MaxLineage bounds the ancestors that share in a model's income.
	MaxLineage = 16
	// MaxLineageBps bounds the sum of their shares, and a model's own demand on descendants.
	MaxLineageBps = 5_000
	// MaxVersions bounds the versions of a model.
	MaxVersions = 100
)

// Flatten turns the shares of a model's parents into those of all its ancestors: what a parent gets, it passes on to its
// own ancestors in its own shares. Parts are rounded down and what rounding leaves stays with the nearer one, so that
// the sum is that of the parents exactly. A ring cannot be: a parent's id is smaller.
func Flatten(parents []LineageShare, ancestors func(id uint64) []LineageShare) ([]LineageShare, error) {
	sums := map[uint64]uint32{}
	var ids []uint64
	add := func(id uint64, bps uint32) {
		if _, ok := sums[id]; !ok {
			ids = append(ids, id)
		}
		sums[id] += bps
	}
	for _, p := range parents {
		kept := p.Bps
		for _, a := range ancestors(p.ModelId) {
			if part := uint32(uint64(p.Bps) * uint64(a.Bps) / BasisPoints); part > 0 { //nolint:gosec // below p.Bps
				kept -= part
				add(a.ModelId, part)
			}
		}
		if kept > 0 {
			add(p.ModelId, kept)
		}
	}
	if len(ids) > MaxLineage {
		return nil, ErrLineage.Wrapf("%d ancestors share, allowed are %d", len(ids), MaxLineage)
	}
	slices.Sort(ids)
	lineage := make([]LineageShare, len(ids))
	for i, id := range ids {
		lineage[i] = LineageShare{ModelId: id, Bps: sums[id]}
	}
	return lineage, nil
}

// CheckParents checks the parents that a model names, apart from what each of them allows.
func CheckParents(parents []LineageShare) error {
	if len(parents) > MaxParents {
		return ErrLineage.Wrapf("%d parents, allowed are 0 to %d", len(parents), MaxParents)
	}
	sum := uint64(0)
	for i, p := range parents {
		for _, earlier := range parents[:i] {
			if earlier.ModelId == p.ModelId {
				return ErrLineage.Wrapf("parents name model %d twice", p.ModelId)
			}
		}
		sum += uint64(p.Bps)
	}
	if sum > MaxLineageBps {
		return ErrLineage.Wrapf("parents share %d bps, allowed are 0 to %d", sum, MaxLineageBps)
	}
	return nil
}

// CheckParent tells why a model cannot be named as the parent of one under a licence with a share, nil if it can.
func (m Model) CheckParent(licence string, bps uint32) error {
	switch {
	case m.LatestVersion == 0:
		return ErrLineage.Wrapf("parent %d is %s", m.Id, m.Status)
	case !m.Derivatives:
		return ErrLineage.Wrapf("parent %d allows no descendants", m.Id)
	case bps < m.DerivativeBps:
		return ErrLineage.Wrapf("parent %d asks for %d bps, the share is %d", m.Id, m.DerivativeBps, bps)
	case NonCommercial(m.Licence) && !NonCommercial(licence):
		return ErrLineage.Wrapf("parent %d is under %q, the descendant under %q would be commercial", m.Id, m.Licence, licence)
	}
	return nil
}

// Exceeded tells whether enough holders objected.
func (o Objections) Exceeded() bool {
	return o.Weight.MulRaw(BasisPoints).GT(o.Eligible.MulRaw(int64(o.LimitBps)))
}
