// Package wholedb makes what one block changes in one store a single write.
//
// IAVL writes the nodes of a new version through a batch that it sends to the database whenever it passes 100 kB, and finds the newest
// version again by the newest node. A process killed between two such writes leaves nodes of a version without its root; when the
// block is run again, IAVL takes the version for saved, does not find its root, and the node cannot start any more ("version does not
// exist"; cosmos/iavl v1.2.8, MutableTree.SaveVersion). Written as a whole, a version is there or it is not, and running the block
// again is safe either way.
package wholedb

import dbm "github.com/cosmos/cosmos-db"

// allowance is what a batch may hold before it is written in parts. The gas of a block bounds what it can write to some megabytes; only
// pruning and the import of a genesis come near, and neither has a version to lose.
const allowance = 256 << 20

// Wrap returns the database with batches that are written as a whole.
func Wrap(db dbm.DB) dbm.DB { return &whole{DB: db} }

type whole struct{ dbm.DB }

// NewBatch implements dbm.DB.
func (w *whole) NewBatch() dbm.Batch { return &batch{Batch: w.DB.NewBatch()} }

// NewBatchWithSize implements dbm.DB.
func (w *whole) NewBatchWithSize(size int) dbm.Batch {
	return &batch{Batch: w.DB.NewBatchWithSize(size)}
}

type batch struct{ dbm.Batch }

// GetByteSize is the size less the allowance: IAVL compares it with its threshold.
func (b *batch) GetByteSize() (int, error) {
	size, err := b.Batch.GetByteSize()
	return size - allowance, err
}
