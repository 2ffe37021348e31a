package player

import (
	"context"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/oracle/dispute"
)

// Enter is what a challenger says about an entry.
func (c Challenger) Enter(p descriptor.Pipeline, at uint64, theirs merkle.Hash) (*dispute.Pick, error) {
	return c.enter(p, at, theirs)
}

// Size is the number of bytes of an element of an entry.
func (r *Run) Size(ctx context.Context, entry uint64) (uint64, error) {
	t, err := r.value(ctx, entry)
	return uint64(t.DType.Size()), err
}
