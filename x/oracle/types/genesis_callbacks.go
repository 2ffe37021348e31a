package types

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
)

// validateCallbacks checks callbacks, couriers and the beacon.
func (g *GenesisState) validateCallbacks() error {
	requests := make(map[uint64]Request, len(g.Requests))
	waiting := make(map[uint64]uint32)
	for _, r := range g.Requests {
		requests[r.Id] = r
		if r.Status == RequestStatus_REQUEST_STATUS_PENDING && r.CallbackOf != 0 {
			waiting[r.CallbackOf]++
		}
	}
	var last uint64
	for _, cb := range g.Callbacks {
		if cb.RequestId <= last {
			return ErrInvalidGenesis.Wrapf("callback of request %d: ids ascend", cb.RequestId)
		}
		last = cb.RequestId
		if requests[cb.RequestId].CallbackOf != cb.RequestId {
			return ErrInvalidGenesis.Wrapf("callback of request %d has no request", cb.RequestId)
		}
		if cb.Count == 0 || cb.PaidGas == 0 || cb.Gas == 0 || cb.GasMoney.IsNil() || cb.GasMoney.IsNegative() ||
			cb.Premium.IsNil() || cb.Premium.IsNegative() {
			return ErrInvalidGenesis.Wrapf("callback of request %d", cb.RequestId)
		}
		open := cb.Status == CallbackStatus_CALLBACK_STATUS_WAITING
		if cb.Status < CallbackStatus_CALLBACK_STATUS_WAITING || cb.Status > CallbackStatus_CALLBACK_STATUS_LAPSED ||
			cb.Open != waiting[cb.RequestId] || open != (cb.Open > 0) {
			return ErrInvalidGenesis.Wrapf("callback of request %d is %s and waits for %d", cb.RequestId, cb.Status, cb.Open)
		}
		delete(waiting, cb.RequestId)
	}
	if len(waiting) != 0 {
		return ErrInvalidGenesis.Wrapf("%d callbacks of open requests are missing", len(waiting))
	}
	return g.validateNodes()
}

// validateNodes checks couriers, beacon chains and policies: each validator at most once.
func (g *GenesisState) validateNodes() error {
	seen := make(map[string]bool)
	once := func(kind, validator string) error {
		address, err := sdk.ConsAddressFromBech32(validator)
		if err != nil || len(address) != attestation.AddressSize || seen[kind+validator] {
			return ErrInvalidGenesis.Wrapf("%s of validator %s", kind, validator)
		}
		seen[kind+validator] = true
		return nil
	}
	for _, c := range g.Couriers {
		if err := once("courier", c.Validator); err != nil {
			return err
		}
		if c.Courier == "" {
			return ErrInvalidGenesis.Wrapf("courier of validator %s is empty", c.Validator)
		}
	}
	for _, chain := range g.BeaconChains {
		if err := once("beacon chain", chain.Validator); err != nil {
			return err
		}
		for _, tip := range [][]byte{chain.Tip, chain.NextTip} {
			if len(tip) != 0 && len(tip) != 32 {
				return ErrInvalidGenesis.Wrapf("beacon chain of validator %s", chain.Validator)
			}
		}
	}
	for _, p := range g.Policies {
		if err := once("policy", p.Validator); err != nil {
			return err
		}
		if err := p.Validate(); err != nil {
			return ErrInvalidGenesis.Wrap(err.Error())
		}
	}
	if len(g.Beacon.Mix) != 0 && len(g.Beacon.Mix) != 32 {
		return ErrInvalidGenesis.Wrapf("beacon of %d bytes", len(g.Beacon.Mix))
	}
	return nil
}
