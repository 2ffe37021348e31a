package keeper

import (
	"context"
	"math/bits"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

// availability returns the last figure of a model; its height is 0 while it was never asked for.
func (k *Keeper) availability(ctx context.Context, model uint64) (types.Availability, error) {
	return getOr(ctx, k.availabilities, model, types.Availability{ModelId: model})
}

// available tells whether a model takes requests: at least 2/3 of the power held it when it was
// counted last, or it was not counted since more than 2/3 reproduced it.
func available(a types.Availability) bool {
	return a.Height == 0 || a.TotalPower > 0 && !below(a, 2)
}

// frozen tells whether less than 1/3 of the power held the model.
func frozen(a types.Availability) bool {
	return a.Height != 0 && (a.TotalPower == 0 || below(a, 1))
}

// below tells whether power < thirds/3 of the total.
func below(a types.Availability, thirds uint64) bool {
	ph, pl := bits.Mul64(a.Power, 3)
	th, tl := bits.Mul64(a.TotalPower, thirds)
	return ph < th || ph == th && pl < tl
}

// setAvailability publishes a figure and freezes or thaws the model accordingly. If x/imo refuses,
// the figure stands: it alone already decides about new requests.
func (k *Keeper) setAvailability(ctx sdk.Context, a types.Availability) error {
	if err := k.availabilities.Set(ctx, a.ModelId, a); err != nil {
		return err
	}
	if err := isolate(ctx, func(ctx sdk.Context) error { return k.models.SetFrozen(ctx, a.ModelId, frozen(a)) }); err != nil {
		ctx.Logger().Error("oracle freeze", "model", a.ModelId, "error", err)
	}
	return ctx.EventManager().EmitTypedEvent(&types.EventAvailability{
		Availability: a, Requests: available(a), Frozen: frozen(a),
	})
}

// resetAvailability forgets what was counted for an earlier version: more than 2/3 of the power has
// just opened the new one.
func (k *Keeper) resetAvailability(ctx sdk.Context, model uint64) error {
	running, err := k.custodies.Has(ctx, model)
	if err != nil {
		return err
	}
	if running {
		if err := k.expireCustody(ctx, model); err != nil {
			return err
		}
	}
	if err := k.availabilities.Remove(ctx, model); err != nil {
		return err
	}
	return k.models.SetFrozen(ctx, model, false)
}

// checkAvailable refuses new requests to a model that too few validators hold.
func (k *Keeper) checkAvailable(ctx context.Context, model uint64) error {
	a, err := k.availability(ctx, model)
	if err != nil {
		return err
	}
	if !available(a) {
		return types.ErrUnavailable.Wrapf("model %d: %d of %d voting power held it in block %d, needed are 2/3",
			model, a.Power, a.TotalPower, a.Height)
	}
	return nil
}

// mulDiv returns a*b/c rounded down, for a at most c.
func mulDiv(a, b, c uint64) uint64 {
	high, low := bits.Mul64(a, b)
	quotient, _ := bits.Div64(high, low, c)
	return quotient
}
