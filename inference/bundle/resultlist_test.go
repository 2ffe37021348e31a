package bundle_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/imochain/imod/inference/bundle"
)

func TestResultList(t *testing.T) {
	const most = bundle.MaxVectors + bundle.Challenges
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 0, 64*most+64).Draw(t, "bytes")
		results, err := bundle.DecodeResults(b)
		require.Equal(t, len(b)%64 == 0 && len(b) <= 64*most, err == nil)
		if err == nil {
			require.Len(t, results, len(b)/64)
			require.Equal(t, b, bundle.EncodeResults(results))
		}
	})
	_, err := bundle.DecodeResults(make([]byte, 64*most))
	require.NoError(t, err)
	_, err = bundle.DecodeResults(make([]byte, 64*most+64))
	require.ErrorContains(t, err, "not a list of at most 20 results")
}
