package executor

import (
	"context"
	"encoding/hex"
	"fmt"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/node/player"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// Execute does the jobs of a registered executor and defends its claims until the context ends.
func Execute(ctx context.Context, cfg Config, chain Chain, models Models) error {
	w, err := newWorker(cfg, chain, models)
	if err != nil {
		return fmt.Errorf("executor: %w", err)
	}
	return w.loop(ctx, "executor", w.executorRound)
}

// executorRound looks once at jobs and games. Games come first: a clock runs.
func (w *worker) executorRound(ctx context.Context) error {
	if err := w.defend(ctx); err != nil {
		return err
	}
	resp, err := w.chain.Oracle().Executor(ctx, &oracletypes.QueryExecutorRequest{Address: w.name})
	if err != nil {
		return fmt.Errorf("executor %s: %w", w.name, err)
	}
	for _, job := range resp.Jobs {
		w.try("job "+job.Kind.String(), job.Id, func() error {
			w.Metrics.jobs.Add(1)
			if job.Kind == oracletypes.SubjectKind_SUBJECT_KIND_REQUEST {
				return w.answer(ctx, job.Id)
			}
			return w.panelJob(ctx, job)
		})
	}
	return nil
}

// answer runs a request and asserts the result.
func (w *worker) answer(ctx context.Context, id uint64) error {
	r, err := w.request(ctx, id)
	if err != nil {
		return err
	}
	run, err := w.run(ctx, r)
	if err != nil {
		return err
	}
	if err := w.chain.Send(ctx, &oracletypes.MsgAssertResult{
		Executor: w.name, RequestId: id, OutputRoot: hex.EncodeToString(run.Output[:]),
	}); err != nil {
		return err
	}
	w.Metrics.asserted.Add(1)
	w.Logger.Info("asserted", "request", id, "model", r.ModelId, "output_root", hex.EncodeToString(run.Output[:]))
	return nil
}

// defend moves in every game about a claim of this executor in which its side is to move.
func (w *worker) defend(ctx context.Context) error {
	disputed, err := w.requests(ctx, oracletypes.RequestStatus_REQUEST_STATUS_DISPUTED)
	if err != nil {
		return err
	}
	for _, r := range disputed {
		if r.Executor != w.name {
			continue
		}
		claim, err := w.chain.Oracle().Claim(ctx, &oracletypes.QueryClaimRequest{Id: r.ClaimId})
		if err != nil {
			return err
		}
		for _, id := range claim.Disputes {
			w.try("dispute", id, func() error { return w.defendGame(ctx, id, r) })
		}
	}
	return nil
}

func (w *worker) defendGame(ctx context.Context, id uint64, r oracletypes.Request) error {
	game, err := w.game(ctx, id)
	if err != nil || game == nil || game.ToMove != "defender" {
		return err
	}
	run, err := w.run(ctx, r)
	if err != nil {
		return err
	}
	return w.play(ctx, game, r, player.Defender{Run: run})
}

// found is what an executor of a panel found.
type found struct {
	results, witness [32]byte
	samples          []byte
	binding          attestation.Binding
}

// panelJob binds what was found, or opens it, whichever is due.
func (w *worker) panelJob(ctx context.Context, job oracletypes.Job) error {
	resp, err := w.chain.Oracle().Panel(ctx, &oracletypes.QueryPanelRequest{Kind: job.Kind, Id: job.Id})
	if err != nil {
		return err
	}
	p := resp.Panel
	for _, s := range p.Seats {
		if s.Executor != w.name || p.Done || p.Opening == (len(s.Binding) == 0) || len(s.ResultsRoot) > 0 {
			continue // it is done already, or was missed
		}
		f, err := w.find(ctx, p)
		if err != nil {
			return err
		}
		if !p.Opening {
			w.Logger.Info("bound", "kind", p.Kind.String(), "id", p.Id)
			return w.chain.Send(ctx, &oracletypes.MsgBindResult{Executor: w.name, Kind: p.Kind, Id: p.Id, Binding: f.binding[:]})
		}
		w.Logger.Info("opened", "kind", p.Kind.String(), "id", p.Id, "results_root", hex.EncodeToString(f.results[:]))
		return w.chain.Send(ctx, &oracletypes.MsgOpenResult{
			Executor: w.name, Kind: p.Kind, Id: p.Id, ResultsRoot: f.results[:], Witness: f.witness[:], Samples: f.samples,
		})
	}
	return nil
}

// find computes what a panel asks for. The same comes out after a restart.
func (w *worker) find(ctx context.Context, p oracletypes.Panel) (f found, err error) {
	chain := attestation.ChainHash(w.chain.ChainID())
	s, err := p.Subject(chain)
	if err != nil {
		return f, err
	}
	address := attestation.Address(w.chain.Account())
	if p.Kind == oracletypes.SubjectKind_SUBJECT_KIND_AUDIT {
		c, err := w.chain.Oracle().Claim(ctx, &oracletypes.QueryClaimRequest{Id: p.Id})
		if err != nil {
			return f, err
		}
		r, err := w.request(ctx, c.Claim.RequestId)
		if err != nil {
			return f, err
		}
		run, err := w.run(ctx, r)
		if err != nil {
			return f, err
		}
		f.results, f.witness = run.Output, run.Trace.Root()
		f.binding = attestation.Bind(chain, s, attestation.Result{Output: f.results, Witness: f.witness}, address)
		return f, nil
	}
	_, uris, err := w.version(ctx, p.Id, p.Version)
	if err != nil {
		return f, err
	}
	b, err := w.shelf.models.Bundle(ctx, bundle.Hash(p.ManifestRoot), uris)
	if err != nil {
		return f, fmt.Errorf("bundle: %w", err)
	}
	if f.results, f.witness, err = w.reproduce(ctx, p, uris); err != nil {
		return f, err
	}
	var digest [32]byte
	if f.samples, digest, err = (&loaded{bundle: b}).samples(s.Draw, address); err != nil {
		return f, err
	}
	f.binding = attestation.Bind(chain, s, attestation.ProofResult(f.results, f.witness, digest), address)
	return f, nil
}

// reproduce runs vectors and challenges. A model that cannot be run has the root of the reason.
func (w *worker) reproduce(ctx context.Context, p oracletypes.Panel, uris []string) (results, witness [32]byte, err error) {
	model, err := w.shelf.model(ctx, bundle.Hash(p.ManifestRoot), uris)
	if err == nil {
		var all []bundle.Result
		if all, _, err = model.ProveAndKeep(ctx, [32]byte(p.Beacon)); err == nil {
			return bundle.ResultsRoot(all), bundle.ProofWitness(all), nil
		}
	}
	if reason := refusal(err); reason != 0 {
		w.Logger.Warn("refused", "model", p.Id, "version", p.Version, "reason", reason.String())
		return bundle.RefusedRoot(reason), witness, nil
	}
	return results, witness, err
}
