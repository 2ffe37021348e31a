package courier

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
)

const (
	// announceEvery gathers tokens, so that one transaction tells of many.
	announceEvery = 10 * time.Second
	// MaxAnnounced is how many tokens a collection's contract takes at once.
	MaxAnnounced = 100
)

// announce lets the contract of a collection emit the logs that it lacks, because messages changed its tokens outside of the EVM. Nobody
// pays for it, so it has a budget of its own. It sends one transaction at most and waits for it.
func (w *worker) announce(ctx context.Context) error {
	if w.Now().Before(w.nextAnnounce) || w.announced.Cmp(w.MaxAnnounce) >= 0 {
		return nil
	}
	w.nextAnnounce = w.Now().Add(announceEvery)
	collection, tokens, err := w.chain.Unlogged(ctx)
	if err != nil {
		return fmt.Errorf("tokens without logs: %w", err)
	}
	if len(tokens) == 0 {
		return nil
	}
	hash, price, err := w.sendAnnounce(ctx, collection, tokens)
	if err != nil {
		w.Logger.Warn("not announced", "collection", collection.Hex(), "tokens", len(tokens), "error", err)
		return nil
	}
	for deadline := w.Now().Add(w.Patience); w.Now().Before(deadline); {
		if receipt, err := w.chain.Receipt(ctx, hash); err == nil && receipt != nil {
			w.bookAnnounced(receipt, price, collection, len(tokens))
			return nil
		}
		if err := sleep(ctx, receiptPoll); err != nil {
			return err
		}
	}
	w.Logger.Warn("not announced", "collection", collection.Hex(), "error", fmt.Sprintf("no receipt of %s after %s", short(hash), w.Patience))
	return nil
}

func (w *worker) sendAnnounce(ctx context.Context, collection common.Address, tokens []*big.Int) (hash common.Hash, price *big.Int, err error) {
	data, err := contractABI.Pack("announce", tokens)
	if err != nil {
		return hash, nil, err
	}
	if price, err = w.chain.GasPrice(ctx); err != nil {
		return hash, nil, fmt.Errorf("gas price: %w", err)
	}
	if w.MaxGasPrice != nil && w.MaxGasPrice.Sign() > 0 && price.Cmp(w.MaxGasPrice) > 0 {
		return hash, nil, fmt.Errorf("gas costs %s, at most %s", price, w.MaxGasPrice)
	}
	gas, err := w.chain.Estimate(ctx, collection, data, price)
	if err != nil {
		return hash, nil, fmt.Errorf("estimate: %w", err)
	}
	limit := gas + gas*gasRoomPercent/100
	most := cost(limit, price)
	if sum := new(big.Int).Add(w.announced, most); sum.Cmp(w.MaxAnnounce) > 0 {
		return hash, nil, fmt.Errorf("it may cost %s, the day's budget has %s left", most, new(big.Int).Sub(w.MaxAnnounce, w.announced))
	}
	balance, err := w.chain.Balance(ctx)
	if err != nil {
		return hash, nil, fmt.Errorf("balance: %w", err)
	}
	if spare := new(big.Int).Sub(balance, w.MinBalance); spare.Cmp(most) < 0 {
		return hash, nil, fmt.Errorf("the account has %s aimo to spare, it may cost %s", spare, most)
	}
	nonce, err := w.chain.Nonce(ctx)
	if err != nil {
		return hash, nil, fmt.Errorf("nonce: %w", err)
	}
	hash, err = w.chain.Send(ctx, nonce, collection, data, limit, price)
	return hash, price, err
}

func (w *worker) bookAnnounced(receipt *ethtypes.Receipt, price *big.Int, collection common.Address, tokens int) {
	if receipt.EffectiveGasPrice != nil {
		price = receipt.EffectiveGasPrice
	}
	spent := cost(receipt.GasUsed, price)
	w.announced.Add(w.announced, spent)
	w.Metrics.spend(spent)
	if receipt.Status != ethtypes.ReceiptStatusSuccessful {
		w.Metrics.failed.Add(1)
		return
	}
	w.Metrics.announced.Add(uint64(tokens)) //nolint:gosec // at most a hundred
	w.Logger.Info("announced", "collection", collection.Hex(), "tokens", tokens, "transaction", short(receipt.TxHash), "cost", spent.String())
}
