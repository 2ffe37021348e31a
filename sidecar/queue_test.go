package sidecar

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/sidecar/policy"
	"github.com/imochain/imod/x/oracle/types"
)

const (
	request = types.SubjectKind_SUBJECT_KIND_REQUEST
	proof   = types.SubjectKind_SUBJECT_KIND_PROOF
)

// fakeShelf has the bundles listed and counts holds.
type fakeShelf struct {
	here  map[bundle.Hash]bool
	holds map[bundle.Hash]int
}

func (f *fakeShelf) Find(root bundle.Hash) (string, bool) { return "dir", f.here[root] }

func (f *fakeShelf) Hold(root bundle.Hash) func() {
	f.holds[root]++
	return func() { f.holds[root]-- }
}

func testQueue(t *testing.T, here ...byte) (*queue, *fakeShelf) {
	t.Helper()
	results, err := openResults(filepath.Join(t.TempDir(), "journal"), "test")
	require.NoError(t, err)
	shelf := &fakeShelf{here: map[bundle.Hash]bool{}, holds: map[bundle.Hash]int{}}
	for _, b := range here {
		shelf.here[bundle.Hash{b}] = true
	}
	q := newQueue(results, shelf, policy.Policy{})
	return q, shelf
}

func testItem(kind types.SubjectKind, id uint64, deadline int64, model byte) *types.WorkItem {
	root := bundle.Hash{model}
	return &types.WorkItem{Kind: kind, Id: id, Deadline: deadline, ManifestRoot: root[:], Beacon: make([]byte, 32), Draw: make([]byte, 32)}
}

func (q *queue) must(t *testing.T, items ...*types.WorkItem) {
	t.Helper()
	q.submit(5, items)
}

// next takes a run that must be there at once.
func (q *queue) next(t *testing.T) *entry {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	t.Cleanup(cancel) // the item's context is this one's child
	e, _, _, err := q.takeRun(ctx)
	require.NoError(t, err)
	return e
}

func resultFor(w *types.WorkItem) *types.WorkResult {
	h := make([]byte, 32)
	return &types.WorkResult{Kind: w.Kind, Id: w.Id, ManifestRoot: w.ManifestRoot, InputRoot: h, OutputRoot: h, Witness: h}
}

func TestOrder(t *testing.T) {
	q, _ := testQueue(t, 1)
	q.must(t, testItem(proof, 1, 9, 1), testItem(request, 9, 9, 1), testItem(request, 2, 9, 1), testItem(proof, 5, 3, 1), testItem(request, 7, 3, 1))
	var got []string
	for range 5 {
		e := q.next(t)
		got = append(got, e.work.Kind.String()[len("SUBJECT_KIND_"):]+string(rune('0'+e.work.Id)))
	}
	require.Equal(t, []string{"REQUEST7", "PROOF5", "REQUEST2", "REQUEST9", "PROOF1"}, got)
	require.Equal(t, counts{running: 5, height: 5}, q.counts())
}

// TestMissingBundleBlocksNobody: an item without its bundle is passed over, and its
// bundle is asked for.
func TestMissingBundleBlocksNobody(t *testing.T) {
	q, shelf := testQueue(t, 2)
	q.must(t, testItem(request, 1, 1, 1), testItem(request, 2, 2, 2))
	require.EqualValues(t, 2, q.next(t).work.Id)
	src, _, fetch, err := q.takeFetch(t.Context())
	require.NoError(t, err)
	require.Equal(t, bundle.Hash{1}, src.root)
	q.fetched(src, "dir", nil)
	require.EqualValues(t, 1, q.next(t).work.Id)
	require.Error(t, fetch.Err(), "the fetch is over")
	require.Equal(t, map[bundle.Hash]int{{1}: 1, {2}: 1}, shelf.holds)
	q.must(t)
	require.Equal(t, map[bundle.Hash]int{{1}: 0, {2}: 0}, shelf.holds)
}

func TestClosing(t *testing.T) {
	q, _ := testQueue(t, 1)
	a, b, c := testItem(request, 1, 1, 1), testItem(request, 2, 2, 1), testItem(request, 3, 3, 9)
	q.must(t, a, b, c)
	e, _, ctx, err := q.takeRun(t.Context())
	require.NoError(t, err)
	_, _, fetch, err := q.takeFetch(t.Context())
	require.NoError(t, err)
	q.must(t, b)
	require.Error(t, ctx.Err(), "the run of a closed item is cancelled")
	require.Error(t, fetch.Err(), "and so is the download of its bundle")
	require.False(t, q.open(e))

	// Its result came too late: it is not kept.
	q.finish(e, resultFor(a))
	require.Nil(t, q.results.get(e.key))
	require.EqualValues(t, 2, q.next(t).work.Id)
}

func TestRetries(t *testing.T) {
	q, _ := testQueue(t, 1)
	q.must(t, testItem(request, 1, 1, 1))
	for i := 1; i <= maxAttempts; i++ {
		q.mu.Lock()
		q.entries[0].after = time.Time{}
		q.mu.Unlock()
		e := q.next(t)
		q.again(e)
		require.Equal(t, i, e.attempts)
		require.Greater(t, time.Until(e.after), pause(i)/2)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	_, _, _, err := q.takeRun(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded, "given up")
	require.Equal(t, lastPause, pause(100))
}

// TestKeys: everything that a result depends on is in its key.
func TestKeys(t *testing.T) {
	base := func() *types.WorkItem {
		return &types.WorkItem{Kind: proof, Id: 1, ManifestRoot: make([]byte, 32), Beacon: make([]byte, 32), Draw: make([]byte, 32), Input: []byte("in"), Seed: 3}
	}
	seen := map[itemKey]string{keyOf(base()): "base"}
	for name, change := range map[string]func(*types.WorkItem){
		"kind": func(w *types.WorkItem) { w.Kind = request }, "id": func(w *types.WorkItem) { w.Id = 2 },
		"root": func(w *types.WorkItem) { w.ManifestRoot[0] = 1 }, "beacon": func(w *types.WorkItem) { w.Beacon[0] = 1 },
		"draw":  func(w *types.WorkItem) { w.Draw[0] = 1 },
		"input": func(w *types.WorkItem) { w.Input = []byte("on") }, "seed": func(w *types.WorkItem) { w.Seed = 4 },
	} {
		w := base()
		change(w)
		require.Empty(t, seen[keyOf(w)], name)
		seen[keyOf(w)] = name
	}
	same := base()
	same.Deadline, same.Uris, same.ModelId = 8, []string{"x"}, 9
	require.Equal(t, "base", seen[keyOf(same)])
}

func TestReopenedItemIsSentAgain(t *testing.T) {
	q, _ := testQueue(t, 1)
	w := testItem(request, 1, 1, 1)
	finish := func() {
		e := q.next(t)
		q.finish(e, resultFor(w))
	}
	sent := map[*entry]bool{}
	q.must(t, w)
	finish()
	got, changed := q.fresh(sent)
	require.Len(t, got, 1)
	again, _ := q.fresh(sent)
	require.Empty(t, again)
	q.must(t)
	q.must(t, w)
	finish()
	<-changed
	got, _ = q.fresh(sent)
	require.Len(t, got, 1)
	require.Len(t, sent, 1)
}

// TestCommit: results outlive the process until their item is closed; what another version wrote is
// dropped, and the journal does not grow with closed items.
func TestCommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	results, err := openResults(path, "v1")
	require.NoError(t, err)
	q, _ := testQueue(t, 1)
	q.results = results
	d := &dispatcher{log: slog.New(slog.DiscardHandler), queue: q, stats: newStats()}
	a, b := testItem(request, 1, 1, 1), testItem(request, 2, 2, 1)
	q.must(t, a, b)
	told := 0
	finish := func(e *entry) finished { return finished{e, resultFor(e.work), func() { told++ }} }
	d.commit([]finished{finish(q.next(t)), finish(q.next(t))})
	require.Equal(t, 2, told)
	require.Len(t, results.all, 2)

	again, err := openResults(path, "v1")
	require.NoError(t, err)
	require.Equal(t, results.all, again.all)
	require.NoError(t, again.journal.Close())

	q.must(t, b)
	for !results.journal.Full() {
		require.NoError(t, results.journal.Append(make([]byte, 1<<16)), "no result, and none that is loaded")
	}
	q.must(t, a, b)
	d.commit([]finished{finish(q.next(t))})
	require.False(t, results.journal.Full())
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Less(t, info.Size(), int64(1000))
	again, err = openResults(path, "v1")
	require.NoError(t, err)
	require.Len(t, again.all, 2)
	require.NoError(t, again.journal.Close())

	// What cannot be stored is not handed out: it runs again.
	require.NoError(t, results.journal.Close())
	require.NoError(t, os.Remove(path))
	c := testItem(request, 3, 3, 1)
	q.must(t, c)
	e := q.next(t)
	d.commit([]finished{finish(e)})
	require.Equal(t, 3, told)
	require.Nil(t, q.results.get(e.key))
	require.Equal(t, 1, e.attempts)

	next, err := openResults(path, "v2")
	require.NoError(t, err)
	require.Empty(t, next.all)
}

func TestOutputs(t *testing.T) {
	dir := t.TempDir()
	s, err := openOutputs(dir, 3500)
	require.NoError(t, err)
	outputs := make([][]byte, 5)
	roots := make([]bundle.Hash, 5)
	for i := range outputs {
		outputs[i] = bytes.Repeat([]byte{byte(i)}, 1000)
		roots[i] = merkle.BytesRoot(outputs[i])
		require.NoError(t, s.put(roots[i], outputs[i], "a/b"))
		require.NoError(t, s.put(roots[i], outputs[i], "a/b"), "twice counts once")
	}
	check := func(s *outputStore) {
		var here []int
		for i := range outputs {
			if out, media, err := s.get(roots[i]); err == nil {
				require.Equal(t, outputs[i], out)
				require.Equal(t, "a/b", media)
				here = append(here, i)
			} else {
				require.ErrorIs(t, err, errNoOutput)
			}
		}
		require.Equal(t, []int{2, 3, 4}, here)
	}
	check(s)
	again, err := openOutputs(dir, 3500)
	require.NoError(t, err)
	check(again)
	require.Equal(t, s.total, again.total)

	flip(t, filepath.Join(dir, bundle.FolderName(roots[3])), 500)
	_, _, err = again.get(roots[3])
	require.ErrorContains(t, err, "is damaged")

	results := []bundle.Result{{OutputRoot: bundle.Hash{1}, Witness: bundle.Hash{2}}}
	list := bundle.EncodeResults(results)
	proof := bundle.ProofOutputRoot(bundle.ResultsRoot(results), bundle.Hash{})
	require.NoError(t, again.put(proof, list, resultsMedia))
	got, _, err := again.get(proof)
	require.NoError(t, err)
	require.Equal(t, list, got)
	require.NoError(t, again.put(proof, list, "a/b"))
	_, _, err = again.get(proof)
	require.ErrorIs(t, err, errNoOutput, "as bytes, the list has another root")

	large := bytes.Repeat([]byte{9}, 5000)
	require.NoError(t, again.put(merkle.BytesRoot(large), large, "a/b"))
	_, _, err = again.get(merkle.BytesRoot(large))
	require.NoError(t, err, "the newest stays even alone above the limit")
	require.Len(t, again.order, 1)
}

func flip(t *testing.T, path string, at int) {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	b[at] ^= 1
	require.NoError(t, os.WriteFile(path, b, 0o600))
}
