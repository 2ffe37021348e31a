package types

import (
	"math"

	errorsmod "cosmossdk.io/errors"
)

// NewClock starts at epoch 0, so that epoch = height / epochBlocks.
func NewClock(epochBlocks uint64) Clock {
	return Clock{EpochBlocks: epochBlocks}
}

// At is the epoch of a height. A height before the clock's own belongs to its first epoch.
func (c Clock) At(height int64) uint64 {
	if height <= c.Height {
		return c.Epoch
	}
	return c.Epoch + uint64(height-c.Height)/c.EpochBlocks
}

// EndsAt is the first height of the epoch after the one that height lies in.
func (c Clock) EndsAt(height int64) int64 {
	return c.Height + int64((c.At(height)-c.Epoch+1)*c.EpochBlocks)
}

// Restart gives the running epoch a new length, counted from height. Epoch numbers go on:
// nothing that is keyed by an epoch changes its meaning.
func (c Clock) Restart(height int64, epochBlocks uint64) Clock {
	return Clock{EpochBlocks: epochBlocks, Height: height, Epoch: c.At(height)}
}

// Validate checks the ranges that keep the arithmetic above from overflowing.
func (c Clock) Validate() error {
	if c.EpochBlocks == 0 || c.EpochBlocks > MaxEpochBlocks {
		return errorsmod.Wrapf(ErrInvalidGenesis, "clock: epoch_blocks %d outside 1..%d", c.EpochBlocks, MaxEpochBlocks)
	}
	if c.Height < 0 || c.Epoch > math.MaxInt32 {
		return errorsmod.Wrapf(ErrInvalidGenesis, "clock: height %d or epoch %d out of range", c.Height, c.Epoch)
	}
	return nil
}
