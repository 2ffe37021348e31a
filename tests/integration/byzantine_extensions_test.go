package integration_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/testutil/chain"
	"github.com/imochain/imod/x/oracle/attestation"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// hostileExtension is one way in which a validator misuses its vote.
type hostileExtension struct {
	name string
	// sign returns what the validator signs for a request instead of the honest extension.
	sign func(a *arena, v chain.Validator, r oracletypes.Request, honest []byte) []byte
	// heard is true when the bytes have the right form, so that others accept them; they count for nothing all the same.
	heard bool
}

// hostileExtensions are the attacks by extension, one entry each.
func hostileExtensions() []hostileExtension {
	random := rand.New(rand.NewPCG(7641, 1))
	noise := func(n int) []byte {
		out := make([]byte, n)
		for i := range out {
			out[i] = byte(random.Uint32())
		}
		return out
	}
	foreign := func(kind attestation.Kind, id uint64) attestation.Item {
		return attestation.Item{Key: attestation.Key{Kind: kind, ID: id}, Binding: attestation.Binding(noise(20))}
	}
	return []hostileExtension{
		{name: "garbage", sign: func(*arena, chain.Validator, oracletypes.Request, []byte) []byte { return noise(1 + random.IntN(300)) }},
		{name: "garbage behind the right version", sign: func(*arena, chain.Validator, oracletypes.Request, []byte) []byte {
			return append([]byte{attestation.Version}, noise(200)...)
		}},
		{name: "oversize by one byte", sign: func(_ *arena, _ chain.Validator, _ oracletypes.Request, honest []byte) []byte {
			return append(slices.Clone(honest), make([]byte, attestation.MaxExtension+1-len(honest))...)
		}},
		{name: "oversize of 1 MiB", sign: func(*arena, chain.Validator, oracletypes.Request, []byte) []byte { return make([]byte, 1<<20) }},
		{name: "duplicated item", sign: func(a *arena, v chain.Validator, r oracletypes.Request, _ []byte) []byte {
			item := a.binding(v, a.subject(r), a.truth(r))
			return uncheckedExtension(attestation.Version, item, item)
		}},
		{name: "duplicated group", sign: func(_ *arena, _ chain.Validator, _ oracletypes.Request, honest []byte) []byte {
			return append(slices.Clone(honest), honest[1:]...)
		}},
		{name: "reordered items", sign: func(a *arena, v chain.Validator, r oracletypes.Request, _ []byte) []byte {
			item := a.binding(v, a.subject(r), a.truth(r))
			return uncheckedExtension(attestation.Version, foreign(attestation.Request, r.Id+1), item)
		}},
		{name: "unknown version", sign: func(_ *arena, _ chain.Validator, _ oracletypes.Request, honest []byte) []byte {
			return append([]byte{attestation.Version + 1}, honest[1:]...)
		}},
		{name: "cut", sign: func(_ *arena, _ chain.Validator, _ oracletypes.Request, honest []byte) []byte {
			return honest[:len(honest)-1]
		}},
		{name: "with a tail", sign: func(_ *arena, _ chain.Validator, _ oracletypes.Request, honest []byte) []byte {
			return append(slices.Clone(honest), 0)
		}},
		{name: "a count that lies", sign: func(_ *arena, _ chain.Validator, _ oracletypes.Request, honest []byte) []byte {
			return append([]byte{honest[0], honest[1], 0xff, 0xff, 0x7f}, honest[3:]...)
		}},
		{name: "a count in a longer form", sign: func(_ *arena, _ chain.Validator, _ oracletypes.Request, honest []byte) []byte {
			return append([]byte{honest[0], honest[1], honest[2] | 0x80, 0}, honest[3:]...)
		}},
		{name: "foreign subjects", heard: true, sign: func(a *arena, _ chain.Validator, r oracletypes.Request, _ []byte) []byte {
			return a.canonical(
				foreign(attestation.Request, r.Id+1000), foreign(attestation.Proof, 1), foreign(attestation.Custody, 1), foreign(attestation.Audit, r.Id))
		}},
		{name: "all the space, foreign", heard: true, sign: func(a *arena, _ chain.Validator, r oracletypes.Request, _ []byte) []byte {
			var items []attestation.Item
			for i := range uint64(190) {
				items = append(items, foreign(attestation.Request, r.Id+1000+i))
			}
			return a.canonical(items...)
		}},
		{name: "of another chain", heard: true, sign: func(a *arena, v chain.Validator, r oracletypes.Request, _ []byte) []byte {
			s := a.subject(r)
			return a.canonical(attestation.Item{
				Key: s.Key, Binding: attestation.Bind(attestation.ChainHash("imo-local-1"), s, a.truth(r), attestation.Address(v.Address())),
			})
		}},
		{name: "copied from another validator", heard: true, sign: func(a *arena, v chain.Validator, r oracletypes.Request, _ []byte) []byte {
			for _, victim := range a.Validators {
				if !bytes.Equal(victim.Address(), v.Address()) {
					return a.canonical(a.binding(victim, a.subject(r), a.truth(r)))
				}
			}
			return nil
		}},
		{name: "stale: the answer to the request before", heard: true, sign: func(a *arena, v chain.Validator, r oracletypes.Request, _ []byte) []byte {
			before := a.subject(a.request(r.Id - 1))
			return a.canonical(a.binding(v, before, a.truth(r)))
		}},
		{name: "stale: another seed", heard: true, sign: func(a *arena, v chain.Validator, r oracletypes.Request, _ []byte) []byte {
			s := a.subject(r)
			s.Seed--
			return a.canonical(a.binding(v, s, a.truth(r)))
		}},
		{name: "a false output", heard: true, sign: func(a *arena, v chain.Validator, r oracletypes.Request, _ []byte) []byte {
			return a.canonical(a.binding(v, a.subject(r), lie))
		}},
		{name: "the right output, a false witness", heard: true, sign: func(a *arena, v chain.Validator, r oracletypes.Request, _ []byte) []byte {
			return a.canonical(a.binding(v, a.subject(r), attestation.Result{Output: a.truth(r).Output, Witness: lie.Witness}))
		}},
		{name: "always empty", heard: true, sign: func(*arena, chain.Validator, oracletypes.Request, []byte) []byte { return nil }},
	}
}

// misbehave makes validators sign hostile extensions for a request, as long as it is not computed by
// the rest; it returns how the honest ones take what they hear in time.
func (a *arena) misbehave(r oracletypes.Request, h hostileExtension, numbers ...int) (heard func() bool) {
	a.T.Helper()
	all := true
	for _, number := range numbers {
		v := a.validator(number)
		a.Validators[a.place(number)].Extend = func(honest []byte) []byte {
			if len(honest) == 0 {
				return nil
			}
			signed := h.sign(a, v, r, honest)
			all = all && a.Heard(v, signed)
			return signed
		}
	}
	return func() bool { return all }
}

func (a *arena) behave() {
	for i := range a.Validators {
		a.Validators[i].Extend = nil
	}
}

// TestByzantineExtensions: 30 of 100 powers misuse their votes in every way. The request is final in
// H+2 with the right result; those who misbehaved earn nothing for it, the others not a unit more.
func TestByzantineExtensions(t *testing.T) {
	a := newArena(t, 30, 25, 20, 15, 10)
	a.open() // one to be stale about
	a.Next()
	a.Next()
	for _, h := range hostileExtensions() {
		t.Run(h.name, func(t *testing.T) {
			defer a.in(t)()
			r := a.open()
			before, truth := a.books(), a.truth(r)
			heard := a.misbehave(r, h, 0)
			a.Next()
			a.behave()
			require.Equal(t, h.heard, heard())
			a.Next()
			a.requireTrue(r, truth)
			require.Equal(t, r.CreatedHeight+2, a.request(r.Id).FinalHeight)
			a.requirePaid(before, r, a.proposerOf(a.Height()), a.others(0)...)
		})
	}
}

// TestByzantineThird: the same from 34 of 100, who can keep a request from being answered and no more:
// it expires, its requester has everything back, and nobody earned.
func TestByzantineThird(t *testing.T) {
	a := newArena(t, 34, 33, 33)
	a.open()
	a.Next()
	a.Next()
	for _, h := range hostileExtensions() {
		t.Run(h.name, func(t *testing.T) {
			defer a.in(t)()
			r := a.open()
			before := a.books()
			a.misbehave(r, h, 0)
			a.requireRefunded(before, r)
			a.behave()
		})
	}
}

// TestByzantineCorpus: everything that fuzzing found interesting, signed by a validator.
func TestByzantineCorpus(t *testing.T) {
	a := newArena(t, 30, 25, 20, 15, 10)
	var corpus [][]byte
	for _, target := range []string{"FuzzVoteExtension", "FuzzPrepareProposal", "FuzzInjectedCommit", "FuzzProcessProposal"} {
		files, err := filepath.Glob(filepath.Join("..", "..", "x", "oracle", "abci", "testdata", "fuzz", target, "*"))
		require.NoError(t, err)
		for _, file := range files {
			corpus = append(corpus, corpusEntry(t, file))
		}
	}
	require.Greater(t, len(corpus), 20)
	r := a.open()
	truth := a.truth(r)
	for len(corpus) > 0 { // four hostile votes in each block, and honest ones of no quorum
		for number := range 4 {
			if len(corpus) > 0 {
				entry := corpus[0]
				a.Validators[a.place(number)].Extend = func([]byte) []byte { return entry }
				corpus = corpus[1:]
			}
		}
		a.Next()
		if len(corpus) == 0 || a.Height() == r.DeadlineHeight-2 {
			a.behave()
			a.Next()
			a.Next()
			a.requireTrue(r, truth)
			r = a.open()
			truth = a.truth(r)
		}
	}
}

// corpusEntry reads the bytes of one file of Go's fuzzing corpus.
func corpusEntry(t *testing.T, file string) []byte {
	t.Helper()
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	lines := strings.Split(string(raw), "\n")
	require.GreaterOrEqual(t, len(lines), 2)
	quoted := strings.TrimSuffix(strings.TrimPrefix(lines[1], "[]byte("), ")")
	text, err := strconv.Unquote(quoted)
	require.NoError(t, err)
	return []byte(text)
}

// TestByzantineSignatures: extensions of the right form whose signature is not the validator's for this
// height: an honest proposer leaves each of them out, and nobody accepts a block with one.
func TestByzantineSignatures(t *testing.T) {
	a := newArena(t, 30, 25, 20, 15, 10)
	var old attestation.Vote
	forge := map[string]func(v *attestation.Vote){
		"none":                     func(v *attestation.Vote) { v.Signature = nil },
		"cut":                      func(v *attestation.Vote) { v.Signature = v.Signature[:63] },
		"one bit turned":           func(v *attestation.Vote) { v.Signature = flipped(v.Signature, 5) },
		"of the last height":       func(v *attestation.Vote) { v.Signature = old.Signature },
		"a replay of another vote": func(v *attestation.Vote) { v.Extension, v.Signature = old.Extension, old.Signature },
		"by another validator": func(v *attestation.Vote) {
			v.Signature = a.Sign(a.validator(1), a.Height(), v.Extension)
		},
		"for another height": func(v *attestation.Vote) {
			v.Signature = a.Sign(a.validator(0), a.Height()+1, v.Extension)
		},
	}
	r := a.open()
	a.Next()
	old = voteOf(a, 0)
	a.Next()
	for name, change := range forge {
		t.Run(name, func(t *testing.T) {
			defer a.in(t)()
			r = a.open()
			before, truth := a.books(), a.truth(r)
			a.Next()
			vote := voteOf(a, 0)
			change(&vote)
			_, honest := a.proposal()
			i := slices.IndexFunc(honest.Votes, func(v attestation.Vote) bool { return int(v.Index) == a.place(0) })
			honest.Votes[i] = vote
			require.False(t, a.accepted(uncheckedInjection(honest)), "a proposer puts it in")
			heard := &a.Votes().Votes[a.place(0)]
			heard.VoteExtension, heard.ExtensionSignature = vote.Extension, vote.Signature
			a.Next()
			a.requireTrue(r, truth)
			a.requirePaid(before, r, a.proposerOf(a.Height()), a.others(0)...)
		})
	}
}

// voteOf is the vote of a validator for the last block.
func voteOf(a *arena, number int) attestation.Vote {
	v := a.Votes().Votes[a.place(number)]
	return attestation.Vote{
		Index: uint16(a.place(number)), Validator: attestation.Address(v.Validator.Address),
		Signature: v.ExtensionSignature, Extension: v.VoteExtension,
	}
}

func flipped(b []byte, i int) []byte {
	out := slices.Clone(b)
	out[i] ^= 1
	return out
}

// in makes an arena report to a subtest.
func (a *arena) in(t *testing.T) (restore func()) {
	t.Helper()
	before := a.T
	a.T = t
	return func() { a.T = before }
}

// TestByzantineLateAndTwice: a vote that comes when the request is final earns nothing; two different
// answers void each other; the same answer again and again counts once.
func TestByzantineLateAndTwice(t *testing.T) {
	a := newArena(t, 30, 25, 20, 15, 10)
	late := a.open()
	truth, before := a.truth(late), a.books()
	v := a.validator(0)
	own := a.canonical(a.binding(v, a.subject(late), truth))
	a.Validators[a.place(0)].Extend = func([]byte) []byte { return nil }
	a.Next()
	a.Validators[a.place(0)].Extend = func([]byte) []byte { return own } // its block makes the request final
	a.Next()
	a.Next()
	a.Next()
	a.requireTrue(late, truth)
	a.requirePaid(before, late, a.proposerOf(late.CreatedHeight+2), a.others(0)...)
	a.behave()

	twice := a.open()
	truth, before = a.truth(twice), a.books()
	for _, number := range []int{1, 2} { // 55 of 100 wait
		a.Validators[a.place(number)].Extend = func([]byte) []byte { return nil }
	}
	a.Next()
	a.Validators[a.place(0)].Extend = func([]byte) []byte { return a.canonical(a.binding(v, a.subject(twice), lie)) }
	a.Validators[a.place(3)].Extend = func([]byte) []byte {
		return a.canonical(a.binding(a.validator(3), a.subject(twice), truth))
	}
	a.Next()
	a.Next()
	require.False(t, a.request(twice.Id).Final())
	a.behave()
	a.Next()
	a.Next()
	a.requireTrue(twice, truth)
	a.requirePaid(before, twice, a.proposerOf(a.request(twice.Id).FinalHeight), a.others(0)...)
}
