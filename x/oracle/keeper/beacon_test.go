package keeper_test

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/imochain/imod/x/oracle/beacon"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

func page(key []byte, limit uint64) *query.PageRequest {
	return &query.PageRequest{Key: key, Limit: limit}
}

// register gives validator 0 a chain that counts from the block of the context on.
func register(t *testing.T, f *fixture.Fixture) *beacon.Chain {
	t.Helper()
	chain, err := beacon.NewChain(beacon.Value{42}, 100)
	require.NoError(t, err)
	tip := chain.Tip()
	at := f.Ctx.BlockHeight()
	_, err = keeper.NewMsgServer(f.Keeper).SetBeacon(f.Ctx, &types.MsgSetBeacon{
		Operator: sdk.AccAddress(f.Validators[0].Address[:]).String(), Tip: hex.EncodeToString(tip[:]),
	})
	require.NoError(t, err)
	_, counts := f.Keeper.BeaconTip(f.Ctx, f.Validators[0].Address, at)
	require.False(t, counts, "not at once")
	f.At(at + int64(types.DefaultParams().BeaconDelayBlocks))
	return chain
}

// reveal registers a chain and lets validator 0 reveal from it.
func reveal(t *testing.T, f *fixture.Fixture) *beacon.Chain {
	t.Helper()
	chain := register(t, f)
	advance(t, f, chain)
	return chain
}

// advance lets validator 0 propose and reveal.
func advance(t *testing.T, f *fixture.Fixture, chain *beacon.Chain) {
	t.Helper()
	tip, counts := f.Keeper.BeaconTip(f.Ctx, f.Validators[0].Address, f.Ctx.BlockHeight())
	require.True(t, counts)
	link, ok := chain.Before(tip)
	require.True(t, ok)
	require.NoError(t, f.Keeper.AdvanceBeacon(f.Ctx, f.Validators[0].Address, link[:]))
}

func state(t *testing.T, f *fixture.Fixture) types.Beacon {
	t.Helper()
	res, err := keeper.NewQueryServer(f.Keeper).Beacon(f.Ctx, &types.QueryBeaconRequest{})
	require.NoError(t, err)
	return res.Beacon
}

func TestBeaconAdvances(t *testing.T) {
	f := fixture.New(t, 10, 10)
	chain := register(t, f)
	one, two := f.Validators[0].Address, f.Validators[1].Address
	tip := chain.Tip()
	link, _ := chain.Before(tip)

	// A validator without a chain mixes in its address, whatever it sends.
	before := state(t, f)
	require.NoError(t, f.Keeper.AdvanceBeacon(f.Ctx, two, link[:]))
	mix := beacon.Mix(beacon.Value{}, two[:])
	require.Empty(t, before.Mix)
	require.Equal(t, mix[:], state(t, f).Mix)
	require.Zero(t, state(t, f).RevealedHeight)

	// One with a chain that sends nothing, something wrong, or something too long, misses.
	for i, wrong := range [][]byte{nil, make([]byte, 32), tip[:], append(link[:], 0)} {
		require.NoError(t, f.Keeper.AdvanceBeacon(f.Ctx, one, wrong))
		mix = beacon.Mix(mix, one[:])
		require.Equal(t, mix[:], state(t, f).Mix, "%d", i)
	}
	require.NoError(t, f.Keeper.AdvanceBeacon(f.Ctx, one, link[:]))
	mix = beacon.Mix(mix, link[:])
	require.Equal(t, mix[:], state(t, f).Mix)
	require.Equal(t, f.Ctx.BlockHeight(), state(t, f).RevealedHeight)

	// The same link does not count twice.
	require.NoError(t, f.Keeper.AdvanceBeacon(f.Ctx, one, link[:]))
	mix = beacon.Mix(mix, one[:])
	require.Equal(t, mix[:], state(t, f).Mix)
	res, err := keeper.NewQueryServer(f.Keeper).BeaconChain(f.Ctx, &types.QueryBeaconChainRequest{Address: bech32(f, 0)})
	require.NoError(t, err)
	require.Equal(t, types.BeaconChain{Validator: bech32(f, 0), Tip: link[:], Revealed: 1, Missed: 5}, res.Chain)
	_, err = keeper.NewQueryServer(f.Keeper).BeaconChain(f.Ctx, &types.QueryBeaconChainRequest{Address: bech32(f, 1)})
	require.Error(t, err)
}

// TestNewChainWaits: a validator cannot pick what it reveals by registering another chain.
func TestNewChainWaits(t *testing.T) {
	f := fixture.New(t, 10)
	old := reveal(t, f)
	other, err := beacon.NewChain(beacon.Value{43}, 10)
	require.NoError(t, err)
	tip := other.Tip()
	height, err := f.Keeper.SetBeacon(f.Ctx, f.Validators[0].Address[:], hex.EncodeToString(tip[:]))
	require.NoError(t, err)
	require.Equal(t, f.Ctx.BlockHeight()+int64(types.DefaultParams().BeaconDelayBlocks), height)
	f.At(height - 1)
	advance(t, f, old)
	require.Equal(t, height-1, state(t, f).RevealedHeight, "the old one counts to the last block")
	f.At(height)
	advance(t, f, other)
	require.Equal(t, height, state(t, f).RevealedHeight)

	for name, wrong := range map[string]string{"short": "00", "no hex": "zz", "long": hex.EncodeToString(make([]byte, 33)), "empty": ""} {
		_, err := f.Keeper.SetBeacon(f.Ctx, f.Validators[0].Address[:], wrong)
		require.ErrorIs(t, err, types.ErrInvalidBeacon, name)
	}
	_, err = f.Keeper.SetBeacon(f.Ctx, fixture.Address("nobody"), hex.EncodeToString(tip[:]))
	require.ErrorIs(t, err, types.ErrNotValidator)
}

func TestAssignedSeeds(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	alice := f.Account("alice")
	assigned := func(kind types.SeedKind) types.NewRequest {
		in := fixture.Request(alice, 1, 0)
		in.SeedKind = kind
		return in
	}
	_, err := f.Keeper.CreateRequest(f.Ctx, assigned(types.SeedKind_SEED_KIND_CONTENT))
	require.ErrorIs(t, err, types.ErrNoBeacon, "nobody ever revealed")
	chain := reveal(t, f)
	at := f.Ctx.BlockHeight()

	content, err := f.Keeper.CreateRequest(f.Ctx, assigned(types.SeedKind_SEED_KIND_CONTENT))
	require.NoError(t, err)
	money, err := f.Keeper.CreateRequest(f.Ctx, assigned(types.SeedKind_SEED_KIND_MONEY))
	require.NoError(t, err)
	chosen := f.Ask(alice, 1, 5)
	require.Equal(t, types.SeedKind_SEED_KIND_CHOSEN, chosen.SeedKind)
	for _, r := range []types.Request{content, money} {
		require.Zero(t, r.Seed, "not readable in its block")
		require.NotZero(t, r.SeedHeight)
	}
	work, err := f.Keeper.OpenWork(f.Ctx, 10)
	require.NoError(t, err)
	require.Len(t, work, 1, "nobody can compute without a seed")
	require.NoError(t, f.Keeper.OpenFigures(f.Ctx), "they count as open all the same")

	mix := beacon.Value(state(t, f).Mix)
	f.Next()
	require.Equal(t, beacon.Seed(mix, content.Id), f.Get(content.Id).Seed)
	require.Zero(t, f.Get(content.Id).SeedHeight)
	require.Equal(t, at+1, f.Get(money.Id).SeedHeight, "the next proposer decides")

	advance(t, f, chain)
	mix = beacon.Value(state(t, f).Mix)
	f.Next()
	require.Equal(t, beacon.Seed(mix, money.Id), f.Get(money.Id).Seed)
	work, err = f.Keeper.OpenWork(f.Ctx, 10)
	require.NoError(t, err)
	require.Len(t, work, 3)
	for _, item := range work {
		require.Equal(t, f.Get(item.Id).Seed, item.Seed)
	}
	finalize(t, f, money)
	finalize(t, f, content)

	in := assigned(types.SeedKind_SEED_KIND_MONEY)
	in.Seed = 1
	_, err = f.Keeper.CreateRequest(f.Ctx, in)
	require.ErrorIs(t, err, types.ErrInvalidRequest, "chosen and assigned")
	_, err = f.Keeper.CreateRequest(f.Ctx, assigned(7))
	require.ErrorIs(t, err, types.ErrInvalidRequest)
	f.At(f.Ctx.BlockHeight() + int64(types.DefaultParams().BeaconStaleBlocks))
	_, err = f.Keeper.CreateRequest(f.Ctx, assigned(types.SeedKind_SEED_KIND_CONTENT))
	require.ErrorIs(t, err, types.ErrNoBeacon, "nobody revealed for too long: the seed could be foreseen")
	f.CheckMoney()
}

// TestPoisonedSeed: a record that cannot be read delays nobody else.
func TestPoisonedSeed(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	alice := f.Account("alice")
	reveal(t, f)
	var ids []uint64
	for range 3 {
		in := fixture.Request(alice, 1, 0)
		in.SeedKind = types.SeedKind_SEED_KIND_CONTENT
		r, err := f.Keeper.CreateRequest(f.Ctx, in)
		require.NoError(t, err)
		ids = append(ids, r.Id)
	}
	f.Faults.After(0, false) // the first write of the block fails
	require.NoError(t, f.Keeper.EndBlock(f.Ctx))
	require.True(t, f.Faults.Off())
	require.NotZero(t, f.Get(ids[0]).SeedHeight)
	require.Zero(t, f.Get(ids[1]).SeedHeight)
	f.Next()
	require.Zero(t, f.Get(ids[0]).SeedHeight, "it is tried again")
}
