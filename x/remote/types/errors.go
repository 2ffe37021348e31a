// Package types holds the errors and accounts of x/remote.
package types

import "cosmossdk.io/errors"

// ModuleName is the codespace of the errors.
const ModuleName = "remote"

// Errors of packets. An acknowledgement carries the code alone, so codes are what programs on other chains read, and
// they never change their meaning; the words stand in the events of this chain.
var (
	ErrMemo          = errors.Register(ModuleName, 2, "invalid memo")
	ErrTwoHooks      = errors.Register(ModuleName, 3, "memo names two hooks")
	ErrPacket        = errors.Register(ModuleName, 4, "invalid packet")
	ErrOwner         = errors.Register(ModuleName, 5, "owner is neither self nor the receiver")
	ErrPaused        = errors.Register(ModuleName, 6, "action is paused")
	ErrNotFound      = errors.Register(ModuleName, 7, "model, offering or bid not found")
	ErrNotOpen       = errors.Register(ModuleName, 8, "offering is not open")
	ErrTerms         = errors.Register(ModuleName, 9, "terms hash does not match the offering")
	ErrDenom         = errors.Register(ModuleName, 10, "denom is not accepted")
	ErrMinimum       = errors.Register(ModuleName, 11, "amount is below the minimum")
	ErrCap           = errors.Register(ModuleName, 12, "amount is over a cap")
	ErrPrice         = errors.Register(ModuleName, 13, "price is outside the offering or above the limit given")
	ErrNotAllowed    = errors.Register(ModuleName, 14, "account is not allowed")
	ErrTooLate       = errors.Register(ModuleName, 15, "deadline has passed")
	ErrNothing       = errors.Register(ModuleName, 16, "nothing to collect or to send home")
	ErrBudget        = errors.Register(ModuleName, 17, "coins do not cover what is asked for")
	ErrReturn        = errors.Register(ModuleName, 18, "return home failed")
	ErrActionRefused = errors.Register(ModuleName, 19, "action is refused")
)
