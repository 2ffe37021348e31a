package types

import (
	"strings"

	"cosmossdk.io/math"

	host "github.com/cosmos/ibc-go/v11/modules/core/24-host"
)

// maxHomeReceiver bounds the address on another chain, in bytes.
const maxHomeReceiver = 256

// TakesRefund tells whether the refund of a bid goes to another chain. A bid without a home has none.
func (h *Home) TakesRefund() bool { return h != nil && h.Refund }

// Validate checks the form of a home; whether the channel exists shows when something is sent. nil is valid.
func (h *Home) Validate() error {
	if h == nil {
		return nil
	}
	if err := host.ChannelIdentifierValidator(h.Channel); err != nil {
		return ErrHome.Wrapf("channel %.80q is no identifier", h.Channel)
	}
	if h.Receiver != strings.TrimSpace(h.Receiver) || h.Receiver == "" || len(h.Receiver) > maxHomeReceiver {
		return ErrHome.Wrapf("receiver has %d bytes, 1 to %d are allowed, without space around", len(h.Receiver), maxHomeReceiver)
	}
	if !h.Refund && !h.Tokens {
		return ErrHome.Wrap("neither refund nor tokens go there")
	}
	return nil
}

// Ended tells whether an offering is settled, one way or the other.
func (o Offering) Ended() bool {
	switch o.Status {
	case OFFERING_STATUS_SUCCEEDED, OFFERING_STATUS_FAILED, OFFERING_STATUS_CANCELLED:
		return true
	default:
		return false
	}
}

// Unspent is what of a bid's deposit bought nothing; zero until the offering is settled.
func (o Offering) Unspent(b Bid) math.Int {
	switch {
	case !o.Ended():
		return math.ZeroInt()
	case o.Status == OFFERING_STATUS_SUCCEEDED:
		return b.Amount.Amount.Sub(b.Cost)
	default:
		return b.Amount.Amount
	}
}
