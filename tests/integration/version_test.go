package integration_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	imotypes "github.com/imochain/imod/x/imo/types"
)

// TestSecondVersion: validators prove a second version like the first; while an offering runs it waits for the holders
// before requests without a version go to it.
func TestSecondVersion(t *testing.T) {
	j := newJob(t)
	j.openBatch()
	ok(t, j.Next(j.Tx(j.ana, &imotypes.MsgPublishVersion{
		Creator: j.ana.String(), ModelId: 1, BundleUris: []string{"http://127.0.0.1:1/second"}, Manifest: j.second.Manifest.Encode(),
	})))
	for range 3 {
		j.Next()
	}
	model := func() imotypes.Model {
		m, err := j.App().IMOKeeper.Model(j.Context(), 1)
		require.NoError(t, err)
		return m
	}
	require.EqualValues(t, 2, model().PendingVersion, "proved, and waiting")
	require.EqualValues(t, 1, model().LatestVersion)
	named, err := j.App().IMOKeeper.ServableVersion(j.Context(), 1, 2)
	require.NoError(t, err, "whoever names it may have it")
	require.EqualValues(t, 2, named.Version)
	j.NextAfter(imotypes.DefaultParams().VersionDelay)
	require.EqualValues(t, 2, model().LatestVersion)
	require.NoError(t, j.App().IMOKeeper.CheckInvariants(j.Context()))
}
