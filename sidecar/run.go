package sidecar

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"

	"github.com/imochain/imod/sidecar/serve"
	"github.com/imochain/imod/sidecar/store"
	"github.com/imochain/imod/sidecar/worker"
	"github.com/imochain/imod/x/oracle/types"
)

const (
	stopTime = 2 * time.Second
	// testPause is how long a failed start of the first worker waits.
	testPause = 2 * time.Second
	// maxServed bounds bundle downloads that other sidecars make here.
	maxServed = 32
	// sampleShare is the part of the space for outputs, 1 in sampleShare, that the
	// challenge outputs of proofs have for themselves.
	sampleShare = 4
)

// Run is the sidecar. It returns when ctx ends or something fails that it cannot
// do without.
func Run(ctx context.Context, cfg Config) (err error) {
	cfg, err = cfg.normalize()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.Home, 0o700); err != nil {
		return err
	}
	lock, err := lockHome(cfg.Home)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()

	options, err := cfg.serverOptions(types.MaxSidecarMessage)
	if err != nil {
		return err
	}
	d, err := open(cfg)
	if err != nil {
		return err
	}
	l, err := cfg.listen()
	if err != nil {
		return fmt.Errorf("sidecar address %s: %w", cfg.Listen, err)
	}
	group, ctx := errgroup.WithContext(ctx)
	if cfg.Serve != "" {
		shop, err := net.Listen("tcp", cfg.Serve)
		if err != nil {
			return errors.Join(fmt.Errorf("address for bundles %s: %w", cfg.Serve, err), l.Close())
		}
		served := serve.Config{Dirs: append(slices.Clone(cfg.Models), d.bundles()), MaxRequests: maxServed, Logger: cfg.Logger}
		group.Go(func() error { return serve.Run(ctx, shop, served) })
	}
	if cfg.Status != "" {
		window, err := net.Listen("tcp", cfg.Status)
		if err != nil {
			return errors.Join(fmt.Errorf("address of the status %s: %w", cfg.Status, err), l.Close())
		}
		group.Go(func() error { return d.serveStatus(ctx, window) })
	}
	for range cfg.Workers {
		d.workers = append(d.workers, d.worker())
	}
	group.Go(func() error { return d.serve(ctx, l, options) })
	group.Go(func() error { return d.commitLoop(ctx) })
	for range fetchers {
		group.Go(func() error { return d.fetchLoop(ctx) })
	}
	for i, w := range d.workers {
		group.Go(func() error {
			if i == 0 {
				// One worker starts now: the others start when there is work for them.
				if err := d.selfTest(ctx, w); err != nil {
					return err
				}
			}
			return d.runLoop(ctx, w)
		})
	}
	cfg.Logger.Info("sidecar runs", "listen", cfg.Listen, "home", cfg.Home, "models", d.store.Count(), "version", cfg.Version)
	return group.Wait()
}

// open opens everything on disk.
func open(cfg Config) (*dispatcher, error) {
	d := &dispatcher{cfg: cfg, log: cfg.Logger, stats: newStats(), done: make(chan finished, waiting)}
	results, err := openResults(filepath.Join(cfg.Home, "results", "journal"), cfg.Version)
	if err != nil {
		return nil, fmt.Errorf("results: %w", err)
	}
	// What people look at before they buy must not be pushed out by what was made last.
	forSamples := cfg.MaxOutputs / sampleShare
	if d.outputs, err = openOutputs(filepath.Join(cfg.Home, "outputs"), cfg.MaxOutputs-forSamples); err != nil {
		return nil, fmt.Errorf("outputs: %w", err)
	}
	if d.samples, err = openOutputs(filepath.Join(cfg.Home, "samples"), forSamples); err != nil {
		return nil, fmt.Errorf("samples: %w", err)
	}
	d.store, err = store.Open(store.Config{
		Dir: d.bundles(), Models: cfg.Models, Mirrors: cfg.Mirrors,
		MaxBundle: cfg.MaxBundle, MaxTotal: cfg.MaxStore, LocalNetwork: cfg.LocalNetwork,
	})
	if err != nil {
		return nil, err
	}
	d.queue = newQueue(results, d.store, cfg.Policy)
	return d, nil
}

func (d *dispatcher) bundles() string { return filepath.Join(d.cfg.Home, "bundles") }

func (d *dispatcher) worker() *worker.Worker {
	limits := d.cfg.Worker
	limits.Read = append(slices.Clone(d.cfg.Models), d.bundles())
	return worker.New(worker.Config{Command: d.cfg.WorkerCommand, Env: d.cfg.WorkerEnv, Limits: limits, Logger: d.log})
}

var errUnconfined = errors.New("workers are not confined as the settings ask for")

// selfTest starts a worker to learn whether this machine may attest, and how far it can confine workers.
// It goes on trying while workers cannot start at all, until the first passes.
func (d *dispatcher) selfTest(ctx context.Context, w *worker.Worker) error {
	for {
		err := w.Start(ctx)
		switch {
		case err == nil:
			confinement, _ := w.Confinement()
			d.confinement.Store(&confinement)
			if !confinement.Full() {
				d.log.Warn("workers are not fully confined", "confinement", confinement.String())
				if d.cfg.Confined {
					return fmt.Errorf("%w: %s", errUnconfined, confinement)
				}
			}
			d.fit.Store(true)
			return nil
		case ctx.Err() != nil:
			return nil //nolint:nilerr // we stop
		case errors.Is(err, worker.ErrSelfTest):
			d.unfit.Store(true)
			d.log.Error("this machine computes wrongly: nothing is attested", "error", err)
			return nil
		}
		d.log.Error("worker does not start", "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(testPause):
		}
	}
}

// serve answers the node until ctx ends.
func (d *dispatcher) serve(ctx context.Context, l net.Listener, options []grpc.ServerOption) error {
	s := &server{d: d, busy: make(chan struct{}, 1), streams: make(chan struct{}, maxStreams), reading: make(chan struct{}, 1), stopping: ctx.Done()}
	if d.cfg.Preview {
		s.preview = d.worker()
		defer s.preview.Close()
	}
	srv := grpc.NewServer(options...)
	types.RegisterSidecarServer(srv, s)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		<-ctx.Done()
		gentle := make(chan struct{})
		go func() { srv.GracefulStop(); close(gentle) }()
		select {
		case <-gentle:
		case <-time.After(stopTime):
			srv.Stop()
		}
	}()
	if err := srv.Serve(l); err != nil {
		return err
	}
	<-stopped
	return nil
}
