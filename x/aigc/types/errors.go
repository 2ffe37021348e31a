package types

import "cosmossdk.io/errors"

// Errors of the module.
var (
	ErrPaused             = errors.Register(ModuleName, 2, "module is paused")
	ErrCollectionNotFound = errors.Register(ModuleName, 3, "collection does not exist")
	ErrInvalidCollection  = errors.Register(ModuleName, 4, "invalid collection")
	ErrNotCreator         = errors.Register(ModuleName, 5, "only the creator may do this")
	ErrVersionNotAllowed  = errors.Register(ModuleName, 6, "model version is not allowed in the collection")
	ErrInvalidPrompt      = errors.Register(ModuleName, 7, "invalid prompt")
	ErrTokenExists        = errors.Register(ModuleName, 8, "token of this prompt exists or existed")
	ErrTokenNotFound      = errors.Register(ModuleName, 9, "token does not exist")
	ErrSupplyLimit        = errors.Register(ModuleName, 10, "supply limit of the collection is reached")
	ErrTokenPending       = errors.Register(ModuleName, 11, "token is pending")
	ErrAlreadySettled     = errors.Register(ModuleName, 12, "token is settled already")
	ErrNoResult           = errors.Register(ModuleName, 13, "request has no final result")
	ErrForeignResult      = errors.Register(ModuleName, 14, "result does not belong here")
	ErrContentMismatch    = errors.Register(ModuleName, 15, "content does not hash to the output root")
	ErrContentTooLarge    = errors.Register(ModuleName, 16, "content is too large")
	ErrContentStored      = errors.Register(ModuleName, 17, "content is stored already")
	ErrContentNotFound    = errors.Register(ModuleName, 18, "no content is stored")
	ErrWrongOwner         = errors.Register(ModuleName, 19, "account does not own the token")
	ErrNotApproved        = errors.Register(ModuleName, 20, "account may not act on the token")
	ErrInvalidRecipient   = errors.Register(ModuleName, 21, "recipient cannot receive")
	ErrInvalidAddress     = errors.Register(ModuleName, 22, "invalid address")
	ErrIndexOutOfRange    = errors.Register(ModuleName, 23, "index is out of range")
	ErrInvalidPrice       = errors.Register(ModuleName, 24, "invalid price")
	ErrNotListed          = errors.Register(ModuleName, 25, "token is not for sale")
	ErrStalePrice         = errors.Register(ModuleName, 26, "listed price differs from the expected one")
	ErrNothingToWithdraw  = errors.Register(ModuleName, 27, "nothing to withdraw")
	ErrInvalidTokenID     = errors.Register(ModuleName, 28, "invalid token id")
	ErrInvalidParams      = errors.Register(ModuleName, 29, "invalid parameters")
	ErrInvalidGenesis     = errors.Register(ModuleName, 30, "invalid genesis state")
	// ErrInconsistent is returned where state contradicts itself; speculative
	// execution can see such a state, so it must not be a panic.
	ErrInconsistent       = errors.Register(ModuleName, 31, "state is inconsistent")
	ErrInvalidOffer       = errors.Register(ModuleName, 32, "invalid offer")
	ErrOfferNotFound      = errors.Register(ModuleName, 33, "offer does not exist")
	ErrOfferOpen          = errors.Register(ModuleName, 34, "offer is open: only its bidder may cancel it")
	ErrInvalidCommitment  = errors.Register(ModuleName, 35, "invalid commitment")
	ErrCommitmentNotFound = errors.Register(ModuleName, 36, "commitment does not exist")
)
