package dispute

import (
	"fmt"
	"slices"

	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/step"
	"github.com/imochain/imod/inference/step/frame"
)

// Hash is a SHA-256 digest.
type Hash = merkle.Hash

// Address is an account.
type Address [20]byte

// Task is what was asked and of which model: all that a proof is checked against. It
// never changes while there is a claim about it, so it is not part of the state.
type Task = frame.Task

// Terms are fixed when a claim is made.
type Terms struct {
	// Clock is how many blocks a side has for all its moves, Increment how many it has
	// for each one at least.
	Clock, Increment uint64
	// Open is within how many blocks of a commitment its proof is to be opened.
	Open uint64
	// Games is the most games about one claim that are open at once.
	Games uint32
}

// Bounds of terms.
const (
	MaxClock = 1 << 32 // blocks
	MaxGames = 256     // open at once about one claim
)

// DefaultOpen is how many blocks a proof has to be opened after it was committed to.
const DefaultOpen = 20

// Validate checks the bounds.
func (t Terms) Validate() error {
	switch {
	case t.Clock < 1 || t.Clock > MaxClock:
		return fmt.Errorf("%w: clock of %d blocks, allowed are 1 to %d", ErrTerms, t.Clock, uint64(MaxClock))
	case t.Increment < 1 || t.Increment > t.Clock:
		return fmt.Errorf("%w: increment of %d blocks, allowed are 1 to the clock's %d", ErrTerms, t.Increment, t.Clock)
	case t.Open < 1 || t.Open > t.Clock:
		return fmt.Errorf("%w: %d blocks to open a proof, allowed are 1 to the clock's %d", ErrTerms, t.Open, t.Clock)
	case t.Games < 1 || t.Games > MaxGames:
		return fmt.Errorf("%w: %d games, allowed are 1 to %d", ErrTerms, t.Games, MaxGames)
	}
	return nil
}

// Claim is what all games about one result share.
type Claim struct {
	ID uint64
	// Defender made the claim: its bond is at stake, it alone may post the trace.
	Defender Address
	Terms    Terms
	// Open is the number of games that are not over.
	Open uint32
	// Defence is what the defender committed to; nil before the first challenge is answered.
	Defence *Defence
	// Commits are commitments to proofs that may still be opened, oldest first.
	Commits []Commit
	// Next numbers the commitments, from 1.
	Next uint64
	// Winner is the game that has brought the claim down, unless one with an earlier
	// commitment does so by SettleAt; nil while the claim stands.
	Winner   *Commit
	SettleAt int64
	// Fallen is set when the winner is settled; nothing can be played any more.
	Fallen bool
}

// Defence is the commitment to everything that was computed.
type Defence struct {
	// Trace is the list root of the trace.
	Trace Hash
	// Nodes is the number of nodes of the graph, Layout that of the trace.
	Nodes  uint64
	Layout step.Layout
	// Height is when it was posted: for games that waited for it the challenger's clock
	// runs from then on.
	Height int64
}

// Commit is a game's commitment to a proof, or its win by time.
type Commit struct {
	Game   uint64
	Number uint64 // order among all of the claim
	Height int64
}

// NewClaim starts the state of a claim that nobody challenged yet.
func NewClaim(id uint64, defender Address, t Terms) (Claim, error) {
	if err := t.Validate(); err != nil {
		return Claim{}, err
	}
	return Claim{ID: id, Defender: defender, Terms: t, Next: 1}, nil
}

// Standing reports whether the claim can still be challenged.
func (c *Claim) Standing() bool { return c.Winner == nil && !c.Fallen }

// Challenge opens a game. Any account may; several games run side by side, and one that
// is lost confirms nothing.
func (c *Claim) Challenge(game uint64, by Address, height int64) (Claim, Game, error) {
	if !c.Standing() {
		return Claim{}, Game{}, fmt.Errorf("%w: claim %d", ErrFallen, c.ID)
	}
	if c.Open >= c.Terms.Games {
		return Claim{}, Game{}, fmt.Errorf("%w: claim %d has %d, allowed are %d", ErrTooMany, c.ID, c.Open, c.Terms.Games)
	}
	g := Game{
		ID: game, Claim: c.ID, Challenger: by,
		Clock: Clock{Challenger: c.Terms.Clock, Defender: c.Terms.Clock, Since: height},
	}
	next := c.clone()
	next.Open++
	g.Stage = Defending
	if c.Defence != nil {
		g.top(c.Defence)
	}
	return next, g, nil
}

func (c *Claim) clone() Claim {
	n := *c
	n.Commits = slices.Clone(c.Commits)
	if c.Defence != nil {
		d := *c.Defence
		n.Defence = &d
	}
	if c.Winner != nil {
		w := *c.Winner
		n.Winner = &w
	}
	return n
}

// drop takes a game's commitment off the list.
func (c *Claim) drop(game uint64) (Commit, bool) {
	for i, m := range c.Commits {
		if m.Game == game {
			c.Commits = slices.Delete(c.Commits, i, i+1)
			return m, true
		}
	}
	return Commit{}, false
}
