package player_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/kernel/kerneltest"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/oracle/dispute"
	"github.com/imochain/imod/x/oracle/node/player"
)

// What was found in the published contracts of ORA's optimistic games, and other known
// attacks: each fails, and costs whoever tries it.

// scene is a request with an honest run and a lie about it.
func scene(t *testing.T, seed uint64) (honest *player.Run, task *dispute.Task, l *lie, s *kerneltest.Source) {
	t.Helper()
	source := kerneltest.Source(seed)
	s = &source
	honest, task = runBare(t, kerneltest.Random(seed, 12))
	return honest, task, oneBit(t, honest, honest.Trace.Layout.Slots-1, s), s
}

// until plays both sides up to a stage, or to the end.
func (a *arena) until(id uint64, stage dispute.Stage, defender, challenger contestant) {
	a.t.Helper()
	for g := a.games[id]; g.Stage != stage && g.Stage != dispute.Over; g = a.games[id] {
		a.height++
		who := challenger
		if g.Mover() == dispute.Defender {
			who = defender
		}
		m, err := who.Move(a.t.Context(), a.position(id))
		require.NoError(a.t, err)
		require.NoError(a.t, a.play(id, a.by(id), m))
	}
}

// A challenger who computed the same trace cannot take anything from an honest claim.
func TestSameTrace(t *testing.T) {
	honest, task, _, s := scene(t, 1)
	a := newArena(t, task)
	a.challenge(1, bob)
	a.until(1, dispute.Picking, player.Defender{Run: honest}, silent{})
	_, err := player.Challenger{Run: honest}.Move(t.Context(), a.position(1))
	require.ErrorIs(t, err, player.ErrAgrees)
	for range 30 {
		upheld(t, honest, task, wanderer{player.Challenger{Run: honest}, s})
	}
}

// What a claim stands for cannot be replaced while it is disputed, by nobody.
func TestOverwrittenResult(t *testing.T) {
	honest, task, l, _ := scene(t, 2)
	task.Output = l.Output
	a := newArena(t, task)
	a.challenge(1, bob)
	m, err := player.Defender{Run: honest}.Move(t.Context(), a.position(1))
	require.NoError(t, err)
	require.ErrorIs(t, a.play(1, alice, m), dispute.ErrDefence, "a trace of another output")
	m, err = l.Move(t.Context(), a.position(1))
	require.NoError(t, err)
	require.ErrorIs(t, a.play(1, mallory, m), dispute.ErrPlayer, "a stranger's trace")
	require.NoError(t, a.play(1, alice, m))
	require.ErrorIs(t, a.play(1, alice, m), dispute.ErrTurn)
	a.challenge(2, mallory)
	require.Equal(t, dispute.Picking, a.games[2].Stage, "the same trace answers every challenge")
	require.ErrorIs(t, a.play(2, alice, m), dispute.ErrTurn)
}

// Nobody leaves a game without losing it, and a claim is not final while one is open.
func TestNoWithdrawal(t *testing.T) {
	honest, task, l, _ := scene(t, 3)
	task.Output = l.Output
	for stage := dispute.Defending; stage <= dispute.Opening; stage++ {
		a := newArena(t, task)
		a.challenge(1, bob)
		c := player.Challenger{Run: honest}
		a.until(1, stage, l, c)
		if a.games[1].Stage == dispute.Over {
			continue // this game did not go there
		}
		require.Equal(t, uint32(1), a.claim.Open)
		mover := a.games[1].Mover()
		a.height = a.games[1].Deadline(a.claim.Terms)
		require.ErrorIs(t, a.play(1, mallory, &dispute.Timeout{}), dispute.ErrTime)
		a.height++
		m, err := map[dispute.Side]contestant{dispute.Challenger: c, dispute.Defender: l}[mover].Move(t.Context(), a.position(1))
		require.NoError(t, err)
		require.ErrorIs(t, a.play(1, a.by(1), m), dispute.ErrClock)
		require.NoError(t, a.play(1, mallory, &dispute.Timeout{}))
		require.Equal(t, map[dispute.Side]dispute.Result{dispute.Challenger: dispute.Lost, dispute.Defender: dispute.Won}[mover], a.games[1].Result)
		require.Equal(t, mover == dispute.Challenger, a.claim.Standing())
		require.Zero(t, a.claim.Open)
	}
}

// No move is taken at another stage than its own: a game cannot be won in one step.
func TestOneStepWin(t *testing.T) {
	honest, task, l, _ := scene(t, 4)
	task.Output = l.Output
	a := newArena(t, task)
	a.challenge(1, bob)
	c := player.Challenger{Run: honest}
	a.fight(1, dispute.Challenger, l, c)
	played := a.played
	b := newArena(t, task)
	b.challenge(1, bob)
	for i, m := range played {
		for j, other := range played {
			if _, reveal := m.(*dispute.Reveal); j > i && dispute.Encode(other)[0] != dispute.Encode(m)[0] && !reveal {
				require.ErrorIs(t, b.play(1, b.by(1), other), dispute.ErrTurn, "%T before %T", other, m)
			}
		}
		b.height++
		require.NoError(t, b.play(1, b.by(1), m))
	}
}

// Layers, chunks, records and proofs of another trace, another model or another game
// are refused.
func TestForeignParts(t *testing.T) {
	honest, task, l, s := scene(t, 5)
	task.Output = l.Output
	otherHonest, otherTask, otherLie, _ := scene(t, 6)
	otherTask.Output = otherLie.Output
	a, b := newArena(t, task), newArena(t, otherTask)
	b.claim.ID = 8
	a.challenge(1, bob)
	b.challenge(2, bob)
	c, d := player.Challenger{Run: honest}, player.Challenger{Run: otherHonest}
	p := a.position(1)
	p.Game = b.games[2]
	_, err := dispute.Play(p, alice, &dispute.Timeout{})
	require.ErrorIs(t, err, dispute.ErrGame)
	for a.games[1].Stage != dispute.Opening {
		for _, m := range []contestant{l, c} {
			foreign, err := garbage{s}.Move(t.Context(), a.position(1))
			require.NoError(t, err)
			switch foreign.(type) {
			case *dispute.Defend, *dispute.Reveal:
				require.Error(t, a.play(1, a.by(1), foreign))
			}
			move, err := m.Move(t.Context(), a.position(1))
			require.NoError(t, err)
			if move != nil && a.games[1].Stage != dispute.Opening {
				a.height++
				require.NoError(t, a.play(1, a.by(1), move))
			}
		}
	}
	b.until(2, dispute.Opening, otherLie, d)
	a.height, b.height = a.height+2, b.height+2
	theirs, err := d.Move(t.Context(), b.position(2))
	require.NoError(t, err)
	require.ErrorIs(t, a.play(1, bob, theirs), dispute.ErrCommitment)
	open, ok := theirs.(*dispute.Open)
	require.True(t, ok)
	a.games[1].Commitment = dispute.Commitment(1, bob, open.Segment, open.Proof, open.Salt)
	require.ErrorIs(t, a.play(1, bob, open), dispute.ErrProof, "a proof about another claim shows nothing")
	require.Equal(t, dispute.Opening, a.games[1].Stage)
}

// The challenger cannot say which program was to run.
func TestProgramOfTheChallenger(t *testing.T) {
	honest, task, _, _ := scene(t, 7)
	foreign, _, _, _ := scene(t, 8)
	a := newArena(t, task)
	a.challenge(1, bob)
	a.until(1, dispute.Picking, player.Defender{Run: honest}, silent{})
	node := honest.Trace.Layout.Slots - 1
	for a.games[1].Walk.Height > dispute.Fan {
		t.Skip("a trace of more layers")
	}
	good, err := player.Challenger{Run: honest}.Enter(task.Pipeline, node, merkle.Hash{1})
	require.NoError(t, err)
	bad, err := player.Challenger{Run: foreign}.Enter(task.Pipeline, foreign.Trace.Layout.Slots-1, merkle.Hash{1})
	require.NoError(t, err)
	for what, m := range map[string]*dispute.Pick{
		"another graph's record": bad,
		"an attribute changed":   {Record: append(append([]byte{}, good.Record[:len(good.Record)-1]...), good.Record[len(good.Record)-1]^1), RecordPath: good.RecordPath},
		"no record":              {},
		"no path":                {Record: good.Record},
	} {
		m.Child = uint32(node)
		require.ErrorIs(t, a.play(1, bob, m), dispute.ErrPick, what)
	}
	good.Child = uint32(node) - 1
	require.ErrorIs(t, a.play(1, bob, good), dispute.ErrPick, "the record of another node")
	good.Child++
	require.NoError(t, a.play(1, bob, good))
}

// Jobs side by side share nothing: what is revealed of one helps nobody in another.
func TestSeveralJobs(t *testing.T) {
	type job struct {
		a      *arena
		lie    *lie
		honest *player.Run
	}
	var jobs []job
	for seed := range uint64(6) {
		honest, task, l, _ := scene(t, 20+seed)
		task.Output = l.Output
		j := job{newArena(t, task), l, honest}
		j.a.claim.ID = seed
		j.a.challenge(seed, bob)
		jobs = append(jobs, j)
	}
	for range 40 {
		for _, j := range jobs {
			id := j.a.claim.ID
			if j.a.games[id].Stage == dispute.Over {
				continue
			}
			for _, other := range jobs { // moves of all the others first
				if len(other.a.played) > 0 && other.a != j.a {
					if m := other.a.played[len(other.a.played)-1]; m != nil {
						switch m.(type) {
						case *dispute.Reveal, *dispute.Defend, *dispute.Open:
							require.Error(t, j.a.play(id, j.a.by(id), m))
						}
					}
				}
			}
			j.a.height++
			who := contestant(player.Challenger{Run: j.honest})
			if j.a.games[id].Mover() == dispute.Defender {
				who = j.lie
			}
			m, err := who.Move(t.Context(), j.a.position(id))
			require.NoError(t, err)
			require.NoError(t, j.a.play(id, j.a.by(id), m))
		}
	}
	for _, j := range jobs {
		require.Equal(t, dispute.Won, j.a.games[j.a.claim.ID].Result)
	}
}

// What is revealed checks itself, so a stranger may help; running values do not, and a
// stranger's would convict a right claim.
func TestStrangersReveals(t *testing.T) {
	s := kerneltest.Source(11)
	for _, c := range kerneltest.All() {
		if c.Name != "dot f32 f32 1" {
			continue
		}
		honest, task := runBare(t, alone(c, outOf(t, c)))
		l := oneBit(t, honest, honest.Trace.Layout.Slots-1, &s)
		task.Output = l.Output
		a := newArena(t, task)
		a.challenge(1, bob)
		for a.games[1].Stage != dispute.Proving {
			a.height++
			who, by := contestant(l), mallory
			if a.games[1].Mover() == dispute.Challenger {
				who, by = player.Challenger{Run: honest}, bob
			}
			m, err := who.Move(t.Context(), a.position(1))
			require.NoError(t, err)
			_, defend := m.(*dispute.Defend)
			if w := a.games[1].Walk; defend || a.games[1].Mover() == dispute.Defender && w.Tree == dispute.Sums {
				require.ErrorIs(t, a.play(1, mallory, m), dispute.ErrPlayer)
				by = alice
			}
			require.NoError(t, a.play(1, by, m))
		}
		require.Equal(t, dispute.Sums, a.games[1].Walk.Tree)
		return
	}
	t.Fatal("no such case")
}
