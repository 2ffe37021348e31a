package executor

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/imochain/imod/x/oracle/node/player"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// Watch runs again what executors asserted, challenges what is wrong and plays, until the context ends.
func Watch(ctx context.Context, cfg Config, chain Chain, models Models) error {
	w, err := newWorker(cfg, chain, models)
	if err != nil {
		return fmt.Errorf("watcher: %w", err)
	}
	return w.loop(ctx, "watcher", w.watchRound)
}

// watchRound plays, then looks at claims that it has not seen.
func (w *worker) watchRound(ctx context.Context) error {
	for _, id := range slices.Clone(w.state.Games) {
		w.try("dispute", id, func() error { return w.challengeGame(ctx, id) })
	}
	for _, status := range []oracletypes.RequestStatus{
		oracletypes.RequestStatus_REQUEST_STATUS_ASSERTED, oracletypes.RequestStatus_REQUEST_STATUS_DISPUTED,
	} {
		open, err := w.requests(ctx, status)
		if err != nil {
			return err
		}
		for _, r := range open {
			if !r.Optimistic || slices.Contains(w.state.Checked, r.ClaimId) || len(w.Models) > 0 && !slices.Contains(w.Models, r.ModelId) {
				continue
			}
			w.try("claim", r.ClaimId, func() error { return w.look(ctx, r) })
		}
	}
	return nil
}

// look runs a request again. A claim that is right is never looked at again; about one that is wrong there is a game of
// this watcher before it counts as seen.
func (w *worker) look(ctx context.Context, r oracletypes.Request) error {
	resp, err := w.chain.Oracle().Claim(ctx, &oracletypes.QueryClaimRequest{Id: r.ClaimId})
	if err != nil {
		return err
	}
	run, err := w.run(ctx, r)
	if err != nil {
		return err
	}
	w.Metrics.checked.Add(1)
	c := resp.Claim
	if string(c.OutputRoot) == string(run.Output[:]) {
		w.Logger.Info("claim is right", "claim", c.Id, "request", r.Id)
		return w.state.remember(&w.state.Checked, c.Id)
	}
	w.Metrics.differing.Add(1)
	w.Logger.Warn("claim is wrong", "claim", c.Id, "request", r.Id, "executor", c.Executor,
		"claimed", hex.EncodeToString(c.OutputRoot), "own", hex.EncodeToString(run.Output[:]))
	return w.challenge(ctx, c, resp.Disputes)
}

// challenge opens a game, unless one of this watcher goes on that was opened before a crash.
func (w *worker) challenge(ctx context.Context, c oracletypes.Claim, disputes []uint64) error {
	if found, err := w.adopt(ctx, c, disputes); err != nil || found {
		return err
	}
	if len(w.state.Games) >= w.MaxGames {
		return fmt.Errorf("%d games go on already", len(w.state.Games))
	}
	if err := w.chain.Send(ctx, &oracletypes.MsgChallenge{Challenger: w.name, ClaimId: c.Id, MaxBond: w.bond()}); err != nil {
		return err
	}
	w.Metrics.challenged.Add(1)
	w.Logger.Info("challenged", "claim", c.Id)
	resp, err := w.chain.Oracle().Claim(ctx, &oracletypes.QueryClaimRequest{Id: c.Id})
	if err != nil {
		return err
	}
	_, err = w.adopt(ctx, c, resp.Disputes)
	return err
}

// adopt remembers the game of this watcher about a claim, if there is one.
func (w *worker) adopt(ctx context.Context, c oracletypes.Claim, disputes []uint64) (bool, error) {
	for _, id := range slices.Backward(disputes) { // one's own is among the last
		game, err := w.game(ctx, id)
		if err != nil {
			return false, err
		}
		if game != nil && game.Dispute.Challenger == w.name {
			return true, errors.Join(w.state.remember(&w.state.Games, id), w.state.remember(&w.state.Checked, c.Id))
		}
	}
	return false, nil
}

// challengeGame makes the next move of a game of this watcher, or forgets one that is over.
func (w *worker) challengeGame(ctx context.Context, id uint64) error {
	game, err := w.game(ctx, id)
	if err != nil {
		return err
	}
	if game == nil {
		w.Logger.Info("game is over", "dispute", id)
		return w.state.forget(&w.state.Games, id)
	}
	if game.ToMove != "challenger" {
		return nil // the chain itself ends a game whose other side is out of time
	}
	r, err := w.request(ctx, game.Claim.RequestId)
	if err != nil {
		return err
	}
	run, err := w.run(ctx, r)
	if err != nil {
		return err
	}
	return w.play(ctx, game, r, player.Challenger{Run: run, Secret: w.secret})
}
