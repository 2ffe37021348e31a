package player_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/oracle/dispute"
	"github.com/imochain/imod/x/oracle/node/player"
)

// liar is a model that says something else about some values.
type liar struct {
	player.Model
	stride uint64
	values map[uint64]kernel.Tensor // by entry
	like   map[uint64]uint64        // entries that have another's value
}

func (l *liar) Value(ctx context.Context, input []byte, seed, at, slot uint64) (kernel.Tensor, error) {
	entry := at*l.stride + slot
	if other, ok := l.like[entry]; ok {
		entry = other
	}
	if v, ok := l.values[entry]; ok {
		return v, nil
	}
	at, slot = entry/l.stride, entry%l.stride
	return l.Model.Value(ctx, input, seed, at, slot)
}

// lie is a claim with another output, and the false trace that stands behind it.
type lie struct {
	player.Defender
	what string
	s    *kerneltest.Source
	sums bool // lies about running values too
}

// Move is that of a defender who plays on, whatever the trace holds.
func (l lie) Move(ctx context.Context, p *dispute.Position) (dispute.Move, error) {
	m, err := l.Defender.Move(ctx, p)
	r, ok := m.(*dispute.Reveal)
	if err != nil || !ok || !l.sums || p.Game.Walk.Tree != dispute.Sums {
		return m, err
	}
	// Of running values in one chunk everything from some byte on is false.
	if r.Chunk != nil && int(p.Game.Walk.Height) == 0 && p.Game.Sums == (merkle.Hash{}) {
		r.Chunk = bytes.Clone(r.Chunk)
		for i := l.s.Below(int64(len(r.Chunk))); i < int64(len(r.Chunk)); i++ {
			r.Chunk[i] ^= byte(l.s.Next()) | 1
		}
	}
	return r, nil
}

// forge makes a false run from an honest one. Change alters the entries of the trace and
// the values behind them; the output is another one in any case.
func forge(t testing.TB, honest *player.Run, s *kerneltest.Source, what string, change func(list []merkle.Hash, m *liar)) *lie {
	t.Helper()
	l := honest.Trace.Layout
	m := &liar{honest.Model, l.Slots + l.Written, map[uint64]kernel.Tensor{}, map[uint64]uint64{}}
	list := items(honest.Trace)
	out := bytes.Clone(honest.OutputBytes)
	if len(out) == 0 || s.Below(3) == 0 {
		out = append(out, 'x')
	} else {
		out[s.Below(int64(len(out)))] ^= 1 << s.Below(8)
	}
	run := *honest
	run.Model = m
	run.OutputBytes, run.Output = out, merkle.BytesRoot(out)
	list[len(list)-1] = run.Output
	change(list, m)
	run.Trace = traceOf(t, l, list)
	return &lie{Defender: player.Defender{Run: &run}, what: what, s: s, sums: s.Below(2) == 0}
}

// flip changes one bit of a tensor.
func flip(x kernel.Tensor, s *kerneltest.Source) kernel.Tensor {
	c := x.Clone()
	i := s.Below(int64(x.Len()))
	bit := s.Below(8 * x.DType.Size())
	switch x.DType {
	case ir.F32:
		c.F32[i] = math.Float32frombits(math.Float32bits(c.F32[i]) ^ 1<<bit)
	case ir.I32:
		c.I32[i] ^= 1 << bit
	case ir.I64:
		c.I64[i] ^= 1 << bit
	case ir.I8:
		c.I8[i] ^= 1 << bit
	default:
		c.U8[i] ^= 1 << bit
	}
	return c
}

// oneBit lies about one bit of one value, and says the truth about all that follows.
func oneBit(t testing.TB, honest *player.Run, entry uint64, s *kerneltest.Source) *lie {
	t.Helper()
	at, slot := honest.Trace.Layout.Split(entry)
	x, err := honest.Model.Value(t.Context(), honest.Input, honest.Seed, at, slot)
	require.NoError(t, err)
	return forge(t, honest, s, "one bit", func(list []merkle.Hash, m *liar) {
		m.values[entry] = flip(x, s)
		list[entry] = rootOf(t, m.values[entry])
	})
}

// longer says that a value has an element more.
func longer(t testing.TB, honest *player.Run, entry uint64, s *kerneltest.Source) *lie {
	t.Helper()
	at, slot := honest.Trace.Layout.Split(entry)
	x, err := honest.Model.Value(t.Context(), honest.Input, honest.Seed, at, slot)
	require.NoError(t, err)
	return forge(t, honest, s, "wrong length", func(list []merkle.Hash, m *liar) {
		m.values[entry] = kernel.New(ir.TensorDecl{DType: x.DType, Shape: []int64{int64(x.Len()) + 1}})
		list[entry] = rootOf(t, m.values[entry])
	})
}

// padded fills the padding of the last chunk of a value.
func padded(t testing.TB, honest *player.Run, entry uint64, s *kerneltest.Source) *lie {
	t.Helper()
	at, slot := honest.Trace.Layout.Split(entry)
	x, err := honest.Model.Value(t.Context(), honest.Input, honest.Seed, at, slot)
	require.NoError(t, err)
	data := x.AppendBytes(nil)
	chunks := merkle.Chunks(uint64(len(data)))
	full := make([]byte, chunks*merkle.ChunkSize)
	full[copy(full, data)%len(full)] ^= 1 // of a full chunk it is data
	leaves := make([]merkle.Hash, chunks)
	for i := range leaves {
		leaves[i] = merkle.LeafHash(full[i*merkle.ChunkSize : (i+1)*merkle.ChunkSize])
	}
	tree, err := merkle.Subtree(leaves, 0, merkle.Depth(chunks))
	require.NoError(t, err)
	root, err := merkle.TensorOver(byte(x.DType), shape(x.Decl()).Dims, tree)
	require.NoError(t, err)
	return forge(t, honest, s, "padding", func(list []merkle.Hash, _ *liar) { list[entry] = root })
}

// outputOnly has an honest trace up to the output.
func outputOnly(t testing.TB, honest *player.Run, s *kerneltest.Source) *lie {
	t.Helper()
	return forge(t, honest, s, "output", func([]merkle.Hash, *liar) {})
}

// junk has a trace of random roots.
func junk(t testing.TB, honest *player.Run, s *kerneltest.Source) *lie {
	t.Helper()
	return forge(t, honest, s, "junk", func(list []merkle.Hash, _ *liar) {
		for i := s.Below(int64(len(list))); i < int64(len(list))-1; i++ {
			binary.BigEndian.PutUint32(list[i][:], s.Next())
		}
	})
}

// stopped lies about how many steps a text took: by one less, by one more, by a single
// value that is missing or there without need.
func stopped(t testing.TB, honest *player.Run, s *kerneltest.Source) []*lie {
	t.Helper()
	l := honest.Trace.Layout
	stride := l.Slots + l.Written
	taken := uint64(0)
	for taken < l.Steps && honest.Trace.Item(taken*stride) != (merkle.Hash{}) {
		taken++
	}
	var lies []*lie
	add := func(what string, change func(list []merkle.Hash, m *liar)) {
		lies = append(lies, forge(t, honest, s, what, change))
	}
	if taken > 1 {
		last := (taken - 1) * stride
		add("a step less", func(list []merkle.Hash, m *liar) {
			clear(list[last : last+l.Slots])
			for i := taken - 1; i < l.Steps; i++ {
				list[i*stride+l.Slots] = list[(taken-2)*stride+l.Slots]
				m.like[i*stride+l.Slots] = last - 1
			}
		})
	}
	add("a value is missing", func(list []merkle.Hash, _ *liar) {
		list[(taken-1)*stride+uint64(s.Below(int64(l.Slots)))] = merkle.Hash{}
	})
	if taken < l.Steps {
		next := taken * stride
		add("a step more", func(list []merkle.Hash, m *liar) {
			copy(list[next:next+l.Slots], list[next-stride:])
			for slot := range l.Slots {
				m.like[next+slot] = next - stride + slot
			}
		})
		slot := uint64(s.Below(int64(l.Slots)))
		add("a value without need", func(list []merkle.Hash, m *liar) {
			list[next+slot], m.like[next+slot] = list[next-stride+slot], next-stride+slot
		})
	}
	add("a step writes nothing", func(list []merkle.Hash, _ *liar) {
		list[uint64(s.Below(int64(l.Steps)))*stride+l.Slots] = merkle.Hash{}
	})
	return lies
}
