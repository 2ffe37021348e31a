// Package keeper breaks every rule, each some calls below the contract.
package keeper

import "fixture/sdk"

// Hooks tells upper modules.
type Hooks interface{ AfterClaim(sdk.Context) error }

// Server is the message server.
type Server struct {
	hooks Hooks
	evm   sdk.EVM
}

// Claim is reached by the table of the contract.
func (s Server) Claim(ctx sdk.Context) error {
	if err := s.branch(ctx); err != nil {
		return err
	}
	if err := s.hooks.AfterClaim(ctx); err != nil {
		return err
	}
	return s.pay(ctx)
}

func (s Server) branch(ctx sdk.Context) error {
	_, write := ctx.CacheContext() // want contract calls, contract actions
	write()
	return nil
}

func (s Server) pay(ctx sdk.Context) error {
	return s.evm.CallEVM(ctx) // want contract actions, block handlers
}

// SendRestriction runs below the bank, which has no body here.
func (s Server) SendRestriction(ctx sdk.Context) error {
	branch := ctx.CacheContext // want contract actions
	_, write := branch() // want contract actions
	write()
	return nil
}

// EndBlock may branch, and may not call the EVM.
func (s Server) EndBlock(ctx sdk.Context) error {
	_, write := ctx.CacheContext()
	write()
	return s.pay(ctx)
}
