package dispute

import (
	"fmt"

	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/step"
	"github.com/imochain/imod/inference/step/frame"
)

// pick goes down to a child.
func (t *turn) pick(m *Pick) error {
	g := &t.next.Game
	value, err := t.Kept(g.Key())
	if err != nil {
		return err
	}
	hashes, err := split(value)
	if err != nil {
		return err
	}
	if uint64(m.Child) >= uint64(len(hashes)) {
		return fmt.Errorf("%w: child %d of %d", ErrPick, m.Child, len(hashes))
	}
	levels := min(Fan, int(g.Walk.Height))
	g.Walk.Height -= uint8(levels)
	g.Walk.Index = g.Walk.Index<<levels + uint64(m.Child)
	if g.Walk.Tree == Trace && g.Walk.Height == 0 {
		return t.enter(g.Walk.Index, hashes[m.Child], m)
	}
	if m.Whole || len(m.Record)+len(m.RecordPath) > 0 {
		return fmt.Errorf("%w: a record, or an entry as a whole, where no entry is picked", ErrPick)
	}
	g.Node, g.Stage = hashes[m.Child], Revealing
	return nil
}

// enter leaves the trace for one of its entries.
func (t *turn) enter(entry uint64, root Hash, m *Pick) error {
	g := &t.next.Game
	g.Entry, g.Root, g.Whole = entry, root, m.Whole
	if m.Whole {
		if len(m.Record)+len(m.RecordPath) > 0 {
			return fmt.Errorf("%w: a record for an entry as a whole", ErrPick)
		}
		g.Stage = Proving
		return nil
	}
	if root == (Hash{}) {
		return fmt.Errorf("%w: entry %d is missing, there is only a whole to dispute", ErrPick, entry)
	}
	if err := t.record(m); err != nil {
		return fmt.Errorf("%w: entry %d: %w", ErrPick, entry, err)
	}
	tr, err := t.valueTree()
	if err != nil {
		return err
	}
	g.Walk = Place{Tree: Value, Height: uint8(merkle.Depth(tr.leaves))}
	g.Node, g.Stage = Hash{}, Revealing
	return nil
}

// record checks what a pick shows of the entry, and stores it.
func (t *turn) record(m *Pick) error {
	g, d := &t.next.Game, t.next.Claim.Defence
	e := t.entry()
	switch e.Kind {
	case frame.Node:
		inputs := d.Layout.Slots - d.Nodes
		_, slots, err := step.NodeSite(t.Task.IR, d.Nodes, e.Slot-inputs, m.Record, m.RecordPath)
		if err != nil {
			return err
		}
		if slots != d.Layout.Slots {
			return fmt.Errorf("%w: record of a graph with %d values, not %d", ErrPick, slots, d.Layout.Slots)
		}
	case frame.Input:
		h, err := frame.OpenHeader(t.Task.IR, m.Record, m.RecordPath)
		if err != nil {
			return err
		}
		if h.Nodes != d.Nodes || uint64(len(h.Inputs)) != d.Layout.Slots-d.Nodes {
			return fmt.Errorf("%w: header of a graph with %d nodes, not %d", ErrPick, h.Nodes, d.Nodes)
		}
	default:
		if len(m.Record)+len(m.RecordPath) > 0 {
			return fmt.Errorf("%w: a record for what is no value of the graph", ErrPick)
		}
	}
	g.Record = m.Record
	return nil
}

// entry is the picked entry's place in the trace.
func (t *turn) entry() frame.Entry {
	d := t.next.Claim.Defence
	return frame.Locate(d.Layout, d.Layout.Slots-d.Nodes, t.next.Game.Entry)
}

// site is the shape of the picked entry.
func (t *turn) site() (*step.Site, error) {
	e := t.entry()
	if e.Kind == frame.Node {
		return step.ReadSite(t.next.Game.Record)
	}
	return t.Task.Site(e, t.next.Game.Record)
}

// tree is the one in which the game stands.
func (t *turn) tree() (tree, error) {
	g, d := &t.next.Game, t.next.Claim.Defence
	if d == nil {
		return tree{}, fmt.Errorf("%w: claim %d has no defence", ErrState, t.Claim.ID)
	}
	switch g.Walk.Tree {
	case Trace:
		return tree{list: true, leaves: d.Layout.Entries(), root: d.Trace}, nil
	case Value:
		return t.valueTree()
	default:
		return t.sumsTree()
	}
}

func (t *turn) valueTree() (tree, error) {
	s, err := t.site()
	if err != nil {
		return tree{}, fmt.Errorf("%w: %w", ErrPick, err)
	}
	dtype, dims := s.Shape()
	return tensorTree(dtype, dims, t.next.Game.Root)
}

func (t *turn) sumsTree() (tree, error) {
	s, err := t.site()
	if err != nil {
		return tree{}, fmt.Errorf("%w: %w", ErrState, err)
	}
	dims, ok, err := s.States(t.next.Game.Element)
	if err != nil || !ok {
		return tree{}, fmt.Errorf("%w: element %d is no sum: %w", ErrState, t.next.Game.Element, err)
	}
	return tensorTree(merkle.U8, dims, t.next.Game.Sums)
}

// element names one element of the chunk.
func (t *turn) element(m *Element) error {
	g := &t.next.Game
	tr, err := t.tree()
	if err != nil {
		return err
	}
	size := merkle.ElementSize(tr.dtype)
	// Within the chunk means within the tensor: the chunk has no padding.
	first := g.Walk.Index * chunkSize / size
	if n := tr.chunkBytes(g.Walk.Index) / size; m.Index < first || m.Index >= first+n {
		return fmt.Errorf("%w: element %d, the chunk has %d to %d", ErrPick, m.Index, first, first+n-1)
	}
	g.Element = m.Index
	s, err := t.site()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrState, err)
	}
	_, sum, err := s.States(m.Index)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPick, err)
	}
	if !sum {
		g.Stage = Proving
		return nil
	}
	g.Walk.Tree = Sums
	if tr, err = t.sumsTree(); err != nil {
		return err
	}
	g.Walk = Place{Tree: Sums, Height: uint8(merkle.Depth(tr.leaves))}
	g.Node, g.Stage = Hash{}, Revealing
	return nil
}
