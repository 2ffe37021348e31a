package attestation

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
)

// Kind says what a subject is. Its value is a byte of the binding's preimage.
type Kind byte

// The kinds of subjects.
const (
	Request Kind = 1 // an inference request; the id is the request's
	Proof   Kind = 2 // the proof of a model version; the id is the model's
	Custody Kind = 3 // the custody of a model's bytes; the id is the model's
	Audit   Kind = 4 // a drawn audit of an asserted result; the id is the request's
)

// Valid tells whether k is a known kind.
func (k Kind) Valid() bool { return k >= Request && k <= Audit }

// Reserved tells whether a quarter of an extension is kept for subjects of this kind.
func (k Kind) Reserved() bool { return k == Proof || k == Custody }

// Key names a subject.
type Key struct {
	Kind Kind
	ID   uint64
}

// Compare orders keys by kind, then by id.
func (k Key) Compare(other Key) int {
	if c := cmp.Compare(k.Kind, other.Kind); c != 0 {
		return c
	}
	return cmp.Compare(k.ID, other.ID)
}

// Subject is what a result answers.
type Subject struct {
	Key
	Deadline     int64 // last height at which a result counts
	ManifestRoot [32]byte
	InputRoot    [32]byte
	Seed         uint64
	Draw         [32]byte // from which each validator's chunks are drawn; of proofs and custody only
}

// Result is the answer to a subject.
type Result struct {
	Output  [32]byte // output root; for a proof see ProofOutput
	Witness [32]byte // hash of the tensors that feed the last node
}

const bindingDomain = "imod/binding/v1"

// BindingSize is the length of a binding.
const BindingSize = 20

// AddressSize is the length of a consensus address.
const AddressSize = 20

// Binding binds one validator to one result without telling the result.
type Binding [BindingSize]byte

// Declines tells that the validator will not compute the subject, by a policy of its own. It is told by a
// binding of zeros, which no result has: that would be 160 zero bits of a hash.
func (b Binding) Declines() bool { return b == Binding{} }

// Address is a consensus address.
type Address [AddressSize]byte

// ChainHash returns the part of a binding that names the chain.
func ChainHash(chainID string) [32]byte { return sha256.Sum256([]byte(chainID)) }

// Bind returns the binding of a validator to a result of a subject. The chain, the subject and
// everything it depends on are in it, so it cannot be replayed; the address is in it, so it cannot
// be copied; the witness is in it, so a short output cannot be guessed from it.
func Bind(chain [32]byte, s Subject, r Result, validator Address) Binding {
	var pre [len(bindingDomain) + 1 + 32 + 8 + 32 + 32 + 8 + 32 + 32 + AddressSize]byte
	b := append(pre[:0], bindingDomain...)
	b = append(b, byte(s.Kind))
	b = append(b, chain[:]...)
	b = binary.BigEndian.AppendUint64(b, s.ID)
	b = append(b, s.ManifestRoot[:]...)
	b = append(b, s.InputRoot[:]...)
	b = binary.BigEndian.AppendUint64(b, s.Seed)
	b = append(b, r.Output[:]...)
	b = append(b, r.Witness[:]...)
	b = append(b, validator[:]...)
	sum := sha256.Sum256(b)
	return Binding(sum[:BindingSize])
}
