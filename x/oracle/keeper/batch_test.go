package keeper_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/types"
)

func TestBatchOfRequests(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	alice := f.Account("alice")
	in := withCallback(f, alice, 7)
	in.Input = types.JoinBatch([][]byte{{1, 2, 3, 4}, {5, 6, 7, 8}})
	batch, err := f.Keeper.CreateBatch(f.Ctx, in, 2)
	require.NoError(t, err)
	require.Len(t, batch, 2)
	require.Equal(t, []uint64{1, 2}, []uint64{batch[0].Id, batch[1].Id})
	require.Equal(t, []uint64{1, 1}, []uint64{batch[0].CallbackOf, batch[1].CallbackOf})
	finalize(t, f, batch[1])
	d := delivery(batch[0], types.JoinBatch([][]byte{fixture.Output(7), fixture.Output(7)}))
	_, err = f.Keeper.HandOver(f.Ctx, d, purse)
	require.ErrorIs(t, err, types.ErrNotFinal, "one of two")
	done, err := f.Keeper.Finalized(f.Ctx, 2)
	require.NoError(t, err)
	require.True(t, done)
	finalize(t, f, batch[0])
	_, err = f.Keeper.HandOver(f.Ctx, delivery(batch[0], fixture.Output(7)), purse)
	require.ErrorIs(t, err, types.ErrInvalidBatch)
	h, err := f.Keeper.HandOver(f.Ctx, d, purse)
	require.NoError(t, err)
	require.Equal(t, uint32(2), h.Callback.Count)
	f.CheckMoney()

	// One that expires spoils the batch: the error callback is due.
	again, err := f.Keeper.CreateBatch(f.Ctx, in, 2)
	require.NoError(t, err)
	finalize(t, f, again[0])
	f.At(again[0].DeadlineHeight)
	f.Next()
	done, err = f.Keeper.Finalized(f.Ctx, again[0].Id)
	require.NoError(t, err)
	require.False(t, done)
	h, err = f.Keeper.HandOver(f.Ctx, delivery(again[0], nil), purse)
	require.NoError(t, err)
	require.True(t, h.Callback.Expired)
	f.CheckMoney()

	for name, count := range map[string]uint64{"none": 0, "other than there are": 3, "above the cap": 17} {
		_, err := f.Keeper.CreateBatch(f.Ctx, in, count)
		require.ErrorIs(t, err, types.ErrInvalidBatch, name)
	}
	in.Input = types.JoinBatch([][]byte{{1, 2, 3, 4}, {5}})
	_, err = f.Keeper.CreateBatch(f.Ctx, in, 2)
	require.ErrorIs(t, err, types.ErrInvalidInput, "all or none")
	f.CheckMoney()
}

func TestSplitBatch(t *testing.T) {
	for _, parts := range [][][]byte{{{}}, {{1}}, {{1}, {}, {2, 3}}, {bytes.Repeat([]byte{7}, 1000), {}}} {
		joined := types.JoinBatch(parts)
		again, err := types.SplitBatch(joined, len(parts))
		require.NoError(t, err)
		require.Equal(t, len(parts), len(again))
		for i := range parts {
			require.True(t, bytes.Equal(parts[i], again[i]))
		}
		for i := range joined {
			_, err := types.SplitBatch(joined[:i], len(parts))
			require.ErrorIs(t, err, types.ErrInvalidBatch)
		}
		_, err = types.SplitBatch(append(joined, 0), len(parts))
		require.ErrorIs(t, err, types.ErrInvalidBatch)
		_, err = types.SplitBatch(joined, len(parts)+1)
		require.ErrorIs(t, err, types.ErrInvalidBatch)
	}
	for _, count := range []int{-1, 0, 1 << 40} {
		_, err := types.SplitBatch([]byte{0, 0, 0, 0}, count)
		require.ErrorIs(t, err, types.ErrInvalidBatch)
	}
}
