package attestation_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/oracle/attestation"
)

func key(kind attestation.Kind, id uint64) attestation.Key {
	return attestation.Key{Kind: kind, ID: id}
}

func item(kind attestation.Kind, id uint64) attestation.Item {
	return attestation.Item{Key: key(kind, id), Binding: attestation.Binding{byte(kind), byte(id), byte(id >> 8)}}
}

// TestBindIsTheSpecification: the preimage of DESIGN section 8, point 2, written out once more.
func TestBindIsTheSpecification(t *testing.T) {
	s := attestation.Subject{
		Key: key(attestation.Proof, 0x0102030405060708), ManifestRoot: [32]byte{1}, InputRoot: [32]byte{2}, Seed: math.MaxUint64,
	}
	r := attestation.Result{Output: [32]byte{3}, Witness: [32]byte{4}}
	validator := attestation.Address{5}
	chain := sha256.Sum256([]byte("imo-local-1"))
	var pre []byte
	pre = append(pre, "imod/binding/v1"...)
	pre = append(pre, 2)
	pre = append(pre, chain[:]...)
	pre = append(pre, 1, 2, 3, 4, 5, 6, 7, 8)
	pre = append(pre, s.ManifestRoot[:]...)
	pre = append(pre, s.InputRoot[:]...)
	pre = append(pre, bytes.Repeat([]byte{0xff}, 8)...)
	pre = append(pre, r.Output[:]...)
	pre = append(pre, r.Witness[:]...)
	pre = append(pre, validator[:]...)
	want := sha256.Sum256(pre)
	got := attestation.Bind(attestation.ChainHash("imo-local-1"), s, r, validator)
	require.Equal(t, want[:20], got[:])
	require.Equal(t, "aab541431e09c16ffefce81c0b25ce72370e21c1", hex.EncodeToString(got[:]))

	s.Deadline = 99 // the deadline is the chain's business
	require.Equal(t, got, attestation.Bind(attestation.ChainHash("imo-local-1"), s, r, validator))
}

func TestExtensionBytes(t *testing.T) {
	b, err := attestation.EncodeExtension([]attestation.Item{item(1, 1), item(1, 300), item(2, 7)})
	require.NoError(t, err)
	var want []byte
	want = append(want, 1, 1, 2, 1)
	want = append(want, slices.Concat([]byte{1, 1, 0}, make([]byte, 17))...)
	want = append(want, 0xab, 0x02) // 299
	want = append(want, slices.Concat([]byte{1, 300 & 0xff, 1}, make([]byte, 17))...)
	want = append(want, 2, 1, 7)
	want = append(want, slices.Concat([]byte{2, 7, 0}, make([]byte, 17))...)
	require.Equal(t, want, b)
	items, err := attestation.DecodeExtension(b)
	require.NoError(t, err)
	require.Equal(t, []attestation.Item{item(1, 1), item(1, 300), item(2, 7)}, items)

	none, err := attestation.EncodeExtension(nil)
	require.NoError(t, err)
	require.Empty(t, none)
	items, err = attestation.DecodeExtension(nil)
	require.NoError(t, err)
	require.Empty(t, items)
}

func TestEncodeExtensionRefuses(t *testing.T) {
	for name, items := range map[string][]attestation.Item{
		"kind 0":       {item(0, 1)},
		"kind 5":       {item(5, 1)},
		"id 0":         {item(1, 0)},
		"same id":      {item(1, 4), item(1, 4)},
		"falling ids":  {item(1, 4), item(1, 3)},
		"falling kind": {item(2, 1), item(1, 1)},
		"kind again":   {item(1, 1), item(2, 1), item(1, 2)},
		"too long":     manyItems(196),
	} {
		_, err := attestation.EncodeExtension(items)
		require.ErrorIs(t, err, attestation.ErrExtension, name)
	}
}

func manyItems(n int) []attestation.Item {
	items := make([]attestation.Item, n)
	for i := range items {
		items[i] = item(1, uint64(i+1))
	}
	return items
}

func TestDecodeExtensionRefuses(t *testing.T) {
	binding := make([]byte, 20)
	one := func(parts ...any) []byte {
		var out []byte
		for _, p := range parts {
			switch p := p.(type) {
			case int:
				out = append(out, byte(p))
			case []byte:
				out = append(out, p...)
			}
		}
		return out
	}
	_, err := attestation.DecodeExtension(one(1, 1, 1, 5, binding))
	require.NoError(t, err)
	huge := binary.AppendUvarint(nil, math.MaxUint64)
	for name, b := range map[string][]byte{
		"version 0":              one(0, 1, 1, 5, binding),
		"version 2":              one(2, 1, 1, 5, binding),
		"version alone":          one(1),
		"kind 0":                 one(1, 0, 1, 5, binding),
		"kind 5":                 one(1, 5, 1, 5, binding),
		"kind twice":             one(1, 1, 1, 5, binding, 1, 1, 6, binding),
		"kinds falling":          one(1, 2, 1, 5, binding, 1, 1, 6, binding),
		"count 0":                one(1, 1, 0),
		"count 0, then group":    one(1, 1, 0, 2, 1, 5, binding),
		"count not minimal":      one(1, 1, 0x81, 0, 5, binding),
		"count above the bytes":  one(1, 1, 2, 5, binding),
		"count of 2^64-1":        one(1, 1, huge, 5, binding),
		"count cut":              one(1, 1, 0x80),
		"count of eleven bytes":  one(1, 1, bytes.Repeat([]byte{0xff}, 10), 1, 5, binding),
		"id 0":                   one(1, 1, 1, 0, binding),
		"id not minimal":         one(1, 1, 1, 0x85, 0, binding),
		"same id":                one(1, 1, 2, 5, binding, 0, binding),
		"id beyond 64 bits":      one(1, 1, 2, huge, binding, 1, binding),
		"binding cut":            one(1, 1, 1, 5, binding[:19]),
		"tail":                   one(1, 1, 1, 5, binding, 0),
		"longer than the limit":  make([]byte, attestation.MaxExtension+1),
		"kind byte without rest": one(1, 1, 1, 5, binding, 2),
	} {
		_, err := attestation.DecodeExtension(b)
		require.ErrorIs(t, err, attestation.ErrExtension, name)
	}
}

// TestSelectKeepsAQuarter: a flood of requests with near deadlines leaves proofs their quarter, and
// without proofs requests take all of it.
func TestSelectKeepsAQuarter(t *testing.T) {
	var ready []attestation.Candidate
	for i := range 400 {
		ready = append(ready, attestation.Candidate{Item: item(attestation.Request, uint64(i+1)), Deadline: 1})
	}
	require.Len(t, attestation.Select(ready), 127+(4083-127*21)/22)
	for i := range 100 {
		ready = append(ready, attestation.Candidate{Item: item(attestation.Proof, uint64(i+1)), Deadline: 9})
	}
	items := attestation.Select(ready)
	proofs := slices.IndexFunc(items, func(i attestation.Item) bool { return i.Kind == attestation.Proof })
	require.Len(t, items[proofs:], 1024/21)
	require.Equal(t, item(attestation.Proof, 1), items[proofs])
	require.Greater(t, proofs, 135)
}

// TestExtensionHoldsTheCaps: 150 requests and 32 proofs fit at ids of many millions.
func TestExtensionHoldsTheCaps(t *testing.T) {
	var ready []attestation.Candidate
	for i := range 150 {
		ready = append(ready, attestation.Candidate{Item: item(attestation.Request, 2_000_000+uint64(i)*3), Deadline: 10})
	}
	for i := range 32 {
		ready = append(ready, attestation.Candidate{Item: item(attestation.Proof, 10_000+uint64(i)), Deadline: 5000})
	}
	items := attestation.Select(ready)
	b, err := attestation.EncodeExtension(items)
	require.NoError(t, err)
	require.LessOrEqual(t, len(b), attestation.MaxExtension)
	require.GreaterOrEqual(t, len(items), 176)
}

// TestSelect: whatever is ready, the choice encodes, keeps a quarter for proofs, and takes the
// nearest deadlines, so that two validators with the same requests choose the same ones.
func TestSelect(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	for range 300 {
		var ready []attestation.Candidate
		seen := map[attestation.Key]bool{}
		add := func(n int, kinds ...attestation.Kind) {
			for range rng.Intn(n + 1) {
				c := attestation.Candidate{
					Item:     item(kinds[rng.Intn(len(kinds))], 1+uint64(rng.Int63n(1<<uint(1+rng.Intn(40))))),
					Deadline: int64(rng.Intn(50)),
				}
				if !seen[c.Key] {
					seen[c.Key] = true
					ready = append(ready, c)
				}
			}
		}
		add(400, attestation.Request, attestation.Audit)
		add(100, attestation.Proof, attestation.Custody)
		before := slices.Clone(ready)
		items := attestation.Select(ready)
		require.Equal(t, before, ready, "the argument is not changed")
		b, err := attestation.EncodeExtension(items)
		require.NoError(t, err)
		decoded, err := attestation.DecodeExtension(b)
		require.NoError(t, err)
		require.Equal(t, len(items), len(decoded))

		chosen := map[attestation.Key]bool{}
		for _, i := range items {
			chosen[i.Key] = true
		}
		for _, reserved := range []bool{false, true} {
			var firstLeft, lastTaken *attestation.Candidate
			count := 0
			for i := range ready {
				c := &ready[i]
				if c.Kind.Reserved() != reserved {
					continue
				}
				if chosen[c.Key] {
					count++
					if lastTaken == nil || earlier(*lastTaken, *c) {
						lastTaken = c
					}
				} else if firstLeft == nil || earlier(*c, *firstLeft) {
					firstLeft = c
				}
			}
			if firstLeft != nil && lastTaken != nil {
				require.True(t, earlier(*lastTaken, *firstLeft), "a prefix of the order")
			}
			if firstLeft != nil && reserved {
				require.GreaterOrEqual(t, count, 1024/30-1, "proofs have their quarter")
			}
		}
	}
	require.Empty(t, attestation.Select(nil))
	require.Empty(t, attestation.Select([]attestation.Candidate{{Item: item(0, 1)}, {Item: item(1, 0)}, {Item: item(9, 9)}}))
}

func earlier(a, b attestation.Candidate) bool {
	if a.Deadline != b.Deadline {
		return a.Deadline < b.Deadline
	}
	return a.Compare(b.Key) < 0
}

func TestQuorum(t *testing.T) {
	for _, tc := range []struct {
		matched, total uint64
		want           bool
	}{
		{0, 0, false}, {0, 1, false}, {1, 1, true}, {2, 3, false}, {3, 3, true}, {67, 100, true}, {66, 100, false},
		{666, 1000, false}, {667, 1000, true}, {math.MaxUint64, math.MaxUint64, true},
		{math.MaxUint64 / 3 * 2, math.MaxUint64, false}, {math.MaxUint64/3*2 + 1, math.MaxUint64, true}, {1 << 63, math.MaxUint64, false},
	} {
		require.Equal(t, tc.want, attestation.Quorum(tc.matched, tc.total), "%d of %d", tc.matched, tc.total)
	}
}

func TestSlot(t *testing.T) {
	a, b := attestation.Binding{1}, attestation.Binding{2}
	var s attestation.Slot
	require.True(t, s.Bind(a))
	require.False(t, s.Bind(a))
	require.Equal(t, attestation.Slot{State: attestation.Bound, Value: a}, s)
	require.True(t, s.Bind(b))
	require.Equal(t, attestation.Slot{State: attestation.Voided}, s)
	require.False(t, s.Bind(a))
	require.False(t, s.Bind(b))
}

func sample() attestation.Injected {
	extension, _ := attestation.EncodeExtension([]attestation.Item{item(1, 1), item(2, 7)})
	return attestation.Injected{
		Votes: []attestation.Vote{
			{Index: 0, Validator: attestation.Address{1}, Signature: make([]byte, 64), Extension: extension},
			{Index: 7, Validator: attestation.Address{2}, Signature: make([]byte, 96), Extension: extension},
		},
		Reveals: []attestation.Reveal{
			{Key: key(1, 1), Result: attestation.Result{Output: [32]byte{1}, Witness: [32]byte{2}}},
			{Key: key(2, 1), Result: attestation.Result{Output: [32]byte{3}}},
		},
	}
}

func TestInjectedRoundTrip(t *testing.T) {
	tx := sample()
	b, err := tx.Encode()
	require.NoError(t, err)
	require.True(t, attestation.IsInjected(b))
	require.Zero(t, b[0], "no protobuf tag")
	size := attestation.InjectedOverhead + 2*attestation.RevealSize
	for _, v := range tx.Votes {
		size += attestation.VoteSize(v)
	}
	require.Len(t, b, size)
	require.Equal(t, 73, attestation.RevealSize)
	again, err := attestation.DecodeInjected(b)
	require.NoError(t, err)
	require.Equal(t, tx, again)
	for i := range b {
		_, err := attestation.DecodeInjected(b[:i])
		require.ErrorIs(t, err, attestation.ErrInjected, "cut at %d", i)
	}
}

func TestInjectedCarriesALink(t *testing.T) {
	for _, tx := range []attestation.Injected{{Link: make([]byte, 32)}, {Link: make([]byte, 32), Votes: sample().Votes, Reveals: sample().Reveals}} {
		b, err := tx.Encode()
		require.NoError(t, err)
		again, err := attestation.DecodeInjected(b)
		require.NoError(t, err)
		require.Equal(t, tx.Link, again.Link)
		require.Len(t, again.Votes, len(tx.Votes))
		require.Len(t, again.Reveals, len(tx.Reveals))
		_, err = attestation.DecodeInjected(b[:len(b)-1])
		require.ErrorIs(t, err, attestation.ErrInjected)
		_, err = attestation.DecodeInjected(append(b, 0))
		require.ErrorIs(t, err, attestation.ErrInjected)
	}
}

func TestInjectedRefuses(t *testing.T) {
	for name, edit := range map[string]func(*attestation.Injected){
		"nothing":                 func(tx *attestation.Injected) { *tx = attestation.Injected{} },
		"votes out of order":      func(tx *attestation.Injected) { tx.Votes[0].Index = 8 },
		"the same place twice":    func(tx *attestation.Injected) { tx.Votes[0].Index = 7 },
		"no signature":            func(tx *attestation.Injected) { tx.Votes[0].Signature = nil },
		"signature of 97 bytes":   func(tx *attestation.Injected) { tx.Votes[0].Signature = make([]byte, 97) },
		"no extension":            func(tx *attestation.Injected) { tx.Votes[0].Extension = nil },
		"extension not canonical": func(tx *attestation.Injected) { tx.Votes[0].Extension = []byte{1, 1, 0} },
		"extension too long":      func(tx *attestation.Injected) { tx.Votes[0].Extension = make([]byte, 4097) },
		"reveals out of order":    func(tx *attestation.Injected) { slices.Reverse(tx.Reveals) },
		"the same reveal twice":   func(tx *attestation.Injected) { tx.Reveals[1] = tx.Reveals[0] },
		"reveal of kind 0":        func(tx *attestation.Injected) { tx.Reveals[0].Kind = 0 },
		"reveal of kind 5":        func(tx *attestation.Injected) { tx.Reveals[1].Kind = 5 },
		"reveal of id 0":          func(tx *attestation.Injected) { tx.Reveals[0].ID = 0 },
		"too many reveals":        func(tx *attestation.Injected) { tx.Reveals = make([]attestation.Reveal, attestation.MaxReveals+1) },
		"link of 31 bytes":        func(tx *attestation.Injected) { tx.Link = make([]byte, 31) },
		"too many votes":          func(tx *attestation.Injected) { tx.Votes = make([]attestation.Vote, attestation.MaxVotes+1) },
	} {
		tx := sample()
		edit(&tx)
		_, err := tx.Encode()
		require.Error(t, err, name)
	}
	b, err := sample().Encode()
	require.NoError(t, err)
	for name, bad := range map[string][]byte{
		"nothing":           nil,
		"no magic":          b[1:],
		"another version":   append([]byte("\x00imod/ve\x02"), b[9:]...),
		"tail":              append(slices.Clone(b), 0),
		"65535 votes":       append([]byte(attestation.Magic), 0xff, 0xff),
		"65535 reveals":     append([]byte(attestation.Magic), 0, 0, 0xff, 0xff),
		"votes, no reveals": append([]byte(attestation.Magic), 0, 0),
	} {
		_, err := attestation.DecodeInjected(bad)
		require.ErrorIs(t, err, attestation.ErrInjected, name)
	}
}

// TestDecodersAllocateWithinTheirInput: no length inside the bytes makes a decoder allocate more than
// a small multiple of what it was given.
func TestDecodersAllocateWithinTheirInput(t *testing.T) {
	claims := append([]byte(attestation.Magic), 0x27, 0x10) // 10,000 votes
	require.Less(t, testing.AllocsPerRun(10, func() {
		_, err := attestation.DecodeInjected(claims)
		require.Error(t, err)
	}), 100.0)
	result := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			_, _ = attestation.DecodeInjected(claims)
		}
	})
	require.Less(t, result.AllocedBytesPerOp(), int64(4096))
}

func BenchmarkBind(b *testing.B) {
	s := attestation.Subject{Key: key(1, 1)}
	b.ReportAllocs()
	for b.Loop() {
		attestation.Bind([32]byte{}, s, attestation.Result{}, attestation.Address{})
	}
}
