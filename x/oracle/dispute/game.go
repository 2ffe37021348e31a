package dispute

import (
	"fmt"

	"github.com/imochain/imod/inference/merkle"
)

// Stage says what is due in a game, and so who is to move.
type Stage uint8

// Stages; codes are part of the encoding.
const (
	Defending Stage = 1 // defender: Defend
	Picking   Stage = 2 // challenger: Pick one of the hashes revealed below Walk
	Revealing Stage = 3 // for the defender: Reveal what is below Walk
	Naming    Stage = 4 // challenger: Element of the revealed chunk
	Proving   Stage = 5 // challenger: Commit
	Opening   Stage = 6 // challenger: Open, from the block after the commitment on
	Waiting   Stage = 7 // nobody: it has won unless an earlier commitment does
	Over      Stage = 8
)

// Side is a party of a game.
type Side uint8

// Sides.
const (
	Nobody     Side = 0
	Challenger Side = 1
	Defender   Side = 2
)

// Mover is the side that has to move.
func (s Stage) Mover() Side {
	switch s {
	case Defending, Revealing:
		return Defender
	case Picking, Naming, Proving, Opening:
		return Challenger
	default:
		return Nobody
	}
}

// Tree is one of the trees that a game walks down.
type Tree uint8

// Trees; codes are part of the encoding.
const (
	Trace Tree = 1 // the roots of all values of all steps
	Value Tree = 2 // the chunks of one value, the picked entry of the trace
	Sums  Tree = 3 // the chunks of the running values of one element
)

// Place is a node of a tree: Height levels above the leaves, Index from the left.
type Place struct {
	Tree   Tree
	Height uint8
	Index  uint64
}

// Clock is a chess clock in blocks. It runs for the side that has to move.
type Clock struct {
	Challenger, Defender uint64 // left
	Since                int64  // height since which it runs
}

// Result is how a game ended.
type Result uint8

// Results; codes are part of the encoding.
const (
	Running   Result = 0
	Won       Result = 1 // the challenger brought the claim down and is paid
	Lost      Result = 2 // the challenger's bond is lost
	Dissolved Result = 3 // another game brought the claim down: the bond goes back
)

// Game is one challenger against a claim.
type Game struct {
	ID, Claim  uint64
	Challenger Address
	Stage      Stage
	Result     Result
	Clock      Clock

	// Walk is where the game stands, Node the hash there; of the tops of the trees,
	// whose nodes are inside the roots, it is zero.
	Walk Place
	Node Hash

	// Entry is the index of the picked entry in the trace, Root its root; valid from
	// the end of the walk in the trace on.
	Entry uint64
	Root  Hash
	// Whole says that the challenger will prove that the entry as a whole is wrong.
	Whole bool
	// Record is the record of the entry's node, of an input of the graph the graph's
	// header; empty where the pipeline says everything.
	Record []byte

	// Element is the named element of the entry, row-major.
	Element uint64
	// Sums is the root of its running values, zero for an element of one segment.
	Sums Hash

	// Commitment is what the proof will be compared with, made at the height At.
	Commitment Hash
	At         int64

	// Moves and Bytes count what was played: all moves, and their bytes by side
	// (challenger, defender).
	Moves           uint32
	ChallengerBytes uint64
	DefenderBytes   uint64
}

// Mover is the side whose clock runs.
func (g *Game) Mover() Side { return g.Stage.Mover() }

// Deadline is the last height at which the side to move can still do so. A game that
// waits or is over has none: it is 0.
func (g *Game) Deadline(t Terms) int64 {
	switch {
	case g.Stage == Opening:
		return g.At + int64(t.Open)
	case g.Mover() == Challenger:
		return g.Clock.Since + int64(max(g.Clock.Challenger, t.Increment))
	case g.Mover() == Defender:
		return g.Clock.Since + int64(max(g.Clock.Defender, t.Increment))
	default:
		return 0
	}
}

// top puts a game at the top of the trace, which came with the defence.
func (g *Game) top(d *Defence) {
	g.Walk = Place{Tree: Trace, Height: uint8(merkle.Depth(d.Layout.Entries()))}
	g.Stage = Picking
}

// Defended moves a game that waited for the defence on after another game about the same
// claim has brought it (Effects.Defended).
func (g *Game) Defended(c *Claim) {
	if g.Stage == Defending && c.Defence != nil {
		g.press(c.Defence.Height, Defender)
		g.top(c.Defence)
	}
}

// Dissolve ends a game because another one has brought the claim down (Effects.Fallen).
func (g *Game) Dissolve() {
	if g.Stage != Over {
		g.Stage, g.Result = Over, Dissolved
	}
}

// Win ends the game that has brought the claim down (Effects.Winner).
func (g *Game) Win() { g.Stage, g.Result = Over, Won }

// press stops the clock of the side that moved at a height and starts the other's. A
// turn has at least the increment, so an almost empty clock cannot be sniped.
func (g *Game) press(height int64, mover Side) {
	used := uint64(height - g.Clock.Since)
	switch mover {
	case Challenger:
		g.Clock.Challenger -= min(used, g.Clock.Challenger)
	case Defender:
		g.Clock.Defender -= min(used, g.Clock.Defender)
	}
	g.Clock.Since = height
}

// inTime checks the height of a move.
func (g *Game) inTime(t Terms, height int64) error {
	if height < g.Clock.Since {
		return fmt.Errorf("%w: height %d is before the last move's %d", ErrState, height, g.Clock.Since)
	}
	if d := g.Deadline(t); height > d {
		return fmt.Errorf("%w: height %d, the deadline was %d", ErrClock, height, d)
	}
	return nil
}
