package executor

import (
	"context"
	"fmt"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/imochain/imod/x/oracle/node/player"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// worker is the state of a running program.
type worker struct {
	Config
	chain  Chain
	shelf  *shelf
	state  *state
	secret [32]byte
	name   string // the account in bech32

	last        *player.Run
	lastRequest uint64
	// failed are items that could not be done, with the time until which they are left alone.
	failed map[string]time.Time
}

func newWorker(cfg Config, chain Chain, models Models) (*worker, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	s, err := readState(cfg.State)
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	secret, err := s.secret()
	if err != nil {
		return nil, err
	}
	return &worker{
		Config: cfg, chain: chain, shelf: &shelf{models: models}, state: s, secret: secret,
		name: chain.Account().String(), failed: make(map[string]time.Time),
	}, nil
}

// loop does rounds until the context ends. Trouble with the node is logged and tried again.
func (w *worker) loop(ctx context.Context, what string, round func(context.Context) error) error {
	if w.Once {
		return round(ctx)
	}
	w.Logger.Info(what+" started", "address", w.name)
	wait := w.Poll
	for {
		if err := round(ctx); err != nil && ctx.Err() == nil {
			w.Metrics.errors.Add(1)
			w.Logger.Error("round failed", "error", err, "next_try", wait.String())
			wait = min(2*wait, time.Minute)
		} else {
			wait = w.Poll
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			w.Logger.Info(what + " stopped")
			return nil
		case <-timer.C:
		}
	}
}

// failurePause is how long an item that failed is left alone.
const failurePause = 5 * time.Second

// try does one item. Its failure holds up no other.
func (w *worker) try(name string, id uint64, do func() error) {
	key := fmt.Sprintf("%s %d", name, id)
	if time.Now().Before(w.failed[key]) {
		return
	}
	delete(w.failed, key)
	if err := do(); err != nil {
		w.failed[key] = time.Now().Add(failurePause)
		w.Metrics.errors.Add(1)
		w.Logger.Warn("not done", "item", name, "id", id, "error", err)
	}
}

// requests lists the requests of one status.
func (w *worker) requests(ctx context.Context, status oracletypes.RequestStatus) ([]oracletypes.Request, error) {
	var all []oracletypes.Request
	var next []byte
	for {
		resp, err := w.chain.Oracle().Requests(ctx, &oracletypes.QueryRequestsRequest{
			Status: status, Pagination: &query.PageRequest{Key: next, Limit: 100},
		})
		if err != nil {
			return nil, err
		}
		all = append(all, resp.Requests...)
		if resp.Pagination == nil || len(resp.Pagination.NextKey) == 0 {
			return all, nil
		}
		next = resp.Pagination.NextKey
	}
}

// game asks for a game; nil when it is over.
func (w *worker) game(ctx context.Context, id uint64) (*oracletypes.QueryDisputeResponse, error) {
	resp, err := w.chain.Oracle().Dispute(ctx, &oracletypes.QueryDisputeRequest{Id: id})
	if err != nil {
		return nil, err
	}
	if resp.Dispute.Status != oracletypes.DisputeStatus_DISPUTE_STATUS_OPEN || len(resp.Dispute.Game) == 0 ||
		resp.Claim.Status != oracletypes.ClaimStatus_CLAIM_STATUS_OPEN && resp.ToMove == "" {
		return nil, nil //nolint:nilnil // nothing is to be done about it, which is no error
	}
	return resp, nil
}

// bond is the most that goes into one game.
func (w *worker) bond() sdk.Coin { return sdk.NewCoin(oracletypes.FeeDenom, w.MaxBond) }
