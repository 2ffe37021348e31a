package localnet

import (
	"net/http"
	"time"
)

// MergeGenesis is mergeGenesis.
var MergeGenesis = mergeGenesis

// FaucetAllowed is faucetAllowed.
var FaucetAllowed = faucetAllowed

// NewFaucet is newFaucet with a clock.
func NewFaucet(info FaucetInfo, chainID string, sender Sender, now func() time.Time) (http.Handler, error) {
	f, err := newFaucet(info, chainID, sender)
	if err != nil {
		return nil, err
	}
	f.now = now
	return f, nil
}

// StopWithin is Stop with another patience.
func StopWithin(n *Network, grace time.Duration) ([]Stopped, error) { return n.stop(grace) }
