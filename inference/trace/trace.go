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

// New joins the roots of the steps, each in the order of slots and with what is written
// behind them, and the root of the raw output. There is one list for each step of the
// layout; Missing makes those of steps that were not needed.
func New(l step.Layout, steps [][]merkle.Hash, output merkle.Hash) (*Trace, error) {
	t := &Trace{Layout: l}
	if err := l.Validate(); err != nil {
		return nil, err
	}
	if uint64(len(steps)) != l.Steps {
		return nil, fmt.Errorf("roots of %d steps, want %d", len(steps), l.Steps)
	}
	t.items = make([]merkle.Hash, 0, l.Entries())
	for i, s := range steps {
		if uint64(len(s)) != l.Slots+l.Written {
			return nil, fmt.Errorf("step %d has %d roots, want %d", i, len(s), l.Slots+l.Written)
		}
		t.items = append(t.items, s...)
	}
	t.items = append(t.items, output)
	var err error
	t.tree, err = merkle.NewListTree(t.items)
	return t, err
}

// Missing are the roots of a step that was not needed, in front of what is written.
func Missing(l step.Layout) []merkle.Hash { return make([]merkle.Hash, l.Slots, l.Slots+1) }

// Root is what a defender posts.
func (t *Trace) Root() merkle.Hash { return merkle.ListRoot(t.items) }

// Item is the root of one value, or the raw output's at the last index.
func (t *Trace) Item(index uint64) merkle.Hash { return t.items[index] }

// Path leads from an item to the root.
func (t *Trace) Path(index uint64) ([]merkle.Hash, error) { return t.tree.Path(index) }

// Node is a node of the trace's tree, level 0 being the leaves (merkle.ItemHash).
func (t *Trace) Node(level int, index uint64) merkle.Hash { return t.tree.Node(level, index) }
