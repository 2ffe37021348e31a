package dispute

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/step"
)

// maxHeight bounds heights in encodings.
const maxHeight = math.MaxInt64 / 2

// Encode is the canonical encoding of a claim.
func (c *Claim) Encode() []byte {
	b := binary.AppendUvarint(nil, c.ID)
	b = append(b, c.Defender[:]...)
	for _, v := range []uint64{c.Terms.Clock, c.Terms.Increment, c.Terms.Open, uint64(c.Terms.Games), uint64(c.Open)} {
		b = binary.AppendUvarint(b, v)
	}
	if b = appendBool(b, c.Defence != nil); c.Defence != nil {
		b = append(b, c.Defence.Trace[:]...)
		for _, v := range []uint64{c.Defence.Nodes, c.Defence.Layout.Slots, c.Defence.Layout.Written, c.Defence.Layout.Steps, uint64(c.Defence.Height)} {
			b = binary.AppendUvarint(b, v)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(c.Commits)))
	for _, m := range c.Commits {
		b = m.append(b)
	}
	b = binary.AppendUvarint(b, c.Next)
	if b = appendBool(b, c.Winner != nil); c.Winner != nil {
		b = binary.AppendUvarint(c.Winner.append(b), uint64(c.SettleAt))
	}
	return appendBool(b, c.Fallen)
}

func (m Commit) append(b []byte) []byte {
	b = binary.AppendUvarint(binary.AppendUvarint(b, m.Game), m.Number)
	return binary.AppendUvarint(b, uint64(m.Height))
}

func (r *reader) commit() Commit {
	return Commit{Game: r.uint(math.MaxUint64), Number: r.uint(math.MaxUint64), Height: int64(r.uint(maxHeight))}
}

// DecodeClaim accepts exactly what Claim.Encode gives of a claim whose terms are valid.
func DecodeClaim(b []byte) (Claim, error) {
	r := reader{b: b}
	c := Claim{ID: r.uint(math.MaxUint64), Defender: r.address()}
	c.Terms = Terms{Clock: r.uint(MaxClock), Increment: r.uint(MaxClock), Open: r.uint(MaxClock), Games: uint32(r.uint(MaxGames))}
	c.Open = uint32(r.uint(MaxGames))
	if r.bool() {
		c.Defence = &Defence{Trace: r.hash(), Nodes: r.uint(math.MaxUint32)}
		c.Defence.Layout = step.Layout{Slots: r.uint(math.MaxUint32), Written: r.uint(1), Steps: r.uint(step.MaxSteps)}
		c.Defence.Height = int64(r.uint(maxHeight))
	}
	for range r.uint(MaxGames) {
		c.Commits = append(c.Commits, r.commit())
	}
	c.Next = r.uint(math.MaxUint64)
	if r.bool() {
		w := r.commit()
		c.Winner, c.SettleAt = &w, int64(r.uint(maxHeight))
	}
	c.Fallen = r.bool()
	if err := r.end("claim"); err != nil {
		return Claim{}, err
	}
	if c.Defence != nil {
		if err := c.Defence.Layout.Validate(); err != nil {
			return Claim{}, fmt.Errorf("%w: %w", ErrEncoding, err)
		}
	}
	return c, c.Terms.Validate()
}

// Encode is the canonical encoding of a game.
func (g *Game) Encode() []byte {
	b := binary.AppendUvarint(binary.AppendUvarint(nil, g.ID), g.Claim)
	b = append(b, g.Challenger[:]...)
	b = append(b, byte(g.Stage), byte(g.Result))
	b = binary.AppendUvarint(binary.AppendUvarint(b, g.Clock.Challenger), g.Clock.Defender)
	b = binary.AppendUvarint(b, uint64(g.Clock.Since))
	b = g.Walk.append(b)
	b = append(b, g.Node[:]...)
	b = append(binary.AppendUvarint(b, g.Entry), g.Root[:]...)
	b = appendBytes(appendBool(b, g.Whole), g.Record)
	b = append(binary.AppendUvarint(b, g.Element), g.Sums[:]...)
	b = binary.AppendUvarint(append(b, g.Commitment[:]...), uint64(g.At))
	for _, v := range []uint64{uint64(g.Moves), g.ChallengerBytes, g.DefenderBytes} {
		b = binary.AppendUvarint(b, v)
	}
	return b
}

func (p Place) append(b []byte) []byte {
	return binary.AppendUvarint(append(b, byte(p.Tree), p.Height), p.Index)
}

// DecodeGame accepts exactly what Game.Encode gives.
func DecodeGame(b []byte) (Game, error) {
	r := reader{b: b}
	g := Game{ID: r.uint(math.MaxUint64), Claim: r.uint(math.MaxUint64), Challenger: r.address(), Stage: Stage(r.byte()), Result: Result(r.byte())}
	g.Clock = Clock{Challenger: r.uint(MaxClock), Defender: r.uint(MaxClock), Since: int64(r.uint(maxHeight))}
	g.Walk = Place{Tree: Tree(r.byte()), Height: r.byte(), Index: r.uint(math.MaxUint64)}
	g.Node = r.hash()
	g.Entry, g.Root = r.uint(math.MaxUint64), r.hash()
	g.Whole, g.Record = r.bool(), r.bytes(MaxRecord)
	g.Element, g.Sums = r.uint(math.MaxInt64), r.hash()
	g.Commitment, g.At = r.hash(), int64(r.uint(maxHeight))
	g.Moves, g.ChallengerBytes, g.DefenderBytes = uint32(r.uint(math.MaxUint32)), r.uint(math.MaxUint64), r.uint(math.MaxUint64)
	if g.Stage < Defending || g.Stage > Over || g.Result > Dissolved || g.Walk.Tree > Sums || g.Walk.Height > merkle.MaxDepth {
		r.fail()
	}
	if err := r.end("game"); err != nil {
		return Game{}, err
	}
	return g, nil
}
