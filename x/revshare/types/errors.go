package types

import (
	errorsmod "cosmossdk.io/errors"
)

// Errors of the module. Codes are never reused.
var (
	ErrPoolNotFound    = errorsmod.Register(ModuleName, 2, "share denom has no revenue pool")
	ErrNotShareDenom   = errorsmod.Register(ModuleName, 3, "not a share denom")
	ErrDenomNotAllowed = errorsmod.Register(ModuleName, 4, "revenue denom not allowed")
	ErrInvalidAmount   = errorsmod.Register(ModuleName, 5, "invalid amount")
	ErrInvalidKind     = errorsmod.Register(ModuleName, 6, "invalid source kind")
	ErrInvalidAccount  = errorsmod.Register(ModuleName, 7, "account cannot hold shares or be paid")
	ErrNothingToClaim  = errorsmod.Register(ModuleName, 8, "nothing to claim")
	ErrClaimForRefused = errorsmod.Register(ModuleName, 9, "claim for this holder refused")
	ErrPayoutFixed     = errorsmod.Register(ModuleName, 10, "a contract sets its payout address once")
	ErrLazyExceeded    = errorsmod.Register(ModuleName, 11, "more than the lazy share")
	ErrInvalidParams   = errorsmod.Register(ModuleName, 12, "invalid parameters")
	ErrInvalidGenesis  = errorsmod.Register(ModuleName, 13, "invalid genesis state")
	ErrInvalidState    = errorsmod.Register(ModuleName, 14, "state that cannot be")
	ErrInsolvent       = errorsmod.Register(ModuleName, 15, "payment above what is owed")
	ErrInvariant       = errorsmod.Register(ModuleName, 16, "invariant broken")
	ErrRedeemCap       = errorsmod.Register(ModuleName, 17, "more than may be redeemed in this epoch")
	ErrPoolBreached    = errorsmod.Register(ModuleName, 18, "the books of this pool do not balance; it pays nothing until they do")
	ErrNotToCompact    = errorsmod.Register(ModuleName, 19, "too few checkpoints to compact")
	ErrCompacted       = errorsmod.Register(ModuleName, 20, "the account's history was compacted beyond that epoch")
	ErrAutoRefused     = errorsmod.Register(ModuleName, 21, "automatic payment refused")
)
