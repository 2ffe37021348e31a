package keeper

import (
	"context"
	"encoding/hex"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/beacon"
	"github.com/imochain/imod/x/oracle/types"
)

// AdvanceBeacon mixes in the part of a block's proposer: the link before the tip of its chain, or,
// when there is none or a wrong one, its address. It is block code; an error is for the log.
func (k *Keeper) AdvanceBeacon(ctx sdk.Context, proposer attestation.Address, link []byte) error {
	return isolate(ctx, func(ctx sdk.Context) error {
		b, err := k.beacon.Get(ctx)
		if err != nil {
			return err
		}
		part := proposer[:]
		chain, err := k.beaconChain(ctx, proposer[:])
		if err != nil {
			return err
		}
		if tip, counts := tipAt(chain, ctx.BlockHeight()); counts {
			chain = withTip(chain, tip, ctx.BlockHeight())
			if len(link) == 32 && beacon.Step(beacon.Value(link)) == tip {
				part, chain.Tip = link, link
				chain.Revealed++
				b.RevealedHeight = ctx.BlockHeight()
			} else {
				chain.Missed++
			}
			if err := k.beaconChains.Set(ctx, proposer[:], chain); err != nil {
				return err
			}
		}
		mix := beacon.Mix(mixOf(b), part)
		b.Mix, b.Height = mix[:], ctx.BlockHeight()
		return k.beacon.Set(ctx, b)
	})
}

func mixOf(b types.Beacon) (mix beacon.Value) {
	copy(mix[:], b.Mix)
	return mix
}

// beaconChain reads the chain of a validator; one without a chain has no tips.
func (k *Keeper) beaconChain(ctx context.Context, validator sdk.ConsAddress) (types.BeaconChain, error) {
	chain, err := k.beaconChains.Get(ctx, validator)
	if errors.Is(err, collections.ErrNotFound) {
		return types.BeaconChain{Validator: validator.String()}, nil
	}
	return chain, err
}

// tipAt returns the tip that counts in a block, and false if the validator has none yet.
func tipAt(chain types.BeaconChain, height int64) (beacon.Value, bool) {
	tip := chain.Tip
	if len(chain.NextTip) == 32 && height >= chain.NextHeight {
		tip = chain.NextTip
	}
	if len(tip) != 32 {
		return beacon.Value{}, false
	}
	return beacon.Value(tip), true
}

// withTip puts the tip that counts in its place.
func withTip(chain types.BeaconChain, tip beacon.Value, height int64) types.BeaconChain {
	if len(chain.NextTip) == 32 && height >= chain.NextHeight {
		chain.NextTip, chain.NextHeight = nil, 0
	}
	chain.Tip = tip[:]
	return chain
}

// BeaconTip returns the tip whose preimage a proposer may reveal at a height.
func (k *Keeper) BeaconTip(ctx context.Context, proposer attestation.Address, height int64) (beacon.Value, bool) {
	chain, err := k.beaconChain(ctx, proposer[:])
	if err != nil {
		return beacon.Value{}, false
	}
	return tipAt(chain, height)
}

// SetBeacon registers the tip of a validator's chain. It counts some blocks later: by then others
// have added to the mix what the validator could not know when it chose the chain.
func (k *Keeper) SetBeacon(ctx context.Context, operator sdk.AccAddress, tip string) (int64, error) {
	raw, err := hex.DecodeString(tip)
	if err != nil || len(raw) != 32 {
		return 0, types.ErrInvalidBeacon.Wrap("the tip is 32 bytes in hex")
	}
	validator, err := k.bondedValidator(ctx, operator)
	if err != nil {
		return 0, err
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return 0, err
	}
	chain, err := k.beaconChain(ctx, validator)
	if err != nil {
		return 0, err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	if current, counts := tipAt(chain, sdkCtx.BlockHeight()); counts {
		chain = withTip(chain, current, sdkCtx.BlockHeight())
	}
	chain.NextTip, chain.NextHeight = raw, sdkCtx.BlockHeight()+int64(params.BeaconDelayBlocks)
	if err := k.beaconChains.Set(ctx, validator, chain); err != nil {
		return 0, err
	}
	return chain.NextHeight, sdkCtx.EventManager().EmitTypedEvent(&types.EventBeaconSet{
		Validator: chain.Validator, Height: chain.NextHeight,
	})
}

// checkSeed refuses an assigned seed that somebody could foresee because nobody reveals.
func (k *Keeper) checkSeed(ctx context.Context, in types.NewRequest, params types.Params) error {
	switch in.SeedKind {
	case types.SeedKind_SEED_KIND_UNSPECIFIED, types.SeedKind_SEED_KIND_CHOSEN:
		return nil
	case types.SeedKind_SEED_KIND_CONTENT, types.SeedKind_SEED_KIND_MONEY:
	default:
		return types.ErrInvalidRequest.Wrapf("seed kind %d", in.SeedKind)
	}
	if in.Seed != 0 {
		return types.ErrInvalidRequest.Wrap("a seed is either chosen or assigned")
	}
	b, err := k.beacon.Get(ctx)
	if err != nil {
		return err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	if b.RevealedHeight == 0 || b.RevealedHeight+int64(params.BeaconStaleBlocks) < height {
		return types.ErrNoBeacon.Wrapf("the last reveal was in block %d, now is %d", b.RevealedHeight, height)
	}
	return nil
}

// seedHeight returns the block at whose end a seed is drawn, 0 for a chosen one.
func seedHeight(kind types.SeedKind, height int64) int64 {
	switch kind {
	case types.SeedKind_SEED_KIND_CONTENT:
		return height
	case types.SeedKind_SEED_KIND_MONEY:
		return height + 1
	default:
		return 0
	}
}

// assignSeeds draws the seeds that are due and opens their requests for the validators. It runs at
// the end of the block, so that no transaction of the block sees them. There are no more of them
// than requests may be open.
func (k *Keeper) assignSeeds(ctx sdk.Context) error {
	iter, err := k.unseeded.Iterate(ctx, new(collections.Range[collections.Pair[int64, uint64]]).
		EndExclusive(collections.Join(ctx.BlockHeight()+1, uint64(0))))
	if err != nil {
		return err
	}
	due, err := firstKeys(iter, types.MaxOpenRequests)
	if err != nil || len(due) == 0 {
		return err
	}
	b, err := k.beacon.Get(ctx)
	if err != nil {
		return err
	}
	for _, key := range due {
		if err := isolate(ctx, func(ctx sdk.Context) error { return k.assignSeed(ctx, key, mixOf(b)) }); err != nil {
			ctx.Logger().Error("oracle seed", "request", key.K2(), "error", err)
		}
	}
	return nil
}

func (k *Keeper) assignSeed(ctx sdk.Context, key collections.Pair[int64, uint64], mix beacon.Value) error {
	r, err := k.Request(ctx, key.K2())
	if err != nil {
		return err
	}
	if err := k.unseeded.Remove(ctx, key); err != nil {
		return err
	}
	r.Seed, r.SeedHeight = beacon.Seed(mix, r.Id), 0
	if r.Optimistic { // the next block's mix draws the executor, however late the seed was
		r.AssignHeight = ctx.BlockHeight() + 1
	}
	if err := k.requests.Set(ctx, r.Id, r); err != nil {
		return err
	}
	if err := k.openRequest(ctx, r); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&types.EventSeedAssigned{RequestId: r.Id, Seed: r.Seed, Kind: r.SeedKind})
}
