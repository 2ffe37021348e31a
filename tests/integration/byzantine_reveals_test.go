package integration_test

import (
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/testutil/chain"
	"github.com/imochain/imod/x/oracle/attestation"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// reveals is one way in which a proposer misuses what it may reveal.
type reveals struct {
	name string
	// change edits what an honest proposer would inject into the block that could make r final.
	change func(a *arena, tx *attestation.Injected, r oracletypes.Request)
	// refused is true when honest validators do not accept the block; then it is proposed anew.
	refused bool
	// final is true when the request is final in that block all the same.
	final bool
}

func hostileReveals() []reveals {
	key := func(r oracletypes.Request) attestation.Key {
		return attestation.Key{Kind: attestation.Request, ID: r.Id}
	}
	only := func(tx *attestation.Injected, reveals ...attestation.Reveal) { tx.Reveals = reveals }
	return []reveals{
		{name: "missing", change: func(_ *arena, tx *attestation.Injected, _ oracletypes.Request) { only(tx) }},
		{name: "false output", change: func(_ *arena, tx *attestation.Injected, _ oracletypes.Request) {
			tx.Reveals[0].Output[0] ^= 1
		}},
		{name: "false witness", change: func(_ *arena, tx *attestation.Injected, _ oracletypes.Request) {
			tx.Reveals[0].Witness[31] ^= 1
		}},
		{name: "output and witness swapped", change: func(_ *arena, tx *attestation.Injected, _ oracletypes.Request) {
			tx.Reveals[0].Output, tx.Reveals[0].Witness = tx.Reveals[0].Witness, tx.Reveals[0].Output
		}},
		{name: "early: with the votes of half", change: func(_ *arena, tx *attestation.Injected, _ oracletypes.Request) {
			tx.Votes = tx.Votes[:2]
		}},
		{name: "early: with no votes", change: func(_ *arena, tx *attestation.Injected, _ oracletypes.Request) { tx.Votes = nil }},
		{name: "under another kind", change: func(_ *arena, tx *attestation.Injected, r oracletypes.Request) {
			only(tx, attestation.Reveal{Key: attestation.Key{Kind: attestation.Audit, ID: r.Id}, Result: tx.Reveals[0].Result})
		}},
		{name: "of subjects that are not there", final: true, change: func(a *arena, tx *attestation.Injected, r oracletypes.Request) {
			for _, kind := range []attestation.Kind{attestation.Proof, attestation.Custody, attestation.Audit} {
				tx.Reveals = append(tx.Reveals, attestation.Reveal{Key: attestation.Key{Kind: kind, ID: r.Id}, Result: lie})
			}
		}},
		{name: "of a request that is final", final: true, change: func(a *arena, tx *attestation.Injected, r oracletypes.Request) {
			only(tx, attestation.Reveal{Key: attestation.Key{Kind: attestation.Request, ID: r.Id - 1}, Result: lie}, tx.Reveals[0])
		}},
		{name: "two answers", refused: true, change: func(_ *arena, tx *attestation.Injected, r oracletypes.Request) {
			only(tx, tx.Reveals[0], attestation.Reveal{Key: key(r), Result: lie})
		}},
		{name: "reordered", refused: true, change: func(_ *arena, tx *attestation.Injected, r oracletypes.Request) {
			only(tx, attestation.Reveal{Key: attestation.Key{Kind: attestation.Proof, ID: 9}, Result: lie}, tx.Reveals[0])
		}},
		{name: "of no kind", refused: true, change: func(_ *arena, tx *attestation.Injected, r oracletypes.Request) {
			tx.Reveals[0].Kind = 0
		}},
		{name: "more than there can be", refused: true, change: func(_ *arena, tx *attestation.Injected, r oracletypes.Request) {
			for i := range uint64(attestation.MaxReveals) {
				tx.Reveals = append(tx.Reveals, attestation.Reveal{Key: attestation.Key{Kind: attestation.Request, ID: r.Id + 1 + i}, Result: lie})
			}
		}},
	}
}

// TestByzantineReveals: whatever a proposer reveals, the request is final with the right result, in
// its block or in the next one, and who matched by then is paid, nobody else.
func TestByzantineReveals(t *testing.T) {
	a := newArena(t, 30, 25, 20, 15, 10)
	a.open()
	a.Next()
	a.Next()
	for _, h := range hostileReveals() {
		t.Run(h.name, func(t *testing.T) {
			defer a.in(t)()
			r := a.open()
			a.Next()
			before, truth := a.books(), a.truth(r)
			proposed, tx := a.proposal()
			require.Len(t, tx.Reveals, 1)
			h.change(a, &tx, r)
			evil := append([][]byte{uncheckedInjection(tx)}, proposed[1:]...)
			require.Equal(t, !h.refused, a.accepted(evil...))
			a.Execute(time.Second, evil) // a byzantine majority decides it in any case
			if h.refused {
				require.Empty(t, a.bindings(r), "it carries nothing")
			}
			require.Equal(t, h.final, a.request(r.Id).Final())
			if !h.final {
				require.Empty(t, a.request(r.Id).OutputRoot, "what was revealed is forgotten")
				for range 2 { // those whose votes did not get in vote again
					a.Next()
				}
			}
			a.requireTrue(r, truth)
			a.requirePaid(before, r, a.proposerOf(a.request(r.Id).FinalHeight), a.others()...)
		})
	}
}

func (a *arena) bindings(r oracletypes.Request) []oracletypes.Binding {
	a.T.Helper()
	var out []oracletypes.Binding
	for _, b := range a.state().Bindings {
		if b.Kind == oracletypes.SubjectKind_SUBJECT_KIND_REQUEST && b.Id == r.Id {
			out = append(out, b)
		}
	}
	return out
}

// TestByzantineLieWithThird: 30 of 100 bind the same lie and their proposer reveals it: nothing comes
// of it, and of the truth they earn the proposer's part at most.
func TestByzantineLieWithThird(t *testing.T) {
	a := newArena(t, 30, 25, 20, 15, 10)
	r := a.open()
	before, truth := a.books(), a.truth(r)
	v := a.validator(0)
	a.Validators[a.place(0)].Extend = func([]byte) []byte { return a.canonical(a.binding(v, a.subject(r), lie)) }
	a.Next()
	_, tx := a.proposal()
	tx.Reveals[0].Result = lie
	evil := uncheckedInjection(tx)
	require.True(t, a.accepted(evil), "right or wrong is not judged, it decides nothing")
	a.Execute(time.Second, [][]byte{evil})
	require.False(t, a.request(r.Id).Final())
	a.Next()
	a.requireTrue(r, truth)
	a.requirePaid(before, r, a.proposerOf(a.Height()), a.others(0)...)
}

// TestByzantineEarlyRevealThenCopy (A1b): the result is revealed with half of the power. Who had not
// bound reads it in the block and binds it: the request needs a reveal in its own block all the same,
// and what was revealed decides nothing before.
func TestByzantineEarlyRevealThenCopy(t *testing.T) {
	a := newArena(t, 30, 25, 20, 15, 10)
	r := a.open()
	before, truth := a.books(), a.truth(r)
	for _, number := range []int{2, 3, 4} { // 45 of 100 have no sidecar
		a.Validators[a.place(number)].Extend = func([]byte) []byte { return nil }
	}
	a.Next()
	round := a.Propose(time.Second)
	tx, err := attestation.DecodeInjected(round[0])
	require.NoError(t, err)
	require.Empty(t, tx.Reveals, "an honest proposer reveals nothing yet")
	tx.Reveals = []attestation.Reveal{{Key: a.subject(r).Key, Result: truth}}
	copier := a.validator(2)
	a.Validators[a.place(2)].Extend = func([]byte) []byte {
		return a.canonical(a.binding(copier, a.subject(r), truth))
	}
	a.Execute(time.Second, [][]byte{uncheckedInjection(tx)})
	require.False(t, a.request(r.Id).Final())
	require.Empty(t, a.request(r.Id).OutputRoot)
	// A block with the copy but without a reveal does not make it final either.
	proposed, tx := a.proposal()
	require.Len(t, tx.Reveals, 1)
	tx.Reveals = nil
	a.Execute(time.Second, append([][]byte{uncheckedInjection(tx)}, proposed[1:]...))
	require.False(t, a.request(r.Id).Final())
	a.Next()
	a.requireTrue(r, truth)
	a.requirePaid(before, r, a.proposerOf(a.Height()), a.validator(0), a.validator(1), a.validator(2))
}

// TestByzantineGuessedLabels (A1a): a validator that did not run the model knows everything but what
// feeds the last node: even of an output with few values, and of the right one, it cannot tell which
// another validator bound, and its own guess does not count.
func TestByzantineGuessedLabels(t *testing.T) {
	a := newArena(t, 30, 25, 20, 15, 10)
	r := a.open()
	before, truth := a.books(), a.truth(r)
	a.Next()
	victim, guesser := a.validator(1), a.validator(0)
	s := a.subject(r)
	items, err := attestation.DecodeExtension(voteOf(a, 1).Extension)
	require.NoError(t, err)
	require.Equal(t, s.Key, items[0].Key)
	outputs := [][32]byte{truth.Output}
	for label := range 256 {
		outputs = append(outputs, merkle.BytesRoot([]byte{byte(label)}), merkle.BytesRoot([]byte{byte(label), 0, 0, 0}))
	}
	for _, output := range outputs {
		for _, witness := range [][32]byte{{}, output, sha256.Sum256(output[:]), s.InputRoot, s.ManifestRoot} {
			guess := attestation.Bind(attestation.ChainHash(chain.ID), s, attestation.Result{Output: output, Witness: witness}, attestation.Address(victim.Address()))
			require.NotEqual(t, items[0].Binding, guess, "a guess was confirmed")
		}
	}
	require.Equal(t, items[0], a.binding(victim, s, truth), "control: with the witness it is")

	_, tx := a.proposal()
	i := slices.IndexFunc(tx.Votes, func(v attestation.Vote) bool { return int(v.Index) == a.place(0) })
	guess := a.canonical(a.binding(guesser, s, attestation.Result{Output: truth.Output, Witness: sha256.Sum256(truth.Output[:])}))
	tx.Votes[i].Extension, tx.Votes[i].Signature = guess, a.Sign(guesser, a.Height(), guess)
	a.Execute(time.Second, [][]byte{uncheckedInjection(tx)})
	a.requireTrue(r, truth)
	a.requirePaid(before, r, a.proposerOf(a.Height()), a.others(0)...)
}

// revealOf is the lie as a proposer would reveal it.
func revealOf(a *arena, r oracletypes.Request) attestation.Reveal {
	return attestation.Reveal{Key: a.subject(r).Key, Result: lie}
}
