package worker_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/sidecar/internal/tiny"
	"github.com/imochain/imod/sidecar/worker"
)

func TestMain(m *testing.M) {
	tiny.MaybeWorker()
	maybeProbe()
	os.Exit(m.Run())
}

const memory = 512 << 20

func newWorker(t *testing.T, read ...string) *worker.Worker {
	t.Helper()
	w := worker.New(worker.Config{Command: tiny.WorkerCommand(), Limits: worker.Limits{Memory: memory, Threads: 1, Read: read}})
	t.Cleanup(w.Close)
	return w
}

func TestRunAndProve(t *testing.T) {
	dir := t.TempDir()
	b := tiny.Picture(t)
	root := tiny.Write(t, dir, b)
	w := newWorker(t, dir)
	require.NoError(t, w.Start(t.Context()))

	r, err := pipeline.New(b)
	require.NoError(t, err)
	want, err := r.Run(t.Context(), []byte("blue on red"), 9)
	require.NoError(t, err)
	for range 2 { // loaded, and from the cache
		got, err := w.Do(t.Context(), worker.Job{Op: worker.OpRun, Store: dir, Root: root, Input: []byte("blue on red"), Seed: 9})
		require.NoError(t, err)
		require.Empty(t, got.Error)
		require.Equal(t, want.OutputRoot, got.OutputRoot)
		require.Equal(t, want.InputRoot, got.InputRoot)
		require.Equal(t, want.Witness, got.Witness)
		require.Equal(t, want.Output, got.Output)
		require.Equal(t, "image/x-rgb; width=2; height=2", got.MediaType)
	}
	results, outputs, err := r.ProveAndKeep(t.Context(), [32]byte{4})
	require.NoError(t, err)
	got, err := w.Do(t.Context(), worker.Job{Op: worker.OpProve, Store: dir, Root: root, Beacon: [32]byte{4}})
	require.NoError(t, err)
	require.Equal(t, bundle.ResultsRoot(results), got.OutputRoot)
	require.Equal(t, bundle.ProofWitness(results), got.Witness)
	require.Equal(t, bundle.EncodeResults(results), got.Results)
	require.Equal(t, outputs, got.Challenges)
	require.Zero(t, w.Deaths())
}

func TestRefusedAndDamaged(t *testing.T) {
	dir := t.TempDir()
	root := tiny.Write(t, dir, tiny.Picture(t))
	w := newWorker(t, dir)
	do := func(j worker.Job) worker.Reply {
		j.Store = dir
		r, err := w.Do(t.Context(), j)
		require.NoError(t, err)
		return r
	}
	r := do(worker.Job{Op: worker.OpRun, Root: root, Input: []byte("green on red")})
	require.EqualValues(t, bundle.ReasonInput, r.Refused)
	require.Contains(t, r.Error, `unknown word "green"`)

	require.True(t, do(worker.Job{Op: worker.OpRun, Root: [32]byte{1}}).Damaged, "no such bundle")
	require.Contains(t, do(worker.Job{Op: "dance", Root: root}).Error, `unknown job "dance"`)

	liar := tiny.Picture(t)
	liar.Manifest.Vectors[0].OutputRoot[0] ^= 1
	r = do(worker.Job{Op: worker.OpProve, Root: tiny.Write(t, dir, liar)})
	require.EqualValues(t, bundle.ReasonVector, r.Refused)
	require.False(t, r.Damaged)

	broken := tiny.Picture(t)
	broken.Manifest.Name = "Broken"
	brokenRoot := tiny.Write(t, dir, broken)
	weights := filepath.Join(dir, bundle.FolderName(brokenRoot), bundle.FileWeights)
	raw, err := os.ReadFile(weights)
	require.NoError(t, err)
	raw[5000] ^= 1
	require.NoError(t, os.WriteFile(weights, raw, 0o600))
	r = do(worker.Job{Op: worker.OpProve, Root: brokenRoot})
	require.True(t, r.Damaged)
	require.Zero(t, r.Refused)
	require.Contains(t, r.Error, "chunk at byte 4096 is wrong")
	require.Zero(t, w.Deaths())
}

// TestMemoryBound: a model that needs more than the limit loses its worker, the
// system does not lose its memory, and the next job runs in a new worker.
func TestMemoryBound(t *testing.T) {
	dir := t.TempDir()
	hungry, good := tiny.Write(t, dir, tiny.Hungry(t)), tiny.Write(t, dir, tiny.Picture(t))
	var log bytes.Buffer
	w := worker.New(worker.Config{
		Command: tiny.WorkerCommand(), Limits: worker.Limits{Memory: memory, Threads: 1, Read: []string{dir}},
		Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	t.Cleanup(w.Close)
	_, err := w.Do(t.Context(), worker.Job{Op: worker.OpRun, Store: dir, Root: hungry, Input: make([]byte, 16)})
	require.ErrorIs(t, err, worker.ErrDied)
	require.Equal(t, 1, w.Deaths())
	_, err = w.Do(t.Context(), worker.Job{Op: worker.OpRun, Store: dir, Root: good, Input: []byte("red on red")})
	require.ErrorIs(t, err, worker.ErrResting)
	require.Eventually(t, func() bool {
		r, err := w.Do(t.Context(), worker.Job{Op: worker.OpRun, Store: dir, Root: good, Input: []byte("red on red")})
		return err == nil && r.Error == ""
	}, 20*time.Second, 50*time.Millisecond)
	// What the child itself says depends on where the runtime finds no more memory: "out of memory" or a fault.
	require.Contains(t, log.String(), fmt.Sprintf("worker died\" memory_limit=%d deaths=1", memory))
	require.Regexp(t, "(?i)memory|allocate|SIGSEGV", log.String())
	require.Less(t, strings.Count(log.String(), "\n"), 60, "a crash prints hundreds of lines")
}

func TestCancelKeepsTheWorker(t *testing.T) {
	dir := t.TempDir()
	slow := tiny.Write(t, dir, tiny.Slow(t))
	w := newWorker(t, dir)
	require.NoError(t, w.Start(t.Context()))
	pid := w.PID()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := w.Do(ctx, worker.Job{Op: worker.OpRun, Store: dir, Root: slow, Input: make([]byte, 16)})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, pid, w.PID(), "it stopped between two nodes")
	require.Zero(t, w.Deaths())
}

// TestStubbornJobIsKilled: a child that greets and then takes jobs without ever
// answering is given two seconds after the job's time.
func TestStubbornJobIsKilled(t *testing.T) {
	deaf := `printf '\000\000\000\020{"self_test":""}'; exec sleep 60`
	w := worker.New(worker.Config{Command: []string{"/bin/sh", "-c", deaf}, Env: os.Environ(), Limits: worker.Limits{Memory: memory}})
	t.Cleanup(w.Close)
	require.NoError(t, w.Start(t.Context()))
	pid := w.PID()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := w.Do(ctx, worker.Job{Op: worker.OpRun})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Greater(t, time.Since(began), 2*time.Second)
	require.Less(t, time.Since(began), 10*time.Second)
	require.Zero(t, w.PID())
	require.Zero(t, w.Deaths(), "we killed it")
	require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH, "it is gone")
}

func TestSelfTestFails(t *testing.T) {
	wrong := `printf '\000\000\000\023{"self_test":"exp"}'; exec sleep 60`
	w := worker.New(worker.Config{Command: []string{"/bin/sh", "-c", wrong}, Env: os.Environ(), Limits: worker.Limits{Memory: memory}})
	t.Cleanup(w.Close)
	require.ErrorIs(t, w.Start(t.Context()), worker.ErrSelfTest)
	require.Zero(t, w.PID())
}

// TestFault: a run that computed an element twice with two results makes the machine unfit, and says nothing about the model.
func TestFault(t *testing.T) {
	faulty := `printf '\000\000\000\020{"self_test":""}\000\000\000\046{"id":1,"fault":true,"error":"node 3"}'; exec sleep 60`
	w := worker.New(worker.Config{Command: []string{"/bin/sh", "-c", faulty}, Env: os.Environ(), Limits: worker.Limits{Memory: memory}})
	t.Cleanup(w.Close)
	require.NoError(t, w.Start(t.Context()))
	_, err := w.Do(t.Context(), worker.Job{Op: worker.OpRun})
	require.ErrorIs(t, err, worker.ErrSelfTest)
	require.ErrorContains(t, err, "node 3")
}

func TestKilledFromOutside(t *testing.T) {
	dir := t.TempDir()
	slow, good := tiny.Write(t, dir, tiny.Slow(t)), tiny.Write(t, dir, tiny.Picture(t))
	w := newWorker(t, dir)
	require.NoError(t, w.Start(t.Context()))
	pid := w.PID()
	go func() {
		time.Sleep(200 * time.Millisecond)
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}()
	_, err := w.Do(t.Context(), worker.Job{Op: worker.OpRun, Store: dir, Root: slow, Input: make([]byte, 16)})
	require.ErrorIs(t, err, worker.ErrDied)
	require.Eventually(t, func() bool {
		_, err := w.Do(t.Context(), worker.Job{Op: worker.OpRun, Store: dir, Root: good, Input: []byte("red on red")})
		return err == nil
	}, 20*time.Second, 50*time.Millisecond)
}

func TestStartFails(t *testing.T) {
	for name, command := range map[string][]string{
		"no command": nil, "no such program": {"/nonexistent"}, "a program that says nothing": {"/bin/false"},
		"a program that babbles and leaves a child": {"/bin/sh", "-c", "echo hello world, how are you; sleep 5"},
	} {
		w := worker.New(worker.Config{Command: command, Limits: worker.Limits{Memory: memory}})
		require.Error(t, w.Start(t.Context()), name)
		require.ErrorIs(t, w.Start(t.Context()), worker.ErrResting, name)
		w.Close()
	}
}
