package keeper_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/bundle/shared"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/imo/types"
)

// tensors makes a table of tensors of 1,000 bytes, each filled with its name.
func tensors(t *testing.T, names string) *bundle.Table {
	t.Helper()
	shapes, data := make([]descriptor.Shape, len(names)), make([][]byte, len(names))
	for i, name := range names {
		shapes[i] = descriptor.Shape{DType: merkle.U8, Dims: []uint64{1000}}
		data[i] = bytes.Repeat([]byte(string(name)), 1000)
	}
	table, err := bundle.NewTable(shapes, data)
	require.NoError(t, err)
	return table
}

// withWeights registers and proves a model with these tensors.
func (f *fixture) withWeights(by byte, names string) uint64 {
	f.t.Helper()
	creator := account(by)
	root, err := tensors(f.t.(*testing.T), names).Root()
	require.NoError(f.t, err)
	msg := goodModel(creator, names)
	m := draft(creator, names)
	m.WeightsRoot = root
	msg.Manifest = m.Encode()
	id := f.register(creator, msg)
	f.prove(id, 1)
	return id
}

// show sends the proof that a model has tensors of an earlier one.
func (f *fixture) show(later uint64, names string, earlier uint64, olds string) (*types.MsgShowSharedWeightsResponse, error) {
	f.t.Helper()
	t := f.t.(*testing.T)
	proof, _, err := shared.Prove(tensors(t, names), tensors(t, olds))
	require.NoError(t, err)
	return f.msg.ShowSharedWeights(f.ctx, &types.MsgShowSharedWeights{
		Sender: text(account(9)), ModelId: later, EarlierModelId: earlier, EarlierVersion: 1, Proof: proof,
	})
}

// TestSharedWeights: who registered weights first can show whose they are, although a changed tensor gives another root.
func TestSharedWeights(t *testing.T) {
	f := newFixture(t)
	first, thief := f.withWeights(1, "abcde"), f.withWeights(2, "abcdX")
	res, err := f.show(thief, "abcdX", first, "abcde")
	require.NoError(t, err)
	require.Equal(t, types.SharedWeights{
		ModelId: thief, Version: 1, EarlierModelId: first, EarlierVersion: 1, Tensors: 4, Bytes: 4000,
		Sender: text(account(9)), Height: f.ctx.BlockHeight(),
	}, res.Shared)
	list, err := f.query.SharedWeights(f.ctx, &types.QuerySharedWeightsRequest{Id: thief})
	require.NoError(t, err)
	require.Equal(t, []types.SharedWeights{res.Shared}, list.Shared)
	require.Equal(t, f.readModel(thief).Status, types.MODEL_STATUS_REPRODUCED, "it changes no right")

	_, err = f.show(thief, "abcdX", first, "abcde")
	require.ErrorIs(t, err, types.ErrSharedWeights)
	require.ErrorContains(t, err, "4000 bytes are shown already")
	_, err = f.show(first, "abcde", thief, "abcdX")
	require.ErrorContains(t, err, "not earlier", "the thief cannot turn it round")
	_, err = f.show(thief, "abcX", first, "abcde")
	require.ErrorIs(t, err, types.ErrSharedWeights, "a proof about other weights")
	_, err = f.show(first, "abcde", first, "abcde")
	require.ErrorContains(t, err, "named twice")
	_, err = f.show(99, "abcde", first, "abcde")
	require.ErrorIs(t, err, types.ErrModelNotFound)
	pending := f.register(account(3), goodModel(account(3), "pending"))
	_, err = f.show(pending, "abcdX", first, "abcde")
	require.ErrorIs(t, err, types.ErrVersionNotFound, "nothing of it is proved")
}

// TestSharedWeightsRoom: small claims, however many, do not push out a large one.
func TestSharedWeightsRoom(t *testing.T) {
	f := newFixture(t)
	large := f.withWeights(1, "abcd")
	small := make(map[string]uint64)
	for i := range 9 {
		names := "a" + string(rune('1'+i))
		small[names] = f.withWeights(byte(10+i), names)
	}
	thief := f.withWeights(2, "abcdX")
	_, err := f.show(thief, "abcdX", large, "abcd")
	require.NoError(t, err)
	refused := 0
	for names, id := range small {
		if _, err := f.show(thief, "abcdX", id, names); err != nil {
			require.ErrorIs(t, err, types.ErrSharedWeights)
			refused++
		}
	}
	require.Equal(t, 2, refused)
	list, err := f.query.SharedWeights(f.ctx, &types.QuerySharedWeightsRequest{Id: thief})
	require.NoError(t, err)
	require.Len(t, list.Shared, 8)
	require.Equal(t, large, list.Shared[0].EarlierModelId)

	exported, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Len(t, exported.SharedWeights, 8)
	require.NoError(t, exported.Validate())
	exported.SharedWeights[0].EarlierVersion = 7
	require.ErrorContains(t, exported.Validate(), "shared weights")
}
