package node

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/imochain/imod/x/oracle/types"
)

// figures are what the metrics show besides the lists.
type figures struct {
	results, sessions uint64
	up                bool
	performances      []types.QueryPerformanceResponse
}

func (c *Client) opened() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.figures.up = true
	c.figures.sessions++
}

func (c *Client) closed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.figures.up = false
}

// Performances takes the counters of all validators for the metrics.
func (c *Client) Performances(all []types.QueryPerformanceResponse) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.figures.performances = all
}

var _ prometheus.Collector = (*Client)(nil)

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("imod_oracle_"+name, help, labels, nil)
}

var (
	descUp       = describe("sidecar_up", "1 while a session with the sidecar is open")
	descSessions = describe("sidecar_sessions_total", "sessions with the sidecar since the start")
	descOpen     = describe("open_items", "open work as of the last block")
	descReady    = describe("ready_results", "results of open work in memory")
	descDeclined = describe("declined_items", "open work that the sidecar declines")
	descResults  = describe("results_total", "results that the sidecar gave since the start")
	descHeight   = describe("list_height", "height of the last list of open work")
	descAnswers  = describe("validator_answers", "subjects decided in this window and the one before, by what the validator answered", "validator", "answer")
	descScore    = describe("validator_score_bps", "matching answers among those due, in basis points", "validator")
	descNone     = describe("validator_no_oracle", "1 when the validator matched nothing in two windows", "validator")
)

// Describe implements prometheus.Collector.
func (c *Client) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		descUp, descSessions, descOpen, descReady, descDeclined, descResults, descHeight, descAnswers, descScore, descNone,
	} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c *Client) Collect(out chan<- prometheus.Metric) {
	c.mu.Lock()
	f, open, height, ready, declined := c.figures, len(c.items), c.height, 0, 0
	for _, r := range c.results {
		if r.Declined != 0 {
			declined++
		} else {
			ready++
		}
	}
	c.mu.Unlock()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	flag := map[bool]float64{true: 1}
	gauge(descUp, flag[f.up])
	out <- prometheus.MustNewConstMetric(descSessions, prometheus.CounterValue, float64(f.sessions))
	out <- prometheus.MustNewConstMetric(descResults, prometheus.CounterValue, float64(f.results))
	gauge(descOpen, float64(open))
	gauge(descReady, float64(ready))
	gauge(descDeclined, float64(declined))
	gauge(descHeight, float64(height))
	for _, p := range f.performances {
		now, before := p.Validator.Current, p.Validator.Previous
		for answer, n := range map[string]uint64{
			"made": now.Made + before.Made, "missed": now.Missed + before.Missed, "differing": now.Differing + before.Differing,
			"equivocated": now.Equivocated + before.Equivocated, "declined": now.Declined + before.Declined,
		} {
			gauge(descAnswers, float64(n), p.Validator.Address, answer)
		}
		gauge(descScore, float64(p.Score), p.Validator.Address)
		gauge(descNone, flag[p.NoOracle], p.Validator.Address)
	}
}
