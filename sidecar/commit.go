package sidecar

import (
	"context"
	"errors"
)

// waiting is how many results may wait for the disk before workers wait too.
const waiting = 256

// hand gives a result to commitLoop, unless ctx ends before.
func (d *dispatcher) hand(ctx context.Context, f finished) {
	select {
	case d.done <- f:
	case <-ctx.Done():
		d.queue.again(f.entry)
	}
}

// commitLoop puts results on disk and hands them out, until ctx ends. What is computed while it waits
// for the disk shares the next wait, so that a burst of requests costs a few waits and not one each.
func (d *dispatcher) commitLoop(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, d.queue.results.journal.Close()) }()
	for {
		select {
		case <-ctx.Done():
			return nil
		case f := <-d.done:
			d.commit(d.gather(f))
		}
	}
}

// gather adds what is finished already.
func (d *dispatcher) gather(first finished) []finished {
	batch := []finished{first}
	for len(batch) < waiting {
		select {
		case f := <-d.done:
			batch = append(batch, f)
		default:
			return batch
		}
	}
	return batch
}

func (d *dispatcher) commit(batch []finished) {
	results := d.queue.results
	if err := results.write(batch); err != nil {
		// Not durable, so not handed out: two answers after a crash would be worse.
		d.log.Error("results not stored", "results", len(batch), "error", err)
		d.stats.failed("result on disk", err)
		for _, f := range batch {
			d.queue.again(f.entry)
		}
		return
	}
	for _, f := range batch {
		f.told()
		d.queue.finish(f.entry, f.result)
	}
	if !results.journal.Full() {
		return
	}
	records, err := d.queue.records()
	if err == nil {
		err = results.journal.Rewrite(records)
	}
	if err != nil {
		d.log.Error("journal of results not shortened", "error", err)
	}
}
