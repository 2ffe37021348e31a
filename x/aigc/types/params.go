package types

import (
	"slices"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/settlement"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// Bounds of the parameters.
const (
	// MaxAllowedDenoms bounds the list of denoms, and with it the loop of a withdrawal.
	MaxAllowedDenoms = 16
	// MaxProtocolFeeBps is 10 %.
	MaxProtocolFeeBps = 1_000
	// MaxContentBytes is 1 MiB, the most that one token can keep on chain.
	MaxContentBytes = 1 << 20
	// MinCommitBlocks leaves one block between a commitment and its end.
	MinCommitBlocks = 2
	// MaxCommitBlocks bounds how long a commitment can be held back, in blocks.
	MaxCommitBlocks = 100_000
	// MaxReportBlocks bounds how long a report waits to be decided, in blocks.
	MaxReportBlocks = 10_000_000
	// MaxModerators bounds the list of moderators.
	MaxModerators = 16
	// maxDepositBits bounds the deposit per byte, so that the product with a length stays an amount.
	maxDepositBits = 64
)

// Defaults of the parameters.
const (
	defaultProtocolFeeBps  = 100
	defaultMaxRoyaltyBps   = 5_000
	defaultMaxContentBytes = 64 << 10
	// 10^13 aimo a byte: a picture of 12 KiB locks 0.12 IMO.
	defaultDepositPerByte = 10_000_000_000_000
	defaultCommitBlocks   = 100
	// 10^16 aimo, 0.01 IMO: what naming a prompt without minting it costs.
	defaultCommitDeposit = 10_000_000_000_000_000
	// 10^18 aimo, 1 IMO: what a dismissed report costs.
	defaultReportBond = 1_000_000_000_000_000_000
	// about two weeks of blocks of a second
	defaultReportBlocks = 1_200_000
)

// DefaultParams are the settings of a new chain.
func DefaultParams() Params {
	return Params{
		AllowedDenoms:   []string{imotypes.BaseDenom},
		ProtocolFeeBps:  defaultProtocolFeeBps,
		MaxRoyaltyBps:   defaultMaxRoyaltyBps,
		DepositPerByte:  sdk.NewInt64Coin(imotypes.BaseDenom, defaultDepositPerByte),
		MaxContentBytes: defaultMaxContentBytes,
		CommitBlocks:    defaultCommitBlocks,
		CommitDeposit:   sdk.NewInt64Coin(imotypes.BaseDenom, defaultCommitDeposit),
		ReportBond:      sdk.NewInt64Coin(imotypes.BaseDenom, defaultReportBond),
		ReportBlocks:    defaultReportBlocks,
	}
}

// Validate checks every bound.
func (p Params) Validate() error {
	if len(p.AllowedDenoms) == 0 || len(p.AllowedDenoms) > MaxAllowedDenoms {
		return ErrInvalidParams.Wrapf("%d allowed denoms, want 1 to %d", len(p.AllowedDenoms), MaxAllowedDenoms)
	}
	for i, denom := range p.AllowedDenoms {
		if err := validatePriceDenom(denom); err != nil {
			return ErrInvalidParams.Wrapf("allowed denom %q: %s", denom, err)
		}
		for _, other := range p.AllowedDenoms[:i] {
			if other == denom {
				return ErrInvalidParams.Wrapf("allowed denom %q is listed twice", denom)
			}
		}
	}
	if p.ProtocolFeeBps > MaxProtocolFeeBps {
		return ErrInvalidParams.Wrapf("protocol fee of %d basis points, at most %d", p.ProtocolFeeBps, MaxProtocolFeeBps)
	}
	if p.MaxRoyaltyBps > settlement.Whole {
		return ErrInvalidParams.Wrapf("royalty bound of %d basis points, at most %d", p.MaxRoyaltyBps, settlement.Whole)
	}
	if err := p.DepositPerByte.Validate(); err != nil {
		return ErrInvalidParams.Wrapf("deposit per byte: %s", err)
	}
	if imotypes.IsTokenDenom(p.DepositPerByte.Denom) {
		return ErrInvalidParams.Wrap("deposit per byte: share tokens are never a deposit")
	}
	if p.DepositPerByte.Amount.BigInt().BitLen() > maxDepositBits {
		return ErrInvalidParams.Wrapf("deposit per byte of %s, at most 2^%d", p.DepositPerByte.Amount, maxDepositBits)
	}
	if p.MaxContentBytes > MaxContentBytes {
		return ErrInvalidParams.Wrapf("content of %d bytes, at most %d", p.MaxContentBytes, MaxContentBytes)
	}
	return p.validateCommit()
}

func (p Params) validateCommit() error {
	if p.CommitBlocks < MinCommitBlocks || p.CommitBlocks > MaxCommitBlocks {
		return ErrInvalidParams.Wrapf("commitments of %d blocks, want %d to %d", p.CommitBlocks, MinCommitBlocks, MaxCommitBlocks)
	}
	if err := validateBond(p.CommitDeposit); err != nil {
		return ErrInvalidParams.Wrapf("commit deposit: %s", err)
	}
	return p.validateReports()
}

func (p Params) validateReports() error {
	if err := validateBond(p.ReportBond); err != nil {
		return ErrInvalidParams.Wrapf("report bond: %s", err)
	}
	if p.ReportBlocks == 0 || p.ReportBlocks > MaxReportBlocks {
		return ErrInvalidParams.Wrapf("reports of %d blocks, want 1 to %d", p.ReportBlocks, MaxReportBlocks)
	}
	if len(p.Moderators) > MaxModerators {
		return ErrInvalidParams.Wrapf("%d moderators, at most %d", len(p.Moderators), MaxModerators)
	}
	for i, moderator := range p.Moderators {
		if moderator == "" || slices.Contains(p.Moderators[:i], moderator) {
			return ErrInvalidParams.Wrapf("moderator %q is empty or listed twice", moderator)
		}
	}
	return nil
}

// validateBond accepts an amount of the chain's own coin up to 2^120.
func validateBond(bond sdk.Coin) error {
	if err := bond.Validate(); err != nil {
		return err
	}
	if bond.Denom != imotypes.BaseDenom {
		return ErrInvalidParams.Wrapf("it is in %s, want %s", bond.Denom, imotypes.BaseDenom)
	}
	return settlement.CheckPrice(bond.Amount)
}

// AllowsDenom tells whether prices may be named in denom.
func (p Params) AllowsDenom(denom string) bool {
	for _, allowed := range p.AllowedDenoms {
		if allowed == denom {
			return true
		}
	}
	return false
}

// CheckPrice accepts a price that may be named now: a valid coin of an allowed
// denom, 0 to 2^120.
func (p Params) CheckPrice(price sdk.Coin) error {
	if err := price.Validate(); err != nil {
		return ErrInvalidPrice.Wrap(err.Error())
	}
	if err := settlement.CheckPrice(price.Amount); err != nil {
		return ErrInvalidPrice.Wrapf("%s: %s", price, err)
	}
	if !p.AllowsDenom(price.Denom) {
		return ErrInvalidPrice.Wrapf("denom %s is not allowed", price.Denom)
	}
	return nil
}

// Deposit is what length bytes of content lock.
func (p Params) Deposit(length int) sdk.Coin {
	return sdk.NewCoin(p.DepositPerByte.Denom, p.DepositPerByte.Amount.Mul(math.NewInt(int64(length))))
}

// validatePriceDenom refuses model tokens: royalty paid in a share into its own
// pool would change the balances it is shared by.
func validatePriceDenom(denom string) error {
	if err := sdk.ValidateDenom(denom); err != nil {
		return err
	}
	if imotypes.IsTokenDenom(denom) {
		return ErrInvalidPrice.Wrap("share tokens are never a price")
	}
	return nil
}
