package executor

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// Chain is what the programs need of a node.
type Chain interface {
	// ChainID is the id that bindings are made for.
	ChainID() string
	// Account signs.
	Account() sdk.AccAddress
	// Oracle and Registry ask the modules.
	Oracle() oracletypes.QueryClient
	Registry() imotypes.QueryClient
	// Height is the last block.
	Height(ctx context.Context) (int64, error)
	// Send signs a message, sends it and waits for its block. An error tells why it failed.
	Send(ctx context.Context, msg sdk.Msg) error
}
