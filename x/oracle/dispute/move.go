package dispute

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/imochain/imod/inference/step"
)

// Bounds of moves.
const (
	// Fan is the number of levels that one reveal shows, and Width the hashes they have
	// at most.
	Fan   = 6
	Width = 1 << Fan
	// MaxRecord is the largest number of bytes of a node's record or a graph's header.
	MaxRecord = 16 << 10
	// MaxPath is the longest path in a trace or in a graph.
	MaxPath = 40
	// MaxProof is the largest number of bytes of a proof.
	MaxProof = step.MaxProof
	// MaxMove is the largest number of bytes of an encoded move.
	MaxMove = 28 << 10
)

// Move is one of *Defend, *Pick, *Reveal, *Element, *Prove, *Open and *Timeout.
type Move interface {
	code() byte
	append(b []byte) []byte
	// due is the stage in which the move can be made; 0 for any.
	due() Stage
}

// Defend posts the root of the trace, shows that its last entry is the claimed output
// and that it has as many entries as the graph and the pipeline need, and reveals the
// top layer, so that no turn is lost over it.
type Defend struct {
	Trace Hash
	// Nodes is the number of nodes of the graph, Record the record of node 0 and
	// RecordPath its path under the graph's root: they tell how many entries there are.
	Nodes      uint64
	Record     []byte
	RecordPath []Hash
	// OutputPath leads from the claimed output, the last entry, to the trace's root.
	OutputPath []Hash
	// Top are the highest at most 64 nodes of the trace's tree, of one level. If the
	// level is that of the leaves they are the entries themselves.
	Top []Hash
}

// Pick names a child among the hashes revealed last. At an entry of the trace it says
// what follows: Whole for a proof about the entry as a whole, else a walk into its tensor,
// for which Record shows what the tensor is: the record of the node whose value it is, or
// for an input of the graph its header; with its path under the graph's root. An entry of
// the pipeline's own needs no record.
type Pick struct {
	Child      uint32
	Whole      bool
	Record     []byte
	RecordPath []Hash
}

// Reveal shows what is below the node the game stands at: Hashes of its descendants Fan
// levels lower (fewer at the leaves and at the right edge), or the Chunk of a leaf, or,
// of the running values, either: a tensor of one chunk is shown at once.
type Reveal struct {
	Hashes []Hash
	Chunk  []byte
}

// Element names an element of the revealed chunk, by its row-major index in the tensor.
type Element struct{ Index uint64 }

// Prove commits to a proof: Commitment(game, challenger, segment, proof, salt).
type Prove struct{ Commitment Hash }

// Open shows the proof that was committed to. Segment is the place of the 16 terms among
// the element's, 0 where there are no segments.
type Open struct {
	Segment uint64
	Proof   []byte
	Salt    Hash
}

// Timeout says that the side to move has no time left. Anybody may.
type Timeout struct{}

func (*Defend) due() Stage  { return Defending }
func (*Pick) due() Stage    { return Picking }
func (*Reveal) due() Stage  { return Revealing }
func (*Element) due() Stage { return Naming }
func (*Prove) due() Stage   { return Proving }
func (*Open) due() Stage    { return Opening }
func (*Timeout) due() Stage { return 0 }

// Commitment hides a proof until it is opened, so that nobody can copy it, and binds it
// to the game and to its challenger:
// SHA-256("imod/dispute/proof/v1" ‖ game ‖ challenger ‖ segment ‖ proof ‖ salt), numbers
// of eight bytes big-endian. The salt has a fixed length, so the parts are unambiguous.
func Commitment(game uint64, challenger Address, segment uint64, proof []byte, salt Hash) Hash {
	b := binary.BigEndian.AppendUint64([]byte("imod/dispute/proof/v1"), game)
	b = append(b, challenger[:]...)
	b = binary.BigEndian.AppendUint64(b, segment)
	b = append(b, proof...)
	return sha256.Sum256(append(b, salt[:]...))
}

// Cost is what a move takes to check, in bytes hashed or so: a number to charge for
// before Play is called. Of a proof every byte may be hashed, decoded and computed with.
func Cost(m Move) uint64 {
	n := uint64(len(Encode(m)))
	switch m.(type) {
	case *Open:
		return 4*n + 4096
	case *Timeout, *Element, *Prove:
		return 1024
	default:
		return 2*n + 4096
	}
}
