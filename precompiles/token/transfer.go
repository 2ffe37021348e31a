package token

import (
	"math/big"

	"github.com/imochain/imod/precompiles/contract"
)

// transfer and transferFrom are upstream's, but for amounts of zero: upstream refuses those as
// invalid coins, while ERC-20 says that they "MUST be treated as normal transfers and fire the
// Transfer event".
func (t *token) transfer(c *contract.Call, args []any) ([]byte, error) {
	if amount, ok := args[1].(*big.Int); ok && amount.Sign() == 0 {
		return t.transferNothing(c, c.Frame.Caller(), args[0])
	}
	return t.base.HandleMethod(c.Ctx, c.Frame, c.State, c.Method, args)
}

func (t *token) transferFrom(c *contract.Call, args []any) ([]byte, error) {
	if amount, ok := args[2].(*big.Int); ok && amount.Sign() == 0 {
		return t.transferNothing(c, args[0], args[1])
	}
	return t.base.HandleMethod(c.Ctx, c.Frame, c.State, c.Method, args)
}

func (t *token) transferNothing(c *contract.Call, from, to any) ([]byte, error) {
	if err := c.Log("Transfer", from, to, new(big.Int)); err != nil {
		return nil, err
	}
	return c.Pack(true)
}
