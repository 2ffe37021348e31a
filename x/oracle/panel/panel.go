// Package panel keeps executors that were drawn to say the same thing apart from one another: to reproduce a version of
// class OPTIMISTIC, or to audit a claim. Each binds itself to what it found without telling it, and opens the binding
// once all have bound or the time is over, so nobody can copy.
//
//   - Bind, Open: an executor's two moves, pure.
//   - Tally: what most of them opened.
//   - Panels: the records and the queue of those that go on.
//
// Who is drawn, what it costs to be absent and what follows from a tally is for the keeper.
package panel

import (
	"bytes"
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

type (
	// Key is (kind, id).
	Key = collections.Pair[uint32, uint64]
	// dueKey is (height, kind, id).
	dueKey = collections.Triple[int64, uint32, uint64]
)

// KeyOf names a panel.
func KeyOf(kind types.SubjectKind, id uint64) Key { return collections.Join(uint32(kind), id) }

// Panels is the state of all panels.
type Panels struct {
	panels collections.Map[Key, types.Panel]
	due    collections.KeySet[dueKey]
}

// NewPanels adds the panels to a module's schema.
func NewPanels(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) *Panels {
	return &Panels{
		panels: collections.NewMap(sb, types.PanelsPrefix, "panels",
			collections.PairKeyCodec(collections.Uint32Key, collections.Uint64Key), codec.CollValue[types.Panel](cdc)),
		due: collections.NewKeySet(sb, types.PanelsDuePrefix, "panels_due",
			collections.TripleKeyCodec(collections.Int64Key, collections.Uint32Key, collections.Uint64Key)),
	}
}

// Get returns a panel.
func (p *Panels) Get(ctx context.Context, kind types.SubjectKind, id uint64) (types.Panel, error) {
	panel, err := p.panels.Get(ctx, KeyOf(kind, id))
	if errors.Is(err, collections.ErrNotFound) {
		return panel, types.ErrPanelNotFound.Wrapf("%s %d", kind, id)
	}
	return panel, err
}

// Set writes a panel and its place in the queue; due is the height it had there before, 0 for a new one.
func (p *Panels) Set(ctx context.Context, panel types.Panel, due int64) error {
	if due != 0 && due != panel.DueHeight {
		if err := p.due.Remove(ctx, collections.Join3(due, uint32(panel.Kind), panel.Id)); err != nil {
			return err
		}
	}
	if err := p.panels.Set(ctx, KeyOf(panel.Kind, panel.Id), panel); err != nil {
		return err
	}
	return p.due.Set(ctx, collections.Join3(panel.DueHeight, uint32(panel.Kind), panel.Id))
}

// Remove forgets a panel.
func (p *Panels) Remove(ctx context.Context, panel types.Panel) error {
	if err := p.due.Remove(ctx, collections.Join3(panel.DueHeight, uint32(panel.Kind), panel.Id)); err != nil {
		return err
	}
	return p.panels.Remove(ctx, KeyOf(panel.Kind, panel.Id))
}

// Due returns at most limit panels that go on in this block.
func (p *Panels) Due(ctx sdk.Context, limit int) ([]Key, error) {
	iter, err := p.due.Iterate(ctx, new(collections.Range[dueKey]).
		EndExclusive(collections.Join3(ctx.BlockHeight()+1, uint32(0), uint64(0))))
	if err != nil {
		return nil, err
	}
	defer iter.Close() //nolint:errcheck // a read iterator has nothing to lose
	var keys []Key
	for ; iter.Valid() && len(keys) < limit; iter.Next() {
		key, err := iter.Key()
		if err != nil {
			return nil, err
		}
		keys = append(keys, collections.Join(key.K2(), key.K3()))
	}
	return keys, nil
}

// Export reads all panels in the order of their keys.
func (p *Panels) Export(ctx context.Context) (panels []types.Panel, err error) {
	err = p.panels.Walk(ctx, nil, func(_ Key, panel types.Panel) (bool, error) {
		panels = append(panels, panel)
		return false, nil
	})
	return panels, err
}

// seat returns the place of an executor.
func seat(panel types.Panel, executor string) (int, error) {
	for i, s := range panel.Seats {
		if s.Executor == executor {
			return i, nil
		}
	}
	return 0, types.ErrNotAssigned.Wrapf("%s was not drawn for %s %d", executor, panel.Kind, panel.Id)
}

// Bind takes an executor's binding: its first one, while bindings are taken. It tells whether it was the last that
// lacked.
func Bind(panel *types.Panel, executor string, binding []byte) (complete bool, err error) {
	at, err := seat(*panel, executor)
	if err != nil {
		return false, err
	}
	switch {
	case len(binding) != attestation.BindingSize:
		return false, types.ErrInvalidResult.Wrapf("binding has %d bytes, must have %d", len(binding), attestation.BindingSize)
	case panel.Opening:
		return false, types.ErrInvalidResult.Wrap("bindings are closed")
	case len(panel.Seats[at].Binding) > 0:
		return false, types.ErrAlreadyOpened.Wrap("the first binding counts")
	}
	panel.Seats[at].Binding = bytes.Clone(binding)
	for _, s := range panel.Seats {
		if len(s.Binding) == 0 {
			return false, nil
		}
	}
	return true, nil
}

// Open takes the opening of a binding that gives what the executor bound. It tells whether it was the last that lacked.
func Open(panel *types.Panel, executor string, results, witness []byte, bound attestation.Binding) (complete bool, err error) {
	at, err := seat(*panel, executor)
	if err != nil {
		return false, err
	}
	s := &panel.Seats[at]
	switch {
	case !panel.Opening:
		return false, types.ErrNotOpening.Wrapf("%s %d takes bindings", panel.Kind, panel.Id)
	case len(s.Binding) == 0:
		return false, types.ErrInvalidOpening.Wrap("nothing was bound")
	case len(s.ResultsRoot) > 0:
		return false, types.ErrAlreadyOpened.Wrapf("%s %d", panel.Kind, panel.Id)
	case !bytes.Equal(s.Binding, bound[:]):
		return false, types.ErrInvalidOpening.Wrap("it is not what was bound")
	}
	s.ResultsRoot, s.Witness = bytes.Clone(results), bytes.Clone(witness)
	for _, s := range panel.Seats {
		if len(s.Binding) > 0 && len(s.ResultsRoot) == 0 {
			return false, nil
		}
	}
	return true, nil
}

// Result is what a panel says.
type Result struct {
	// ResultsRoot and Witness are what most opened; of several the one that came first in the order of the seats.
	ResultsRoot, Witness []byte
	// Matching opened it, Other opened something else, Absent opened nothing.
	Matching, Other, Absent []string
}

// Tally counts the openings.
func Tally(panel types.Panel) Result {
	best, most := -1, 0
	same := func(a, b types.Seat) bool {
		return bytes.Equal(a.ResultsRoot, b.ResultsRoot) && bytes.Equal(a.Witness, b.Witness)
	}
	for i, s := range panel.Seats {
		count := 0
		for _, other := range panel.Seats {
			if same(s, other) {
				count++
			}
		}
		if len(s.ResultsRoot) > 0 && count > most {
			best, most = i, count
		}
	}
	var r Result
	if best >= 0 {
		r.ResultsRoot, r.Witness = panel.Seats[best].ResultsRoot, panel.Seats[best].Witness
	}
	for _, s := range panel.Seats {
		switch {
		case len(s.ResultsRoot) == 0:
			r.Absent = append(r.Absent, s.Executor)
		case same(s, panel.Seats[best]):
			r.Matching = append(r.Matching, s.Executor)
		default:
			r.Other = append(r.Other, s.Executor)
		}
	}
	return r
}
