package player

import (
	"fmt"

	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/step"
	"github.com/imochain/imod/x/oracle/dispute"
)

// view is a tree of the defender as far as one knows it: what was revealed on the way of
// the game, and everywhere else one's own, which left of the way is the same.
type view struct {
	leaves uint64
	list   bool // of a list: the leaves are hashed items
	own    func(level int, index uint64) merkle.Hash
	known  map[node]merkle.Hash
	chunks map[uint64][]byte // revealed leaves of a tensor
}

type node struct {
	level int
	index uint64
}

// newView reads what was revealed on the way to a leaf.
func newView(p *dispute.Position, g dispute.Game, leaves, leaf uint64, own func(int, uint64) merkle.Hash) (*view, error) {
	v := &view{leaves: leaves, list: g.Walk.Tree == dispute.Trace, own: own, known: map[node]merkle.Hash{}, chunks: map[uint64][]byte{}}
	for height := merkle.Depth(leaves); height > 0; height -= min(dispute.Fan, height) {
		g.Walk.Height, g.Walk.Index = uint8(height), leaf>>height
		hashes, err := layer(p, &g)
		if err != nil {
			return nil, err
		}
		v.add(height-min(dispute.Fan, height), g.Walk.Index<<min(dispute.Fan, height), hashes)
	}
	if v.list {
		return v, nil
	}
	g.Walk.Height, g.Walk.Index = 0, leaf
	chunk, err := p.Kept(g.Key())
	if err != nil {
		return nil, err
	}
	if chunk == nil {
		return nil, fmt.Errorf("%w: chunk %d is not revealed", dispute.ErrState, leaf)
	}
	v.chunks[leaf] = chunk
	v.known[node{0, leaf}] = merkle.LeafHash(chunk)
	return v, nil
}

// layer is what was revealed where a game stands.
func layer(p *dispute.Position, g *dispute.Game) ([]merkle.Hash, error) {
	b, err := p.Kept(g.Key())
	if err != nil {
		return nil, err
	}
	if len(b) == 0 || len(b)%len(merkle.Hash{}) != 0 {
		return nil, fmt.Errorf("%w: nothing is revealed at %v", dispute.ErrState, g.Walk)
	}
	hashes := make([]merkle.Hash, len(b)/len(merkle.Hash{}))
	for i := range hashes {
		copy(hashes[i][:], b[i*len(merkle.Hash{}):])
	}
	return hashes, nil
}

// add takes a layer, and all nodes that follow from it.
func (v *view) add(level int, first uint64, hashes []merkle.Hash) {
	for i, h := range hashes {
		if v.list && level == 0 {
			h = merkle.ItemHash(h)
		}
		v.known[node{level, first + uint64(i)}] = h
	}
	for n := uint64(len(hashes)); n > 1; {
		level, first, n = level+1, first>>1, (n+1)/2
		for i := range n {
			at := first + i
			left, right := v.node(level-1, 2*at), v.node(level-1, 2*at+1)
			// One level higher: both children are known, or empty.
			h, err := merkle.Subtree([]merkle.Hash{left, right}, level-1, 1)
			if err == nil {
				v.known[node{level, at}] = h
			}
		}
	}
}

// node is a node of the defender's tree.
func (v *view) node(level int, index uint64) merkle.Hash {
	if h, ok := v.known[node{level, index}]; ok {
		return h
	}
	return v.own(level, index)
}

// Path implements trace.Paths.
func (v *view) Path(leaf uint64) ([]merkle.Hash, error) {
	return merkle.Siblings(v.leaves, []uint64{leaf}, v.node)
}

// shown is a tensor of the defender of which some chunks are revealed; the others that
// are asked for lie left of them and are one's own.
type shown struct {
	*view
	mine *step.Data
}

// Chunk implements step.Tensor.
func (s shown) Chunk(index uint64) ([]byte, error) {
	if b, ok := s.chunks[index]; ok {
		return b, nil
	}
	return s.mine.Chunk(index)
}

// Siblings implements step.Tensor.
func (s shown) Siblings(chunks []uint64) ([]merkle.Hash, error) {
	return merkle.Siblings(s.leaves, chunks, s.node)
}
