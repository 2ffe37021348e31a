package executors

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

// Purse moves aimo of the module's escrow.
type Purse interface {
	// Take moves from an account into the escrow.
	Take(ctx context.Context, from sdk.AccAddress, amount math.Int) error
	// Pay moves from the escrow to an account, or credits the account when that fails. Block code only.
	Pay(ctx sdk.Context, to sdk.AccAddress, amount math.Int) error
	// Burn takes out of the escrow and out of the supply.
	Burn(ctx context.Context, amount math.Int) error
}

type (
	// jobKey is (kind, id, account).
	jobKey = collections.Triple[uint32, uint64, sdk.AccAddress]
	// dueKey is (deadline, kind, id, account).
	dueKey = collections.Quad[int64, uint32, uint64, sdk.AccAddress]
	// ownKey is (account, kind, id).
	ownKey = collections.Triple[sdk.AccAddress, uint32, uint64]
)

// Registry is the state of all executors.
type Registry struct {
	addresses address.Codec
	purse     Purse

	executors collections.Map[sdk.AccAddress, types.Executor]
	holders   collections.KeySet[collections.Pair[uint64, sdk.AccAddress]]
	jobs      collections.Map[jobKey, types.Job]
	due       collections.KeySet[dueKey]
	own       collections.KeySet[ownKey]
	leaving   collections.KeySet[collections.Pair[int64, sdk.AccAddress]]
}

// NewRegistry adds the registry to a module's schema.
func NewRegistry(sb *collections.SchemaBuilder, cdc codec.BinaryCodec, addresses address.Codec, purse Purse) *Registry {
	return &Registry{
		addresses: addresses, purse: purse,
		executors: collections.NewMap(sb, types.ExecutorsPrefix, "executors",
			sdk.AccAddressKey, codec.CollValue[types.Executor](cdc)),
		holders: collections.NewKeySet(sb, types.HoldersPrefix, "holders",
			collections.PairKeyCodec(collections.Uint64Key, sdk.AccAddressKey)),
		jobs: collections.NewMap(sb, types.JobsPrefix, "jobs",
			collections.TripleKeyCodec(collections.Uint32Key, collections.Uint64Key, sdk.AccAddressKey), codec.CollValue[types.Job](cdc)),
		due: collections.NewKeySet(sb, types.JobDeadlinesPrefix, "job_deadlines",
			collections.QuadKeyCodec(collections.Int64Key, collections.Uint32Key, collections.Uint64Key, sdk.AccAddressKey)),
		own: collections.NewKeySet(sb, types.JobsByExecutorPrefix, "jobs_by_executor",
			collections.TripleKeyCodec(sdk.AccAddressKey, collections.Uint32Key, collections.Uint64Key)),
		leaving: collections.NewKeySet(sb, types.LeavingPrefix, "leaving_executors",
			collections.PairKeyCodec(collections.Int64Key, sdk.AccAddressKey)),
	}
}

// Get returns an executor.
func (r *Registry) Get(ctx context.Context, account sdk.AccAddress) (types.Executor, error) {
	e, err := r.executors.Get(ctx, account)
	if errors.Is(err, collections.ErrNotFound) {
		return e, types.ErrExecutorNotFound.Wrapf("%s", account)
	}
	return e, err
}

// Register takes the bond and writes what an executor says of itself. Doing it again adds to the bond, replaces the
// rest and ends a suspension.
func (r *Registry) Register(ctx context.Context, account sdk.AccAddress, msg *types.MsgRegisterExecutor, p types.OptimisticParams) (types.Executor, error) {
	e, err := r.executors.Get(ctx, account)
	switch {
	case errors.Is(err, collections.ErrNotFound):
		if err := r.checkRoom(ctx, p.MaxExecutors); err != nil {
			return e, err
		}
		text, err := r.addresses.BytesToString(account)
		if err != nil {
			return e, err
		}
		e = types.Executor{Address: text, Bond: math.ZeroInt(), Reserved: math.ZeroInt()}
	case err != nil:
		return e, err
	case e.ReleaseHeight != 0:
		return e, types.ErrExecutorLeaving.Wrapf("its bond is paid out in block %d; then it may register anew", e.ReleaseHeight)
	}
	added, err := bondOf(msg)
	if err != nil {
		return e, err
	}
	if err := setModels(ctx, r, account, &e, msg.Models); err != nil {
		return e, err
	}
	e.Capacity, e.MaxBundleBytes, e.MaxWorkUnits = msg.Capacity, msg.MaxBundleBytes, msg.MaxWorkUnits
	e.Suspended, e.MissedInRow = false, 0
	e.Bond = e.Bond.Add(added)
	if e.Bond.GT(types.MaxAmount()) {
		return e, types.ErrAmountTooLarge.Wrap("bond")
	}
	if e.Bond.LT(p.JobBond) {
		return e, types.ErrInvalidExecutor.Wrapf("bond is %s aimo, one job holds %s", e.Bond, p.JobBond)
	}
	if err := r.executors.Set(ctx, account, e); err != nil {
		return e, err
	}
	if added.IsPositive() {
		if err := r.purse.Take(ctx, account, added); err != nil {
			return e, err
		}
	}
	return e, sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventExecutorRegistered{
		Executor: e.Address, Capacity: e.Capacity, Bond: sdk.NewCoin(types.FeeDenom, e.Bond),
	})
}

// bondOf checks what a message says by itself and returns what it adds to the bond.
func bondOf(msg *types.MsgRegisterExecutor) (math.Int, error) {
	if msg.Capacity < 1 || msg.Capacity > types.MaxCapacity {
		return math.Int{}, types.ErrInvalidExecutor.Wrapf("capacity is %d, must be 1 to %d", msg.Capacity, types.MaxCapacity)
	}
	if len(msg.Models) > types.MaxExecutorModels {
		return math.Int{}, types.ErrInvalidExecutor.Wrapf("%d models, at most %d", len(msg.Models), types.MaxExecutorModels)
	}
	for i, id := range msg.Models {
		if id == 0 || i > 0 && id <= msg.Models[i-1] {
			return math.Int{}, types.ErrInvalidExecutor.Wrap("models must ascend from 1")
		}
	}
	if msg.Bond.Amount.IsNil() || msg.Bond.Denom == "" && msg.Bond.Amount.IsZero() {
		return math.ZeroInt(), nil
	}
	if msg.Bond.Denom != types.FeeDenom || msg.Bond.IsNegative() {
		return math.Int{}, types.ErrInvalidExecutor.Wrapf("the bond must be in %s", types.FeeDenom)
	}
	if msg.Bond.Amount.GT(types.MaxAmount()) {
		return math.Int{}, types.ErrAmountTooLarge.Wrap("bond")
	}
	return msg.Bond.Amount, nil
}

// setModels replaces what an executor holds.
func setModels(ctx context.Context, r *Registry, account sdk.AccAddress, e *types.Executor, models []uint64) error {
	for _, id := range e.Models {
		if err := r.holders.Remove(ctx, collections.Join(id, account)); err != nil {
			return err
		}
	}
	e.Models = models
	for _, id := range models {
		if err := r.holders.Set(ctx, collections.Join(id, account)); err != nil {
			return err
		}
	}
	return nil
}

// Hold adds a model to what an executor holds, if there is room; it just showed that it does.
func (r *Registry) Hold(ctx context.Context, account sdk.AccAddress, model uint64) error {
	e, err := r.Get(ctx, account)
	if err != nil {
		return err
	}
	if e.ReleaseHeight != 0 {
		return nil
	}
	models := make([]uint64, 0, len(e.Models)+1)
	placed := false
	for _, id := range e.Models {
		if id == model {
			return nil
		}
		if !placed && id > model {
			models, placed = append(models, model), true
		}
		models = append(models, id)
	}
	if !placed {
		models = append(models, model)
	}
	if len(models) > types.MaxExecutorModels {
		return nil
	}
	e.Models = models
	if err := r.holders.Set(ctx, collections.Join(model, account)); err != nil {
		return err
	}
	return r.executors.Set(ctx, account, e)
}

// checkRoom counts the executors; there are at most a thousand.
func (r *Registry) checkRoom(ctx context.Context, limit uint32) error {
	iter, err := r.executors.Iterate(ctx, nil)
	if err != nil {
		return err
	}
	defer iter.Close() //nolint:errcheck // a read iterator has nothing to lose
	count := uint32(0)
	for ; iter.Valid(); iter.Next() {
		count++
		if count >= limit {
			return types.ErrTooManyOpen.Wrapf("%d executors are registered, at most %d", count, limit)
		}
	}
	return nil
}

// Unregister takes an executor out of all draws and returns the block in which its bond is paid at the earliest.
func (r *Registry) Unregister(ctx context.Context, account sdk.AccAddress, p types.OptimisticParams) (int64, error) {
	e, err := r.Get(ctx, account)
	if err != nil {
		return 0, err
	}
	if e.ReleaseHeight != 0 {
		return 0, types.ErrExecutorLeaving.Wrapf("its bond is paid out in block %d", e.ReleaseHeight)
	}
	if err := setModels(ctx, r, account, &e, nil); err != nil {
		return 0, err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	e.ReleaseHeight = sdkCtx.BlockHeight() + int64(p.UnbondingBlocks)
	if err := r.executors.Set(ctx, account, e); err != nil {
		return 0, err
	}
	if err := r.leaving.Set(ctx, collections.Join(e.ReleaseHeight, account)); err != nil {
		return 0, err
	}
	return e.ReleaseHeight, sdkCtx.EventManager().EmitTypedEvent(&types.EventExecutorLeaving{
		Executor: e.Address, ReleaseHeight: e.ReleaseHeight,
	})
}
