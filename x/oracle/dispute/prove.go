package dispute

import (
	"fmt"

	"github.com/imochain/imod/inference/step"
	"github.com/imochain/imod/inference/step/frame"
)

// commit takes the commitment to a proof.
func (t *turn) commit(m *Prove) error {
	c, g := &t.next.Claim, &t.next.Game
	g.Commitment, g.At, g.Stage = m.Commitment, t.Height, Opening
	c.Commits = append(c.Commits, Commit{Game: g.ID, Number: c.Next, Height: t.Height})
	c.Next++
	return nil
}

// open checks the proof. If the trace does not hold what its own inputs give, the claim
// falls; if it does, the challenge is lost; a proof that shows nothing changes nothing.
func (t *turn) open(m *Open) error {
	g := &t.next.Game
	if got := Commitment(g.ID, g.Challenger, m.Segment, m.Proof, m.Salt); got != g.Commitment {
		return fmt.Errorf("%w: %x, committed was %x", ErrCommitment, got, g.Commitment)
	}
	agrees, err := t.verify(m)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrProof, err)
	}
	commit, ok := t.next.Claim.drop(g.ID)
	if !ok {
		return fmt.Errorf("%w: game %d has no commitment", ErrState, g.ID)
	}
	if agrees {
		t.lose()
		return nil
	}
	t.win(commit)
	return nil
}

func (t *turn) verify(m *Open) (agrees bool, err error) {
	g, d := &t.next.Game, t.next.Claim.Defence
	e := t.entry()
	if e.Kind == frame.Node && !g.Whole {
		return step.Verify(&step.Claim{
			IR: t.Task.IR, Weights: t.Task.Weights, Trace: d.Trace, Steps: d.Layout.Steps, Written: d.Layout.Written,
			Step: e.Step, Node: e.Slot - (d.Layout.Slots - d.Nodes), Element: g.Element, Segment: m.Segment, States: g.Sums,
		}, m.Proof)
	}
	if m.Segment != 0 {
		return false, fmt.Errorf("segment %d of what is no sum", m.Segment)
	}
	return frame.Verify(&frame.Claim{
		Task: t.Task, Trace: d.Trace, Layout: d.Layout, Nodes: d.Nodes,
		Entry: g.Entry, Root: g.Root, Whole: g.Whole, Element: g.Element,
	}, m.Proof)
}

// timeout ends the game against the side that had to move.
func (t *turn) timeout() error {
	c, g := &t.next.Claim, &t.next.Game
	if g.Mover() == Challenger {
		c.drop(g.ID)
		t.lose()
		return nil
	}
	t.win(Commit{Game: g.ID, Number: c.Next, Height: t.Height})
	c.Next++
	return nil
}

// lose ends the game against its challenger. It says nothing about the claim.
func (t *turn) lose() {
	t.next.Game.Stage, t.next.Game.Result = Over, Lost
	t.next.Claim.Open--
	t.next.Lost = true
}

// win brings the claim down, by the game with this commitment unless an earlier one is
// still opened.
func (t *turn) win(by Commit) {
	c, g := &t.next.Claim, &t.next.Game
	c.Winner, g.Stage = &by, Waiting
	if last := c.lastBefore(by, t.Height); last > 0 {
		c.SettleAt = last + 1
		return
	}
	g.Win()
	t.next.fall(c)
}

// lastBefore is the last height at which a commitment before the winner's can be opened;
// 0 if there is none.
func (c *Claim) lastBefore(by Commit, height int64) (last int64) {
	for _, m := range c.Commits {
		if until := m.Height + int64(c.Terms.Open); m.Number < by.Number && until >= height {
			last = max(last, until)
		}
	}
	return last
}

func (e *Effects) fall(c *Claim) {
	c.Fallen, c.Open, c.Commits, c.SettleAt = true, 0, nil, 0
	e.Fallen, e.Winner = true, c.Winner.Game
}

// Settle ends a claim that was brought down once nobody can prove it with an earlier
// commitment any more: from the height Claim.SettleAt on.
func Settle(c *Claim, height int64) (Claim, Effects, error) {
	if c.Winner == nil || c.Fallen {
		return Claim{}, Effects{}, fmt.Errorf("%w: claim %d has nothing to settle", ErrState, c.ID)
	}
	if height < c.SettleAt {
		return Claim{}, Effects{}, fmt.Errorf("%w: height %d, claim %d is settled at %d", ErrTime, height, c.ID, c.SettleAt)
	}
	next, e := c.clone(), Effects{}
	e.fall(&next)
	return next, e, nil
}
