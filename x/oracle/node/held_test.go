package node

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

// TestMissing: the node asks for its own chunks and for those that wait to be opened, once a subject
// has a result of the same draw; never twice, and never for a draw that is over.
func TestMissing(t *testing.T) {
	c, err := New(Config{Address: "unix:///nowhere"})
	require.NoError(t, err)
	own, other := make([]byte, 20), append(make([]byte, 19), 1)
	c.SetValidator(own)
	root, draw, later := make([]byte, 32), append(make([]byte, 31), 1), append(make([]byte, 31), 2)
	item := types.WorkItem{Kind: types.SubjectKind_SUBJECT_KIND_CUSTODY, Id: 3, ModelId: 3, ManifestRoot: root, Draw: draw, Deadline: 9}
	result := types.WorkResult{
		Kind: item.Kind, Id: 3, ManifestRoot: root, InputRoot: root, OutputRoot: root, Witness: root, ResultsRoot: root, Draw: draw,
	}
	key := result.Key()
	c.Update(1, []types.WorkItem{item})
	require.Empty(t, c.missing(), "no result: the bundle may not be here")
	require.NoError(t, c.keep(result))
	require.Equal(t, [][]byte{own}, c.missing()[key].Holders)

	c.drawn[key] = drawn{draw: [32]byte(draw), byValidator: map[attestation.Address]types.Held{attestation.Address(own): {Samples: []byte{7}}}}
	require.Empty(t, c.missing())
	held, ok := c.Held(key, [32]byte(draw), attestation.Address(own))
	require.True(t, ok)
	require.Equal(t, []byte{7}, held.Samples)
	_, ok = c.Held(key, [32]byte(later), attestation.Address(own))
	require.False(t, ok)

	item.Openers = [][]byte{own, other, {1, 2}}
	c.Update(2, []types.WorkItem{item})
	require.Equal(t, [][]byte{other}, c.missing()[key].Holders)

	item.Draw = later
	c.Update(3, []types.WorkItem{item})
	require.Empty(t, c.Ready(), "the result of the last round is none of this one")
	require.NoError(t, c.keep(result))
	require.Empty(t, c.Ready())
	result.Draw = later
	require.NoError(t, c.keep(result))
	require.Len(t, c.missing()[key].Holders, 2, "the chunks of the last round are not those of this one")

	c.Update(4, nil)
	require.Empty(t, c.drawn, "nothing is kept of what is closed")
}
