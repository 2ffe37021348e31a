package player

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/step"
	"github.com/imochain/imod/inference/step/frame"
	"github.com/imochain/imod/x/oracle/dispute"
)

// ErrAgrees says that the defender's trace is one's own, so that there is nothing to win.
var ErrAgrees = errors.New("the trace is the same as one's own")

// Challenger plays against a claim whose output differs from its own run's.
type Challenger struct {
	*Run
	// Secret hides proofs until they are opened. It must stay the same from the
	// commitment to the opening.
	Secret [32]byte
}

// Move is the challenger's next move; nil if it has none to make now.
func (c Challenger) Move(ctx context.Context, p *dispute.Position) (dispute.Move, error) {
	switch g := p.Game; {
	case overdue(p, dispute.Defender):
		return &dispute.Timeout{}, nil
	case g.Stage == dispute.Picking && g.Walk.Tree == dispute.Trace:
		return c.pickEntry(p)
	case g.Stage == dispute.Picking:
		return c.pickChunk(ctx, p)
	case g.Stage == dispute.Naming:
		return c.name(ctx, p)
	case g.Stage == dispute.Proving:
		open, err := c.prove(ctx, p)
		if err != nil {
			return nil, err
		}
		return &dispute.Prove{Commitment: dispute.Commitment(g.ID, g.Challenger, open.Segment, open.Proof, open.Salt)}, nil
	case g.Stage == dispute.Opening && p.Height > g.At:
		return c.prove(ctx, p)
	default:
		return none()
	}
}

// pickEntry goes to the first child in the trace that differs.
func (c Challenger) pickEntry(p *dispute.Position) (dispute.Move, error) {
	hashes, err := layer(p, p.Game)
	if err != nil {
		return nil, err
	}
	height := int(p.Game.Walk.Height)
	levels := min(dispute.Fan, height)
	first, level := p.Game.Walk.Index<<levels, height-levels
	for i, h := range hashes {
		at := first + uint64(i)
		if level > 0 {
			if h != c.Trace.Node(level, at) {
				return &dispute.Pick{Child: uint32(i)}, nil
			}
			continue
		}
		if h != c.Trace.Item(at) {
			m, err := c.enter(p.Task.Pipeline, at, h)
			if err != nil {
				return nil, err
			}
			m.Child = uint32(i)
			return m, nil
		}
	}
	return nil, ErrAgrees
}

// enter says how an entry is disputed: as a whole where a value is missing, or the raw
// output has no elements of its own, else by its elements.
func (c Challenger) enter(p descriptor.Pipeline, at uint64, theirs merkle.Hash) (*dispute.Pick, error) {
	e := c.entry(at)
	whole := e.Kind == frame.Output && (p.Kind() == descriptor.KindClassify || p.Kind() == descriptor.KindText)
	if whole || theirs == (merkle.Hash{}) || c.Trace.Item(at) == (merkle.Hash{}) {
		return &dispute.Pick{Whole: true}, nil
	}
	m := &dispute.Pick{}
	var err error
	switch e.Kind {
	case frame.Node:
		m.Record, m.RecordPath, err = c.record(e.Slot - uint64(len(c.Model.Graph().Inputs)))
	case frame.Input:
		m.Record, m.RecordPath, err = c.header()
	}
	return m, err
}

// header is the graph's, with its path.
func (r *Run) header() ([]byte, []merkle.Hash, error) {
	items, err := merkle.NewListTree(r.Model.Graph().Items())
	if err != nil {
		return nil, nil, err
	}
	path, err := items.Path(0)
	return r.Model.Graph().Header(), path, err
}

// record is a node's, with its path.
func (r *Run) record(node uint64) ([]byte, []merkle.Hash, error) {
	items, err := merkle.NewListTree(r.Model.Graph().Items())
	if err != nil {
		return nil, nil, err
	}
	if node >= uint64(len(r.Model.Graph().Nodes)) {
		return nil, nil, fmt.Errorf("%w: node %d", dispute.ErrState, node)
	}
	rec := r.Model.Graph().Record(int(node))
	path, err := items.Path(node + 1)
	return rec.Encode(), path, err
}

// pickChunk goes to the first child in a tensor that differs. Running values may all be
// right: then the last ones lead to the element itself.
func (c Challenger) pickChunk(ctx context.Context, p *dispute.Position) (dispute.Move, error) {
	g := p.Game
	hashes, err := layer(p, g)
	if err != nil {
		return nil, err
	}
	tree, err := c.mine(ctx, g)
	if err != nil {
		return nil, err
	}
	levels := min(dispute.Fan, int(g.Walk.Height))
	first, level := g.Walk.Index<<levels, int(g.Walk.Height)-levels
	for i, h := range hashes {
		if h != tree.Node(level, first+uint64(i)) {
			return &dispute.Pick{Child: uint32(i)}, nil
		}
	}
	if g.Walk.Tree == dispute.Sums {
		return &dispute.Pick{Child: uint32(len(hashes) - 1)}, nil
	}
	return nil, ErrAgrees
}

// mine is one's own tree of what the game walks in.
func (c Challenger) mine(ctx context.Context, g *dispute.Game) (*step.Data, error) {
	if g.Walk.Tree == dispute.Sums {
		_, tree, err := c.sums(ctx, g.Entry, g.Element)
		return tree, err
	}
	_, tree, err := c.data(ctx, g.Entry)
	return tree, err
}

// name finds the first element that differs in the revealed chunk.
func (c Challenger) name(ctx context.Context, p *dispute.Position) (dispute.Move, error) {
	g := p.Game
	theirs, err := p.Kept(g.Key())
	if err != nil {
		return nil, err
	}
	t, tree, err := c.data(ctx, g.Entry)
	if err != nil {
		return nil, err
	}
	ours, err := tree.Chunk(g.Walk.Index)
	if err != nil {
		return nil, err
	}
	i, ok := firstDifference(theirs, ours)
	if !ok {
		return nil, ErrAgrees
	}
	return &dispute.Element{Index: (g.Walk.Index*merkle.ChunkSize + uint64(i)) / uint64(t.DType.Size())}, nil
}

// firstDifference is the index of the first byte in which two chunks differ.
func firstDifference(a, b []byte) (int, bool) {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i, true
		}
	}
	return 0, false
}

// salt follows from secret, game and proof: a restart finds it again.
func (c Challenger) salt(game, segment uint64, proof []byte) merkle.Hash {
	b := append([]byte("imod/dispute/salt/v1"), c.Secret[:]...)
	b = binary.BigEndian.AppendUint64(b, game)
	b = binary.BigEndian.AppendUint64(b, segment)
	return sha256.Sum256(append(b, proof...))
}
