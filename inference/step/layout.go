package step

import (
	"errors"
	"fmt"
)

// Layout says which root stands where in a trace: for each run ("step") of the
// graph the roots of its inputs, then of its nodes' values, then of what the pipeline
// has written by then; after the last step the root of the raw output. The number of
// steps is the most that a request may take: of a step that was not needed the values
// are missing, and 32 zero bytes stand for each.
type Layout struct {
	Slots   uint64 // values of one step, as in ir.Record
	Written uint64 // 1 if the pipeline writes on from step to step, else 0
	Steps   uint64
}

// MaxSteps bounds the runs of one request.
const MaxSteps = 1 << 16

var errPosition = errors.New("no such position in the trace")

// Entries is the number of roots.
func (l Layout) Entries() uint64 { return l.stride()*l.Steps + 1 }

func (l Layout) stride() uint64 { return l.Slots + l.Written }

// Validate refuses layouts whose numbers overflow.
func (l Layout) Validate() error {
	if l.Slots < 1 || l.Slots > 1<<32 || l.Written > 1 || l.Steps < 1 || l.Steps > MaxSteps {
		return fmt.Errorf("%w: %d steps of %d and %d values", errPosition, l.Steps, l.Slots, l.Written)
	}
	return nil
}

// Index is the place of a value's root; slot Slots is what is written.
func (l Layout) Index(step, slot uint64) (uint64, error) {
	if err := l.Validate(); err != nil {
		return 0, err
	}
	if step >= l.Steps || slot >= l.stride() {
		return 0, fmt.Errorf("%w: step %d of %d, value %d of %d", errPosition, step, l.Steps, slot, l.stride())
	}
	return step*l.stride() + slot, nil
}

// Split is the inverse of Index. Of the raw output the step is Steps.
func (l Layout) Split(entry uint64) (step, slot uint64) {
	return entry / l.stride(), entry % l.stride()
}
