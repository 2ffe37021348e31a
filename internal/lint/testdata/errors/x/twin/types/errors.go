package types

import errorsmod "cosmossdk.io/errors"

const ModuleName = "twin"

const late = 5

var (
	ErrA = errorsmod.Register(ModuleName, 2, "EVM refused")
	ErrB = errorsmod.Register(ModuleName, 3, "first")
	ErrC = errorsmod.Register(ModuleName, 3, "second")      // want
	ErrD = errorsmod.Register(ModuleName, late, "computed") // want
)
