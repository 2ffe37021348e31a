// Package keeper branches in block code only.
package keeper

import "fixture/sdk"

// Server is the message server.
type Server struct{}

// Claim does nothing that is forbidden.
func (Server) Claim(sdk.Context) error { return nil }

// EndBlock branches.
func (Server) EndBlock(ctx sdk.Context) error {
	_, write := ctx.CacheContext()
	write()
	return nil
}
