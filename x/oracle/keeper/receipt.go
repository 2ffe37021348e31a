package keeper

import (
	"cmp"
	"context"
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
	stored, err := k.receiptRoots.Get(ctx, r.FinalHeight)
	if err != nil {
		return nil, err
	}
	iter, err := k.closed.Iterate(ctx, collections.NewPrefixedPairRange[int64, uint64](r.FinalHeight))
	if err != nil {
		return nil, err
	}
	keys, err := iter.Keys() // closes the iterator; bounded by what one block can close
	if err != nil {
		return nil, err
	}
	var finals []types.Request
	index := 0
	for _, key := range keys {
		other, err := k.Request(ctx, key.K2())
		if err != nil {
			return nil, err
		}
		if !other.Final() || other.FinalHeight != r.FinalHeight {
			continue
		}
		if other.Id == id {
			index = len(finals)
		}
		finals = append(finals, other)
	}
	if uint32(len(finals)) < stored.Count {
		return nil, types.ErrPruned.Wrapf("%d of the %d requests that block %d made final are still in state", len(finals), stored.Count, r.FinalHeight)
	}
	receipts, err := receiptsOf(finals)
	if err != nil {
		return nil, err
	}
	root, path := receipt.Root(receipts, index)
	if string(root[:]) != string(stored.Root) {
		return nil, types.ErrInvalidState.Wrapf("receipts of block %d do not lead to its root", r.FinalHeight)
	}
	out := &types.QueryReceiptResponse{
		Receipt: receipts[index], Height: r.FinalHeight, Index: uint32(index), Count: uint32(len(receipts)), Root: root[:],
	}
	for _, node := range path {
		out.Path = append(out.Path, node[:])
	}
	return out, nil
}
