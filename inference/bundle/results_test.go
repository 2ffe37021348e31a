package bundle_test

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
)

// TestChallenge spells out FORMAT.md section 6.
func TestChallenge(t *testing.T) {
	m := sample(t).Manifest
	beacon := [32]byte{9}
	root := m.Root()
	seen := map[string]bool{}
	for i := range bundle.Challenges {
		key := append([]byte("imod/challenge/v1"), beacon[:]...)
		key = append(key, root[:]...)
		key = append(key, 0, 0, 0, byte(i))
		block := sha256.Sum256(append(key, make([]byte, 8)...))
		var want []byte
		for k := range 4 {
			// u8 in 0..9: one draw of eight bytes per element, after the seed's eight.
			at := 8 + 8*k
			if at+8 > 32 {
				block = sha256.Sum256(append(key, 0, 0, 0, 0, 0, 0, 0, 1))
				at = 0
			}
			want = append(want, byte(binary.BigEndian.Uint64(block[at:])%10))
		}
		input, seed := m.Challenge(beacon, i)
		first := sha256.Sum256(append(key, make([]byte, 8)...))
		require.Equal(t, binary.BigEndian.Uint64(first[:]), seed)
		require.Equal(t, want, input)
		require.NoError(t, m.ValidateInput(input))
		seen[string(input)] = true
	}
	require.Len(t, seen, bundle.Challenges)
	a, _ := m.Challenge(beacon, 0)
	b, _ := m.Challenge([32]byte{8}, 0)
	require.NotEqual(t, a, b, "the beacon matters")
	m.Name = "Other"
	c, _ := m.Challenge(beacon, 0)
	require.NotEqual(t, a, c, "the manifest matters")
}

func TestResultRoots(t *testing.T) {
	r := []bundle.Result{{OutputRoot: bundle.Hash{1}, Witness: bundle.Hash{2}}, {OutputRoot: bundle.Hash{3}, Witness: bundle.Hash{4}}}
	pre := append([]byte("imod/results/v1"), 0, 0, 0, 2)
	wit := append([]byte("imod/proof-witness/v1"), 0, 0, 0, 2)
	for _, x := range r {
		pre = append(append(pre, x.OutputRoot[:]...), x.Witness[:]...)
		wit = append(wit, x.Witness[:]...)
	}
	require.Equal(t, bundle.Hash(sha256.Sum256(pre)), bundle.ResultsRoot(r))
	require.Equal(t, bundle.Hash(sha256.Sum256(wit)), bundle.ProofWitness(r))
	require.NotEqual(t, bundle.ResultsRoot(r), bundle.ResultsRoot([]bundle.Result{r[1], r[0]}))
	require.Equal(t, bundle.Hash(sha256.Sum256([]byte("imod/refused/v1\x05"))), bundle.RefusedRoot(bundle.ReasonVector))
	root := bundle.ResultsRoot(r)
	require.Equal(t, bundle.Hash(sha256.Sum256(append(root[:], make([]byte, 32)...))), bundle.ProofOutputRoot(root, bundle.Hash{}))

	err := bundle.Refuse(bundle.ReasonRun, bundle.ErrBundle)
	var refusal *bundle.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, bundle.ReasonRun, refusal.Reason)
	require.ErrorIs(t, err, bundle.ErrBundle)
	require.Equal(t, "the run fails: bundle does not match its manifest", err.Error())
}
