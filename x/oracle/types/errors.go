package types

import "cosmossdk.io/errors"

// Errors of the module.
var (
	ErrRequestNotFound   = errors.Register(ModuleName, 2, "request not found")
	ErrInvalidRequest    = errors.Register(ModuleName, 3, "request is invalid")
	ErrInputTooLong      = errors.Register(ModuleName, 4, "input is too long")
	ErrInvalidInput      = errors.Register(ModuleName, 5, "input does not fit the model")
	ErrFeeAboveMax       = errors.Register(ModuleName, 6, "fee is above the maximum given")
	ErrAmountTooLarge    = errors.Register(ModuleName, 7, "amount is too large")
	ErrTooManyOpen       = errors.Register(ModuleName, 8, "too much open work")
	ErrOutputTooLarge    = errors.Register(ModuleName, 9, "output is too large to be stored")
	ErrOutputNotPaid     = errors.Register(ModuleName, 10, "storing the output is not paid for")
	ErrOutputMismatch    = errors.Register(ModuleName, 11, "output does not match the root")
	ErrNotFinal          = errors.Register(ModuleName, 12, "request is not final")
	ErrInvalidAccount    = errors.Register(ModuleName, 13, "account cannot be used here")
	ErrNothingToClaim    = errors.Register(ModuleName, 14, "nothing to claim")
	ErrInvalidParams     = errors.Register(ModuleName, 15, "parameters are invalid")
	ErrInvalidGenesis    = errors.Register(ModuleName, 16, "genesis is invalid")
	ErrProofOpen         = errors.Register(ModuleName, 17, "a version of the model is already under proof")
	ErrProofNotFound     = errors.Register(ModuleName, 18, "no version of the model is under proof")
	ErrInvalidState      = errors.Register(ModuleName, 19, "state is inconsistent")
	ErrOutputUnavailable = errors.Register(ModuleName, 20, "output is not available on this node")
)
