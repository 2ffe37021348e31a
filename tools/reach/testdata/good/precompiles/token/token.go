// Package token is a contract that calls the EVM only after its action.
package token

import (
	"fixture/frame"
	"fixture/sdk"
)

// Server is the module's message server.
type Server interface{ Claim(sdk.Context) error }

// Contract is a precompiled contract.
type Contract struct {
	frame.Base
	server Server
	evm    sdk.EVM
}

// Run is what the EVM calls.
func (c *Contract) Run() error {
	if err := c.RunNativeAction(c.server.Claim); err != nil {
		return err
	}
	if err := c.RunNativeAction(func(ctx sdk.Context) error { return c.server.Claim(ctx) }); err != nil {
		return err
	}
	return c.evm.CallEVM(sdk.Context{})
}
