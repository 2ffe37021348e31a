// Package token is a contract whose handlers stand in a table.
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
	server  Server
	methods map[string]func(sdk.Context, int) error
}

// New fills the table.
func New(server Server) *Contract {
	c := &Contract{server: server}
	c.methods = map[string]func(sdk.Context, int) error{"claim": c.claim}
	return c
}

func (c *Contract) claim(ctx sdk.Context, _ int) error { return c.server.Claim(ctx) }

// Run is what the EVM calls.
func (c *Contract) Run(name string) error {
	method := c.methods[name]
	return c.RunNativeAction(func(ctx sdk.Context) error { return method(ctx, 1) })
}
