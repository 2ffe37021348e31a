package keeper

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"

	"github.com/imochain/imod/x/oracle/receipt"
	"github.com/imochain/imod/x/oracle/types"
)

// receiptsOf returns the receipts of final requests in id order.
func receiptsOf(finals []types.Request) ([][]byte, error) {
	sorted := slices.SortedFunc(slices.Values(finals), func(a, b types.Request) int { return cmp.Compare(a.Id, b.Id) })
	out := make([][]byte, 0, len(sorted))
	for _, r := range sorted {
		if len(r.ManifestRoot) != 32 || len(r.InputRoot) != 32 || len(r.OutputRoot) != 32 || len(r.Witness) != 32 {
			return nil, types.ErrInvalidState.Wrapf("request %d has a hash of another length", r.Id)
		}
		out = append(out, receipt.Receipt{
			ID: r.Id, ModelID: r.ModelId, Version: r.Version, Seed: r.Seed,
			ManifestRoot: [32]byte(r.ManifestRoot), InputRoot: [32]byte(r.InputRoot),
			Output: [32]byte(r.OutputRoot), Witness: [32]byte(r.Witness),
			TrustClass: byte(r.TrustClass), Height: r.FinalHeight,
		}.Bytes())
	}
	return out, nil
}

// Receipt builds the receipt of a final request, its place among those of its block and its path.
func (k *Keeper) Receipt(ctx context.Context, id uint64) (*types.QueryReceiptResponse, error) {
	r, err := k.Request(ctx, id)
	if err != nil {
		return nil, err
	}
	if !r.Final() {
		return nil, types.ErrNotFinal.Wrapf("request %d is %s", id, r.Status)
	}
	finals, receipts, root, err := k.blockReceipts(ctx, r.FinalHeight)
	if err != nil {
		return nil, err
	}
	index := slices.Index(finals, id)
	if index < 0 {
		return nil, types.ErrInvalidState.Wrapf("request %d is not among those that block %d made final", id, r.FinalHeight)
	}
	_, path := receipt.Root(receipts, index)
	out := &types.QueryReceiptResponse{
		Receipt: receipts[index], Height: r.FinalHeight, Index: uint32(index), Count: uint32(len(receipts)), Root: root[:],
	}
	for _, node := range path {
		out.Path = append(out.Path, node[:])
	}
	return out, nil
}

// BlockReceipts returns the receipts of the requests that a block made final, in id order; none when it made
// none, an error once the first of them is forgotten.
func (k *Keeper) BlockReceipts(ctx context.Context, height int64) ([][]byte, error) {
	_, receipts, _, err := k.blockReceipts(ctx, height)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, nil
	}
	return receipts, err
}

// ReceiptHeights returns the heights of at most limit blocks from a height on that have a receipt root.
func (k *Keeper) ReceiptHeights(ctx context.Context, from int64, limit int) ([]int64, error) {
	iter, err := k.receiptRoots.Iterate(ctx, new(collections.Range[int64]).StartInclusive(from))
	if err != nil {
		return nil, err
	}
	entries, err := firstEntries(iter, limit)
	heights := make([]int64, 0, len(entries))
	for _, entry := range entries {
		heights = append(heights, entry.Key)
	}
	return heights, err
}

// blockReceipts returns the ids and receipts behind the root of a block, which it checks.
func (k *Keeper) blockReceipts(ctx context.Context, height int64) (ids []uint64, receipts [][]byte, root [32]byte, err error) {
	stored, err := k.receiptRoots.Get(ctx, height)
	if err != nil {
		return nil, nil, root, err
	}
	iter, err := k.closed.Iterate(ctx, collections.NewPrefixedPairRange[int64, uint64](height))
	if err != nil {
		return nil, nil, root, err
	}
	keys, err := iter.Keys() // closes the iterator; bounded by what one block can close
	if err != nil {
		return nil, nil, root, err
	}
	var finals []types.Request
	for _, key := range keys { // in id order
		other, err := k.Request(ctx, key.K2())
		if err != nil {
			return nil, nil, root, err
		}
		if other.Final() && other.FinalHeight == height {
			finals, ids = append(finals, other), append(ids, other.Id)
		}
	}
	if uint32(len(finals)) < stored.Count {
		return nil, nil, root, types.ErrPruned.Wrapf("%d of the %d requests that block %d made final are still in state", len(finals), stored.Count, height)
	}
	if receipts, err = receiptsOf(finals); err != nil {
		return nil, nil, root, err
	}
	if root, _ = receipt.Root(receipts, -1); string(root[:]) != string(stored.Root) {
		return nil, nil, root, types.ErrInvalidState.Wrapf("receipts of block %d do not lead to its root", height)
	}
	return ids, receipts, root, nil
}
