package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/prompt"
	"github.com/imochain/imod/x/aigc/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// salt is a salt of 32 bytes that differs by its first.
func salt(n byte) []byte { return append([]byte{n}, make([]byte, types.SaltLength-1)...) }

// hashOf is the commitment of who to the prompt that mintMsg names with a seed.
func hashOf(t require.TestingT, who sdk.AccAddress, collection, seed uint64) types.CommitmentHash {
	encoded, err := prompt.Prompt{Version: 2, Seed: seed, Input: []byte("a red circle")}.Encode()
	require.NoError(t, err)
	return prompt.Commitment(types.CollectionAddress(collection), [20]byte(who), encoded, [32]byte(salt(byte(seed))))
}

func (f *fixture) commit(t require.TestingT, who sdk.AccAddress, collection, seed uint64) types.Commitment {
	hash := hashOf(t, who, collection, seed)
	_, err := f.msgs.Commit(f.ctx, &types.MsgCommit{Sender: f.text(who), CollectionId: collection, Commitment: hash.String()})
	require.NoError(t, err)
	resp, err := f.queries.Commitment(f.ctx, &types.QueryCommitmentRequest{CollectionId: collection, Commitment: hash.String()})
	require.NoError(t, err)
	return resp.Commitment
}

// revealing is the mint that shows the prompt of a commitment.
func (f *fixture) revealing(who sdk.AccAddress, collection, seed uint64) types.NewMint {
	msg := f.mintMsg(who, collection, seed)
	return types.NewMint{
		Minter: who, Payer: who, CollectionID: collection, Version: 2, Seed: seed, Input: msg.Input, MaxFee: msg.MaxFee,
		Salt: salt(byte(seed)),
	}
}

func (f *fixture) nextBlock() { f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1) }

// TestCommitBeatsCopy: somebody reads the reveal before it is in a block and mints
// the prompt first. He has the result that he paid for, but neither the token nor
// a way to keep it from who committed; every coin is where it belongs.
func TestCommitBeatsCopy(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	f.commit(t, f.bob, c, 1)
	require.Equal(t, int64(1_000+commitDeposit), f.spent(f.bob), "paid in full at the commitment")
	f.nextBlock()

	copied := f.mint(t, c, 1) // alice copies
	minted, err := f.k.Mint(f.ctx, f.revealing(f.bob, c, 1))
	require.NoError(t, err)
	require.Equal(t, copied.TokenId, minted.TokenID.String())
	require.Equal(t, f.alice, minted.Displaced)
	owner, err := f.k.OwnerOf(f.ctx, c, minted.TokenID)
	require.NoError(t, err)
	require.Equal(t, f.bob, owner)
	require.Equal(t, int64(networkFee+modelPrice), f.spent(f.alice), "the mint price came back, the oracle's fees are spent")
	require.Equal(t, int64(1_000+networkFee+modelPrice), f.spent(f.bob), "the deposit came back")
	require.Len(t, events[*types.EventTokenDisplaced](t, f), 1)
	f.invariants(t)

	f.oracle.finish(f.ctx, copied.RequestId, output(1))
	f.oracle.finish(f.ctx, minted.RequestID, output(1))
	_, err = f.k.Settle(f.ctx, f.carol, c, minted.TokenID, nil)
	require.NoError(t, err)
	refused(t, f, types.ErrTokenExists, func(ctx sdk.Context) error {
		_, err := f.k.MintFromResult(ctx, f.alice, c, copied.RequestId, nil)
		return err
	})
	f.invariants(t)
}

// TestCommitOrder: the earliest commitment wins, whoever reveals first; a tie stays with who minted.
func TestCommitOrder(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	f.commit(t, f.bob, c, 1)
	f.nextBlock()
	f.commit(t, f.carol, c, 1)
	f.commit(t, f.alice, c, 1)
	f.nextBlock()
	_, err := f.k.Mint(f.ctx, f.revealing(f.carol, c, 1))
	require.NoError(t, err)
	refused(t, f, types.ErrTokenExists, func(ctx sdk.Context) error {
		_, err := f.k.Mint(ctx, f.revealing(f.alice, c, 1))
		return err
	})
	minted, err := f.k.Mint(f.ctx, f.revealing(f.bob, c, 1))
	require.NoError(t, err)
	require.Equal(t, f.carol, minted.Displaced)
	refused(t, f, types.ErrTokenExists, func(ctx sdk.Context) error {
		_, err := f.k.Mint(ctx, types.NewMint{
			Minter: f.creator, Payer: f.creator, CollectionID: c, Version: 2, Seed: 1, Input: []byte("a red circle"),
			MaxFee: sdk.NewCoins(coin(networkFee + modelPrice)),
		})
		return err
	})
	f.invariants(t)
}

// TestCommitFinalStays: a final token gives way to nobody.
func TestCommitFinalStays(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	f.commit(t, f.bob, c, 1)
	f.nextBlock()
	f.finalToken(t, c, 1)
	refused(t, f, types.ErrTokenExists, func(ctx sdk.Context) error {
		_, err := f.k.Mint(ctx, f.revealing(f.bob, c, 1))
		return err
	})
	f.invariants(t)
}

// TestCommitRefused: too early, too late, of somebody else, twice, with another salt.
func TestCommitRefused(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	commitment := f.commit(t, f.bob, c, 1)
	mint := func(change func(*types.NewMint)) func(sdk.Context) error {
		return func(ctx sdk.Context) error {
			in := f.revealing(f.bob, c, 1)
			change(&in)
			_, err := f.k.Mint(ctx, in)
			return err
		}
	}
	asIs := func(*types.NewMint) {}
	refused(t, f, types.ErrInvalidCommitment, mint(asIs)) // same block
	refused(t, f, types.ErrInvalidCommitment, func(ctx sdk.Context) error {
		_, err := f.k.Commit(ctx, f.bob, c, hashOf(t, f.bob, c, 1))
		return err
	})
	_, err := f.msgs.Commit(f.ctx, &types.MsgCommit{Sender: f.text(f.bob), CollectionId: c, Commitment: "abcd"})
	require.ErrorIs(t, err, types.ErrInvalidCommitment)
	f.nextBlock()
	refused(t, f, types.ErrCommitmentNotFound, mint(func(in *types.NewMint) { in.Minter, in.Payer = f.alice, f.alice }))
	refused(t, f, types.ErrCommitmentNotFound, mint(func(in *types.NewMint) { in.Salt = salt(2) }))
	refused(t, f, types.ErrCommitmentNotFound, mint(func(in *types.NewMint) { in.Seed = 2 }))
	refused(t, f, types.ErrInvalidCommitment, mint(func(in *types.NewMint) { in.Salt = []byte{1} }))
	f.setParams(t, func(p *types.Params) { p.Paused = true })
	refused(t, f, types.ErrPaused, func(ctx sdk.Context) error {
		_, err := f.k.Commit(ctx, f.carol, c, types.CommitmentHash{1})
		return err
	})
	f.setParams(t, func(p *types.Params) { p.Paused = false })
	f.ctx = f.ctx.WithBlockHeight(commitment.LastHeight + 1)
	refused(t, f, types.ErrInvalidCommitment, mint(asIs))
	f.ctx = f.ctx.WithBlockHeight(commitment.LastHeight)
	require.NoError(t, mint(asIs)(f.ctx))
	refused(t, f, types.ErrCommitmentNotFound, mint(asIs))
	f.invariants(t)
}

// TestCommitLapses: unrevealed, the price returns and the deposit is lost, at the end of the last block.
func TestCommitLapses(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	commitment := f.commit(t, f.bob, c, 1)
	f.commit(t, f.carol, c, 1)
	f.ctx = f.ctx.WithBlockHeight(commitment.LastHeight - 1)
	f.endBlock(t)
	require.Equal(t, int64(1_000+commitDeposit), f.spent(f.bob))
	community := f.has(communityAccount)
	f.block(f.carol)
	f.endBlock(t)
	require.Equal(t, int64(commitDeposit), f.spent(f.bob))
	require.Equal(t, int64(2*commitDeposit), f.has(communityAccount)-community)
	f.invariants(t)
	f.unblock(f.carol)
	_, err := f.k.Withdraw(f.ctx, f.carol, f.carol, c)
	require.NoError(t, err)
	require.Equal(t, int64(commitDeposit), f.spent(f.carol))
	f.invariants(t)
}

// TestAssignedSeedBeatsCopy: once the seed is drawn, everybody can mint the prompt
// with that seed; who asked for it first still has it while the copy is pending.
func TestAssignedSeedBeatsCopy(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	asked := f.ask(t, f.bob, modelID, 2, 1)
	asked.SeedKind, asked.Input = oracletypes.SeedKind_SEED_KIND_MONEY, []byte("a red circle")
	f.oracle.requests[asked.Id] = asked
	f.nextBlock()
	copied := f.mint(t, c, 1)
	f.oracle.finish(f.ctx, asked.Id, output(1))
	minted, err := f.k.MintFromResult(f.ctx, f.bob, c, asked.Id, nil)
	require.NoError(t, err)
	require.Equal(t, copied.TokenId, minted.TokenID.String())
	require.Equal(t, f.alice, minted.Displaced)
	require.Equal(t, int64(networkFee+modelPrice), f.spent(f.alice))
	f.invariants(t)

	chosen := f.ask(t, f.bob, modelID, 2, 3)
	f.nextBlock()
	request := f.oracle.requests[chosen.Id]
	request.Input, request.SeedKind = []byte("a red circle"), oracletypes.SeedKind_SEED_KIND_CHOSEN
	f.oracle.requests[chosen.Id] = request
	f.mint(t, c, 3)
	f.oracle.finish(f.ctx, chosen.Id, output(3))
	refused(t, f, types.ErrTokenExists, func(ctx sdk.Context) error {
		_, err := f.k.MintFromResult(ctx, f.bob, c, chosen.Id, nil)
		return err
	})
	f.invariants(t)
}
