package dispute

import (
	"fmt"

	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/step"
	"github.com/imochain/imod/inference/step/frame"
)

// defend takes the trace. Its length follows from graph and pipeline, its last entry is
// the claimed output: a claim that lies about its number of steps has a trace of the same
// length, in which some values are missing or there without need.
func (t *turn) defend(m *Defend) error {
	_, slots, err := step.NodeSite(t.Task.IR, m.Nodes, 0, m.Record, m.RecordPath)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDefence, err)
	}
	d := &Defence{Trace: m.Trace, Nodes: m.Nodes, Layout: t.Task.Layout(slots), Height: t.Height}
	if err := d.Layout.Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrDefence, err)
	}
	entries := d.Layout.Entries()
	if entries > frame.MaxEntries {
		return fmt.Errorf("%w: %d entries, allowed are %d", ErrDefence, entries, uint64(frame.MaxEntries))
	}
	root, err := merkle.ItemRoot(entries, entries-1, t.Task.Output, m.OutputPath)
	if err != nil || root != m.Trace {
		return fmt.Errorf("%w: its last entry, of %d, is not the claimed output %x", ErrDefence, entries, t.Task.Output)
	}
	t.next.Claim.Defence = d
	t.next.Game.top(d)
	if err := t.layer(m.Top); err != nil {
		return err
	}
	t.next.Defended = true
	return nil
}
