package types

import "cosmossdk.io/errors"

const ModuleName = "text"

var (
	ErrA = errors.Register(ModuleName, 2, "Offering is closed") // want
	ErrB = errors.Register(ModuleName, 3, "offering is open.")  // want
	ErrC = errors.Register(ModuleName, 4, "text: is named")     // want
	ErrD = errors.Register(ModuleName, 5, "")                   // want
)
