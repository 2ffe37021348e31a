package player_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
	"github.com/imochain/imod/x/oracle/dispute"
	"github.com/imochain/imod/x/oracle/node/player"
)

func outOf(t *testing.T, c kerneltest.Case) ir.TensorDecl {
	t.Helper()
	out, err := kernel.Exec(&c.Node, c.In)
	require.NoError(t, err)
	return out.Decl()
}

// Both sides move in the last block that they have: nobody is sniped, and the game ends
// within two clocks and an increment for each move.
func TestLastBlock(t *testing.T) {
	honest, task, l, _ := scene(t, 30)
	task.Output = l.Output
	a := newArena(t, task)
	start := a.height
	a.challenge(1, bob)
	for a.games[1].Stage != dispute.Over {
		g := a.games[1]
		d := g.Deadline(a.claim.Terms)
		require.GreaterOrEqual(t, d-a.height, int64(a.claim.Terms.Increment))
		a.height = d
		require.ErrorIs(t, a.play(1, mallory, &dispute.Timeout{}), dispute.ErrTime)
		who := contestant(player.Challenger{Run: honest})
		if g.Mover() == dispute.Defender {
			who = l
		}
		m, err := who.Move(t.Context(), a.position(1))
		require.NoError(t, err)
		require.NoError(t, a.play(1, a.by(1), m))
	}
	require.Equal(t, dispute.Won, a.games[1].Result)
	bound := 2*a.claim.Terms.Clock + uint64(a.games[1].Moves)*a.claim.Terms.Increment + a.claim.Terms.Open
	require.LessOrEqual(t, uint64(a.height-start), bound)
}

// A proof is opened neither in the block of its commitment nor after its time.
func TestOpeningTime(t *testing.T) {
	honest, task, l, _ := scene(t, 31)
	task.Output = l.Output
	for _, wait := range []int64{0, dispute.DefaultOpen + 1, dispute.DefaultOpen} {
		a := newArena(t, task)
		a.challenge(1, bob)
		c := player.Challenger{Run: honest}
		a.until(1, dispute.Opening, l, c)
		p := a.position(1)
		p.Height++
		open, err := c.Move(t.Context(), p)
		require.NoError(t, err)
		a.height += wait
		switch wait {
		case 0:
			require.ErrorIs(t, a.play(1, bob, open), dispute.ErrTurn)
		case dispute.DefaultOpen:
			require.NoError(t, a.play(1, bob, open))
			require.True(t, a.claim.Fallen)
		default:
			require.ErrorIs(t, a.play(1, bob, open), dispute.ErrClock)
			require.NoError(t, a.play(1, mallory, &dispute.Timeout{}))
			require.True(t, a.claim.Standing())
			require.Empty(t, a.claim.Commits)
		}
	}
}

// The defender challenges itself and loses on purpose: the claim is not confirmed by that,
// and another challenger brings it down.
func TestSelfChallenge(t *testing.T) {
	honest, task, l, _ := scene(t, 32)
	task.Output = l.Output
	a := newArena(t, task)
	a.challenge(1, alice)
	require.Equal(t, dispute.Lost, a.fight(1, dispute.Nobody, l, silent{}))
	require.True(t, a.claim.Standing())
	a.challenge(2, bob)
	require.Equal(t, dispute.Won, a.fight(2, dispute.Challenger, l, player.Challenger{Run: honest}))
}

// Two games about one claim: the defence answers both, what is revealed in one need not be
// revealed in the other, and the earliest commitment that is opened in time wins,
// whichever proof is seen first.
func TestTwoGames(t *testing.T) {
	honest, task, l, _ := scene(t, 33)
	task.Output = l.Output
	carol := dispute.Address{4}
	c := player.Challenger{Run: honest, Secret: [32]byte{1}}
	play := func(a *arena, id uint64) error {
		m, err := c.Move(t.Context(), a.position(id))
		require.NoError(t, err)
		return a.play(id, a.games[id].Challenger, m)
	}
	ready := func() *arena {
		a := newArena(t, task)
		a.challenge(1, bob)
		a.challenge(2, carol)
		a.until(1, dispute.Proving, l, c)
		require.Equal(t, dispute.Picking, a.games[2].Stage, "defended too")
		before := len(a.played)
		a.until(2, dispute.Proving, silent{}, c) // all is revealed already
		for _, m := range a.played[before:] {
			_, reveal := m.(*dispute.Reveal)
			require.False(t, reveal)
		}
		require.NoError(t, play(a, 2)) // carol commits first
		a.height++
		require.NoError(t, play(a, 1))
		a.height++
		require.NoError(t, play(a, 1)) // bob opens first
		require.False(t, a.claim.Standing())
		require.False(t, a.claim.Fallen)
		require.Equal(t, dispute.Waiting, a.games[1].Stage)
		_, _, err := a.claim.Challenge(3, mallory, a.height)
		require.ErrorIs(t, err, dispute.ErrFallen)
		_, _, err = dispute.Settle(&a.claim, a.claim.SettleAt-1)
		require.ErrorIs(t, err, dispute.ErrTime)
		return a
	}
	a := ready()
	a.height = a.claim.SettleAt - 1
	require.NoError(t, play(a, 2))
	require.True(t, a.claim.Fallen)
	require.Equal(t, dispute.Won, a.games[2].Result)
	require.Equal(t, dispute.Dissolved, a.games[1].Result)

	a = ready()
	a.height = a.claim.SettleAt
	m, err := c.Move(t.Context(), a.position(2))
	require.NoError(t, err)
	require.ErrorIs(t, a.play(2, carol, m), dispute.ErrFallen, "too late")
	claim, e, err := dispute.Settle(&a.claim, a.height)
	require.NoError(t, err)
	a.claim = claim
	a.book(0, &e)
	require.Equal(t, dispute.Won, a.games[1].Result)
	require.Equal(t, dispute.Dissolved, a.games[2].Result)
	_, _, err = dispute.Settle(&a.claim, a.height)
	require.ErrorIs(t, err, dispute.ErrState)
}

// A defender who loses an accomplice's game by time does not overtake a commitment.
func TestTimeoutDoesNotOvertake(t *testing.T) {
	honest, task, l, _ := scene(t, 34)
	task.Output = l.Output
	a := newArena(t, task)
	c := player.Challenger{Run: honest}
	a.challenge(1, bob)
	a.until(1, dispute.Picking, l, c)
	a.challenge(2, mallory)
	// The accomplice goes elsewhere, where the defender falls silent.
	m, err := c.Enter(task.Pipeline, 0, a.claim.Defence.Trace)
	require.NoError(t, err)
	require.NoError(t, a.play(2, mallory, m))
	require.Equal(t, dispute.Revealing, a.games[2].Stage)
	a.until(1, dispute.Proving, l, c)
	a.height = a.games[2].Deadline(a.claim.Terms) - 1
	move := func() {
		m, err := c.Move(t.Context(), a.position(1))
		require.NoError(t, err)
		require.NoError(t, a.play(1, bob, m))
	}
	move()
	a.height += 2
	require.NoError(t, a.play(2, mallory, &dispute.Timeout{}))
	require.False(t, a.claim.Fallen)
	move()
	require.Equal(t, dispute.Won, a.games[1].Result)
	require.Equal(t, dispute.Dissolved, a.games[2].Result)
}

// Games about one claim are bounded.
func TestGamesAreBounded(t *testing.T) {
	_, task, _, _ := scene(t, 35)
	a := newArena(t, task)
	for i := range a.claim.Terms.Games {
		a.challenge(uint64(i), mallory)
	}
	_, _, err := a.claim.Challenge(99, bob, a.height)
	require.ErrorIs(t, err, dispute.ErrTooMany)
	require.ErrorContains(t, err, "has 8, allowed are 8")
}
