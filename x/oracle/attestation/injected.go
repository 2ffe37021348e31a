package attestation

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/imochain/imod/inference/bundle/custody"
)

// Magic starts the injected transaction. 0x00 is no protobuf tag, so no user transaction starts so.
const Magic = "\x00imod/ve\x01"

const (
	// RevealSize is the length of a reveal: kind, id, output root, witness.
	RevealSize = 1 + 8 + 32 + 32
	// MaxReveals bounds the reveals of one block; it is above the open subjects there can be.
	MaxReveals = 512
	// MaxVotes bounds the votes of one block; it is CometBFT's bound of a commit.
	MaxVotes = 10_000
	// MaxSignature bounds the signature of one vote.
	MaxSignature = 96
	// voteHead is what a vote takes besides signature and extension.
	voteHead = 2 + AddressSize + 1 + 2
)

// ErrInjected marks bytes that are no injected transaction.
var ErrInjected = errors.New("not a canonical injected transaction")

// Vote is one validator's extension of the last commit. Only votes that carry one are written; the
// power is not: it is read from the last commit, whose place Index is. Height and round of the
// signature are the last commit's too.
type Vote struct {
	Index     uint16
	Validator Address
	Signature []byte
	Extension []byte
}

// Reveal tells the result of a subject. It counts only in the block in which it makes the subject final.
type Reveal struct {
	Key
	Result
}

// LinkSize is the length of a revealed link of a beacon chain.
const LinkSize = 32

// Injected is the pseudo-transaction at index 0 of a block: the extensions of the last commit, the
// results that they decide, what the proposer reveals for the beacon, and opened bindings.
type Injected struct {
	Votes    []Vote    // ascending by index
	Reveals  []Reveal  // ascending by key
	Openings []Opening // ascending by key, then by validator
	Link     []byte    // 32 bytes of the proposer's beacon chain, or none
}

// IsInjected tells whether a transaction claims to be an injected one.
func IsInjected(tx []byte) bool { return bytes.HasPrefix(tx, []byte(Magic)) }

// VoteSize returns the bytes that a vote takes.
func VoteSize(v Vote) int { return voteHead + len(v.Signature) + len(v.Extension) }

// InjectedOverhead is what an injected transaction takes besides its parts.
const InjectedOverhead = len(Magic) + 2 + 2 + 2

// Encode writes the transaction; what it writes DecodeInjected reads.
//
//	magic ‖ number of votes (2) ‖ votes ‖ number of reveals (2) ‖ reveals ‖ number of openings (2) ‖ openings ‖ link (0 or 32)
//	vote   = index (2) ‖ address (20) ‖ length (1) ‖ signature ‖ length (2) ‖ extension
//	reveal = kind (1) ‖ id (8) ‖ output root (32) ‖ witness (32)
func (t Injected) Encode() ([]byte, error) {
	size := InjectedOverhead + len(t.Reveals)*RevealSize + len(t.Link)
	for _, v := range t.Votes {
		size += VoteSize(v)
	}
	for _, o := range t.Openings {
		size += OpeningSize(o)
	}
	if len(t.Votes) > MaxVotes || len(t.Reveals) > MaxReveals || len(t.Openings) > MaxOpenings {
		return nil, fmt.Errorf("%w: %d votes, %d reveals, %d openings", ErrInjected, len(t.Votes), len(t.Reveals), len(t.Openings))
	}
	out := append(make([]byte, 0, size), Magic...)
	out = binary.BigEndian.AppendUint16(out, uint16(len(t.Votes)))
	for _, v := range t.Votes {
		if len(v.Signature) > MaxSignature || len(v.Extension) > MaxExtension {
			return nil, fmt.Errorf("%w: vote %d is too large", ErrInjected, v.Index)
		}
		out = binary.BigEndian.AppendUint16(out, v.Index)
		out = append(out, v.Validator[:]...)
		out = append(out, byte(len(v.Signature)))
		out = append(out, v.Signature...)
		out = binary.BigEndian.AppendUint16(out, uint16(len(v.Extension)))
		out = append(out, v.Extension...)
	}
	out = binary.BigEndian.AppendUint16(out, uint16(len(t.Reveals)))
	for _, r := range t.Reveals {
		out = append(out, byte(r.Kind))
		out = binary.BigEndian.AppendUint64(out, r.ID)
		out = append(out, r.Output[:]...)
		out = append(out, r.Witness[:]...)
	}
	out = binary.BigEndian.AppendUint16(out, uint16(len(t.Openings)))
	for _, o := range t.Openings {
		if len(o.Samples) > custody.MaxOpening {
			return nil, fmt.Errorf("%w: opening of subject %d/%d is too large", ErrInjected, o.Kind, o.ID)
		}
		out = appendOpening(out, o)
	}
	out = append(out, t.Link...)
	if _, err := DecodeInjected(out); err != nil {
		return nil, err
	}
	return out, nil
}

// DecodeInjected reads an injected transaction: votes ascending by index, each with a signature
// and a canonical, non-empty extension; reveals and openings ascending by key; at most a link
// behind; not all empty. Signatures, extensions, samples and link point into tx. Whether an opening is true is
// not judged here.
func DecodeInjected(tx []byte) (Injected, error) {
	if !IsInjected(tx) {
		return Injected{}, fmt.Errorf("%w: no magic", ErrInjected)
	}
	r := reader{rest: tx[len(Magic):]}
	votes, err := r.votes()
	if err != nil {
		return Injected{}, err
	}
	reveals, err := r.reveals()
	if err != nil {
		return Injected{}, err
	}
	openings, err := r.openings()
	if err != nil {
		return Injected{}, err
	}
	if len(r.rest) != 0 && len(r.rest) != LinkSize {
		return Injected{}, fmt.Errorf("%w: %d bytes behind the end", ErrInjected, len(r.rest))
	}
	if len(votes)+len(reveals)+len(openings)+len(r.rest) == 0 {
		return Injected{}, fmt.Errorf("%w: it carries nothing", ErrInjected)
	}
	out := Injected{Votes: votes, Reveals: reveals, Openings: openings}
	if len(r.rest) != 0 {
		out.Link = r.rest
	}
	return out, nil
}

// reader takes fields from the front of rest; a field that is not there makes it cut.
type reader struct {
	rest []byte
	cut  bool
}

func (r *reader) take(n int) []byte {
	if len(r.rest) < n {
		r.cut, r.rest = true, nil
		return make([]byte, n) // n is at most 32, or a length checked by the caller
	}
	out := r.rest[:n:n]
	r.rest = r.rest[n:]
	return out
}

func (r *reader) votes() ([]Vote, error) {
	count := int(binary.BigEndian.Uint16(r.take(2)))
	if count > MaxVotes || count > len(r.rest)/(voteHead+2) {
		return nil, fmt.Errorf("%w: %d votes in %d bytes", ErrInjected, count, len(r.rest))
	}
	votes := make([]Vote, count)
	for i := range votes {
		v := Vote{Index: binary.BigEndian.Uint16(r.take(2)), Validator: Address(r.take(AddressSize))}
		if i > 0 && v.Index <= votes[i-1].Index {
			return nil, fmt.Errorf("%w: votes are not ascending", ErrInjected)
		}
		signature := int(r.take(1)[0])
		if signature == 0 || signature > MaxSignature || signature > len(r.rest) {
			return nil, fmt.Errorf("%w: signature of vote %d", ErrInjected, i)
		}
		v.Signature = r.take(signature)
		extension := int(binary.BigEndian.Uint16(r.take(2)))
		if extension == 0 || extension > MaxExtension || extension > len(r.rest) || r.cut {
			return nil, fmt.Errorf("%w: extension of vote %d", ErrInjected, i)
		}
		v.Extension = r.take(extension)
		if _, err := DecodeExtension(v.Extension); err != nil {
			return nil, fmt.Errorf("%w: vote %d: %w", ErrInjected, i, err)
		}
		votes[i] = v
	}
	return votes, nil
}

func (r *reader) reveals() ([]Reveal, error) {
	count := int(binary.BigEndian.Uint16(r.take(2)))
	if r.cut || count > MaxReveals || count*RevealSize > len(r.rest) {
		return nil, fmt.Errorf("%w: %d reveals in %d bytes", ErrInjected, count, len(r.rest))
	}
	reveals := make([]Reveal, count)
	for i := range reveals {
		key := Key{Kind(r.take(1)[0]), binary.BigEndian.Uint64(r.take(8))}
		if !key.Kind.Valid() || key.ID == 0 || i > 0 && key.Compare(reveals[i-1].Key) <= 0 {
			return nil, fmt.Errorf("%w: reveal %d", ErrInjected, i)
		}
		reveals[i] = Reveal{key, Result{[32]byte(r.take(32)), [32]byte(r.take(32))}}
	}
	return reveals, nil
}
