package trace

import (
	"fmt"

	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/step"
)

// Trace is the list of roots of one request.
type Trace struct {
	Layout step.Layout
	items  []merkle.Hash
	tree   *merkle.ListTree
}

// New joins the roots of the steps, each in the order of slots, and the root of
// the raw output.
func New(slots uint64, steps [][]merkle.Hash, output merkle.Hash) (*Trace, error) {
	t := &Trace{Layout: step.Layout{Slots: slots, Steps: uint64(len(steps))}}
	if len(steps) == 0 || len(steps) > step.MaxSteps {
		return nil, fmt.Errorf("trace of %d steps", len(steps))
	}
	for i, s := range steps {
		if uint64(len(s)) != slots {
			return nil, fmt.Errorf("step %d has %d roots, want %d", i, len(s), slots)
		}
		t.items = append(t.items, s...)
	}
	t.items = append(t.items, output)
	var err error
	t.tree, err = merkle.NewListTree(t.items)
	return t, err
}

// Root is what a defender posts.
func (t *Trace) Root() merkle.Hash { return merkle.ListRoot(t.items) }

// Item is the root of one value, or the raw output's at the last index.
func (t *Trace) Item(index uint64) merkle.Hash { return t.items[index] }

// Path leads from an item to the root.
func (t *Trace) Path(index uint64) ([]merkle.Hash, error) { return t.tree.Path(index) }
