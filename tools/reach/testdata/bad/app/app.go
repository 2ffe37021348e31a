// Package app wires.
package app

import (
	"fixture/precompiles/token"
	"fixture/x/imo/keeper"
)

// New wires the contract.
func New() *token.Contract { return token.New(keeper.Server{}) }
