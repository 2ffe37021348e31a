package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

// bondedValidator returns the consensus address of the validator that an account operates.
func (k *Keeper) bondedValidator(ctx context.Context, operator sdk.AccAddress) (sdk.ConsAddress, error) {
	v, err := k.staking.Validator(ctx, sdk.ValAddress(operator))
	if err != nil || v == nil || !v.IsBonded() {
		return nil, types.ErrNotValidator.Wrapf("%s", operator)
	}
	address, err := v.GetConsAddr()
	if err != nil || len(address) != 20 {
		return nil, types.ErrNotValidator.Wrapf("%s has a consensus address of %d bytes", operator, len(address))
	}
	return address, nil
}

// SetCourier names the account that delivers in the turns of the operator's validator. No courier
// takes the validator off the list; the last of the list moves to its place.
func (k *Keeper) SetCourier(ctx context.Context, operator, courier sdk.AccAddress) error {
	validator, err := k.bondedValidator(ctx, operator)
	if err != nil {
		return err
	}
	record := types.Courier{Validator: validator.String()}
	if len(courier) != 0 {
		if err := k.checkAccount("courier", courier); err != nil {
			return err
		}
		if record.Courier, err = k.addresses.BytesToString(courier); err != nil {
			return err
		}
	}
	count, err := k.courierCount(ctx)
	if err != nil {
		return err
	}
	place, err := k.courierPlaces.Get(ctx, validator)
	known := err == nil
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	switch {
	case len(courier) == 0 && !known:
		return types.ErrNotValidator.Wrapf("%s has no courier", operator)
	case len(courier) == 0:
		err = k.removeCourier(ctx, validator, place, count-1)
	case known:
		err = k.couriers.Set(ctx, place, record)
	default:
		if err = k.couriers.Set(ctx, count, record); err == nil {
			err = k.courierPlaces.Set(ctx, validator, count)
		}
	}
	if err != nil {
		return err
	}
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventCourierSet{
		Validator: record.Validator, Courier: record.Courier,
	})
}

func (k *Keeper) removeCourier(ctx context.Context, validator sdk.ConsAddress, place, last uint64) error {
	if place != last {
		moved, err := k.couriers.Get(ctx, last)
		if err != nil {
			return err
		}
		address, err := sdk.ConsAddressFromBech32(moved.Validator)
		if err != nil {
			return err
		}
		if err := k.couriers.Set(ctx, place, moved); err != nil {
			return err
		}
		if err := k.courierPlaces.Set(ctx, address, place); err != nil {
			return err
		}
	}
	if err := k.couriers.Remove(ctx, last); err != nil {
		return err
	}
	return k.courierPlaces.Remove(ctx, validator)
}

// courierCount is the length of the list, whose places have no gaps.
func (k *Keeper) courierCount(ctx context.Context) (uint64, error) {
	iter, err := k.couriers.Iterate(ctx, new(collections.Range[uint64]).Descending())
	if err != nil {
		return 0, err
	}
	defer iter.Close() //nolint:errcheck // a read iterator has nothing to lose
	if !iter.Valid() {
		return 0, nil
	}
	last, err := iter.Key()
	return last + 1, err
}

// courierInTurn returns who may deliver a callback in a turn; nobody in particular when the list is
// empty, all turns are over, or the validator in turn is not bonded any more.
func (k *Keeper) courierInTurn(ctx context.Context, cb types.Callback, turn uint32) (sdk.AccAddress, error) {
	if turn >= types.Turns {
		return nil, nil
	}
	count, err := k.courierCount(ctx)
	if err != nil || count == 0 {
		return nil, err
	}
	record, err := k.couriers.Get(ctx, (cb.RequestId+uint64(turn))%count)
	if err != nil {
		return nil, err
	}
	validator, err := sdk.ConsAddressFromBech32(record.Validator)
	if err != nil {
		return nil, err
	}
	if v, err := k.staking.ValidatorByConsAddr(ctx, validator); err != nil || v == nil || !v.IsBonded() {
		return nil, nil
	}
	return k.account("courier", record.Courier)
}
