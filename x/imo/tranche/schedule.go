package tranche

import (
	"slices"
	"time"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/imo/types"
)

// Next returns the index of the first unreleased tranche, false if all are released.
func Next(o types.Offering) (int, bool) {
	for i, state := range o.Tranches {
		if state.ReleasedTime == nil {
			return i, true
		}
	}
	return 0, false
}

// Amount is what releasing a tranche next pays: its part of what is left, so that exits shrink all later ones alike; the
// last one takes the rest.
func Amount(t types.Terms, o types.Offering, tranche int) math.Int {
	later := int64(0)
	for _, x := range t.Tranches[tranche:] {
		later += int64(x.Bps)
	}
	return Unreleased(o).MulRaw(int64(t.Tranches[tranche].Bps)).QuoRaw(later)
}

// Reached tells whether the facts of a tranche are reached, so that nothing but time delays it. Fees count only as far
// as the network got them, and must be at least what the tranche pays: whoever buys the fact pays more than it is worth.
func Reached(t types.Terms, o types.Offering, tranche int, u types.Usage) bool {
	terms := t.Tranches[tranche]
	if u.Requests < terms.MinRequests {
		return false
	}
	if terms.MinNetworkFees == nil || !terms.MinNetworkFees.IsPositive() {
		return true
	}
	return u.NetworkFees.GTE(math.MaxInt(terms.MinNetworkFees.Amount, Amount(t, o, tranche)))
}

// Announce opens the exit window of the next tranche: once, when the one before is released and its facts are reached.
// It is false when there is nothing to announce.
func Announce(t types.Terms, o types.Offering, u types.Usage, now time.Time) (types.Offering, int, bool) {
	i, ok := Next(o)
	if !ok || o.Tranches[i].AnnouncedTime != nil || !Reached(t, o, i, u) {
		return o, i, false
	}
	o.Tranches = slices.Clone(o.Tranches)
	o.Tranches[i].AnnouncedTime = &now
	return o, i, true
}

// NotBefore is the earliest time at which a tranche can be released: its date, and a full exit window after its
// announcement. It is false before the announcement.
func NotBefore(t types.Terms, o types.Offering, tranche int) (time.Time, bool) {
	announced := o.Tranches[tranche].AnnouncedTime
	if announced == nil {
		return time.Time{}, false
	}
	date, window := t.Tranches[tranche].ReleaseTime, announced.Add(t.ExitWindow)
	if window.After(date) {
		return window, true
	}
	return date, true
}

// Released is a tranche that was released.
type Released struct {
	Tranche                int
	Protocol, Contributors math.Int
	Offering               types.Offering
}

// Release releases the next tranche if it is due. Releasing the last one starts the vesting.
func Release(t types.Terms, o types.Offering, now time.Time) (Released, error) {
	if o.Status != types.OFFERING_STATUS_SUCCEEDED {
		return Released{}, types.ErrOfferingNotSold.Wrapf("offering %d is %s", o.Id, o.Status)
	}
	i, ok := Next(o)
	if !ok {
		return Released{}, types.ErrTrancheNotDue.Wrapf("offering %d has released all tranches", o.Id)
	}
	notBefore, announced := NotBefore(t, o, i)
	if !announced {
		return Released{}, types.ErrTrancheNotDue.Wrapf("tranche %d of offering %d waits for its facts", i, o.Id)
	}
	if now.Before(notBefore) {
		return Released{}, types.ErrTrancheNotDue.Wrapf("tranche %d of offering %d is due at %s, now is %s",
			i, o.Id, notBefore.UTC().Format(time.RFC3339Nano), now.UTC().Format(time.RFC3339Nano))
	}
	amount := Amount(t, o, i)
	protocol := amount.MulRaw(int64(t.ProceedsProtocolBps)).QuoRaw(types.BasisPoints)
	contributors := amount.Sub(protocol)

	o.Tranches = slices.Clone(o.Tranches)
	o.Tranches[i].ReleasedTime = &now
	if i+1 == len(o.Tranches) {
		o.VestingStart = &now
	}
	o.ReleasedProtocol = o.ReleasedProtocol.Add(protocol)
	o.ReleasedContributors = o.ReleasedContributors.Add(contributors)
	return Released{Tranche: i, Protocol: protocol, Contributors: contributors, Offering: o}, nil
}
