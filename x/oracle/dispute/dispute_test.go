package dispute_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/oracle/dispute"
)

// Terms are bounded, and the refusal names the bound and the value.
func TestTerms(t *testing.T) {
	good := dispute.Terms{Clock: 300, Increment: 5, Open: 20, Games: 8}
	require.NoError(t, good.Validate())
	for want, change := range map[string]func(*dispute.Terms){
		"clock of 0 blocks, allowed are 1 to 4294967296":            func(x *dispute.Terms) { x.Clock = 0 },
		"clock of 4294967297 blocks":                                func(x *dispute.Terms) { x.Clock = dispute.MaxClock + 1 },
		"increment of 0 blocks":                                     func(x *dispute.Terms) { x.Increment = 0 },
		"increment of 301 blocks, allowed are 1 to the clock's 300": func(x *dispute.Terms) { x.Increment = 301 },
		"0 blocks to open a proof":                                  func(x *dispute.Terms) { x.Open = 0 },
		"0 games, allowed are 1 to 256":                             func(x *dispute.Terms) { x.Games = 0 },
		"257 games":                                                 func(x *dispute.Terms) { x.Games = dispute.MaxGames + 1 },
	} {
		bad := good
		change(&bad)
		_, err := dispute.NewClaim(1, dispute.Address{1}, bad)
		require.ErrorIs(t, err, dispute.ErrTerms)
		require.ErrorContains(t, err, want)
	}
}

// What is too long or damaged is no move.
func TestDecodeRefuses(t *testing.T) {
	_, err := dispute.DecodeMove(make([]byte, dispute.MaxMove+1))
	require.ErrorIs(t, err, dispute.ErrTooLong)
	require.ErrorContains(t, err, "28673 bytes, allowed are 28672")
	for what, b := range map[string][]byte{
		"nothing": nil, "unknown code": {9}, "bytes behind": {7, 0}, "long varint": {4, 0x80, 0}, "cut": {5, 1, 2},
		"bool 2": {2, 0, 2, 0, 0}, "child 64": {2, 64, 0, 0, 0}, "many hashes": {3, 0xff, 0xff, 3},
	} {
		_, err := dispute.DecodeMove(b)
		require.ErrorIs(t, err, dispute.ErrEncoding, what)
	}
	proof := dispute.Encode(&dispute.Open{Proof: make([]byte, dispute.MaxProof+1)})
	_, err = dispute.DecodeMove(proof)
	require.ErrorIs(t, err, dispute.ErrEncoding)
}

// A commitment binds game, challenger, segment, proof and salt.
func TestCommitment(t *testing.T) {
	a := dispute.Commitment(1, dispute.Address{1}, 2, []byte{3}, dispute.Hash{4})
	for _, b := range []dispute.Hash{
		dispute.Commitment(2, dispute.Address{1}, 2, []byte{3}, dispute.Hash{4}),
		dispute.Commitment(1, dispute.Address{2}, 2, []byte{3}, dispute.Hash{4}),
		dispute.Commitment(1, dispute.Address{1}, 3, []byte{3}, dispute.Hash{4}),
		dispute.Commitment(1, dispute.Address{1}, 2, []byte{3, 0}, dispute.Hash{4}),
		dispute.Commitment(1, dispute.Address{1}, 2, []byte{3}, dispute.Hash{5}),
	} {
		require.NotEqual(t, a, b)
	}
}

// Every move has a cost that grows with its bytes, and a proof's is the highest.
func TestCost(t *testing.T) {
	require.Less(t, dispute.Cost(&dispute.Timeout{}), dispute.Cost(&dispute.Reveal{Chunk: make([]byte, 1024)}))
	require.Less(t, dispute.Cost(&dispute.Reveal{Chunk: make([]byte, 1024)}), dispute.Cost(&dispute.Open{Proof: make([]byte, dispute.MaxProof)}))
	require.Less(t, dispute.Cost(&dispute.Open{Proof: make([]byte, dispute.MaxProof)}), uint64(math.MaxUint32))
}
