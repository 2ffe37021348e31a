package player_test

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/step"
	"github.com/imochain/imod/x/oracle/dispute"
	"github.com/imochain/imod/x/oracle/node/player"
)

// thorough is how many times as much is tried as in the gate.
var thorough = flag.Int("thorough", 0, "corruptions of every model and operator, in place of a few")

// convicted plays the honest challenger against a lie and wants it to fall. It returns the
// arena for figures.
func convicted(t testing.TB, honest *player.Run, task dispute.Task, l *lie) *arena {
	t.Helper()
	task.Output = l.Output
	a := newArena(t, &task)
	a.challenge(1, bob)
	got := a.fight(1, dispute.Challenger, l, player.Challenger{Run: honest, Secret: [32]byte{9}})
	require.Equal(t, dispute.Won, got, "%s", l.what)
	require.True(t, a.claim.Fallen)
	return a
}

// upheld plays the honest defender against a challenger and wants the claim to stand.
func upheld(t testing.TB, honest *player.Run, task *dispute.Task, challenger contestant) *arena {
	t.Helper()
	a := newArena(t, task)
	a.challenge(1, bob)
	got := a.fight(1, dispute.Defender, player.Defender{Run: honest}, challenger)
	require.Equal(t, dispute.Lost, got)
	require.True(t, a.claim.Standing())
	require.Zero(t, a.claim.Open)
	return a
}

// opponents are challengers of a right claim.
func opponents(honest *player.Run, a *arena, s *kerneltest.Source) []contestant {
	return []contestant{
		silent{}, garbage{s}, wanderer{player.Challenger{Run: honest}, s}, wanderer{player.Challenger{Run: honest}, s}, replays{a.played, s},
	}
}

// both plays a request from both sides.
func both(t testing.TB, honest *player.Run, task *dispute.Task, lies []*lie, s *kerneltest.Source) {
	t.Helper()
	var a *arena
	for _, l := range lies {
		a = convicted(t, honest, *task, l)
		require.LessOrEqual(t, a.games[1].Moves, uint32(23))
		if a.last != nil {
			require.LessOrEqual(t, len(a.last.Proof), step.MaxProof)
		}
	}
	for _, c := range opponents(honest, a, s) {
		upheld(t, honest, task, c)
	}
	wrong := *task
	wrong.Output[0] ^= 1
	for _, d := range []contestant{silent{}, garbage{s}, replays{a.played, s}} {
		b := newArena(t, &wrong)
		b.challenge(1, bob)
		require.Equal(t, dispute.Won, b.fight(1, dispute.Challenger, d, player.Challenger{Run: honest}))
	}
}

// somewhere draws an entry that has a value.
func somewhere(honest *player.Run, s *kerneltest.Source) uint64 {
	for {
		e := uint64(s.Below(int64(honest.Trace.Layout.Entries()) - 1))
		if honest.Trace.Item(e) != (merkle.Hash{}) {
			return e
		}
	}
}

// corruptions are random lies of every kind at random places.
func corruptions(t testing.TB, honest *player.Run, s *kerneltest.Source, n int) []*lie {
	t.Helper()
	lies := []*lie{outputOnly(t, honest, s), junk(t, honest, s)}
	for range n {
		lies = append(lies, oneBit(t, honest, somewhere(honest, s), s), longer(t, honest, somewhere(honest, s), s), padded(t, honest, somewhere(honest, s), s))
	}
	return lies
}

// TestHonestWinsOperators: for every kind of node, function and type, and for random graphs.
func TestHonestWinsOperators(t *testing.T) {
	s := kerneltest.Source(3)
	for i, c := range kerneltest.All() {
		if *thorough == 0 && i%7 != 0 {
			continue
		}
		out, err := kernel.Exec(&c.Node, c.In)
		require.NoError(t, err)
		honest, task := runBare(t, alone(c, out.Decl()))
		both(t, honest, task, corruptions(t, honest, &s, 1+*thorough), &s)
	}
	for seed := range uint64(10 + 100**thorough) {
		s := kerneltest.Source(seed)
		honest, task := runBare(t, kerneltest.Random(seed, 12))
		both(t, honest, task, corruptions(t, honest, &s, 2+*thorough), &s)
	}
}

// TestHonestWinsEverywhere: one bit in every value of a random graph.
func TestHonestWinsEverywhere(t *testing.T) {
	for seed := range uint64(2 + 30**thorough) {
		s := kerneltest.Source(seed)
		honest, task := runBare(t, kerneltest.Random(seed, 30))
		for entry := range honest.Trace.Layout.Entries() - 1 {
			convicted(t, honest, *task, oneBit(t, honest, entry, &s))
		}
	}
}
