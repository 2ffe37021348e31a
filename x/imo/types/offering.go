package types

import (
	"time"

	"cosmossdk.io/math"
)

// NewOffering returns an offering that waits for its start.
func NewOffering(t Terms, termsHash, escrow string) Offering {
	zero := math.ZeroInt()
	return Offering{
		Id:                   t.OfferingId,
		ModelId:              t.ModelId,
		Status:               OFFERING_STATUS_SCHEDULED,
		TermsHash:            termsHash,
		Escrow:               escrow,
		EndTime:              t.EndTime,
		Deposited:            zero,
		Refunded:             zero,
		Proceeds:             zero,
		Sold:                 zero,
		ClearingPrice:        zero,
		Minted:               zero,
		HandedOut:            zero,
		Exited:               zero,
		ReleasedProtocol:     zero,
		ReleasedContributors: zero,
		PaidContributors:     zero,
		MainId:               t.MainId,
		Margin:               Margin{Above: zero},
		Walk:                 Walk{Above: zero, At: zero},
		Liquidity:            zero,
		Spent:                zero,
		Seeded:               zero,
		Burnt:                zero,
	}
}

// Running tells whether the offering can still succeed or fail.
func (o Offering) Running() bool {
	switch o.Status {
	case OFFERING_STATUS_SCHEDULED, OFFERING_STATUS_OPEN, OFFERING_STATUS_CLEARING:
		return true
	default:
		return false
	}
}

// CheckOpen tells why the offering takes no bids at this time, nil if it does.
func (o Offering) CheckOpen(t Terms, now time.Time) error {
	switch {
	case o.Status != OFFERING_STATUS_SCHEDULED && o.Status != OFFERING_STATUS_OPEN:
		return ErrOfferingNotOpen.Wrapf("offering %d is %s", o.Id, o.Status)
	case now.Before(t.StartTime):
		return ErrOfferingNotOpen.Wrapf("offering %d starts at %s, now is %s", o.Id, stamp(t.StartTime), stamp(now))
	case !now.Before(o.EndTime):
		return ErrOfferingNotOpen.Wrapf("offering %d ended at %s, now is %s", o.Id, stamp(o.EndTime), stamp(now))
	}
	return nil
}

// CheckCancel tells why bids cannot be taken back at this time, nil if they can.
func (o Offering) CheckCancel(t Terms, now time.Time) error {
	if o.Status != OFFERING_STATUS_OPEN {
		return ErrOfferingNotOpen.Wrapf("offering %d is %s", o.Id, o.Status)
	}
	if !now.Before(t.CancelDeadline) {
		return ErrCancelDeadline.Wrapf("offering %d took cancels until %s, now is %s", o.Id, stamp(t.CancelDeadline), stamp(now))
	}
	return nil
}

// NewAllocation returns the sums of an owner without bids.
func NewAllocation(offeringID uint64, owner string) Allocation {
	zero := math.ZeroInt()
	return Allocation{
		OfferingId: offeringID,
		Owner:      owner,
		Deposited:  zero,
		ThirdParty: zero,
		Cost:       zero,
		Tokens:     zero,
		Refunded:   zero,
		Collected:  zero,

		Away:         zero,
		AwayCost:     zero,
		AwayRefunded: zero,
	}
}

// NewBeneficiary returns a beneficiary who took nothing out yet.
func NewBeneficiary(offeringID uint64, address string) Beneficiary {
	return Beneficiary{OfferingId: offeringID, Address: address, Collected: math.ZeroInt(), Proceeds: math.ZeroInt()}
}
