package dispute_test

import (
	"bytes"
	"testing"

	"github.com/imochain/imod/x/oracle/dispute"
)

// FuzzDecode: no bytes make a decoder panic, and what one accepts has that one encoding
// (SAFETY 19).
func FuzzDecode(f *testing.F) {
	hash := dispute.Hash{1, 2, 3}
	for _, m := range []dispute.Move{
		&dispute.Defend{Trace: hash, Nodes: 3, Record: []byte{1, 2}, RecordPath: []dispute.Hash{hash}, OutputPath: []dispute.Hash{hash, {}}, Top: []dispute.Hash{hash}},
		&dispute.Pick{Child: 63, Whole: true, Record: []byte{5}, RecordPath: []dispute.Hash{hash}},
		&dispute.Reveal{Hashes: []dispute.Hash{hash, {}}}, &dispute.Reveal{Chunk: bytes.Repeat([]byte{7}, 1024)},
		&dispute.Element{Index: 1 << 40}, &dispute.Prove{Commitment: hash},
		&dispute.Open{Segment: 300, Proof: []byte{1, 2, 3}, Salt: hash}, &dispute.Timeout{},
	} {
		f.Add(dispute.Encode(m))
	}
	claim, err := dispute.NewClaim(7, dispute.Address{1}, dispute.Terms{Clock: 300, Increment: 5, Open: 20, Games: 8})
	if err != nil {
		f.Fatal(err)
	}
	next, game, err := claim.Challenge(1, dispute.Address{2}, 100)
	if err != nil {
		f.Fatal(err)
	}
	next.Commits, next.Winner = []dispute.Commit{{Game: 1, Number: 1, Height: 5}}, &dispute.Commit{Game: 2}
	f.Add(claim.Encode())
	f.Add(next.Encode())
	f.Add(game.Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := dispute.DecodeMove(b); err == nil && !bytes.Equal(dispute.Encode(m), b) {
			t.Fatalf("a second encoding of %T: %x", m, b)
		}
		if c, err := dispute.DecodeClaim(b); err == nil && !bytes.Equal(c.Encode(), b) {
			t.Fatalf("a second encoding of a claim: %x", b)
		}
		if g, err := dispute.DecodeGame(b); err == nil && !bytes.Equal(g.Encode(), b) {
			t.Fatalf("a second encoding of a game: %x", b)
		}
	})
}
