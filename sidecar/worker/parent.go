package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Errors of a job that say nothing about its model.
var (
	// ErrDied: the process ended while it worked, as it does when memory runs out.
	ErrDied = errors.New("worker died")
	// ErrSelfTest: the numeric engine of this machine gives wrong results.
	ErrSelfTest = errors.New("numeric self-test failed")
	// ErrResting: the process died often and is not started again yet.
	ErrResting = errors.New("worker rests after a failure")
)

const (
	startTime = 60 * time.Second // for start and self-test, on a busy machine
	graceTime = 2 * time.Second  // between asking a job to end and killing it
	firstRest = 250 * time.Millisecond
	lastRest  = 30 * time.Second
)

// Config says how to run children.
type Config struct {
	// Command starts a child, for example the program itself with a hidden
	// sub-command. Limits are appended as --memory, --threads and --read.
	Command []string
	// Env is the child's whole environment.
	Env    []string
	Limits Limits
	Logger *slog.Logger
}

// Worker runs jobs in a child process, one at a time.
type Worker struct {
	cfg Config

	mu      sync.Mutex // one job at a time
	process *process
	next    uint64
	rest    time.Duration
	wakeAt  time.Time

	deaths atomic.Int64
	told   atomic.Pointer[Confinement] // of the last child
}

// New returns a Worker; the child starts with the first job or Start.
func New(cfg Config) *Worker {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Worker{cfg: cfg}
}

// Start starts the child now, if it is not running, and returns the outcome of its
// self-test.
func (w *Worker) Start(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ensure(ctx, w.cfg.Limits.Memory)
}

// Confinement is what the last child found, false while none has started.
func (w *Worker) Confinement() (Confinement, bool) {
	if told := w.told.Load(); told != nil {
		return *told, true
	}
	return Confinement{}, false
}

// Deaths is how often a child ended without being told to.
func (w *Worker) Deaths() int { return int(w.deaths.Load()) }

// PID is the child's process id, 0 while there is none.
func (w *Worker) PID() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.process == nil {
		return 0
	}
	return w.process.cmd.Process.Pid
}

// Close ends the child.
func (w *Worker) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.process != nil {
		w.process.kill()
		w.process = nil
	}
}

// Do runs a job. When ctx ends the child is asked to stop and, if it does not,
// killed; Do then returns ctx's error.
func (w *Worker) Do(ctx context.Context, j Job) (Reply, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	memory := w.cfg.Limits.Memory
	if j.Memory != 0 {
		memory = j.Memory
	}
	if err := w.ensure(ctx, memory); err != nil {
		return Reply{}, err
	}
	w.next++
	j.ID = w.next
	reply, err := w.process.do(ctx, j)
	if err == nil {
		w.rest = 0
		return reply, nil
	}
	if w.process.gone() {
		w.process = nil
		if ctx.Err() == nil {
			w.died()
		}
	}
	return Reply{}, err
}

// ensure starts a child with the given memory unless one runs, or it rests.
func (w *Worker) ensure(ctx context.Context, memory uint64) error {
	if w.process != nil && !w.process.gone() {
		if w.process.memory == memory {
			return nil
		}
		w.process.kill()
	}
	w.process = nil
	if wait := time.Until(w.wakeAt); wait > 0 {
		return fmt.Errorf("%w: %s left", ErrResting, wait.Round(time.Millisecond))
	}
	cfg := w.cfg
	cfg.Limits.Memory = memory
	p, err := start(ctx, cfg)
	if err != nil {
		if ctx.Err() == nil {
			w.died()
		}
		return err
	}
	w.process = p
	w.told.Store(&p.confinement)
	return nil
}

func (w *Worker) died() {
	w.deaths.Add(1)
	w.rest = min(max(2*w.rest, firstRest), lastRest)
	w.wakeAt = time.Now().Add(w.rest)
	w.cfg.Logger.Warn("worker died", "memory_limit", w.cfg.Limits.Memory, "deaths", w.deaths.Load(), "rest", w.rest)
}

// process is one running child.
type process struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	memory  uint64
	replies chan Reply    // closed when the child's output ends
	ended   chan struct{} // closed when the child is reaped

	confinement Confinement
}

func start(ctx context.Context, cfg Config) (*process, error) {
	if len(cfg.Command) == 0 {
		return nil, errors.New("no command to start a worker")
	}
	args := append(append([]string(nil), cfg.Command[1:]...),
		"--memory", strconv.FormatUint(cfg.Limits.Memory, 10), "--threads", strconv.Itoa(cfg.Limits.Threads))
	for _, dir := range cfg.Limits.Read {
		args = append(args, "--read", dir)
	}
	cmd := exec.Command(cfg.Command[0], args...)
	cmd.Env = append([]string{}, cfg.Env...) // never nil: nil would hand over ours
	cmd.Dir = os.TempDir()
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = &lineLog{logger: cfg.Logger}
	cmd.WaitDelay = graceTime // whoever else holds its pipes does not keep us
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start worker: %w", err)
	}
	p := &process{cmd: cmd, in: in, memory: cfg.Limits.Memory, replies: make(chan Reply), ended: make(chan struct{})}
	greeting := make(chan hello, 1)
	go p.read(out, greeting, cfg.Logger)

	timer := time.NewTimer(startTime)
	defer timer.Stop()
	select {
	case h, ok := <-greeting:
		if !ok {
			<-p.ended
			return nil, fmt.Errorf("%w at its start: %s", ErrDied, cmd.ProcessState)
		}
		if h.SelfTest != "" {
			p.kill()
			return nil, fmt.Errorf("%w: %s", ErrSelfTest, h.SelfTest)
		}
		p.confinement = h.Confinement
		return p, nil
	case <-timer.C:
		p.kill()
		return nil, fmt.Errorf("%w: no greeting in %s", ErrDied, startTime)
	case <-ctx.Done():
		p.kill()
		return nil, ctx.Err()
	}
}

// read takes the greeting and then replies until the child's output ends, and
// reaps the child.
func (p *process) read(out io.Reader, greeting chan<- hello, logger *slog.Logger) {
	var h hello
	err := readFrame(out, &h)
	if err == nil {
		greeting <- h
	}
	close(greeting)
	for err == nil {
		var r Reply
		if err = readFrame(out, &r); err == nil {
			p.replies <- r
		}
	}
	// Whatever ended the output, nothing more can be understood.
	_ = p.cmd.Process.Kill() // an error means that it is gone already
	if waitErr := p.cmd.Wait(); waitErr != nil {
		logger.Debug("worker ended", "state", p.cmd.ProcessState.String())
	}
	close(p.ended)
	close(p.replies)
}

func (p *process) gone() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// kill ends the child and waits until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // an error means that it is gone already
	for range p.replies {    // the reader may hold a late reply
	}
	<-p.ended
	_ = p.in.Close() // the other end is gone
}

func (p *process) do(ctx context.Context, j Job) (Reply, error) {
	if err := writeFrame(p.in, j); err != nil {
		p.kill()
		return Reply{}, fmt.Errorf("%w: %w", ErrDied, err)
	}
	select {
	case r, ok := <-p.replies:
		return p.answer(r, ok, j.ID)
	case <-ctx.Done():
	}
	// Most models stop between two nodes; that keeps the child and what it loaded.
	if err := writeFrame(p.in, Job{ID: j.ID, Op: opCancel}); err == nil {
		grace := time.NewTimer(graceTime)
		defer grace.Stop()
		select {
		case _, ok := <-p.replies:
			if ok {
				return Reply{}, ctx.Err()
			}
		case <-grace.C:
		}
	}
	p.kill()
	return Reply{}, ctx.Err()
}

func (p *process) answer(r Reply, ok bool, id uint64) (Reply, error) {
	if !ok {
		<-p.ended
		return Reply{}, fmt.Errorf("%w: %s", ErrDied, p.cmd.ProcessState)
	}
	if r.ID != id {
		p.kill()
		return Reply{}, fmt.Errorf("%w: answered job %d instead of %d", ErrDied, r.ID, id)
	}
	if r.Fault {
		p.kill()
		return Reply{}, fmt.Errorf("%w: %s", ErrSelfTest, r.Error)
	}
	return r, nil
}
