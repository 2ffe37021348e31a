package courier

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	oracletypes "github.com/imochain/imod/x/oracle/types"
)

const (
	// firstPause and lastPause bound how long a callback that could not be delivered is left alone.
	firstPause, lastPause = 3 * time.Second, 5 * time.Minute
	// gasRoom is added to an estimate: the state may have changed by the block of the delivery.
	gasRoomPercent = 5
	// receiptPoll is how often receipts are asked for.
	receiptPoll = 250 * time.Millisecond
)

// ErrLoss is returned when a day's deliveries cost more over what they brought than is allowed.
var ErrLoss = errors.New("the day's loss is used up")

// Run delivers until the context ends. Trouble with the node is logged and tried again; a loss beyond
// its bound pauses deliveries until the next day.
func Run(ctx context.Context, cfg Config, chain Chain) error {
	if err := cfg.validate(); err != nil {
		return fmt.Errorf("courier: %w", err)
	}
	w := &worker{Config: cfg, chain: chain, paused: make(map[uint64]pause), name: sdk.AccAddress(chain.Account().Bytes()).String()}
	cfg.Logger.Info("courier started", "account", chain.Account().Hex(), "address", w.name)
	wait := cfg.Poll
	for {
		err := w.round(ctx)
		if err == nil {
			err = w.announce(ctx)
		}
		if err != nil && ctx.Err() == nil {
			cfg.Metrics.errors.Add(1)
			cfg.Logger.Error("no deliveries", "error", err, "next_try", wait.String())
			wait = min(2*wait, time.Minute)
		} else {
			wait = cfg.Poll
		}
		if err := sleep(ctx, wait); err != nil {
			cfg.Logger.Info("courier stopped")
			return nil //nolint:nilerr // the end of the context is the end of the work
		}
	}
}

// worker is the state of a running courier.
type worker struct {
	Config
	chain  Chain
	name   string // the account in bech32
	paused map[uint64]pause
	day    int64
	loss   *big.Int // of the day
	// announced is what announcements cost today, nextAnnounce when tokens are looked for again.
	announced    *big.Int
	nextAnnounce time.Time
}

type pause struct {
	until  time.Time
	length time.Duration
}

// job is one delivery on its way.
type job struct {
	cb   oracletypes.QueryCallbackResponse
	hash common.Hash
}

func (j job) id() uint64 { return j.cb.Callback.RequestId }

// round looks once at what is ready, sends what is worth it, and waits for the receipts.
func (w *worker) round(ctx context.Context) error {
	w.startDay()
	ready, err := w.chain.Ready(ctx, 4*w.MaxInFlight)
	if err != nil {
		return fmt.Errorf("list of callbacks: %w", err)
	}
	w.Metrics.ready.Store(int64(len(ready)))
	w.forget(ready)
	var mine []oracletypes.QueryCallbackResponse
	for _, cb := range ready {
		if inTurn(cb, w.name) && !w.Now().Before(w.paused[cb.Callback.RequestId].until) {
			mine = append(mine, cb)
		}
	}
	if len(mine) == 0 {
		return nil
	}
	if w.loss.Cmp(w.MaxLoss) >= 0 && w.MaxLoss.Sign() > 0 {
		return fmt.Errorf("%w: %s of %s aimo", ErrLoss, w.loss, w.MaxLoss)
	}
	price, err := w.chain.GasPrice(ctx)
	if err != nil {
		return fmt.Errorf("gas price: %w", err)
	}
	balance, err := w.chain.Balance(ctx)
	if err != nil {
		return fmt.Errorf("balance: %w", err)
	}
	nonce, err := w.chain.Nonce(ctx)
	if err != nil {
		return fmt.Errorf("nonce: %w", err)
	}
	spare := new(big.Int).Sub(balance, w.MinBalance)
	var jobs []job
	for _, cb := range mine {
		if len(jobs) == w.MaxInFlight {
			break
		}
		sent, spent, err := w.send(ctx, cb, nonce+uint64(len(jobs)), price, spare)
		if err != nil {
			w.hold(cb.Callback.RequestId, err)
			continue
		}
		spare.Sub(spare, spent)
		jobs = append(jobs, sent)
	}
	return w.settle(ctx, jobs, price)
}

// send decides about one callback and sends its delivery. spent is the most that it costs.
func (w *worker) send(
	ctx context.Context, cb oracletypes.QueryCallbackResponse, nonce uint64, price, spare *big.Int,
) (sent job, spent *big.Int, err error) {
	output, err := w.output(ctx, cb.Callback)
	if err != nil {
		return job{}, nil, fmt.Errorf("output: %w", err)
	}
	data, err := calldata(cb.Callback.RequestId, output)
	if err != nil {
		return job{}, nil, err
	}
	gas, err := w.chain.Estimate(ctx, Oracle, data, price)
	if err != nil {
		return job{}, nil, fmt.Errorf("estimate: %w", err)
	}
	if err := worth(w.Config, cb, gas, price); err != nil {
		return job{}, nil, err
	}
	limit := gas + gas*gasRoomPercent/100
	spent = cost(limit, price)
	if spare.Cmp(spent) < 0 {
		return job{}, nil, fmt.Errorf("the account has %s aimo to spare, the delivery may cost %s: send coins to %s", spare, spent, w.chain.Account().Hex())
	}
	hash, err := w.chain.Send(ctx, nonce, Oracle, data, limit, price)
	if err != nil {
		return job{}, nil, fmt.Errorf("send: %w", err)
	}
	w.Metrics.sent.Add(1)
	return job{cb, hash}, spent, nil
}

// output fetches what a delivery hands over.
func (w *worker) output(ctx context.Context, cb oracletypes.Callback) ([]byte, error) {
	if cb.Expired {
		return nil, nil
	}
	if cb.Count == 1 {
		return w.chain.Output(ctx, cb.RequestId)
	}
	parts := make([][]byte, cb.Count)
	for i := range parts {
		var err error
		if parts[i], err = w.chain.Output(ctx, cb.RequestId+uint64(i)); err != nil {
			return nil, err
		}
	}
	return oracletypes.JoinBatch(parts), nil
}

// settle waits for receipts and books them.
func (w *worker) settle(ctx context.Context, jobs []job, price *big.Int) error {
	deadline := w.Now().Add(w.Patience)
	for len(jobs) > 0 && w.Now().Before(deadline) {
		var left []job
		for _, j := range jobs {
			receipt, err := w.chain.Receipt(ctx, j.hash)
			if err != nil || receipt == nil {
				left = append(left, j)
				continue
			}
			w.book(j, receipt, price)
		}
		if jobs = left; len(jobs) > 0 {
			if err := sleep(ctx, receiptPoll); err != nil {
				return err
			}
		}
	}
	for _, j := range jobs {
		w.hold(j.id(), fmt.Errorf("no receipt of %s after %s", short(j.hash), w.Patience))
	}
	return nil
}

// book counts what a delivery cost and brought.
func (w *worker) book(j job, receipt *ethtypes.Receipt, offered *big.Int) {
	price := receipt.EffectiveGasPrice
	if price == nil {
		price = offered
	}
	spent := cost(receipt.GasUsed, price)
	w.Metrics.spend(spent)
	got, delivered := outcomeOf(receipt)
	if receipt.Status != ethtypes.ReceiptStatusSuccessful || !delivered {
		w.loss.Add(w.loss, spent)
		w.Metrics.failed.Add(1)
		w.hold(j.id(), fmt.Errorf("%s reverted: somebody else delivered, or the turn was over", short(j.hash)))
		return
	}
	w.Metrics.earn(got.paid)
	w.Metrics.delivered.Add(1)
	if !got.success {
		w.Metrics.refused.Add(1)
	}
	w.loss.Add(w.loss, new(big.Int).Sub(spent, got.paid))
	delete(w.paused, j.id())
	w.Logger.Info("delivered", "request", j.id(), "contract", j.cb.Callback.Contract, "turn", j.cb.Turn,
		"taken", got.success, "expired", j.cb.Callback.Expired, "transaction", short(j.hash),
		"gas", receipt.GasUsed, "cost", spent.String(), "paid", got.paid.String())
}

// hold leaves a callback alone for a while, longer each time.
func (w *worker) hold(id uint64, why error) {
	p := w.paused[id]
	p.length = min(max(2*p.length, firstPause), lastPause)
	p.until = w.Now().Add(p.length)
	w.paused[id] = p
	w.Metrics.held.Add(1)
	w.Logger.Warn("not delivered", "request", id, "error", why, "next_try", p.length.String())
}

// forget drops the pauses of callbacks that are no longer ready.
func (w *worker) forget(ready []oracletypes.QueryCallbackResponse) {
	listed := make(map[uint64]bool, len(ready))
	for _, cb := range ready {
		listed[cb.Callback.RequestId] = true
	}
	for id := range w.paused {
		if !listed[id] {
			delete(w.paused, id)
		}
	}
}

// startDay forgives what the day before cost.
func (w *worker) startDay() {
	if day := w.Now().Unix() / 86_400; w.loss == nil || day != w.day {
		w.day, w.loss, w.announced = day, new(big.Int), new(big.Int)
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
