package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/pipeline"
)

// Limits is what a child imposes on itself.
type Limits struct {
	// Memory is the most bytes of writable memory, the program's own included.
	Memory uint64
	// Threads is how many cores the child uses.
	Threads int
	// Read are the folders of bundles. Where the kernel can forbid it, the child reads no other file
	// than the program's own.
	Read []string
}

// Main is the child's program. It returns when in ends, which also happens when
// the parent dies.
func Main(in io.Reader, out io.Writer, l Limits) error {
	confined, err := confine(l)
	if err != nil {
		return fmt.Errorf("limits of the worker: %w", err)
	}
	if l.Threads > 0 {
		runtime.GOMAXPROCS(l.Threads)
	}
	// Collect harder before the hard limit ends the process.
	debug.SetMemoryLimit(int64(l.Memory / 8 * 7))
	greeting := hello{Confinement: confined}
	if err := engine.SelfTest(); err != nil {
		greeting.SelfTest = err.Error()
	}
	if err := writeFrame(out, greeting); err != nil {
		return err
	}
	exceeded := make(chan os.Signal, 1)
	signal.Notify(exceeded, cpuExceeded)
	go func() {
		<-exceeded
		fmt.Fprintln(os.Stderr, "processor time of the job is used up")
		os.Exit(exitCPU)
	}()
	c := &child{cache: newCache(l.Memory / 4), threads: max(l.Threads, 1)}
	return c.serve(in, out)
}

// exitCPU is the exit status of a child whose job used up its processor time.
const exitCPU = 3

type child struct {
	cache   *cache
	threads int
}

// serve answers jobs one by one; a second goroutine reads ahead so that a cancel
// and the end of the input are seen while a job runs.
func (c *child) serve(in io.Reader, out io.Writer) error {
	jobs := make(chan Job)
	cancels := make(chan uint64, 16)
	go func() {
		for {
			var j Job
			if err := readFrame(in, &j); err != nil {
				// The parent is gone or confused: nobody waits for the running job.
				os.Exit(0)
			}
			if j.Op == opCancel {
				cancels <- j.ID
				continue
			}
			jobs <- j
		}
	}()
	for j := range jobs {
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() {
			for {
				select {
				case id := <-cancels:
					if id == j.ID {
						cancel()
					}
				case <-done:
					return
				}
			}
		}()
		reply := c.limited(ctx, j)
		close(done)
		cancel()
		if err := writeFrame(out, reply); err != nil {
			return err
		}
	}
	return nil
}

// limited does a job within its processor time.
func (c *child) limited(ctx context.Context, j Job) Reply {
	if err := limitCPU(j.CPU); err != nil {
		return Reply{ID: j.ID}.fail(fmt.Errorf("processor time: %w", err))
	}
	reply := c.do(ctx, j)
	if err := limitCPU(0); err != nil {
		return Reply{ID: j.ID}.fail(fmt.Errorf("processor time: %w", err))
	}
	return reply
}

func (c *child) do(ctx context.Context, j Job) (reply Reply) {
	reply.ID = j.ID
	defer func() {
		if p := recover(); p != nil {
			// Cached sessions may be half written: start from files next time.
			c.cache.forget()
			reply = Reply{ID: j.ID, Error: fmt.Sprintf("panic: %v", p)}
		}
	}()
	r, err := c.load(j)
	if err != nil {
		return reply.fail(err)
	}
	switch j.Op {
	case OpRun:
		res, err := r.Run(ctx, j.Input, j.Seed)
		if err != nil {
			return reply.fail(err)
		}
		reply.OutputRoot, reply.InputRoot, reply.Witness = res.OutputRoot, res.InputRoot, res.Witness
		reply.Output, reply.MediaType = res.Output, r.Manifest().Pipeline.MediaType()
		return reply
	case OpProve:
		results, outputs, err := r.ProveAndKeep(ctx, j.Beacon)
		if err != nil {
			return reply.fail(err)
		}
		reply.OutputRoot, reply.Witness = bundle.ResultsRoot(results), bundle.ProofWitness(results)
		reply.Results, reply.Challenges = bundle.EncodeResults(results), outputs
		reply.MediaType = r.Manifest().Pipeline.MediaType()
		return reply
	default:
		return reply.fail(fmt.Errorf("unknown job %q", j.Op))
	}
}

// load opens and verifies a bundle unless it is loaded already.
func (c *child) load(j Job) (*pipeline.Runner, error) {
	if r := c.cache.get(j.Root); r != nil {
		return r, nil
	}
	dir, err := os.OpenRoot(j.Store)
	if err != nil {
		return nil, err
	}
	defer dir.Close() //nolint:errcheck // opened for reading
	b, err := bundle.Open(dir.FS(), j.Root)
	if err != nil {
		return nil, err
	}
	size := b.Manifest.WeightBytes + b.Manifest.PeakMemory
	c.cache.make(size) // before the memory is needed
	r, err := pipeline.New(b, engine.WithWorkers(c.threads))
	if err != nil {
		return nil, err
	}
	c.cache.put(j.Root, r, size)
	return r, nil
}

func (r Reply) fail(err error) Reply {
	r.Error = err.Error()
	var refusal *bundle.Refusal
	switch {
	case errors.As(err, &refusal):
		r.Refused = uint8(refusal.Reason)
	case errors.Is(err, bundle.ErrBundle), errors.Is(err, bundle.ErrManifest):
		r.Damaged = true
	}
	return r
}
