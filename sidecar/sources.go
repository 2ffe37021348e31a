package sidecar

import (
	"context"
	"fmt"
	"time"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/sidecar/policy"
	"github.com/imochain/imod/x/oracle/types"
)

// maxPins bounds the list of bundles to be kept.
const maxPins = 10_000

// source is a bundle that open items need or that is to be kept.
type source struct {
	root     bundle.Hash
	dir      string // the folder of bundles that holds it, when it is here
	uris     []string
	cancel   context.CancelFunc // while it is fetched
	attempts int
	after    time.Time
	release  func() // of the hold on it
}

// keep replaces the list of bundles that are fetched, after those that items need, and kept.
func (q *queue) keep(pins []*types.PinnedBundle) (held uint32) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pins = nil
	for _, p := range pins {
		item := &types.WorkItem{
			ModelId: p.ModelId, ManifestRoot: p.ManifestRoot, TotalBytes: p.TotalBytes, WorkUnits: p.WorkUnits, Licence: p.Licence,
		}
		if q.policy.Judge(policy.FactsOf(item)) == types.DeclineReason_DECLINE_REASON_UNSPECIFIED {
			q.pins = append(q.pins, p)
		}
	}
	q.gather()
	for _, p := range q.pins {
		if q.sources[bundle.Hash(p.ManifestRoot)].dir != "" {
			held++
		}
	}
	q.wake()
	return held
}

// kept lists the roots of the bundles to be kept.
func (q *queue) kept() []bundle.Hash {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := make([]bundle.Hash, 0, len(q.pins))
	for _, p := range q.pins {
		out = append(out, bundle.Hash(p.ManifestRoot))
	}
	return out
}

// checkPins checks what later code takes for granted.
func checkPins(pins []*types.PinnedBundle) error {
	if len(pins) > maxPins {
		return fmt.Errorf("%d bundles to keep, allowed are %d", len(pins), maxPins)
	}
	for _, p := range pins {
		if p == nil || len(p.ManifestRoot) != 32 {
			return fmt.Errorf("bundle to keep without a manifest root of 32 bytes")
		}
	}
	return nil
}

// gather brings the sources in line with the items and the bundles to be kept; callers hold the lock.
func (q *queue) gather() {
	needed := map[bundle.Hash]bool{}
	need := func(root bundle.Hash, uris []string) {
		needed[root] = true
		src := q.sources[root]
		if src == nil {
			src = &source{root: root, release: q.shelf.Hold(root)}
			if dir, ok := q.shelf.Find(root); ok {
				src.dir = dir
			}
			q.sources[root] = src
		}
		if len(uris) > 0 {
			src.uris = uris
		}
	}
	for _, e := range q.entries {
		if e.declined == nil { // else its bundle is not needed here
			need(e.root, e.work.Uris)
		}
	}
	for _, p := range q.pins {
		need(bundle.Hash(p.ManifestRoot), p.Uris)
	}
	for root, src := range q.sources {
		if !needed[root] {
			if src.cancel != nil {
				src.cancel()
			}
			src.release()
			delete(q.sources, root)
		}
	}
}

// wanted lists the bundles to fetch in the order of their use: those of items by the items' order, then
// those to be kept. Callers hold the lock.
func (q *queue) wanted() []*source {
	var out []*source
	seen := map[bundle.Hash]bool{}
	add := func(root bundle.Hash) {
		if src := q.sources[root]; src != nil && !seen[root] && src.dir == "" && src.cancel == nil {
			seen[root] = true
			out = append(out, src)
		}
	}
	for _, e := range q.entries {
		if !e.over() && q.results.get(e.key) == nil {
			add(e.root)
		}
	}
	for _, p := range q.pins {
		add(bundle.Hash(p.ManifestRoot))
	}
	return out
}

// takeFetch waits for a bundle that is wanted and not here. The bundle's context ends when nothing needs
// it any more.
func (q *queue) takeFetch(ctx context.Context) (next *source, uris []string, fetch context.Context, err error) {
	err = q.take(ctx, func(now time.Time) (bool, time.Time) {
		var again time.Time
		for _, src := range q.wanted() {
			if now.Before(src.after) {
				again = earliest(again, src.after)
				continue
			}
			fetch, src.cancel = context.WithCancel(ctx)
			next, uris = src, src.uris
			return true, again
		}
		return false, again
	})
	return next, uris, fetch, err
}

// fetched takes a bundle back: found in dir, or not found and asked for again
// after a pause.
func (q *queue) fetched(src *source, dir string, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	src.cancel()
	src.cancel = nil
	if err == nil {
		src.dir = dir
	} else {
		src.attempts++
		src.after = time.Now().Add(pause(src.attempts))
	}
	q.wake()
}

// lost tells that a bundle is not where it was found.
func (q *queue) lost(root bundle.Hash) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if src := q.sources[root]; src != nil {
		src.dir = ""
		src.attempts++
		src.after = time.Now().Add(pause(src.attempts))
	}
	q.wake()
}
