package book

import (
	"time"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/imo/types"
)

// Unreleased is the part of the proceeds that holders can still exit into.
func Unreleased(o types.Offering) math.Int {
	if o.Status != types.OFFERING_STATUS_SUCCEEDED {
		return math.ZeroInt()
	}
	return o.Proceeds.Sub(o.Exited).Sub(o.ReleasedProtocol).Sub(o.ReleasedContributors).Sub(o.Reserved).Sub(o.Seeded)
}

// Exit is what burning tokens pays: unreleased proceeds x burnt / outstanding, and never more than the clearing price, so
// that what others lost by rounding up is no gain. Outstanding are the tokens that may still exit into these proceeds.
func Exit(t types.Terms, o types.Offering, outstanding, burnt math.Int) (math.Int, error) {
	unreleased := Unreleased(o)
	if !unreleased.IsPositive() {
		return math.Int{}, types.ErrNothingToExit.Wrapf("offering %d", o.Id)
	}
	if burnt.GT(outstanding) {
		return math.Int{}, types.ErrLimit.Wrapf("%s exits, %s are unburnt", t.Tokens(burnt), t.Tokens(outstanding))
	}
	payout := math.MinInt(unreleased.Mul(burnt).Quo(outstanding), types.ValueRoundedDown(burnt, o.ClearingPrice))
	if !payout.IsPositive() {
		return math.Int{}, types.ErrInvalidCoin.Wrapf("%s is too little to be paid 1%s", t.Tokens(burnt), t.PaymentDenom)
	}
	return payout, nil
}

// NextTranche returns the index of the first unreleased tranche, false if all are released.
func NextTranche(o types.Offering) (int, bool) {
	for i, tranche := range o.Tranches {
		if tranche.ReleasedTime == nil {
			return i, true
		}
	}
	return 0, false
}

// NotBefore is the earliest time at which an announced tranche can be released: its date, and a full exit window after
// its announcement.
func NotBefore(t types.Terms, o types.Offering, tranche int) time.Time {
	date, window := t.Tranches[tranche].ReleaseTime, o.Tranches[tranche].AnnouncedTime.Add(t.ExitWindow)
	if window.After(date) {
		return window
	}
	return date
}

// Release is what releasing a tranche gives to whom.
type Release struct {
	Tranche                int
	Protocol, Contributors math.Int
	Offering               types.Offering
}

// ReleaseNext releases the next tranche if it is due. A tranche is its part of what is left, so that exits shrink all
// later ones alike; the last one takes the rest. Releasing the last one starts the vesting.
func ReleaseNext(t types.Terms, o types.Offering, now time.Time) (Release, error) {
	if o.Status != types.OFFERING_STATUS_SUCCEEDED {
		return Release{}, types.ErrOfferingNotSold.Wrapf("offering %d is %s", o.Id, o.Status)
	}
	i, ok := NextTranche(o)
	if !ok {
		return Release{}, types.ErrTrancheNotDue.Wrapf("offering %d has released all tranches", o.Id)
	}
	if notBefore := NotBefore(t, o, i); now.Before(notBefore) {
		return Release{}, types.ErrTrancheNotDue.Wrapf("tranche %d of offering %d is due at %s, now is %s",
			i, o.Id, notBefore.UTC().Format(time.RFC3339Nano), now.UTC().Format(time.RFC3339Nano))
	}
	later := int64(0)
	for _, tranche := range t.Tranches[i:] {
		later += int64(tranche.Bps)
	}
	amount := Unreleased(o).MulRaw(int64(t.Tranches[i].Bps)).QuoRaw(later)
	protocol := amount.MulRaw(int64(t.ProceedsProtocolBps)).QuoRaw(types.BasisPoints)
	contributors := amount.Sub(protocol)

	o.Tranches = append([]types.TrancheState(nil), o.Tranches...)
	o.Tranches[i].ReleasedTime = &now
	if i+1 < len(o.Tranches) {
		o.Tranches[i+1].AnnouncedTime = &now
	} else {
		o.VestingStart = &now
	}
	o.ReleasedProtocol = o.ReleasedProtocol.Add(protocol)
	o.ReleasedContributors = o.ReleasedContributors.Add(contributors)
	return Release{Tranche: i, Protocol: protocol, Contributors: contributors, Offering: o}, nil
}

// Due is what one of several sharers is owed of a total that only grows, less what was paid before. Each share is
// rounded down by itself, so that it only grows too; less than one unit per sharer stays.
func Due(total math.Int, weights []uint32, index int, paid math.Int) math.Int {
	return total.MulRaw(int64(weights[index])).QuoRaw(sum(weights)).Sub(paid)
}

func sum(weights []uint32) int64 {
	total := int64(0)
	for _, w := range weights {
		total += int64(w)
	}
	return total
}
