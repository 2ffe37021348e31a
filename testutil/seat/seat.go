// Package seat lets the programs of package executor act on a chain in memory.
package seat

import (
	"context"
	"fmt"

	"github.com/cosmos/cosmos-sdk/baseapp"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/executor"
	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/testutil/chain"
	imokeeper "github.com/imochain/imod/x/imo/keeper"
	imotypes "github.com/imochain/imod/x/imo/types"
	oraclekeeper "github.com/imochain/imod/x/oracle/keeper"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// Seat is an account's way to a chain. What it sends makes a block.
type Seat struct {
	Chain  *chain.Chain
	Signer chain.Account
	// Gas holds the most that a message of a kind used; nil for nobody.
	Gas map[string]uint64
}

var _ executor.Chain = Seat{}

// ChainID implements executor.Chain.
func (s Seat) ChainID() string { return chain.ID }

// Account implements executor.Chain.
func (s Seat) Account() sdk.AccAddress { return s.Signer.Address() }

// Height implements executor.Chain.
func (s Seat) Height(context.Context) (int64, error) { return s.Chain.Height(), nil }

// Oracle implements executor.Chain.
func (s Seat) Oracle() oracletypes.QueryClient {
	helper := baseapp.NewQueryServerTestHelper(s.Chain.Context(), s.Chain.App().InterfaceRegistry())
	oracletypes.RegisterQueryServer(helper, oraclekeeper.NewQueryServer(s.Chain.App().OracleKeeper))
	return oracletypes.NewQueryClient(helper)
}

// Registry implements executor.Chain.
func (s Seat) Registry() imotypes.QueryClient {
	helper := baseapp.NewQueryServerTestHelper(s.Chain.Context(), s.Chain.App().InterfaceRegistry())
	imotypes.RegisterQueryServer(helper, imokeeper.NewQueryServer(s.Chain.App().IMOKeeper))
	return imotypes.NewQueryClient(helper)
}

// Send implements executor.Chain.
func (s Seat) Send(_ context.Context, msg sdk.Msg) error {
	results := s.Chain.Next(s.Chain.Tx(s.Signer, msg))
	last := results[len(results)-1]
	name := sdk.MsgTypeURL(msg)
	if s.Gas != nil {
		s.Gas[name] = max(s.Gas[name], uint64(last.GasUsed))
	}
	if last.Code != 0 {
		return fmt.Errorf("%s: %s", name, last.Log)
	}
	return nil
}

// Only gives one bundle whatever is asked for: who is given another one runs other weights.
type Only struct{ Is *bundle.Bundle }

// Bundle implements executor.Models.
func (o Only) Bundle(context.Context, bundle.Hash, []string) (*bundle.Bundle, error) {
	return o.Is, nil
}
