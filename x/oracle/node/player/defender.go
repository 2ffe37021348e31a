package player

import (
	"context"
	"fmt"

	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/oracle/dispute"
)

// Defender answers for a claim whose value is that of its own run.
type Defender struct{ *Run }

// Move is the defender's next move; nil if it has none to make now.
func (d Defender) Move(ctx context.Context, p *dispute.Position) (dispute.Move, error) {
	g := p.Game
	switch {
	case overdue(p, dispute.Challenger):
		return &dispute.Timeout{}, nil
	case g.Stage == dispute.Defending:
		return d.defend()
	case g.Stage != dispute.Revealing:
		return none()
	}
	switch g.Walk.Tree {
	case dispute.Trace:
		return &dispute.Reveal{Hashes: d.entries(int(g.Walk.Height), g.Walk.Index)}, nil
	case dispute.Value:
		t, tree, err := d.data(ctx, g.Entry)
		if err != nil {
			return nil, err
		}
		return reveal(g.Walk, tree.Tree, t.AppendBytes(nil))
	default:
		data, tree, err := d.sums(ctx, g.Entry, g.Element)
		if err != nil {
			return nil, err
		}
		return reveal(g.Walk, tree.Tree, data)
	}
}

// none is no move. The interface is nil, as callers expect.
func none() (dispute.Move, error) { return nil, nil } //nolint:nilnil // no move and no error: it is the other side's turn

// overdue reports whether the given side has let its time pass.
func overdue(p *dispute.Position, side dispute.Side) bool {
	return p.Claim.Standing() && p.Game.Mover() == side && p.Height > p.Game.Deadline(p.Claim.Terms)
}

// defend posts the trace.
func (d Defender) defend() (dispute.Move, error) {
	g, l := d.Model.Graph(), d.Trace.Layout
	record := g.Record(0)
	items, err := merkle.NewListTree(g.Items())
	if err != nil {
		return nil, err
	}
	m := &dispute.Defend{Trace: d.Trace.Root(), Nodes: uint64(len(g.Nodes)), Record: record.Encode()}
	if m.RecordPath, err = items.Path(1); err != nil {
		return nil, err
	}
	if m.OutputPath, err = d.Trace.Path(l.Entries() - 1); err != nil {
		return nil, err
	}
	m.Top = d.entries(merkle.Depth(l.Entries()), 0)
	return m, nil
}

// entries are the nodes of the trace below a place, at the leaves the entries themselves.
func (d Defender) entries(height int, index uint64) []merkle.Hash {
	entries := d.Trace.Layout.Entries()
	return below(entries, height, index, func(level int, at uint64) merkle.Hash {
		if level == 0 {
			return d.Trace.Item(at)
		}
		return d.Trace.Node(level, at)
	})
}

// below are the nodes that a reveal shows.
func below(leaves uint64, height int, index uint64, node func(level int, index uint64) merkle.Hash) []merkle.Hash {
	levels := min(dispute.Fan, height)
	first, level := index<<levels, height-levels
	count := min(merkle.LayerWidth(leaves, level)-first, uint64(1)<<levels)
	hashes := make([]merkle.Hash, count)
	for i := range hashes {
		hashes[i] = node(level, first+uint64(i))
	}
	return hashes
}

// reveal shows a layer or a chunk of a tensor.
func reveal(at dispute.Place, tree *merkle.Tree, data []byte) (dispute.Move, error) {
	if at.Height > 0 {
		leaves := merkle.Chunks(uint64(len(data)))
		return &dispute.Reveal{Hashes: below(leaves, int(at.Height), at.Index, tree.Node)}, nil
	}
	from := at.Index * merkle.ChunkSize
	if from >= uint64(len(data)) {
		return nil, fmt.Errorf("%w: chunk %d of %d bytes", dispute.ErrState, at.Index, len(data))
	}
	return &dispute.Reveal{Chunk: data[from:min(from+merkle.ChunkSize, uint64(len(data)))]}, nil
}
