package dispute

import (
	"encoding/binary"
	"fmt"

	"github.com/imochain/imod/inference/merkle"
)

const chunkSize = merkle.ChunkSize

// tree is the tree that a game walks in: that of a list of entries, or of a tensor.
type tree struct {
	list   bool
	leaves uint64
	dtype  byte // of a tensor, with its shape
	dims   []uint64
	root   Hash // zero of running values before they are revealed
}

// over is the root of the tree with a given top.
func (t tree) over(top Hash) (Hash, error) {
	if t.list {
		return merkle.ListOver(t.leaves, top), nil
	}
	return merkle.TensorOver(t.dtype, t.dims, top)
}

// chunkBytes is the length of a chunk, without padding.
func (t tree) chunkBytes(index uint64) uint64 {
	size, err := merkle.Size(t.dtype, t.dims)
	if err != nil || index*chunkSize >= size {
		return 0
	}
	return min(size-index*chunkSize, chunkSize)
}

func tensorTree(dtype byte, dims []uint64, root Hash) (tree, error) {
	size, err := merkle.Size(dtype, dims)
	if err != nil {
		return tree{}, fmt.Errorf("%w: %w", ErrState, err)
	}
	return tree{leaves: merkle.Chunks(size), dtype: dtype, dims: dims, root: root}, nil
}

// below says which nodes a reveal at a place shows: how many levels lower, the index of
// the first and how many.
func (t tree) below(p Place) (levels int, first, count uint64) {
	levels = min(Fan, int(p.Height))
	level := int(p.Height) - levels
	first = p.Index << levels
	return levels, first, min(merkle.LayerWidth(t.leaves, level)-first, uint64(1)<<levels)
}

// Key names what was or is to be revealed at the place where a game stands, among all of
// the claim: tree, then entry and element where they matter, height and index.
func (g *Game) Key() []byte {
	b := []byte{byte(g.Walk.Tree)}
	if g.Walk.Tree != Trace {
		b = binary.BigEndian.AppendUint64(b, g.Entry)
	}
	if g.Walk.Tree == Sums {
		b = binary.BigEndian.AppendUint64(b, g.Element)
	}
	b = append(b, g.Walk.Height)
	return binary.BigEndian.AppendUint64(b, g.Walk.Index)
}

// atTop reports whether the game stands at the top of a tree.
func (g *Game) atTop(t tree) bool { return int(g.Walk.Height) == merkle.Depth(t.leaves) }

// reveal takes what the defender shows.
func (t *turn) reveal(m *Reveal) error {
	g := &t.next.Game
	if g.Walk.Tree != Trace && g.Walk.Height == 0 {
		if len(m.Hashes) != 0 {
			return fmt.Errorf("%w: %d hashes, a chunk is to be shown", ErrReveal, len(m.Hashes))
		}
		return t.chunk(m.Chunk)
	}
	if len(m.Chunk) != 0 {
		return fmt.Errorf("%w: a chunk of %d bytes, hashes are to be shown", ErrReveal, len(m.Chunk))
	}
	return t.layer(m.Hashes)
}

// reuse answers with what an earlier game has brought to light, if it has.
func (t *turn) reuse() error {
	value, err := t.Kept(t.next.Game.Key())
	if err != nil || value == nil {
		return err
	}
	if t.next.Game.Walk.Tree != Trace && t.next.Game.Walk.Height == 0 {
		return t.chunk(value)
	}
	hashes, err := split(value)
	if err != nil {
		return err
	}
	return t.layer(hashes)
}

// layer takes the nodes below the place where the game stands.
func (t *turn) layer(hashes []Hash) error {
	g := &t.next.Game
	tr, err := t.tree()
	if err != nil {
		return err
	}
	levels, _, count := tr.below(g.Walk)
	if uint64(len(hashes)) != count {
		return fmt.Errorf("%w: %d hashes, wanted %d", ErrReveal, len(hashes), count)
	}
	level := int(g.Walk.Height) - levels
	nodes := hashes
	if g.Walk.Tree == Trace && level == 0 {
		nodes = make([]Hash, len(hashes))
		for i, item := range hashes {
			nodes[i] = merkle.ItemHash(item)
		}
	}
	top, err := merkle.Subtree(nodes, level, levels)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrReveal, err)
	}
	if err := t.matches(tr, top); err != nil {
		return err
	}
	t.keep(join(hashes))
	g.Stage = Picking
	return nil
}

// chunk takes the bytes of the leaf where the game stands.
func (t *turn) chunk(b []byte) error {
	g := &t.next.Game
	tr, err := t.tree()
	if err != nil {
		return err
	}
	if want := tr.chunkBytes(g.Walk.Index); uint64(len(b)) != want {
		return fmt.Errorf("%w: chunk of %d bytes, wanted %d", ErrReveal, len(b), want)
	}
	if err := t.matches(tr, merkle.LeafHash(b)); err != nil {
		return err
	}
	t.keep(b)
	if g.Stage = Naming; g.Walk.Tree == Sums {
		g.Stage = Proving
	}
	return nil
}

// matches compares a computed node with the one where the game stands.
func (t *turn) matches(tr tree, node Hash) error {
	g := &t.next.Game
	want := g.Node
	if g.atTop(tr) {
		var err error
		if node, err = tr.over(node); err != nil {
			return fmt.Errorf("%w: %w", ErrState, err)
		}
		if want = tr.root; g.Walk.Tree == Sums {
			g.Sums, want = node, node // this is the word of the defender
		}
	}
	if node != want {
		return fmt.Errorf("%w: it gives %x, wanted %x", ErrReveal, node, want)
	}
	return nil
}

func (t *turn) keep(value []byte) {
	t.next.Keep = append(t.next.Keep, Kept{Key: t.next.Game.Key(), Value: value})
}

func join(hashes []Hash) []byte {
	b := make([]byte, 0, len(hashes)*len(Hash{}))
	for i := range hashes {
		b = append(b, hashes[i][:]...)
	}
	return b
}

func split(b []byte) ([]Hash, error) {
	if len(b)%len(Hash{}) != 0 || len(b) > Width*len(Hash{}) {
		return nil, fmt.Errorf("%w: %d bytes are no layer", ErrState, len(b))
	}
	hashes := make([]Hash, len(b)/len(Hash{}))
	for i := range hashes {
		copy(hashes[i][:], b[i*len(Hash{}):])
	}
	return hashes, nil
}
