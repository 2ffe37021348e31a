package keeper

import (
	"cosmossdk.io/collections"
	"cosmossdk.io/collections/indexes"

	"github.com/imochain/imod/x/aigc/types"
)

// collectionIndexes finds collections by what people look for.
type collectionIndexes struct {
	byModel *indexes.Multi[uint64, uint64, types.Collection]
}

// IndexesList implements collections.Indexes.
func (i collectionIndexes) IndexesList() []collections.Index[uint64, types.Collection] {
	return []collections.Index[uint64, types.Collection]{i.byModel}
}

func newCollectionIndexes(sb *collections.SchemaBuilder) collectionIndexes {
	return collectionIndexes{
		byModel: indexes.NewMulti(sb, types.CollectionsByModelKey, "collections_by_model",
			collections.Uint64Key, collections.Uint64Key,
			func(_ uint64, c types.Collection) (uint64, error) { return c.ModelId, nil }),
	}
}
