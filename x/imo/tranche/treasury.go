package tranche

import (
	"time"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/imo/types"
)

// SpendLapse is how long after its window a spend can be carried out: nobody collects approvals for later.
const SpendLapse = 30 * 24 * time.Hour

// Open tells whether a spend waits for its window or for somebody to carry it out.
func Open(s types.Spend, now time.Time) bool {
	return s.Status == types.SPEND_STATUS_PROPOSED && !now.After(s.DecideTime.Add(SpendLapse))
}

// Objected tells whether enough holders objected to stop a spend: a spend needs the objection of less than the limit.
func Objected(o types.Objections) bool {
	return o.Weight.IsPositive() && o.Weight.MulRaw(types.BasisPoints).GTE(o.Eligible.MulRaw(int64(o.LimitBps)))
}

// CheckExecute tells why a spend cannot be carried out at this time, nil if it can.
func CheckExecute(s types.Spend, now time.Time) error {
	switch {
	case s.Status != types.SPEND_STATUS_PROPOSED:
		return types.ErrSpendDecided.Wrapf("spend %d is %s", s.Id, s.Status)
	case now.Before(s.DecideTime):
		return types.ErrSpendWindow.Wrapf("spend %d can be objected to until %s, now is %s", s.Id, stamp(s.DecideTime), stamp(now))
	case !Open(s, now):
		return types.ErrSpendWindow.Wrapf("spend %d lapsed at %s, now is %s", s.Id, stamp(s.DecideTime.Add(SpendLapse)), stamp(now))
	}
	return nil
}

// CheckObject tells why a spend cannot be objected to at this time, nil if it can.
func CheckObject(s types.Spend, now time.Time) error {
	if s.Status != types.SPEND_STATUS_PROPOSED {
		return types.ErrSpendDecided.Wrapf("spend %d is %s", s.Id, s.Status)
	}
	if !now.Before(s.DecideTime) {
		return types.ErrSpendWindow.Wrapf("spend %d could be objected to until %s, now is %s", s.Id, stamp(s.DecideTime), stamp(now))
	}
	return nil
}

// Spendable is how much of the treasury's tokens can be spent: what has vested less what was spent.
func Spendable(vested, spent math.Int) math.Int { return vested.Sub(spent) }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
