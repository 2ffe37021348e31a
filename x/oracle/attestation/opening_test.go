package attestation_test

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle/custody"
	"github.com/imochain/imod/x/oracle/attestation"
)

func withOpenings() attestation.Injected {
	tx := sample()
	for i := range byte(3) {
		tx.Openings = append(tx.Openings, attestation.Opening{
			Key: key(attestation.Proof+attestation.Kind(i/2), 9), Validator: attestation.Address{i + 1},
			Results: [32]byte{1}, Witness: [32]byte{2}, Samples: bytes.Repeat([]byte{i}, 100),
		})
	}
	return tx
}

func TestOpeningsRoundTrip(t *testing.T) {
	tx := withOpenings()
	b, err := tx.Encode()
	require.NoError(t, err)
	again, err := attestation.DecodeInjected(b)
	require.NoError(t, err)
	require.Equal(t, tx, again)
	for i := range b {
		_, err := attestation.DecodeInjected(b[:i])
		require.ErrorIs(t, err, attestation.ErrInjected, "cut at %d", i)
	}
	size := 0
	for _, o := range tx.Openings {
		size += attestation.OpeningSize(o)
	}
	bare, err := sample().Encode()
	require.NoError(t, err)
	require.Len(t, b, len(bare)+size)

	alone, err := attestation.Injected{Openings: tx.Openings[:1]}.Encode()
	require.NoError(t, err)
	_, err = attestation.DecodeInjected(alone)
	require.NoError(t, err, "openings need no votes")
}

func TestOpeningsRefused(t *testing.T) {
	for name, edit := range map[string]func(*attestation.Injected){
		"out of order":      func(tx *attestation.Injected) { slices.Reverse(tx.Openings) },
		"twice":             func(tx *attestation.Injected) { tx.Openings[1] = tx.Openings[0] },
		"of a request":      func(tx *attestation.Injected) { tx.Openings[0].Kind = attestation.Request },
		"of an audit":       func(tx *attestation.Injected) { tx.Openings[2].Kind = attestation.Audit },
		"id 0":              func(tx *attestation.Injected) { tx.Openings[0].ID = 0 },
		"without samples":   func(tx *attestation.Injected) { tx.Openings[0].Samples = nil },
		"samples too long":  func(tx *attestation.Injected) { tx.Openings[0].Samples = make([]byte, custody.MaxOpening+1) },
		"more than allowed": func(tx *attestation.Injected) { tx.Openings = make([]attestation.Opening, attestation.MaxOpenings+1) },
	} {
		tx := withOpenings()
		edit(&tx)
		_, err := tx.Encode()
		require.ErrorIs(t, err, attestation.ErrInjected, name)
	}
}

// TestDrawIsTheSpecification: chain, kind, model, manifest and beacon decide what is drawn, nothing else.
func TestDrawIsTheSpecification(t *testing.T) {
	s := attestation.Subject{Key: key(attestation.Custody, 0x0102030405060708), ManifestRoot: [32]byte{1}}
	chain, beacon := attestation.ChainHash("imo-local-1"), [32]byte{7}
	want := sha256.Sum256(slices.Concat([]byte("imod/custody-draw/v1"), beacon[:], chain[:], []byte{3, 1, 2, 3, 4, 5, 6, 7, 8}, s.ManifestRoot[:]))
	require.Equal(t, want, attestation.Draw(chain, s, beacon))
	s.Deadline, s.Seed, s.InputRoot = 1, 2, [32]byte{3}
	require.Equal(t, want, attestation.Draw(chain, s, beacon))
	result := attestation.ProofResult([32]byte{1}, [32]byte{2}, [32]byte{3})
	results, digest := [32]byte{1}, [32]byte{3}
	require.Equal(t, sha256.Sum256(slices.Concat(results[:], digest[:])), result.Output)
	require.Equal(t, [32]byte{2}, result.Witness)
}
