package panel_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/panel"
	"github.com/imochain/imod/x/oracle/types"
)

func three() types.Panel {
	return types.Panel{Kind: types.SubjectKind_SUBJECT_KIND_PROOF, Id: 1, Seats: []types.Seat{{Executor: "a"}, {Executor: "b"}, {Executor: "c"}}}
}

func binding(n byte) []byte { return bytes.Repeat([]byte{n}, attestation.BindingSize) }

func root(n byte) []byte { return bytes.Repeat([]byte{n}, 32) }

// TestBindThenOpen: the first binding of a drawn executor counts, and it opens to itself only.
func TestBindThenOpen(t *testing.T) {
	p := three()
	_, err := panel.Bind(&p, "d", binding(1))
	require.ErrorIs(t, err, types.ErrNotAssigned)
	_, err = panel.Bind(&p, "a", binding(1)[1:])
	require.ErrorIs(t, err, types.ErrInvalidResult)
	_, err = panel.Open(&p, "a", root(1), root(1), attestation.Binding(binding(1)))
	require.ErrorIs(t, err, types.ErrNotOpening)
	for i, name := range []string{"a", "b"} {
		complete, err := panel.Bind(&p, name, binding(byte(i+1)))
		require.NoError(t, err)
		require.False(t, complete)
	}
	_, err = panel.Bind(&p, "a", binding(9))
	require.ErrorIs(t, err, types.ErrAlreadyOpened)
	complete, err := panel.Bind(&p, "c", binding(3))
	require.NoError(t, err)
	require.True(t, complete)

	p.Opening = true
	_, err = panel.Bind(&p, "c", binding(3))
	require.ErrorIs(t, err, types.ErrInvalidResult)
	_, err = panel.Open(&p, "a", root(1), root(1), attestation.Binding(binding(2)))
	require.ErrorIs(t, err, types.ErrInvalidOpening)
	complete, err = panel.Open(&p, "a", root(1), root(1), attestation.Binding(binding(1)))
	require.NoError(t, err)
	require.False(t, complete)
	_, err = panel.Open(&p, "a", root(1), root(1), attestation.Binding(binding(1)))
	require.ErrorIs(t, err, types.ErrAlreadyOpened)
}

// TestTally: what most opened, who did, who did not and who was silent.
func TestTally(t *testing.T) {
	p := three()
	require.Equal(t, panel.Result{Absent: []string{"a", "b", "c"}}, panel.Tally(p))
	p.Seats[0].ResultsRoot, p.Seats[0].Witness = root(1), root(1)
	p.Seats[1].ResultsRoot, p.Seats[1].Witness = root(2), root(1)
	p.Seats[2].ResultsRoot, p.Seats[2].Witness = root(2), root(1)
	require.Equal(t, panel.Result{ResultsRoot: root(2), Witness: root(1), Matching: []string{"b", "c"}, Other: []string{"a"}}, panel.Tally(p))
	p.Seats[2].Witness = root(3) // another witness is another result; the first in order stands
	require.Equal(t, []string{"a"}, panel.Tally(p).Matching)
}
