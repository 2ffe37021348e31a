package types

import (
	"strings"
	"time"

	"cosmossdk.io/math"

	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"
	host "github.com/cosmos/ibc-go/v11/modules/core/24-host"
)

const (
	// maxHomeReceiver bounds the address on another chain, in bytes.
	maxHomeReceiver = 256
	// returnTimeout is how long what goes home may travel. What does not arrive can be sent again.
	returnTimeout = 6 * time.Hour
)

// ReturnTimeout is when a packet that leaves now by a channel, or over IBC v2 by a client, times out: in nanoseconds of
// Unix time on a channel, in seconds over a client, as the two versions of IBC count.
func ReturnTimeout(channel string, now time.Time) uint64 {
	end := now.Add(returnTimeout)
	if channeltypes.IsValidChannelID(channel) {
		return uint64(end.UnixNano())
	}
	return uint64(end.Unix())
}

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
