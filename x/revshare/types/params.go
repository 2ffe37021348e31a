package types

import (
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// DefaultEpochBlocks is about an hour of one-second blocks.
	DefaultEpochBlocks = 3600
	// DefaultDripEpochs is about a day of default epochs.
	DefaultDripEpochs = 24
	// DefaultRevenueDenom is the only revenue denom of a new chain.
	DefaultRevenueDenom = "aimo"

	// MaxEpochBlocks bounds epoch_blocks.
	MaxEpochBlocks = 10_000_000
	// MaxDripEpochs bounds drip_epochs and with it the work that catching up can be: a
	// stream that nobody touched has at most this many changes of its rate ahead.
	MaxDripEpochs = 365
	// MaxRevenueDenoms bounds the allow-list, closed entries included, and so the streams
	// of a pool and the work of a claim.
	MaxRevenueDenoms = 16
	// MaxExcluded bounds the fixed accounts that do not share.
	MaxExcluded = 16
	// MaxClaimSpans is how many checkpoints one claim settles; the rest is for the next call.
	MaxClaimSpans = 64
	// MaxPageSize bounds list queries.
	MaxPageSize = 100
	// BasisPoints is the whole.
	BasisPoints = 10_000
	// DefaultClaimableBps leaves nothing to a redemption pool.
	DefaultClaimableBps = BasisPoints
	// DefaultRedeemCapBps lets a tenth of the supply be redeemed in an epoch.
	DefaultRedeemCapBps = 1_000
	// MaxCompacted is how many checkpoints one call of Compact removes.
	MaxCompacted = 128
	// MaxOpenCount is where the Holder query stops counting checkpoints.
	MaxOpenCount = 1_000

	// Tills is the number of tills of a pool: claims paid from different ones have no key in common, so that a
	// parallel executor need not run them one after the other.
	Tills = 32

	// MaxAutoPerBlock is how many automatic payments are tried in a block.
	MaxAutoPerBlock = 8
	// MaxAutoSpans is how many checkpoints an automatic payment settles.
	MaxAutoSpans = 16
	// MaxAutoFailures is the number of failures after which an automatic payment is dropped.
	MaxAutoFailures = 3
	// MaxAutoBackoff bounds how often the time to the next attempt is doubled.
	MaxAutoBackoff = 6
	// AutoGas is what one automatic payment may use.
	AutoGas = 5_000_000

	// SecondsPerDay is the length of a day of Earnings.
	SecondsPerDay = 86_400
	// EarningDays is how many days are kept, and the longest window.
	EarningDays = 365
	// MaxPayers is the length of the list of the largest payers: everyone who paid more than
	// a tenth of all deposits is in it.
	MaxPayers = 10
)

// Gas charged for computing, on top of the store's own.
const (
	// GasCheckpoint is charged for each checkpoint written.
	GasCheckpoint = 500
	// GasRoll is charged to the first event of an epoch, which adds up the eligible supply.
	GasRoll = 500
	// GasLazy is charged for each question to the provider of lazy shares, instead of what it reads
	// to answer: a bounded number of records, whose length is that of somebody's terms of sale.
	GasLazy = 4_000
	// GasCatchUp is charged for each segment that a catch-up writes.
	GasCatchUp = 3_000
	// GasSpan is charged for each checkpoint and denom that a claim settles.
	GasSpan = 1_500
	// GasRedeem is charged for each denom that a redemption pays.
	GasRedeem = 2_000
)

// DefaultMinEligible is one whole share token of 18 decimals: the holder of a single base
// unit must not take the revenue of a month alone.
func DefaultMinEligible() math.Int {
	return math.NewInt(1_000_000_000_000_000_000)
}

// DefaultMinPayout is a thousandth of a whole coin of 18 decimals.
func DefaultMinPayout() math.Int {
	return math.NewInt(1_000_000_000_000_000)
}

// DefaultParams are the parameters of a main network.
func DefaultParams() Params {
	return Params{
		EpochBlocks:   DefaultEpochBlocks,
		DripEpochs:    DefaultDripEpochs,
		MinEligible:   DefaultMinEligible(),
		RevenueDenoms: []RevenueDenom{{Denom: DefaultRevenueDenom, MinDrip: math.OneInt(), MinPayout: DefaultMinPayout()}},
		ClaimableBps:  DefaultClaimableBps,
		RedeemCapBps:  DefaultRedeemCapBps,
	}
}

// Validate checks the ranges and the order of the allow-list.
func (p Params) Validate() error {
	if p.EpochBlocks == 0 || p.EpochBlocks > MaxEpochBlocks {
		return errorsmod.Wrapf(ErrInvalidParams, "epoch_blocks %d outside 1..%d", p.EpochBlocks, MaxEpochBlocks)
	}
	if p.DripEpochs == 0 || p.DripEpochs > MaxDripEpochs {
		return errorsmod.Wrapf(ErrInvalidParams, "drip_epochs %d outside 1..%d", p.DripEpochs, MaxDripEpochs)
	}
	if !ValidAmount(p.MinEligible) {
		return errorsmod.Wrapf(ErrInvalidParams, "min_eligible %s outside 1..2^%d", p.MinEligible, MaxAmountBits)
	}
	if len(p.RevenueDenoms) > MaxRevenueDenoms {
		return errorsmod.Wrapf(ErrInvalidParams, "%d revenue denoms, at most %d", len(p.RevenueDenoms), MaxRevenueDenoms)
	}
	for i, d := range p.RevenueDenoms {
		if err := sdk.ValidateDenom(d.Denom); err != nil {
			return errorsmod.Wrap(ErrInvalidParams, err.Error())
		}
		if i > 0 && p.RevenueDenoms[i-1].Denom >= d.Denom {
			return errorsmod.Wrapf(ErrInvalidParams, "revenue denom %s out of order", d.Denom)
		}
		if !ValidAmount(d.MinDrip) {
			return errorsmod.Wrapf(ErrInvalidParams, "min_drip of %s outside 1..2^%d", d.Denom, MaxAmountBits)
		}
		if !d.MinPayout.IsNil() && (d.MinPayout.IsNegative() || d.MinPayout.GT(MaxAmount())) {
			return errorsmod.Wrapf(ErrInvalidParams, "min_payout of %s outside 0..2^%d", d.Denom, MaxAmountBits)
		}
	}
	if !validBps(p.ClaimableBps) || !validBps(p.RedeemCapBps) {
		return errorsmod.Wrapf(ErrInvalidParams, "claimable_bps %d or redeem_cap_bps %d outside 1..%d", p.ClaimableBps, p.RedeemCapBps, BasisPoints)
	}
	return nil
}

func validBps(bps uint32) bool {
	return bps >= 1 && bps <= BasisPoints
}

// PaysAutomatically tells whether amount is enough for an automatic payment.
func (d RevenueDenom) PaysAutomatically(amount math.Int) bool {
	return d.MinPayout.IsNil() || amount.GTE(d.MinPayout)
}

// RevenueDenom finds the entry of a denom.
func (p Params) RevenueDenom(denom string) (RevenueDenom, bool) {
	for _, d := range p.RevenueDenoms {
		if d.Denom == denom {
			return d, true
		}
	}
	return RevenueDenom{}, false
}

// ValidateUpdate refuses to forget a denom: its streams live on, and their number is
// bounded by the list.
func (p Params) ValidateUpdate(next Params) error {
	if err := next.Validate(); err != nil {
		return err
	}
	for _, d := range p.RevenueDenoms {
		if _, found := next.RevenueDenom(d.Denom); !found {
			return errorsmod.Wrapf(ErrInvalidParams, "revenue denom %s can be closed, not removed", d.Denom)
		}
	}
	return nil
}
