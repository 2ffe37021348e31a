package sidecar

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/sidecar/policy"
	"github.com/imochain/imod/sidecar/store"
	"github.com/imochain/imod/sidecar/worker"
	"github.com/imochain/imod/x/oracle/types"
)

const (
	fetchers = 4
	// restPause is how long an item waits while its worker rests.
	restPause = 250 * time.Millisecond
	// overhead is the memory of a worker beside its model.
	overhead = 256 << 20
)

// dispatcher moves items from the queue through fetchers and workers.
type dispatcher struct {
	cfg     Config
	log     *slog.Logger
	queue   *queue
	store   *store.Store
	outputs *outputStore
	samples *outputStore // of proofs

	stats   *stats
	workers []*worker.Worker // never written once the loops run
	done    chan finished    // to commitLoop

	// unfit is set when the numeric self-test failed: nothing is computed then.
	unfit atomic.Bool
	fit   atomic.Bool // the self-test passed at least once
	// confinement is what the first worker found; nil before.
	confinement atomic.Pointer[worker.Confinement]
}

// fetchLoop downloads bundles until ctx ends.
func (d *dispatcher) fetchLoop(ctx context.Context) error {
	for {
		src, uris, fetchCtx, err := d.queue.takeFetch(ctx)
		if err != nil {
			return ignoreCancel(err)
		}
		name := bundle.FolderName(src.root)
		began := time.Now()
		dir, err := d.store.Ensure(fetchCtx, src.root, uris)
		switch {
		case fetchCtx.Err() != nil: // nobody needs it any more, or we stop
		case err != nil:
			d.log.Warn("bundle not fetched", "root", name, "error", err)
			d.stats.fetches.WithLabelValues("failed").Inc()
			d.stats.failed("bundle "+name, err)
		default:
			d.stats.fetches.WithLabelValues("ok").Inc()
			d.log.Info("bundle is here", "root", name, "took", time.Since(began).Round(time.Millisecond))
		}
		d.queue.fetched(src, dir, err)
	}
}

// runLoop gives items to one worker until ctx ends.
func (d *dispatcher) runLoop(ctx context.Context, w *worker.Worker) error {
	defer w.Close()
	for {
		e, dir, itemCtx, err := d.queue.takeRun(ctx)
		if err != nil {
			return ignoreCancel(err)
		}
		if d.unfit.Load() {
			d.queue.giveUp(e, types.DeclineReason_DECLINE_REASON_UNSPECIFIED)
			continue
		}
		if e.work.Kind == types.SubjectKind_SUBJECT_KIND_CUSTODY {
			// Nothing is computed: that the bundle is here, with right bytes, is the answer.
			d.attend(itemCtx, e, dir)
			continue
		}
		d.run(itemCtx, w, e, dir)
	}
}

// run computes one item and gives it back to the queue.
func (d *dispatcher) run(ctx context.Context, w *worker.Worker, e *entry, dir string) {
	log := d.log.With("kind", e.work.Kind.String(), "id", e.work.Id, "model", e.work.ModelId, "root", bundle.FolderName(e.root))
	limits, job := d.job(e, dir)
	reason, err := d.vet(e.work.ModelId, dir, e.root, limits.memory)
	switch {
	case err != nil:
		d.damaged(log, e, dir, err)
		return
	case reason != types.DeclineReason_DECLINE_REASON_UNSPECIFIED:
		log.Warn("model declined", "reason", reason.String())
		d.queue.giveUp(e, reason)
		return
	}
	jobCtx, cancel := context.WithTimeout(ctx, limits.wall)
	defer cancel()
	began := time.Now()
	reply, err := w.Do(jobCtx, job)
	took := time.Since(began).Round(time.Millisecond)
	d.stats.ran(e.work.Kind, took, outcome(ctx, err, reply))
	if why := failure(ctx, err, reply); why != nil {
		d.stats.failed(fmt.Sprintf("%s %d of model %d", e.work.Kind, e.work.Id, e.work.ModelId), why)
	}
	switch {
	case ctx.Err() != nil: // closed, or we stop
		d.queue.again(e)
	case errors.Is(err, worker.ErrSelfTest):
		d.unfit.Store(true)
		log.Error("this machine computes wrongly: nothing is attested", "error", err)
		d.queue.giveUp(e, types.DeclineReason_DECLINE_REASON_UNSPECIFIED)
	case errors.Is(err, worker.ErrResting):
		d.queue.postpone(e, restPause)
	case errors.Is(err, context.DeadlineExceeded):
		log.Warn("model ran too long", "limit", limits.wall)
		d.queue.again(e)
	case err != nil:
		log.Warn("run failed", "error", err, "took", took)
		d.queue.again(e)
	case reply.Damaged:
		d.damaged(log, e, dir, errors.New(reply.Error))
	case reply.Error != "" && reply.Refused == 0:
		log.Warn("run failed", "error", reply.Error, "took", took)
		d.queue.again(e)
	default:
		d.finish(ctx, log, e, reply, took)
	}
}

func (d *dispatcher) damaged(log *slog.Logger, e *entry, dir string, why error) {
	log.Warn("bundle on disk is damaged", "dir", dir, "error", why)
	if err := d.store.Damaged(dir, e.root); err != nil {
		log.Error("damaged bundle not removed", "error", err)
	}
	d.queue.lost(e.root)
	d.queue.postpone(e, 0)
}

// finish keeps the output of a run and hands its result, which includes a refusal, to commitLoop.
func (d *dispatcher) finish(ctx context.Context, log *slog.Logger, e *entry, reply worker.Reply, took time.Duration) {
	if !d.queue.open(e) {
		d.queue.giveUp(e, types.DeclineReason_DECLINE_REASON_UNSPECIFIED)
		return
	}
	result := resultOf(e.work, reply)
	if err := d.keep(result, reply); err != nil {
		log.Error("output not kept", "error", err) // it can be computed again
	}
	d.hand(ctx, finished{e, result, func() {
		if reply.Refused != 0 {
			log.Warn("refused", "reason", reply.Refused, "error", reply.Error, "took", took)
		} else {
			log.Info("done", "took", took)
		}
	}})
}

// resultOf puts a worker's reply into the form the node takes.
func resultOf(w *types.WorkItem, reply worker.Reply) *types.WorkResult {
	input, output, witness := merkle.BytesRoot(w.Input), reply.OutputRoot, reply.Witness
	if reply.Refused != 0 {
		output, witness = bundle.RefusedRoot(bundle.Reason(reply.Refused)), bundle.Hash{}
	}
	var results []byte
	if w.Kind == types.SubjectKind_SUBJECT_KIND_PROOF {
		results = append(results, output[:]...)
		input, output = merkle.BytesRoot(nil), bundle.ProofOutputRoot(output, bundle.Hash{})
	}
	r := &types.WorkResult{
		Kind: w.Kind, Id: w.Id, ManifestRoot: w.ManifestRoot, Seed: w.Seed,
		InputRoot: input[:], OutputRoot: output[:], Witness: witness[:], Refused: uint32(reply.Refused),
		ResultsRoot: results, Draw: w.Draw,
	}
	if w.Kind == types.SubjectKind_SUBJECT_KIND_REQUEST && reply.Refused == 0 && len(reply.Output) <= types.FreeOutputBytes {
		r.Output = reply.Output
	}
	return r
}

func (d *dispatcher) job(e *entry, dir string) (bounds, worker.Job) {
	limits := d.cfg.bounds(e.work.Kind, e.work.ModelId, e.root)
	job := worker.Job{
		Op: worker.OpRun, Store: dir, Root: e.root, Input: e.work.Input, Seed: e.work.Seed,
		CPU: limits.cpu, Memory: limits.memory,
	}
	if e.work.Kind == types.SubjectKind_SUBJECT_KIND_PROOF {
		job.Op, job.Input, job.Beacon = worker.OpProve, nil, [32]byte(e.work.Beacon)
	}
	return limits, job
}

// vet reads the manifest on disk and tells whether this machine declines the model: by its operator's
// policy, or because it cannot fit into a worker, before a worker dies of it: weights are held twice
// while they are loaded, activations are placed with some waste. No memory asks for the policy alone.
func (d *dispatcher) vet(model uint64, dir string, root bundle.Hash, memory uint64) (types.DeclineReason, error) {
	folder, err := os.OpenRoot(filepath.Join(dir, bundle.FolderName(root)))
	if err != nil {
		return 0, err
	}
	defer folder.Close() //nolint:errcheck // opened for reading
	m, err := bundle.ReadManifest(folder.FS())
	if err != nil {
		return 0, err
	}
	if reason := d.cfg.Policy.Judge(policy.FactsIn(model, root, m)); reason != 0 {
		return reason, nil
	}
	if memory > 0 && 2*m.WeightBytes+2*m.PeakMemory+m.TableBytes+overhead > memory {
		return types.DeclineReason_DECLINE_REASON_MACHINE, nil
	}
	return 0, nil
}

func ignoreCancel(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
