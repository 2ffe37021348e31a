package keeper

import (
	"context"
	"errors"

	"github.com/cosmos/gogoproto/proto"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/accumulator"
	"github.com/imochain/imod/x/revshare/types"
)

// CreatePool creates the pool of a share denom under the terms of the present parameters.
// A pool that exists is left as it is.
func (k *Keeper) CreatePool(ctx context.Context, shareDenom string) error {
	if _, ok := k.deps.TokenAddress(shareDenom); !ok {
		return errorsmod.Wrap(types.ErrNotShareDenom, shareDenom)
	}
	if has, err := k.pools.Has(ctx, shareDenom); err != nil || has {
		return err
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	epoch, err := k.CurrentEpoch(ctx)
	if err != nil {
		return err
	}
	n, err := k.poolIDs.Next(ctx)
	if err != nil {
		return err
	}
	id := n + 1
	addr, err := k.deps.AddressCodec.BytesToString(types.PoolAddress(id))
	if err != nil {
		return err
	}
	pool := types.Pool{
		Id: id, ShareDenom: shareDenom, Address: addr, ClaimableBps: params.ClaimableBps, RedeemCapBps: params.RedeemCapBps,
		DripEpochs: params.DripEpochs, MinEligible: params.MinEligible,
		CreatedEpoch: epoch, Epoch: epoch, Eligible: math.ZeroInt(),
	}
	if err := k.setPool(ctx, pool); err != nil {
		return err
	}
	return emit(ctx, &types.EventPoolCreated{PoolId: id, ShareDenom: shareDenom, Address: addr})
}

// HasPool tells whether a share denom has a pool.
func (k *Keeper) HasPool(ctx context.Context, shareDenom string) (bool, error) {
	return k.pools.Has(ctx, shareDenom)
}

// setPool stores a pool in its two parts: what it was created with, and its state.
func (k *Keeper) setPool(ctx context.Context, pool types.Pool) error {
	state := types.PoolState{Id: pool.Id, Epoch: pool.Epoch, Eligible: pool.Eligible, Bridged: pool.Bridged}
	if err := k.states.Set(ctx, pool.ShareDenom, state); err != nil {
		return err
	}
	pool.Epoch, pool.Eligible, pool.Bridged = pool.CreatedEpoch, math.ZeroInt(), false
	return k.pools.Set(ctx, pool.ShareDenom, pool)
}

// pool reads a pool as it is stored.
func (k *Keeper) pool(ctx context.Context, shareDenom string) (types.Pool, error) {
	state, err := k.state(ctx, shareDenom)
	if err != nil {
		return types.Pool{}, err
	}
	pool, err := k.pools.Get(ctx, shareDenom)
	pool.Epoch, pool.Eligible, pool.Bridged = state.Epoch, state.Eligible, state.Bridged
	return pool, err
}

func (k *Keeper) state(ctx context.Context, shareDenom string) (types.PoolState, error) {
	state, err := k.states.Get(ctx, shareDenom)
	if errors.Is(err, collections.ErrNotFound) {
		return state, errorsmod.Wrap(types.ErrPoolNotFound, shareDenom)
	}
	return state, err
}

// rolled is the state of a pool as the running epoch sees it. In the first event of an epoch that
// touches the token it carries what is not stored yet: nothing moved the token since the stored
// epoch, so the supply of now is the supply at the close of that epoch and of every epoch after
// it, up to the running one.
type rolled struct {
	types.PoolState
	shareDenom string
	fresh      bool          // PoolState is not stored yet
	supply     *supplyChange // not stored yet either
}

// supplyChange is the eligible supply from an epoch on.
type supplyChange struct {
	Epoch  uint64
	Amount math.Int
}

// rolledPool is a pool as the running epoch sees it.
type rolledPool struct {
	types.Pool
	rolled rolled
}

func (p rolledPool) terms() accumulator.Terms {
	return accumulator.Terms{MinEligible: p.MinEligible, DripEpochs: p.DripEpochs}
}

func (p rolledPool) account() sdk.AccAddress {
	return types.PoolAddress(p.Id)
}

// roll reads a pool and brings it to the running epoch, writing nothing.
func (k *Keeper) roll(ctx context.Context, shareDenom string) (rolledPool, error) {
	state, err := k.rollState(ctx, shareDenom)
	if err != nil {
		return rolledPool{}, err
	}
	pool, err := k.pools.Get(ctx, shareDenom)
	pool.Epoch, pool.Eligible, pool.Bridged = state.Epoch, state.Eligible, state.Bridged
	return rolledPool{Pool: pool, rolled: state}, err
}

// rollState is roll without the terms, which is all that a transfer needs.
func (k *Keeper) rollState(ctx context.Context, shareDenom string) (rolled, error) {
	state, err := k.state(ctx, shareDenom)
	if err != nil {
		return rolled{}, err
	}
	out := rolled{PoolState: state, shareDenom: shareDenom}
	epoch, err := k.CurrentEpoch(ctx)
	if err != nil || epoch <= state.Epoch {
		return out, err
	}
	eligible, escrowed, err := k.eligibleSupply(ctx, shareDenom)
	if err != nil {
		return rolled{}, err
	}
	if !eligible.Equal(state.Eligible) {
		out.supply = &supplyChange{Epoch: state.Epoch + 1, Amount: eligible}
	}
	out.fresh, out.Epoch, out.Eligible, out.Bridged = true, epoch, eligible, state.Bridged || escrowed
	return out, nil
}

// saveRoll stores what rollState found. It has to come before anything that moves the token.
func (k *Keeper) saveRoll(ctx context.Context, r *rolled) error {
	if !r.fresh {
		return nil
	}
	consumeGas(ctx, types.GasRoll, "revshare: first event of an epoch")
	if s := r.supply; s != nil {
		if err := k.supplies.Set(ctx, collections.Join(r.Id, s.Epoch), s.Amount); err != nil {
			return err
		}
	}
	if err := k.states.Set(ctx, r.shareDenom, r.PoolState); err != nil {
		return err
	}
	r.fresh, r.supply = false, nil
	return nil
}

// eligibleSupply is what shares revenue now: supply - IBC escrow - excluded accounts +
// lazy shares. It is read, never counted. A reading below zero cannot be and shares nothing.
// The second result tells whether some of the token lies in IBC escrow.
func (k *Keeper) eligibleSupply(ctx context.Context, shareDenom string) (math.Int, bool, error) {
	supply, err := k.redeemableSupply(ctx, shareDenom)
	if err != nil {
		return math.Int{}, false, err
	}
	escrow := k.deps.Transfer.GetTotalEscrowForDenom(sdk.UnwrapSDKContext(ctx), shareDenom).Amount
	if supply.LTE(escrow) {
		return math.ZeroInt(), escrow.IsPositive(), nil
	}
	return supply.Sub(escrow), escrow.IsPositive(), nil
}

// redeemableSupply is everything that can ever be burnt for redemption: supply - excluded
// accounts + lazy shares. Tokens in IBC escrow come home one day and are part of it; what
// excluded accounts hold beyond the lazy shares (unsold, or given to them) never is.
func (k *Keeper) redeemableSupply(ctx context.Context, shareDenom string) (math.Int, error) {
	virtual, err := k.lazyTotal(ctx, shareDenom)
	if err != nil {
		return math.Int{}, err
	}
	sum, err := k.deps.Bank.GetSupply(ctx, shareDenom).Amount.SafeAdd(virtual)
	if err != nil {
		return math.Int{}, errorsmod.Wrapf(types.ErrInvalidState, "supply of %s: %v", shareDenom, err)
	}
	out := math.ZeroInt()
	for _, addr := range k.deps.Excluded {
		if out, err = out.SafeAdd(k.deps.Bank.GetBalance(ctx, addr, shareDenom).Amount); err != nil {
			return math.Int{}, errorsmod.Wrapf(types.ErrInvalidState, "excluded %s: %v", shareDenom, err)
		}
	}
	if sum.LTE(out) {
		return math.ZeroInt(), nil
	}
	return sum.Sub(out), nil
}

func emit(ctx context.Context, event proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}

func consumeGas(ctx context.Context, amount uint64, descriptor string) {
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(amount, descriptor)
}
