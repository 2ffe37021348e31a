package keeper

import (
	"bytes"
	"cmp"
	"context"
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
	if err := k.pools.Set(ctx, pool.ShareDenom, pool); err != nil {
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
		if books := k.solvency(ctx, rolledPool{Pool: pool}, plan); !books.Solvent {
			return errorsmod.Wrapf(types.ErrInvalidGenesis, "balance %s%s does not cover the books by %s", books.Balance, s.Denom, books.Surplus)
		}
	}
	for _, a := range gp.Accounts {
		if err := k.initAccount(ctx, pool.Id, a); err != nil {
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
	return nil
}

func (k *Keeper) initAccount(ctx context.Context, poolID uint64, ga types.GenesisAccount) error {
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
	return nil
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
		pool, err := k.exportPool(ctx, kv.Value)
		if err != nil {
			return nil, err
		}
		gs.Pools = append(gs.Pools, pool)
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
	out.Accounts, err = k.exportAccounts(ctx, pool.Id)
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
	return out, nil
}

// exportAccounts merges checkpoints and positions, both ascending by address.
func (k *Keeper) exportAccounts(ctx context.Context, poolID uint64) ([]types.GenesisAccount, error) {
	marks, err := collect(ctx, k.checkpoints, collections.NewPrefixedTripleRange[uint64, sdk.AccAddress, uint64](poolID), 0)
	if err != nil {
		return nil, err
	}
	positions, err := collect(ctx, k.positions, collections.NewPrefixedPairRange[uint64, sdk.AccAddress](poolID), 0)
	if err != nil {
		return nil, err
	}
	var out []types.GenesisAccount
	for len(marks) > 0 || len(positions) > 0 {
		addr := firstAddress(marks, positions)
		text, err := k.deps.AddressCodec.BytesToString(addr)
		if err != nil {
			return nil, err
		}
		acc := types.GenesisAccount{Address: text}
		if len(positions) > 0 && positions[0].Key.K2().Equals(addr) {
			acc.Position = &positions[0].Value
			positions = positions[1:]
		}
		for len(marks) > 0 && marks[0].Key.K2().Equals(addr) {
			acc.Checkpoints = append(acc.Checkpoints, types.GenesisCheckpoint{Epoch: marks[0].Key.K3(), Checkpoint: marks[0].Value})
			marks = marks[1:]
		}
		out = append(out, acc)
	}
	return out, nil
}

func firstAddress(
	marks []collections.KeyValue[poolAccountEpoch, types.Checkpoint], positions []collections.KeyValue[poolAccount, types.Position],
) sdk.AccAddress {
	if len(marks) == 0 {
		return positions[0].Key.K2()
	}
	if len(positions) == 0 || bytes.Compare(marks[0].Key.K2(), positions[0].Key.K2()) < 0 {
		return marks[0].Key.K2()
	}
	return positions[0].Key.K2()
}
