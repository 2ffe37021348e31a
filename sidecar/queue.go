package sidecar

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/sidecar/policy"
	"github.com/imochain/imod/x/oracle/types"
)

const (
	// maxItems bounds the open list; the chain's own limits are below it.
	maxItems = 4096
	// maxAttempts is how often an item may fail for a reason of this machine.
	maxAttempts = 6
	firstPause  = time.Second
	lastPause   = time.Minute
)

// entry is one open item.
type entry struct {
	work *types.WorkItem
	key  itemKey
	root bundle.Hash

	running  bool
	gone     bool              // it failed too often here, and gets no answer
	declined *types.WorkResult // set when this machine will not run it
	attempts int
	after    time.Time          // not before
	cancel   context.CancelFunc // while running
}

// shelf is where bundles are; the store is one.
type shelf interface {
	// Hold keeps a bundle from being removed.
	Hold(root bundle.Hash) (release func())
	// Find returns the folder of bundles that holds root.
	Find(root bundle.Hash) (dir string, ok bool)
}

// queue holds the open list and decides what comes next: items in (deadline, kind,
// id) order, of those whose bundle is here.
type queue struct {
	mu      sync.Mutex
	changed chan struct{} // closed and replaced on every change
	entries []*entry      // in order
	sources map[bundle.Hash]*source
	pins    []*types.PinnedBundle // those of them that the policy allows
	height  int64                 // of the last list
	results *resultStore
	shelf   shelf
	policy  policy.Policy
}

func newQueue(results *resultStore, shelf shelf, rules policy.Policy) *queue {
	return &queue{changed: make(chan struct{}), sources: map[bundle.Hash]*source{}, results: results, shelf: shelf, policy: rules}
}

// wake tells everybody who waits to look again; callers hold the lock.
func (q *queue) wake() {
	close(q.changed)
	q.changed = make(chan struct{})
}

// submit replaces the open list by items that passed checkItems. What is not on it
// any more is closed: its run is cancelled and its result forgotten.
func (q *queue) submit(height int64, items []*types.WorkItem) (done uint32) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.height = height
	old := make(map[itemKey]*entry, len(q.entries))
	for _, e := range q.entries {
		old[e.key] = e
	}
	open := make(map[itemKey]bool, len(items))
	entries := make([]*entry, 0, len(items))
	for _, w := range items {
		key := keyOf(w)
		if open[key] || !supported(w.Kind) {
			continue
		}
		open[key] = true
		e := old[key]
		if e == nil {
			e = &entry{key: key, root: bundle.Hash(w.ManifestRoot)}
		}
		e.work = w
		entries = append(entries, e)
		if e.declined == nil {
			e.decline(q.policy.Judge(policy.FactsOf(w)))
		}
		if e.declined != nil {
			if e.cancel != nil { // what is told of the model came late
				e.cancel()
			}
			continue // its bundle is not needed here
		}
		if q.results.get(key) != nil {
			done++
		}
	}
	for key, e := range old {
		if !open[key] && e.cancel != nil {
			e.cancel()
		}
	}
	slices.SortStableFunc(entries, func(a, b *entry) int { return before(a.work, b.work) })
	q.entries = entries
	q.gather()
	q.wake()
	q.results.drop(open)
	return done
}

// checkItems checks what later code takes for granted.
func checkItems(items []*types.WorkItem) error {
	if len(items) > maxItems {
		return fmt.Errorf("%d items, allowed are %d", len(items), maxItems)
	}
	for _, w := range items {
		if err := checkItem(w); err != nil {
			return err
		}
	}
	return nil
}

func checkItem(w *types.WorkItem) error {
	switch {
	case w == nil || w.Id == 0:
		return fmt.Errorf("item without an id")
	case len(w.ManifestRoot) != 32:
		return fmt.Errorf("item %d/%d: manifest root of %d bytes, wanted 32", w.Kind, w.Id, len(w.ManifestRoot))
	case w.Kind == types.SubjectKind_SUBJECT_KIND_PROOF && len(w.Beacon) != 32:
		return fmt.Errorf("item %d/%d: beacon of %d bytes, wanted 32", w.Kind, w.Id, len(w.Beacon))
	case w.Kind != types.SubjectKind_SUBJECT_KIND_REQUEST && supported(w.Kind) && len(w.Draw) != 32:
		return fmt.Errorf("item %d/%d: draw of %d bytes, wanted 32", w.Kind, w.Id, len(w.Draw))
	}
	return nil
}

func supported(k types.SubjectKind) bool {
	switch k {
	case types.SubjectKind_SUBJECT_KIND_REQUEST, types.SubjectKind_SUBJECT_KIND_PROOF, types.SubjectKind_SUBJECT_KIND_CUSTODY:
		return true
	default:
		return false
	}
}

// before is the order of work: deadline, kind, id.
func before(a, b *types.WorkItem) int {
	switch {
	case a.Deadline != b.Deadline:
		return sign(a.Deadline < b.Deadline)
	case a.Kind != b.Kind:
		return sign(a.Kind < b.Kind)
	case a.Id != b.Id:
		return sign(a.Id < b.Id)
	default:
		return 0
	}
}

func sign(less bool) int {
	if less {
		return -1
	}
	return 1
}

// take waits for something to do. pick runs under the lock and returns either true
// or when to ask again at the latest (zero: on the next change).
func (q *queue) take(ctx context.Context, pick func(now time.Time) (bool, time.Time)) error {
	for {
		q.mu.Lock()
		found, again := pick(time.Now())
		changed := q.changed
		q.mu.Unlock()
		if found {
			return nil
		}
		var alarm <-chan time.Time
		if !again.IsZero() {
			alarm = time.After(time.Until(again))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		case <-alarm:
		}
	}
}

// takeRun waits for the next item whose bundle is here and marks it as running.
// The item's context ends with ctx, when cancel is called, or when it is closed.
func (q *queue) takeRun(ctx context.Context) (next *entry, dir string, item context.Context, err error) {
	err = q.take(ctx, func(now time.Time) (bool, time.Time) {
		var again time.Time
		for _, e := range q.entries {
			src := q.sources[e.root]
			if e.running || e.over() || src == nil || src.dir == "" || q.results.get(e.key) != nil {
				continue
			}
			if now.Before(e.after) {
				again = earliest(again, e.after)
				continue
			}
			e.running = true
			item, e.cancel = context.WithCancel(ctx)
			next, dir = e, src.dir
			return true, again
		}
		return false, again
	})
	return next, dir, item, err
}

// finish takes a run back. With a result, which is on disk already, the item is
// done. Without, it is tried again after a pause, at most maxAttempts times.
func (q *queue) finish(e *entry, result *types.WorkResult) {
	q.mu.Lock()
	defer q.mu.Unlock()
	e.cancel()
	e.running, e.cancel = false, nil
	switch {
	case result == nil:
		e.attempts++
		e.gone = e.attempts >= maxAttempts
		e.after = time.Now().Add(pause(e.attempts))
	case q.has(e.key): // not closed while it was written
		q.results.keep(e.key, result)
	}
	q.wake()
}

// again takes a run back that gave nothing, to be tried later.
func (q *queue) again(e *entry) { q.finish(e, nil) }

// giveUp takes a run back for good. With a reason the node is told that the item is declined, without
// one that there is no answer.
func (q *queue) giveUp(e *entry, reason types.DeclineReason) {
	q.mu.Lock()
	defer q.mu.Unlock()
	e.cancel()
	e.running, e.cancel, e.gone = false, nil, true
	e.decline(reason)
	q.wake()
}

// decline makes the item's result the word that this machine will not run it.
func (e *entry) decline(reason types.DeclineReason) {
	if reason == types.DeclineReason_DECLINE_REASON_UNSPECIFIED {
		return
	}
	w := e.work
	e.declined = &types.WorkResult{Kind: w.Kind, Id: w.Id, ManifestRoot: w.ManifestRoot, Seed: w.Seed, Draw: w.Draw, Declined: reason}
}

// over tells that nothing more is done for the item.
func (e *entry) over() bool { return e.gone || e.declined != nil }

// postpone takes a run back that could not begin.
func (q *queue) postpone(e *entry, wait time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	e.cancel()
	e.running, e.cancel = false, nil
	e.after = time.Now().Add(wait)
	q.wake()
}

// open tells whether the item is still on the list.
func (q *queue) open(e *entry) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.has(e.key)
}

func (q *queue) has(key itemKey) bool {
	return slices.ContainsFunc(q.entries, func(e *entry) bool { return e.key == key })
}

// fresh returns the finished results of the open list that sent does not hold, in
// order, adds them to it, forgets closed entries there, and returns what to wait on.
// Entries, not keys, are remembered: an item that was closed and opened again is
// sent again.
func (q *queue) fresh(sent map[*entry]bool) ([]*types.WorkResult, <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	var out []*types.WorkResult
	open := make(map[*entry]bool, len(q.entries))
	for _, e := range q.entries {
		open[e] = true
		r := q.results.get(e.key)
		if r == nil {
			r = e.declined
		}
		if r != nil && !sent[e] {
			sent[e] = true
			out = append(out, r)
		}
	}
	for e := range sent {
		if !open[e] {
			delete(sent, e)
		}
	}
	return out, q.changed
}

// counts are the items of the open list by what became of them.
type counts struct {
	queued, running, done, declined, failed uint32
	height                                  int64 // of the list
}

func (q *queue) counts() (c counts) {
	q.mu.Lock()
	defer q.mu.Unlock()
	c.height = q.height
	for _, e := range q.entries {
		switch {
		case e.running:
			c.running++
		case q.results.get(e.key) != nil:
			c.done++
		case e.declined != nil:
			c.declined++
		case e.gone:
			c.failed++
		default:
			c.queued++
		}
	}
	return c
}

func pause(attempts int) time.Duration {
	return min(firstPause<<min(attempts-1, 10), lastPause)
}

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// records are the results that a rewritten journal holds.
func (q *queue) records() ([][]byte, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.results.records()
}
