package types

import (
	"time"

	"github.com/imochain/imod/x/aigc/settlement"
)

// MaxOfferDuration bounds how far ahead an offer can end.
const MaxOfferDuration = 90 * 24 * time.Hour

// ValidateBasic checks what can be checked of a stored offer alone.
func (o Offer) ValidateBasic() error {
	if o.Bidder == "" {
		return ErrInvalidOffer.Wrap("no bidder")
	}
	if err := o.Price.Validate(); err != nil {
		return ErrInvalidOffer.Wrapf("price: %s", err)
	}
	if err := settlement.CheckPrice(o.Price.Amount); err != nil || o.Price.IsZero() {
		return ErrInvalidOffer.Wrapf("price of %s: want 1 to 2^%d", o.Price, settlement.MaxPriceBits)
	}
	if o.ProtocolFeeBps > MaxProtocolFeeBps {
		return ErrInvalidOffer.Wrapf("protocol fee of %d basis points, at most %d", o.ProtocolFeeBps, MaxProtocolFeeBps)
	}
	return nil
}

// CheckEnd refuses an end in the past and one too far ahead.
func (o Offer) CheckEnd(now time.Time) error {
	if !o.Expires.After(now) {
		return ErrInvalidOffer.Wrapf("it would end at %s, which is not after %s", o.Expires.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	if last := now.Add(MaxOfferDuration); o.Expires.After(last) {
		return ErrInvalidOffer.Wrapf("it would end at %s, at the latest %s", o.Expires.UTC().Format(time.RFC3339), last.UTC().Format(time.RFC3339))
	}
	return nil
}

// Expired tells whether the offer can be accepted no more.
func (o Offer) Expired(now time.Time) bool {
	return !now.Before(o.Expires)
}
