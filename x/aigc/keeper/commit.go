package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/prompt"
	"github.com/imochain/imod/x/aigc/types"
)

// Commit names a prompt by a hash and pays for its mint. From the next block on the
// sender can mint the prompt by showing it; whoever reads it then is too late: only
// an earlier commitment takes a prompt from a later one.
func (k *Keeper) Commit(
	ctx context.Context, sender sdk.AccAddress, collectionID uint64, hash types.CommitmentHash,
) (types.Commitment, error) {
	c, params, err := k.openForMint(ctx, collectionID, sender)
	if err != nil {
		return types.Commitment{}, err
	}
	used, err := k.commitments.Has(ctx, commitmentKey(c.Id, hash))
	if err != nil {
		return types.Commitment{}, err
	}
	if used {
		return types.Commitment{}, types.ErrInvalidCommitment.Wrapf("%s exists", hash)
	}
	last := height(ctx) + int64(params.CommitBlocks)
	commitment := types.Commitment{
		Price: c.MintPrice, Deposit: params.CommitDeposit, Height: height(ctx), LastHeight: last, DueHeight: last,
	}
	if commitment.Sender, err = k.text(sender); err != nil {
		return types.Commitment{}, err
	}
	if err := k.putCommitment(ctx, c.Id, hash, commitment); err != nil {
		return types.Commitment{}, err
	}
	for _, amount := range []sdk.Coin{commitment.Price, commitment.Deposit} {
		if err := k.toEscrow(ctx, c.Id, sender, amount); err != nil {
			return types.Commitment{}, err
		}
	}
	return commitment, emit(ctx, &types.EventCommitted{
		CollectionId: c.Id, Commitment: hash.String(), Sender: commitment.Sender, LastHeight: last,
	})
}

// reveal ends the commitment of a minter to a prompt and returns its deposit. The
// mint price stays in escrow, for the token. A commitment of the same block proves
// nothing: whoever sees a reveal could still come before it there.
func (k *Keeper) reveal(
	ctx context.Context, c types.Collection, minter sdk.AccAddress, encoded, salt []byte,
) (types.Commitment, error) {
	if len(salt) != types.SaltLength {
		return types.Commitment{}, types.ErrInvalidCommitment.Wrapf("salt of %d bytes, want %d", len(salt), types.SaltLength)
	}
	hash := types.CommitmentHash(prompt.Commitment(types.CollectionAddress(c.Id), [20]byte(minter), encoded, [32]byte(salt)))
	commitment, err := k.Commitment(ctx, c.Id, hash)
	if err != nil {
		return types.Commitment{}, err
	}
	if now := height(ctx); now <= commitment.Height || now > commitment.LastHeight {
		return types.Commitment{}, types.ErrInvalidCommitment.Wrapf(
			"it can be revealed in blocks %d to %d, this is %d", commitment.Height+1, commitment.LastHeight, now)
	}
	if err := k.removeCommitment(ctx, c.Id, hash, commitment); err != nil {
		return types.Commitment{}, err
	}
	if err := k.pay(ctx, c.Id, types.EscrowAddress(c.Id), minter, commitment.Deposit); err != nil {
		return types.Commitment{}, err
	}
	return commitment, k.announceEnd(ctx, c.Id, hash, commitment, true)
}

// Commitment reads a commitment that was neither revealed nor ended.
func (k *Keeper) Commitment(ctx context.Context, collectionID uint64, hash types.CommitmentHash) (types.Commitment, error) {
	commitment, err := k.commitments.Get(ctx, commitmentKey(collectionID, hash))
	if errors.Is(err, collections.ErrNotFound) {
		return types.Commitment{}, types.ErrCommitmentNotFound.Wrapf("%s in collection %d", hash, collectionID)
	}
	return commitment, err
}

// endCommitment returns the mint price of an unrevealed commitment; the deposit is lost.
func (k *Keeper) endCommitment(ctx context.Context, key commitmentDueKey) error {
	hash, commitment, err := k.dueCommitment(ctx, key)
	if err != nil {
		return err
	}
	if err := k.removeCommitment(ctx, key.K2(), hash, commitment); err != nil {
		return err
	}
	sender, err := k.account(commitment.Sender)
	if err != nil {
		return err
	}
	escrow := types.EscrowAddress(key.K2())
	if commitment.Deposit.IsPositive() {
		if err := k.community.FundCommunityPool(ctx, sdk.NewCoins(commitment.Deposit), escrow); err != nil {
			return err
		}
	}
	if err := k.pay(ctx, key.K2(), escrow, sender, commitment.Price); err != nil {
		return err
	}
	return k.announceEnd(ctx, key.K2(), hash, commitment, false)
}

// holdCommitment puts off an end that failed.
func (k *Keeper) holdCommitment(ctx context.Context, key commitmentDueKey) error {
	hash, commitment, err := k.dueCommitment(ctx, key)
	if err != nil {
		return err
	}
	if err := k.removeCommitment(ctx, key.K2(), hash, commitment); err != nil {
		return err
	}
	commitment.DueHeight = height(ctx) + retryBlocks
	return k.putCommitment(ctx, key.K2(), hash, commitment)
}

func (k *Keeper) dueCommitment(ctx context.Context, key commitmentDueKey) (types.CommitmentHash, types.Commitment, error) {
	hash, err := types.CommitmentFromBytes(key.K3())
	if err != nil {
		return hash, types.Commitment{}, err
	}
	commitment, err := k.Commitment(ctx, key.K2(), hash)
	return hash, commitment, err
}

func (k *Keeper) putCommitment(ctx context.Context, collectionID uint64, hash types.CommitmentHash, c types.Commitment) error {
	if err := k.commitmentsDue.Set(ctx, commitmentDue(collectionID, hash, c)); err != nil {
		return err
	}
	return k.commitments.Set(ctx, commitmentKey(collectionID, hash), c)
}

func (k *Keeper) removeCommitment(ctx context.Context, collectionID uint64, hash types.CommitmentHash, c types.Commitment) error {
	if err := k.commitmentsDue.Remove(ctx, commitmentDue(collectionID, hash, c)); err != nil {
		return err
	}
	return k.commitments.Remove(ctx, commitmentKey(collectionID, hash))
}

func (k *Keeper) announceEnd(
	ctx context.Context, collectionID uint64, hash types.CommitmentHash, c types.Commitment, revealed bool,
) error {
	return emit(ctx, &types.EventCommitmentEnded{
		CollectionId: collectionID, Commitment: hash.String(), Sender: c.Sender, Revealed: revealed,
	})
}

func commitmentKey(collectionID uint64, hash types.CommitmentHash) tokenKey {
	return collections.Join(collectionID, hash[:])
}

func commitmentDue(collectionID uint64, hash types.CommitmentHash, c types.Commitment) commitmentDueKey {
	return collections.Join3(c.DueHeight, collectionID, hash[:])
}
