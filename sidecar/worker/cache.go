package worker

import (
	"slices"

	"github.com/imochain/imod/inference/pipeline"
)

// maxLoaded bounds how many models stay loaded, whatever their size.
const maxLoaded = 16

// cache keeps loaded models, the least recently used first, within a number of
// bytes of weights and activations.
type cache struct {
	limit, used uint64
	entries     []entry
}

type entry struct {
	root   [32]byte
	runner *pipeline.Runner
	size   uint64
}

func newCache(limit uint64) *cache { return &cache{limit: limit} }

func (c *cache) get(root [32]byte) *pipeline.Runner {
	for i, e := range c.entries {
		if e.root == root {
			c.entries = append(slices.Delete(c.entries, i, i+1), e)
			return e.runner
		}
	}
	return nil
}

// make drops models until size more bytes fit, or none is left.
func (c *cache) make(size uint64) {
	for len(c.entries) > 0 && (c.used+size > c.limit || len(c.entries) >= maxLoaded) {
		c.used -= c.entries[0].size
		c.entries = slices.Delete(c.entries, 0, 1)
	}
}

// put keeps a model if it fits at all.
func (c *cache) put(root [32]byte, r *pipeline.Runner, size uint64) {
	if size > c.limit {
		return
	}
	c.make(size)
	c.entries = append(c.entries, entry{root, r, size})
	c.used += size
}

func (c *cache) forget() { c.entries, c.used = nil, 0 }
