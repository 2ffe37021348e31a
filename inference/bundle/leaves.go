package bundle

import "github.com/imochain/imod/inference/merkle"

// Leaves returns the hashes of the chunks of tensor i. They are not to be changed.
func (t *Table) Leaves(i int) []merkle.Hash { return t.tensorLeaves(i) }
