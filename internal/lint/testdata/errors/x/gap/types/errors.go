package types

import "cosmossdk.io/errors"

const ModuleName = "gap"

var (
	ErrA = errors.Register(ModuleName, 2, "offering is closed")
	ErrB = errors.Register(ModuleName, 4, "offering is open") // want
)
