package step

import (
	"errors"
	"fmt"
)

// Layout says which root stands where in a trace: for each run ("step") of the
// graph the roots of its inputs, then of its nodes' values; after the last step
// the root of the raw output.
type Layout struct {
	Slots uint64 // values of one step, as in ir.Record
	Steps uint64
}

// MaxSteps bounds the runs of one request.
const MaxSteps = 1 << 16

var errPosition = errors.New("no such position in the trace")

// Entries is the number of roots.
func (l Layout) Entries() uint64 { return l.Slots*l.Steps + 1 }

// Index is the place of a value's root.
func (l Layout) Index(step, slot uint64) (uint64, error) {
	if l.Slots > 1<<32 || l.Steps > MaxSteps || step >= l.Steps || slot >= l.Slots {
		return 0, fmt.Errorf("%w: step %d of %d, value %d of %d", errPosition, step, l.Steps, slot, l.Slots)
	}
	return step*l.Slots + slot, nil
}
