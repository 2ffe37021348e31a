package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

// initCallbacks writes callbacks, couriers, policies and the beacon.
func (k *Keeper) initCallbacks(ctx context.Context, g *types.GenesisState) error {
	for _, cb := range g.Callbacks {
		if err := k.callbacks.Set(ctx, cb.RequestId, cb); err != nil {
			return err
		}
		if cb.Status != types.CallbackStatus_CALLBACK_STATUS_READY {
			continue
		}
		if err := k.readyCallbacks.Set(ctx, collections.Join(cb.LapseHeight, cb.RequestId)); err != nil {
			return err
		}
	}
	for place, c := range g.Couriers {
		address, err := sdk.ConsAddressFromBech32(c.Validator)
		if err != nil {
			return err
		}
		if err := k.couriers.Set(ctx, uint64(place), c); err != nil {
			return err
		}
		if err := k.courierPlaces.Set(ctx, address, uint64(place)); err != nil {
			return err
		}
	}
	for _, chain := range g.BeaconChains {
		address, err := sdk.ConsAddressFromBech32(chain.Validator)
		if err != nil {
			return err
		}
		if err := k.beaconChains.Set(ctx, address, chain); err != nil {
			return err
		}
	}
	for _, p := range g.Policies {
		address, err := sdk.ConsAddressFromBech32(p.Validator)
		if err != nil {
			return err
		}
		if err := k.policies.Set(ctx, address, p); err != nil {
			return err
		}
	}
	return k.beacon.Set(ctx, g.Beacon)
}

func (k *Keeper) exportCallbacks(ctx context.Context, g *types.GenesisState) error {
	if err := k.callbacks.Walk(ctx, nil, func(_ uint64, cb types.Callback) (bool, error) {
		g.Callbacks = append(g.Callbacks, cb)
		return false, nil
	}); err != nil {
		return err
	}
	if err := k.couriers.Walk(ctx, nil, func(_ uint64, c types.Courier) (bool, error) {
		g.Couriers = append(g.Couriers, c)
		return false, nil
	}); err != nil {
		return err
	}
	if err := k.beaconChains.Walk(ctx, nil, func(_ sdk.ConsAddress, chain types.BeaconChain) (bool, error) {
		g.BeaconChains = append(g.BeaconChains, chain)
		return false, nil
	}); err != nil {
		return err
	}
	if err := k.policies.Walk(ctx, nil, func(_ sdk.ConsAddress, p types.Policy) (bool, error) {
		g.Policies = append(g.Policies, p)
		return false, nil
	}); err != nil {
		return err
	}
	var err error
	g.Beacon, err = k.beacon.Get(ctx)
	return err
}
