package sidecar

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/x/oracle/types"
)

const (
	// maxListed bounds the bundles that the status lists.
	maxListed  = 1000
	statusTime = 10 * time.Second
)

// status puts together the sidecar's health: numbers and names, never a result.
func (d *dispatcher) status() *types.StatusResponse {
	c := d.queue.counts()
	pinned, missing := d.store.Pins()
	out := &types.StatusResponse{
		Version: d.cfg.Version, SelfTest: d.fit.Load() && !d.unfit.Load(),
		Queued: c.queued, Running: c.running, Done: c.done, Declined: c.declined, Failed: c.failed, Height: c.height,
		Models: uint32(d.store.Count()), Pinned: uint32(pinned), PinnedMissing: uint32(missing),
		CacheLimit: d.cfg.MaxStore, WorkerRestarts: d.restarts(), FetchFailures: d.stats.fetchFailures(),
		Started: d.stats.started.UTC().Format(time.RFC3339),
		Limits: &types.SidecarLimits{
			Workers: uint32(d.cfg.Workers), Threads: uint32(d.cfg.Worker.Threads), WorkerMemory: d.cfg.Worker.Memory,
			RunMilliseconds: uint64(d.cfg.RunTime.Milliseconds()), ProofMilliseconds: uint64(d.cfg.ProofTime.Milliseconds()),
			MaxBundle: d.cfg.MaxBundle,
		},
		LastErrors: d.stats.last(),
	}
	var err error
	if out.CacheBytes, err = d.store.Used(); err != nil {
		d.log.Error("size of the cache", "error", err)
	}
	held, err := d.store.Bundles(maxListed)
	if err != nil {
		d.log.Error("list of bundles", "error", err)
	}
	for _, b := range held {
		out.Bundles = append(out.Bundles, types.SidecarBundle{ManifestRoot: bundle.FolderName(b.Root), Bytes: b.Bytes, Pinned: b.Pinned})
	}
	if confined := d.confinement.Load(); confined != nil {
		out.Confinement = &types.SidecarConfinement{
			Landlock: uint32(confined.Landlock), Calls: confined.Network, Memory: confined.Memory,
			OpenFiles: confined.OpenFiles, Full: confined.Full(),
		}
	}
	return out
}

// restarts is how often workers ended without being told to.
func (d *dispatcher) restarts() (n uint64) {
	for _, w := range d.workers {
		n += uint64(w.Deaths())
	}
	return n
}

// collector shows the status as metrics.
type collector struct{ d *dispatcher }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("imod_sidecar_"+name, help, labels, nil)
}

var (
	descItems    = describe("items", "items of the open list by what became of them", "state")
	descCache    = describe("cache_bytes", "bytes of downloaded bundles")
	descLimit    = describe("cache_limit_bytes", "most bytes of downloaded bundles")
	descBundles  = describe("bundles", "bundles that are held")
	descPinned   = describe("pinned", "bundles that are to be kept")
	descMissing  = describe("pinned_missing", "bundles that are to be kept and are not here")
	descRestarts = describe("worker_restarts_total", "workers that ended without being told to")
	descSelfTest = describe("self_test", "1 when the numeric self-test passed")
	descConfined = describe("confined", "1 when workers are fully confined")
	descHeight   = describe("list_height", "height of the last list of work")
)

// Describe implements prometheus.Collector.
func (c collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		descItems, descCache, descLimit, descBundles, descPinned, descMissing, descRestarts, descSelfTest, descConfined, descHeight,
	} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c collector) Collect(out chan<- prometheus.Metric) {
	s := c.d.status()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	for state, n := range map[string]uint32{
		"queued": s.Queued, "running": s.Running, "done": s.Done, "declined": s.Declined, "failed": s.Failed,
	} {
		gauge(descItems, float64(n), state)
	}
	flag := map[bool]float64{true: 1}
	gauge(descCache, float64(s.CacheBytes))
	gauge(descLimit, float64(s.CacheLimit))
	gauge(descBundles, float64(s.Models))
	gauge(descPinned, float64(s.Pinned))
	gauge(descMissing, float64(s.PinnedMissing))
	out <- prometheus.MustNewConstMetric(descRestarts, prometheus.CounterValue, float64(s.WorkerRestarts))
	gauge(descSelfTest, flag[s.SelfTest])
	gauge(descConfined, flag[s.Confinement.GetFull()])
	gauge(descHeight, float64(s.Height))
}

// serveStatus answers GET /status with JSON and GET /metrics for Prometheus until ctx ends.
func (d *dispatcher) serveStatus(ctx context.Context, l net.Listener) error {
	registry := prometheus.NewRegistry()
	for _, c := range []prometheus.Collector{collector{d}, d.stats.runs, d.stats.seconds, d.stats.fetches} {
		if err := registry.Register(c); err != nil {
			return errors.Join(err, l.Close())
		}
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(d.status()); err != nil {
			d.log.Debug("status not sent", "error", err)
		}
	})
	srv := &http.Server{
		Handler: mux, ReadTimeout: statusTime, WriteTimeout: statusTime, IdleTimeout: statusTime, MaxHeaderBytes: 8 << 10,
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		stopped <- srv.Close()
	}()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
