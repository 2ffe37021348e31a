package dispute

import "fmt"

// turn is one call of Play.
type turn struct {
	*Position
	by   Address
	next Next
}

// Play makes a move. On an error the state is what it was.
func Play(p *Position, by Address, m Move) (*Next, error) {
	if p.Game.Claim != p.Claim.ID {
		return nil, fmt.Errorf("%w: game %d is about claim %d, not %d", ErrGame, p.Game.ID, p.Game.Claim, p.Claim.ID)
	}
	size := len(Encode(m))
	if size > MaxMove {
		return nil, fmt.Errorf("%w: %d bytes, allowed are %d", ErrTooLong, size, MaxMove)
	}
	t := &turn{Position: p, by: by, next: Next{Claim: p.Claim.clone(), Game: *p.Game}}
	if err := t.admit(m); err != nil {
		return nil, err
	}
	mover := p.Game.Mover()
	if err := t.make(m); err != nil {
		return nil, err
	}
	g := &t.next.Game
	if g.Moves++; mover == Challenger {
		g.ChallengerBytes += uint64(size)
	} else {
		g.DefenderBytes += uint64(size)
	}
	if g.press(p.Height, mover); g.Stage == Revealing {
		if err := t.reuse(); err != nil {
			return nil, err
		}
	}
	return &t.next, nil
}

// admit checks that the move is due, of the right sender and in time.
func (t *turn) admit(m Move) error {
	g, c := t.Game, t.Claim
	switch {
	case g.Stage == Over || g.Stage == Waiting:
		return fmt.Errorf("%w: game %d", ErrOver, g.ID)
	case c.Fallen || c.Winner != nil && !t.precedes(m):
		return fmt.Errorf("%w: claim %d", ErrFallen, c.ID)
	}
	if _, ok := m.(*Timeout); ok {
		if d := g.Deadline(c.Terms); t.Height <= d {
			return fmt.Errorf("%w: height %d, the deadline is %d", ErrTime, t.Height, d)
		}
		return nil
	}
	if m.due() != g.Stage {
		return fmt.Errorf("%w: %T, the game is at stage %d", ErrTurn, m, g.Stage)
	}
	if err := t.sender(m); err != nil {
		return err
	}
	if g.Stage == Opening && t.Height <= g.At {
		return fmt.Errorf("%w: a proof is opened from height %d on, this is %d", ErrTurn, g.At+1, t.Height)
	}
	return g.inTime(c.Terms, t.Height)
}

// precedes reports whether a move may still change who brought the claim down: opening
// a proof that was committed to before the winner's.
func (t *turn) precedes(m Move) bool {
	if _, ok := m.(*Open); !ok || t.Height >= t.Claim.SettleAt {
		return false
	}
	for _, c := range t.Claim.Commits {
		if c.Game == t.Game.ID {
			return c.Number < t.Claim.Winner.Number
		}
	}
	return false
}

// sender checks who makes the move. What is revealed checks itself, so anyone may help the
// defender out; but the trace and the root of running values are the defender's word
// alone: a stranger's false ones would convict a right claim.
func (t *turn) sender(m Move) error {
	want := t.Game.Challenger
	switch m.(type) {
	case *Reveal:
		if w := t.Game.Walk; w.Tree != Sums || t.Game.Sums != (Hash{}) {
			return nil
		}
		want = t.Claim.Defender
	case *Defend:
		want = t.Claim.Defender
	}
	if t.by != want {
		return fmt.Errorf("%w: %x, it is %x's", ErrPlayer, t.by, want)
	}
	return nil
}

func (t *turn) make(m Move) error {
	switch m := m.(type) {
	case *Defend:
		return t.defend(m)
	case *Pick:
		return t.pick(m)
	case *Reveal:
		return t.reveal(m)
	case *Element:
		return t.element(m)
	case *Prove:
		return t.commit(m)
	case *Open:
		return t.open(m)
	case *Timeout:
		return t.timeout()
	default:
		return fmt.Errorf("%w: %T", ErrEncoding, m)
	}
}
