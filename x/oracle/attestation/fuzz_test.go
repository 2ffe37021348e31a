package attestation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/oracle/attestation"
)

// FuzzDecodeExtension: what decodes encodes to the same bytes; nothing panics.
func FuzzDecodeExtension(f *testing.F) {
	good, err := attestation.EncodeExtension([]attestation.Item{item(1, 1), item(1, 300), item(2, 7), item(4, 1<<40)})
	require.NoError(f, err)
	f.Add(good)
	f.Add([]byte{})
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		items, err := attestation.DecodeExtension(b)
		if err != nil {
			return
		}
		again, err := attestation.EncodeExtension(items)
		require.NoError(t, err)
		require.Equal(t, string(b), string(again))
		for i := 1; i < len(items); i++ {
			require.Negative(t, items[i-1].Compare(items[i].Key))
		}
	})
}

// FuzzDecodeInjected: what decodes encodes to the same bytes; nothing panics.
func FuzzDecodeInjected(f *testing.F) {
	good, err := sample().Encode()
	require.NoError(f, err)
	opened, err := withOpenings().Encode()
	require.NoError(f, err)
	f.Add(opened)
	f.Add(good)
	f.Add([]byte(attestation.Magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		tx, err := attestation.DecodeInjected(b)
		if err != nil {
			return
		}
		again, err := tx.Encode()
		require.NoError(t, err)
		require.Equal(t, string(b), string(again))
	})
}
