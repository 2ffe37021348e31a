package executor

import (
	"fmt"
	"net/http"
	"sync/atomic"
)

// Metrics counts what a program did since it was started.
type Metrics struct {
	jobs, asserted, checked, differing, challenged, moves, errors atomic.Uint64
}

// Moves returns how many moves were made.
func (m *Metrics) Moves() uint64 { return m.moves.Load() }

// Challenged returns how many games were opened.
func (m *Metrics) Challenged() uint64 { return m.challenged.Load() }

// ServeHTTP writes the counters in the text format of Prometheus.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	for _, c := range []struct {
		name, help string
		value      *atomic.Uint64
	}{
		{"jobs", "Jobs seen.", &m.jobs},
		{"asserted", "Requests answered.", &m.asserted},
		{"checked", "Claims run again.", &m.checked},
		{"differing", "Claims that differ from the own run.", &m.differing},
		{"challenged", "Games opened.", &m.challenged},
		{"moves", "Moves made.", &m.moves},
		{"errors", "Rounds and steps that failed.", &m.errors},
	} {
		_, _ = fmt.Fprintf(w, "# HELP imod_executor_%s_total %s\n# TYPE imod_executor_%s_total counter\nimod_executor_%s_total %d\n",
			c.name, c.help, c.name, c.name, c.value.Load()) // the reader may be gone
	}
}
