package keeper

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/accumulator"
	"github.com/imochain/imod/x/revshare/types"
)

// InitGenesis stores an exported state. Bank comes before it. Epoch numbers go on where
// the export stopped: a chain that restarts at a low height gets a clock that was moved.
func (k *Keeper) InitGenesis(ctx context.Context, gs types.GenesisState) error {
	if err := gs.Validate(); err != nil {
		return err
	}
	if err := k.checkDenoms(gs.Params); err != nil {
		return err
	}
	if err := k.params.Set(ctx, gs.Params); err != nil {
		return err
	}
	clock, height := gs.StartClock(), sdk.UnwrapSDKContext(ctx).BlockHeight()
	for _, p := range gs.Pools {
		if clock.At(height) < p.Pool.Epoch {
			clock = types.Clock{EpochBlocks: clock.EpochBlocks, Height: height, Epoch: p.Pool.Epoch}
		}
	}
	if err := k.clock.Set(ctx, clock); err != nil {
		return err
	}
	if err := k.poolIDs.Set(ctx, uint64(len(gs.Pools))); err != nil {
		return err
	}
	for _, p := range gs.Pools {
		if err := k.initPool(ctx, p); err != nil {
			return errorsmod.Wrapf(err, "pool %s", p.Pool.ShareDenom)
		}
	}
	for _, p := range gs.Payouts {
		holder, err := k.address(p.Holder)
		if err != nil {
			return err
		}
		payout, err := k.address(p.Payout)
		if err != nil {
			return err
		}
		if err := k.payouts.Set(ctx, holder, payout); err != nil {
			return err
		}
	}
	for _, r := range gs.Refusals {
		holder, err := k.address(r.Holder)
		if err != nil {
			return err
		}
		if err := k.refusals.Set(ctx, holder, r.Refusals); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) initPool(ctx context.Context, gp types.GenesisPool) error {
	pool := gp.Pool
	if _, share := k.deps.TokenAddress(pool.ShareDenom); !share {
		return errorsmod.Wrap(types.ErrNotShareDenom, pool.ShareDenom)
	}
	if addr, err := k.address(pool.Address); err != nil || !bytes.Equal(addr, types.PoolAddress(pool.Id)) {
		return errorsmod.Wrapf(types.ErrInvalidGenesis, "address %s is not that of pool %d", pool.Address, pool.Id)
	}
	if err := k.setPool(ctx, pool); err != nil {
		return err
	}
	for _, s := range gp.Supplies {
		if err := k.supplies.Set(ctx, collections.Join(pool.Id, s.Epoch), s.Amount); err != nil {
			return err
		}
	}
	for _, s := range gp.Streams {
		if err := k.initStream(ctx, pool.Id, s); err != nil {
			return err
		}
		plan := streamPlan{denom: s.Denom, Advanced: accumulator.Advanced{Stream: s.Stream}}
		books, err := k.solvency(ctx, rolledPool{Pool: pool}, plan)
		if err != nil {
			return err
		}
		if !books.Solvent {
			return errorsmod.Wrapf(types.ErrInvalidGenesis, "balance %s%s does not cover the books by %s", books.Balance, s.Denom, books.Surplus)
		}
	}
	if gp.Window != nil {
		if err := k.windows.Set(ctx, pool.Id, *gp.Window); err != nil {
			return err
		}
	}
	for _, a := range gp.Accounts {
		if err := k.initAccount(ctx, pool, a); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) initStream(ctx context.Context, poolID uint64, gs types.GenesisStream) error {
	if err := k.streams.Set(ctx, collections.Join(poolID, gs.Denom), gs.Stream); err != nil {
		return err
	}
	for _, e := range gs.Expiries {
		if err := k.expiries.Set(ctx, collections.Join3(poolID, gs.Denom, e.Epoch), e.Amount); err != nil {
			return err
		}
	}
	for _, s := range gs.Segments {
		if err := k.segments.Set(ctx, collections.Join3(poolID, gs.Denom, s.Epoch), s.Segment); err != nil {
			return err
		}
	}
	for _, e := range gs.Earnings {
		if err := k.earnings.Set(ctx, collections.Join3(poolID, gs.Denom, uint32(e.Kind)), e.Amount); err != nil {
			return err
		}
	}
	for _, t := range gs.Tills {
		if err := k.tills.Set(ctx, collections.Join3(poolID, gs.Denom, t.Till), t.Amount); err != nil {
			return err
		}
	}
	if gs.Redemption != nil {
		if err := k.redemptions.Set(ctx, collections.Join(poolID, gs.Denom), *gs.Redemption); err != nil {
			return err
		}
	}
	for _, d := range gs.Days {
		if err := k.days.Set(ctx, collections.Join3(poolID, gs.Denom, types.DayPlace(d.Kind, d.Total.Day)), d.Total); err != nil {
			return err
		}
	}
	if len(gs.Payers.Payers) == 0 {
		return nil
	}
	return k.payers.Set(ctx, collections.Join(poolID, gs.Denom), gs.Payers)
}

func (k *Keeper) initAccount(ctx context.Context, pool types.Pool, ga types.GenesisAccount) error {
	poolID := pool.Id
	addr, err := k.address(ga.Address)
	if err != nil {
		return err
	}
	if ga.Position != nil {
		if err := k.positions.Set(ctx, collections.Join(poolID, addr), *ga.Position); err != nil {
			return err
		}
	}
	for _, c := range ga.Checkpoints {
		if err := k.checkpoints.Set(ctx, collections.Join3(poolID, addr, c.Epoch), c.Checkpoint); err != nil {
			return err
		}
	}
	if ga.Auto != nil {
		if err := k.queueAuto(ctx, pool.ShareDenom, addr, *ga.Auto); err != nil {
			return err
		}
	}
	if ga.Permits == 0 {
		return nil
	}
	return k.permits.Set(ctx, collections.Join(poolID, addr), ga.Permits)
}

func (k *Keeper) address(text string) (sdk.AccAddress, error) {
	addr, err := k.deps.AddressCodec.StringToBytes(text)
	if err != nil || len(addr) != types.AccountLength {
		return nil, errorsmod.Wrapf(types.ErrInvalidGenesis, "address %q", text)
	}
	return addr, nil
}

// ExportGenesis reads the whole state. It accounts for nothing that is still lazy, so that
// what it returns is what is stored.
func (k *Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	gs := &types.GenesisState{}
	var err error
	if gs.Params, err = k.params.Get(ctx); err != nil {
		return nil, err
	}
	if gs.Clock, err = k.clock.Get(ctx); err != nil {
		return nil, err
	}
	pools, err := collect(ctx, k.pools, nil, 0)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(pools, func(a, b collections.KeyValue[string, types.Pool]) int { return cmp.Compare(a.Value.Id, b.Value.Id) })
	for _, kv := range pools {
		pool, err := k.pool(ctx, kv.Key)
		if err != nil {
			return nil, err
		}
		exported, err := k.exportPool(ctx, pool)
		if err != nil {
			return nil, err
		}
		gs.Pools = append(gs.Pools, exported)
	}
	payouts, err := collect(ctx, k.payouts, nil, 0)
	if err != nil {
		return nil, err
	}
	for _, kv := range payouts {
		var p types.GenesisPayout
		if p.Holder, err = k.deps.AddressCodec.BytesToString(kv.Key); err != nil {
			return nil, err
		}
		if p.Payout, err = k.deps.AddressCodec.BytesToString(kv.Value); err != nil {
			return nil, err
		}
		gs.Payouts = append(gs.Payouts, p)
	}
	refusals, err := collect(ctx, k.refusals, nil, 0)
	if err != nil {
		return nil, err
	}
	for _, kv := range refusals {
		r := types.GenesisRefusals{Refusals: kv.Value}
		if r.Holder, err = k.deps.AddressCodec.BytesToString(kv.Key); err != nil {
			return nil, err
		}
		gs.Refusals = append(gs.Refusals, r)
	}
	return gs, nil
}

func (k *Keeper) exportPool(ctx context.Context, pool types.Pool) (types.GenesisPool, error) {
	out := types.GenesisPool{Pool: pool}
	supplies, err := collect(ctx, k.supplies, collections.NewPrefixedPairRange[uint64, uint64](pool.Id), 0)
	if err != nil {
		return out, err
	}
	for _, kv := range supplies {
		out.Supplies = append(out.Supplies, types.GenesisSupply{Epoch: kv.Key.K2(), Amount: kv.Value})
	}
	streams, err := collect(ctx, k.streams, collections.NewPrefixedPairRange[uint64, string](pool.Id), 0)
	if err != nil {
		return out, err
	}
	for _, kv := range streams {
		s, err := k.exportStream(ctx, pool.Id, kv.Key.K2(), kv.Value)
		if err != nil {
			return out, err
		}
		out.Streams = append(out.Streams, s)
	}
	window, err := getOr(ctx, k.windows, pool.Id, types.RedeemWindow{})
	if err != nil {
		return out, err
	}
	if !window.Cap.IsNil() {
		out.Window = &window
	}
	out.Accounts, err = k.exportAccounts(ctx, pool)
	return out, err
}

func (k *Keeper) exportStream(ctx context.Context, poolID uint64, denom string, s types.Stream) (types.GenesisStream, error) {
	out := types.GenesisStream{Denom: denom, Stream: s}
	var err error
	if out.Expiries, err = k.exportExpiries(ctx, poolID, denom); err != nil {
		return out, err
	}
	if out.Earnings, err = k.exportEarnings(ctx, poolID, denom); err != nil {
		return out, err
	}
	kvs, err := collect(ctx, k.segments, collections.NewSuperPrefixedTripleRange[uint64, string, uint64](poolID, denom), 0)
	if err != nil {
		return out, err
	}
	for _, kv := range kvs {
		out.Segments = append(out.Segments, types.GenesisSegment{Epoch: kv.Key.K3(), Segment: kv.Value})
	}
	return out, k.exportBesides(ctx, poolID, &out)
}

// exportBesides reads what belongs to a stream but not to its accumulator.
func (k *Keeper) exportBesides(ctx context.Context, poolID uint64, out *types.GenesisStream) error {
	redemption, err := k.redemptions.Get(ctx, collections.Join(poolID, out.Denom))
	switch {
	case err == nil:
		out.Redemption = &redemption
	case !errors.Is(err, collections.ErrNotFound):
		return err
	}
	tills, err := k.readTills(ctx, poolID, out.Denom)
	if err != nil {
		return err
	}
	for _, kv := range tills {
		out.Tills = append(out.Tills, types.GenesisTill{Till: kv.Key.K3(), Amount: kv.Value})
	}
	days, err := collect(ctx, k.days, collections.NewSuperPrefixedTripleRange[uint64, string, uint32](poolID, out.Denom), 0)
	if err != nil {
		return err
	}
	for _, kv := range days {
		out.Days = append(out.Days, types.GenesisDay{Kind: types.PlaceKind(kv.Key.K3()), Total: kv.Value})
	}
	out.Payers, err = getOr(ctx, k.payers, collections.Join(poolID, out.Denom), types.Payers{})
	return err
}
