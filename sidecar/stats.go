package sidecar

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/imochain/imod/sidecar/worker"
	"github.com/imochain/imod/x/oracle/types"
)

const (
	// maxErrors bounds the errors that the status shows, maxErrorText each of them in bytes.
	maxErrors    = 16
	maxErrorText = 512
)

// stats counts what happened since the start. Nothing in it is a result.
type stats struct {
	started time.Time
	runs    *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	fetches *prometheus.CounterVec

	mu     sync.Mutex
	errors []types.SidecarError // the newest first
}

func newStats() *stats {
	s := &stats{
		started: time.Now(),
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "imod_sidecar_runs_total", Help: "runs of models by what came of them",
		}, []string{"kind", "outcome"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "imod_sidecar_run_seconds", Help: "seconds of a run, with the load of its model",
			Buckets: []float64{.01, .03, .1, .3, 1, 3, 10, 30, 100, 300, 1000},
		}, []string{"kind"}),
		fetches: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "imod_sidecar_fetches_total", Help: "downloads of bundles by what came of them",
		}, []string{"outcome"}),
	}
	for _, o := range []string{"ok", "failed"} { // shown from the start
		s.fetches.WithLabelValues(o)
	}
	return s
}

// kindLabel is the metrics' name of a kind.
func kindLabel(k types.SubjectKind) string {
	switch k {
	case types.SubjectKind_SUBJECT_KIND_REQUEST:
		return "request"
	case types.SubjectKind_SUBJECT_KIND_PROOF:
		return "proof"
	default:
		return "other"
	}
}

func (s *stats) ran(kind types.SubjectKind, took time.Duration, outcome string) {
	s.runs.WithLabelValues(kindLabel(kind), outcome).Inc()
	s.seconds.WithLabelValues(kindLabel(kind)).Observe(took.Seconds())
}

// outcome names what came of a run.
func outcome(ctx context.Context, err error, reply worker.Reply) string {
	switch {
	case ctx.Err() != nil:
		return "closed"
	case errors.Is(err, context.DeadlineExceeded):
		return "too_long"
	case errors.Is(err, worker.ErrDied):
		return "died"
	case err != nil, reply.Damaged, reply.Error != "" && reply.Refused == 0:
		return "failed"
	case reply.Refused != 0:
		return "refused"
	default:
		return "done"
	}
}

// failure is what a run tells the operator, nil when nothing is wrong here: a model that is refused is not.
func failure(ctx context.Context, err error, reply worker.Reply) error {
	switch outcome(ctx, err, reply) {
	case "too_long", "died", "failed":
		if err == nil {
			err = errors.New(reply.Error)
		}
		return err
	default:
		return nil
	}
}

// failed remembers an error for the status.
func (s *stats) failed(what string, err error) {
	text := err.Error()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.errors = slices.Insert(s.errors, 0, types.SidecarError{
		Time: time.Now().UTC().Format(time.RFC3339), What: what, Error: text[:min(len(text), maxErrorText)],
	})
	s.errors = s.errors[:min(len(s.errors), maxErrors)]
}

// fetchFailures reads a counter back.
func (s *stats) fetchFailures() uint64 {
	var m dto.Metric
	if err := s.fetches.WithLabelValues("failed").Write(&m); err != nil {
		return 0
	}
	return uint64(m.GetCounter().GetValue())
}

func (s *stats) last() []types.SidecarError {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.errors)
}
