package player_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/kernel/kerneltest"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/oracle/dispute"
	"github.com/imochain/imod/x/oracle/node/player"
)

var (
	alice   = dispute.Address{1} // defends
	bob     = dispute.Address{2} // challenges
	mallory = dispute.Address{3} // has no part in it
)

func terms() dispute.Terms {
	return dispute.Terms{Clock: 300, Increment: 5, Open: dispute.DefaultOpen, Games: 8}
}

// contestant makes moves.
type contestant interface {
	Move(ctx context.Context, p *dispute.Position) (dispute.Move, error)
}

// arena is a chain with one claim.
type arena struct {
	t      testing.TB
	task   *dispute.Task
	claim  dispute.Claim
	games  map[uint64]*dispute.Game
	kept   map[string][]byte
	height int64

	last   *dispute.Open     // the last proof that was accepted
	before *dispute.Position // the state in which it was
	played []dispute.Move    // all moves that were accepted
}

func newArena(t testing.TB, task *dispute.Task) *arena {
	t.Helper()
	a := &arena{t: t, task: task, games: map[uint64]*dispute.Game{}, kept: map[string][]byte{}, height: 100}
	var err error
	a.claim, err = dispute.NewClaim(7, alice, terms())
	require.NoError(t, err)
	return a
}

func (a *arena) challenge(id uint64, by dispute.Address) {
	a.t.Helper()
	claim, game, err := a.claim.Challenge(id, by, a.height)
	require.NoError(a.t, err)
	a.claim, a.games[id] = claim, &game
}

func (a *arena) position(id uint64) *dispute.Position {
	kept := func(key []byte) ([]byte, error) { return a.kept[string(key)], nil }
	return &dispute.Position{Task: a.task, Claim: &a.claim, Game: a.games[id], Height: a.height, Kept: kept}
}

// play makes a move as a chain does: through its encoding, and the state through its own.
func (a *arena) play(id uint64, by dispute.Address, m dispute.Move) error {
	a.t.Helper()
	b := dispute.Encode(m)
	decoded, err := dispute.DecodeMove(b)
	if err != nil {
		return err
	}
	before, game := a.claim.Encode(), a.games[id].Encode()
	p := a.position(id)
	claim := a.claim
	p.Claim = &claim
	next, err := dispute.Play(p, by, decoded)
	require.Equal(a.t, before, a.claim.Encode(), "the old state never changes")
	require.Equal(a.t, game, a.games[id].Encode())
	if err != nil {
		return err
	}
	a.claim, err = dispute.DecodeClaim(next.Claim.Encode())
	require.NoError(a.t, err)
	require.Equal(a.t, next.Claim.Encode(), a.claim.Encode())
	again, err := dispute.DecodeGame(next.Game.Encode())
	require.NoError(a.t, err)
	require.Equal(a.t, next.Game.Encode(), again.Encode())
	a.games[id] = &again
	if open, ok := decoded.(*dispute.Open); ok {
		a.last, a.before = open, p
	}
	a.played = append(a.played, decoded)
	a.book(id, &next.Effects)
	return nil
}

func (a *arena) book(moved uint64, e *dispute.Effects) {
	for _, k := range e.Keep {
		a.kept[string(k.Key)] = bytes.Clone(k.Value)
	}
	for id, g := range a.games {
		switch {
		case e.Defended && id != moved:
			g.Defended(&a.claim)
		case e.Fallen && id == e.Winner:
			g.Win()
		case e.Fallen:
			g.Dissolve()
		}
	}
}

// by is who is to move.
func (a *arena) by(id uint64) dispute.Address {
	if a.games[id].Mover() == dispute.Defender {
		return alice
	}
	return a.games[id].Challenger
}

// fight plays a game to its end, a block per move, and tells the result. Whoever moves
// wrongly or not at all loses by time; honest is the side that must never do so.
func (a *arena) fight(id uint64, honest dispute.Side, defender, challenger contestant) dispute.Result {
	a.t.Helper()
	for range 300 {
		g := a.games[id]
		if g.Stage == dispute.Over {
			return g.Result
		}
		a.height++
		who := challenger
		if g.Mover() == dispute.Defender {
			who = defender
		}
		m, err := who.Move(a.t.Context(), a.position(id))
		if err == nil && m != nil {
			err = a.play(id, a.by(id), m)
		}
		if g.Mover() == honest {
			require.NoError(a.t, err, "stage %d, %+v", g.Stage, g.Walk)
			require.NotNil(a.t, m, "stage %d", g.Stage)
		}
		if err != nil || m == nil {
			a.height = g.Deadline(a.claim.Terms) + 1
			require.NoError(a.t, a.play(id, mallory, &dispute.Timeout{}))
		}
	}
	a.t.Fatal("the game does not end")
	return 0
}

// silent never moves.
type silent struct{}

func (silent) Move(context.Context, *dispute.Position) (dispute.Move, error) { return nil, nil }

// garbage sends random bytes that happen to be moves, or moves of random content.
type garbage struct{ s *kerneltest.Source }

func (c garbage) Move(_ context.Context, p *dispute.Position) (dispute.Move, error) {
	hashes := func(n int64) []merkle.Hash {
		list := make([]merkle.Hash, n)
		for i := range list {
			list[i] = c.hash()
		}
		return list
	}
	some := make([]byte, c.s.Below(2000))
	for i := range some {
		some[i] = byte(c.s.Next())
	}
	switch p.Game.Stage {
	case dispute.Defending:
		return &dispute.Defend{Trace: c.hash(), Nodes: uint64(c.s.Below(9)), Record: some, Top: hashes(c.s.Below(64))}, nil
	case dispute.Revealing:
		if c.s.Below(2) == 0 {
			return &dispute.Reveal{Hashes: hashes(1 + c.s.Below(64))}, nil
		}
		return &dispute.Reveal{Chunk: some[:min(len(some), 1024)]}, nil
	case dispute.Picking:
		return &dispute.Pick{Child: uint32(c.s.Below(64)), Whole: c.s.Below(2) == 0}, nil
	case dispute.Naming:
		return &dispute.Element{Index: uint64(c.s.Below(300))}, nil
	case dispute.Proving:
		return &dispute.Prove{Commitment: dispute.Commitment(p.Game.ID, p.Game.Challenger, 0, some, merkle.Hash{})}, nil
	default:
		return &dispute.Open{Proof: some}, nil
	}
}

func (c garbage) hash() (h merkle.Hash) {
	for i := 0; i < len(h); i += 4 {
		binary.BigEndian.PutUint32(h[i:], c.s.Next())
	}
	return h
}

// replays sends what others sent in another game.
type replays struct {
	moves []dispute.Move
	s     *kerneltest.Source
}

func (c replays) Move(context.Context, *dispute.Position) (dispute.Move, error) {
	return c.moves[c.s.Below(int64(len(c.moves)))], nil
}

// wanderer is a challenger of a right claim: it goes anywhere, shows the records that are
// wanted, and proves what can be proved there, in any segment.
type wanderer struct {
	player.Challenger
	s *kerneltest.Source
}

var errNowhere = errors.New("nothing to do")

func (w wanderer) Move(ctx context.Context, p *dispute.Position) (dispute.Move, error) {
	g := p.Game
	switch g.Stage {
	case dispute.Picking:
		kept, err := p.Kept(g.Key())
		if err != nil {
			return nil, err
		}
		child := w.s.Below(int64(len(kept) / 32))
		m := &dispute.Pick{Child: uint32(child)}
		if g.Walk.Tree == dispute.Trace && g.Walk.Height <= dispute.Fan {
			entered, err := w.Enter(p.Task.Pipeline, g.Walk.Index<<g.Walk.Height+uint64(child), merkle.Hash(kept[32*child:]))
			if err != nil {
				return nil, err
			}
			entered.Child = m.Child
			if w.s.Below(5) == 0 {
				entered = &dispute.Pick{Child: m.Child, Whole: true}
			}
			return entered, nil
		}
		return m, nil
	case dispute.Naming:
		chunk, err := p.Kept(g.Key())
		if err != nil || len(chunk) == 0 {
			return nil, errNowhere
		}
		size, err := w.Size(ctx, g.Entry)
		if err != nil {
			return nil, err
		}
		return &dispute.Element{Index: (g.Walk.Index*1024 + uint64(w.s.Below(int64(len(chunk))))) / size}, nil
	default:
		return w.Challenger.Move(ctx, p)
	}
}
