package player_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/oracle/dispute"
	"github.com/imochain/imod/x/oracle/node/player"
)

// fork is a copy of a chain, on which one may go another way.
func (a *arena) fork() *arena {
	b := *a
	b.kept, b.games = maps.Clone(a.kept), map[uint64]*dispute.Game{}
	for id, g := range a.games {
		other := *g
		b.games[id] = &other
	}
	return &b
}

// explorer tries all that a side can do against an honest one.
type explorer struct {
	t      *testing.T
	honest dispute.Side
	player contestant
	// options are the moves of the other side that are worth trying.
	options func(a *arena) []dispute.Move
	ends    int
}

// explore goes on from a state for so many moves; then the other side falls silent.
func (e *explorer) explore(a *arena, moves int) {
	g := a.games[1]
	if g.Stage == dispute.Over {
		e.ends++
		if e.honest == dispute.Challenger {
			require.Equal(e.t, dispute.Won, g.Result)
			require.True(e.t, a.claim.Fallen)
			return
		}
		require.Equal(e.t, dispute.Lost, g.Result)
		require.True(e.t, a.claim.Standing())
		require.Zero(e.t, a.claim.Open)
		return
	}
	if g.Mover() == e.honest {
		b := a.fork()
		b.height++
		m, err := e.player.Move(e.t.Context(), b.position(1))
		require.NoError(e.t, err)
		require.NoError(e.t, b.play(1, b.by(1), m))
		e.explore(b, moves-1)
		return
	}
	late := a.fork()
	late.height = g.Deadline(a.claim.Terms) + 1
	m, err := e.player.Move(e.t.Context(), late.position(1))
	require.NoError(e.t, err)
	require.IsType(e.t, &dispute.Timeout{}, m)
	require.NoError(e.t, late.play(1, mallory, m))
	e.explore(late, moves-1)
	if moves <= 0 {
		return
	}
	for _, m := range e.options(a) {
		b := a.fork()
		b.height++
		if b.play(1, b.by(1), m) == nil {
			e.explore(b, moves-1)
		}
	}
}

// tiny is a product of 20 terms, so of two segments, with two elements.
func tiny(t *testing.T) (*player.Run, *dispute.Task) {
	t.Helper()
	s := kerneltest.Source(4)
	c := kerneltest.Case{Node: ir.Node{Kind: ir.Dot}, In: []kernel.Tensor{s.Normal(1, 20), s.Normal(20, 2)}}
	return runBare(t, alone(c, outOf(t, c)))
}

// TestDisputeExhaustive: the honest side wins every game, whatever the other side does in
// each of the first ten moves, and whenever it falls silent.
func TestDisputeExhaustive(t *testing.T) {
	honest, task := tiny(t)
	c := player.Challenger{Run: honest}
	s := kerneltest.Source(6)
	t.Run("as defender", func(t *testing.T) {
		e := &explorer{t: t, honest: dispute.Defender, player: player.Defender{Run: honest}}
		e.options = func(a *arena) (moves []dispute.Move) {
			switch g := a.games[1]; g.Stage {
			case dispute.Picking:
				for child := range uint64(4) {
					moves = append(moves, &dispute.Pick{Child: uint32(child)}, &dispute.Pick{Child: uint32(child), Whole: true})
					if child < honest.Trace.Layout.Entries() {
						m, err := c.Enter(task.Pipeline, child, merkle.Hash{1})
						require.NoError(t, err)
						m.Child = uint32(child)
						moves = append(moves, m)
					}
				}
			case dispute.Naming:
				for i := range uint64(21) {
					moves = append(moves, &dispute.Element{Index: i})
				}
			case dispute.Proving:
				m, err := c.Move(t.Context(), a.position(1))
				if err == nil {
					moves = append(moves, m)
				}
				moves = append(moves, &dispute.Prove{}, &dispute.Timeout{})
			case dispute.Opening:
				p := a.position(1)
				p.Height++
				if m, err := c.Move(t.Context(), p); err == nil {
					moves = append(moves, m)
				}
				moves = append(moves, &dispute.Open{})
			}
			return moves
		}
		a := newArena(t, task)
		a.challenge(1, bob)
		e.explore(a, 10)
		require.Greater(t, e.ends, 100)
	})
	t.Run("as challenger", func(t *testing.T) {
		for entry := range honest.Trace.Layout.Entries() {
			l := outputOnly(t, honest, &s)
			if entry > 0 {
				l = oneBit(t, honest, entry-1, &s)
			}
			wrong := *task
			wrong.Output = l.Output
			e := &explorer{t: t, honest: dispute.Challenger, player: c}
			e.options = func(a *arena) (moves []dispute.Move) {
				g := a.games[1]
				for _, run := range []*player.Run{l.Run, honest} {
					m, err := player.Defender{Run: run}.Move(t.Context(), a.position(1))
					if err != nil || m == nil {
						continue
					}
					moves = append(moves, m)
					r, ok := m.(*dispute.Reveal)
					if !ok || g.Walk.Tree != dispute.Sums {
						continue
					}
					for i := range r.Chunk { // a lie about every byte
						other := &dispute.Reveal{Chunk: append([]byte{}, r.Chunk...)}
						other.Chunk[i] ^= 1 << s.Below(8)
						moves = append(moves, other)
					}
				}
				return append(moves, &dispute.Reveal{Chunk: []byte{1}}, &dispute.Reveal{Hashes: make([]merkle.Hash, 3)}, &dispute.Timeout{})
			}
			a := newArena(t, &wrong)
			a.challenge(1, bob)
			e.explore(a, 10)
			require.GreaterOrEqual(t, e.ends, 3)
		}
	})
}

// FuzzOpen: no bytes convict an honest claim, whatever place is disputed (SAFETY 41, 55).
func FuzzOpen(f *testing.F) {
	var arenas []*arena
	add := func(honest *player.Run, task *dispute.Task, s *kerneltest.Source) {
		for range 6 {
			a := newArena(f, task)
			a.challenge(1, bob)
			a.fight(1, dispute.Defender, player.Defender{Run: honest}, wanderer{player.Challenger{Run: honest}, s})
			if a.last != nil {
				f.Add(uint8(len(arenas)), a.last.Segment, a.last.Proof)
				arenas = append(arenas, a)
			}
		}
	}
	s := kerneltest.Source(2)
	for _, name := range []string{"text, drawn", "text, window", "text, sliding", "image", "classify"} {
		r := small(f)[name]
		honest, task := runModel(f, r.runner, r.input, r.seed)
		add(honest, task, &s)
	}
	f.Fuzz(func(t *testing.T, which uint8, segment uint64, proof []byte) {
		p := *arenas[int(which)%len(arenas)].before
		g := *p.Game
		g.Commitment = dispute.Commitment(g.ID, g.Challenger, segment, proof, merkle.Hash{})
		p.Game = &g
		next, err := dispute.Play(&p, bob, &dispute.Open{Segment: segment, Proof: proof})
		if err == nil && next.Game.Result != dispute.Lost {
			t.Fatalf("convicted an honest trace: entry %d, element %d", g.Entry, g.Element)
		}
	})
}
