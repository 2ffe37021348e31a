package types

import (
	"time"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// MaxPriceChanges bounds how often a price may change within one price window.
const MaxPriceChanges = 8

// Reproduced tells whether validators or executors found a version complete, deterministic and equal to its vectors.
func (s ModelStatus) Reproduced() bool {
	return s == MODEL_STATUS_REPRODUCED || s == MODEL_STATUS_REPRODUCED_BY_EXECUTORS
}

// CheckContributors checks number, weights and uniqueness. Whether an address can receive is for the keeper to say.
func CheckContributors(contributors []Contributor) error {
	if len(contributors) < 1 || len(contributors) > MaxContributors {
		return ErrInvalidContributors.Wrapf("%d contributors, allowed are 1 to %d", len(contributors), MaxContributors)
	}
	for i, c := range contributors {
		if c.Weight < 1 || c.Weight > MaxWeight {
			return ErrInvalidContributors.Wrapf("weight of %s is %d, allowed are 1 to %d", c.Address, c.Weight, MaxWeight)
		}
		for _, earlier := range contributors[:i] {
			if earlier.Address == c.Address {
				return ErrInvalidContributors.Wrapf("%s is named twice", c.Address)
			}
		}
	}
	return nil
}

// Weights returns the weights in order.
func Weights(contributors []Contributor) []uint32 {
	weights := make([]uint32, len(contributors))
	for i, c := range contributors {
		weights[i] = c.Weight
	}
	return weights
}

// ContributorIndex returns the position of an address among contributors, -1 if it is none.
func ContributorIndex(contributors []Contributor, address string) int {
	for i, c := range contributors {
		if c.Address == address {
			return i
		}
	}
	return -1
}

// Servable tells why the model takes no requests, nil if it does.
func (m Model) Servable() error {
	switch m.Status {
	case MODEL_STATUS_FROZEN:
		return ErrModelFrozen.Wrapf("model %d", m.Id)
	case MODEL_STATUS_RETIRED:
		return ErrModelRetired.Wrapf("model %d", m.Id)
	}
	if m.LatestVersion == 0 {
		return ErrNotReproduced.Wrapf("model %d is %s", m.Id, m.Status)
	}
	return nil
}

// MovePrice returns the model with a new price. Once an offering exists the price stays within the terms' bounds and
// within a factor of two of every price that held in the trailing window: a sliding window, so that two moves around
// a fixed boundary cannot make four. A price of 0 may rise to anything the terms allow.
func (m Model) MovePrice(t Terms, price sdk.Coin, now time.Time) (Model, error) {
	if price.Denom != m.Price.Denom {
		return m, ErrPriceMove.Wrapf("denom is %s, must stay %s", price.Denom, m.Price.Denom)
	}
	if price.Amount.LT(t.MinRequestPrice.Amount) || price.Amount.GT(t.MaxRequestPrice.Amount) {
		return m, ErrPriceMove.Wrapf("%s, the terms allow %s to %s", price, t.MinRequestPrice, t.MaxRequestPrice)
	}
	history := m.recentPrices(now.Add(-t.PriceWindow))
	if len(history) >= MaxPriceChanges {
		return m, ErrPriceMove.Wrapf("%d changes within %s, allowed are %d", len(history), t.PriceWindow, MaxPriceChanges)
	}
	low, high := m.Price.Amount, m.Price.Amount
	for _, p := range history {
		low, high = math.MinInt(low, p.Amount), math.MaxInt(high, p.Amount)
	}
	if low.IsPositive() && price.Amount.GT(low.MulRaw(2)) {
		return m, ErrPriceMove.Wrapf("%s is above twice %s%s, which held within %s", price, low, price.Denom, t.PriceWindow)
	}
	if price.Amount.MulRaw(2).LT(high) {
		return m, ErrPriceMove.Wrapf("%s is below half of %s%s, which held within %s", price, high, price.Denom, t.PriceWindow)
	}
	m.PriceHistory = append(history, PricePoint{Amount: m.Price.Amount, Time: now})
	m.Price = price
	return m, nil
}

// recentPrices returns the past prices that still held after the given time. A point's time is when its price ended.
func (m Model) recentPrices(after time.Time) []PricePoint {
	var recent []PricePoint
	for _, p := range m.PriceHistory {
		if p.Time.After(after) {
			recent = append(recent, p)
		}
	}
	return recent
}
