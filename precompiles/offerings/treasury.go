package offerings

import (
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/precompiles/contract"
	imotypes "github.com/imochain/imod/x/imo/types"
)

func (o offerings) proposeSpend(c *contract.Call, args []any) ([]byte, error) {
	model, err := contract.Uint64("modelId", args[0])
	if err != nil {
		return nil, err
	}
	recipient, err := contract.Account("recipient", args[1])
	if err != nil {
		return nil, err
	}
	amount, err := contract.Int("amount", args[2])
	if err != nil {
		return nil, err
	}
	purpose, ok := args[3].(string)
	if !ok {
		return nil, fmt.Errorf("purpose is not a string")
	}
	res, err := o.msgs.ProposeSpend(c.Ctx, &imotypes.MsgProposeSpend{
		Treasury: c.Caller().String(), ModelId: model, Recipient: recipient.String(),
		Amount: sdk.Coin{Denom: imotypes.TokenDenom(model), Amount: amount}, Note: purpose,
	})
	if err != nil {
		return nil, err
	}
	// Rounded up: at that second the window is over.
	spend, decides := new(big.Int).SetUint64(res.SpendId), uint64(res.DecideTime.Add(time.Second-1).Unix()) //nolint:gosec // after 1970
	if err := c.Log("SpendProposed", spend, new(big.Int).SetUint64(model), common.BytesToAddress(recipient), amount.BigInt(), decides); err != nil {
		return nil, err
	}
	return c.Pack(spend, decides)
}

func (o offerings) objectSpend(c *contract.Call, args []any) ([]byte, error) {
	id, err := contract.Uint64("spendId", args[0])
	if err != nil {
		return nil, err
	}
	res, err := o.msgs.ObjectSpend(c.Ctx, &imotypes.MsgObjectSpend{Holder: c.Caller().String(), SpendId: id})
	if err != nil {
		return nil, err
	}
	weight := res.Weight.Amount.BigInt()
	if err := c.Log("SpendObjected", new(big.Int).SetUint64(id), c.Frame.Caller(), weight, res.Refused); err != nil {
		return nil, err
	}
	return c.Pack(weight, res.Refused)
}

func (o offerings) executeSpend(c *contract.Call, args []any) ([]byte, error) {
	id, err := contract.Uint64("spendId", args[0])
	if err != nil {
		return nil, err
	}
	res, err := o.msgs.ExecuteSpend(c.Ctx, &imotypes.MsgExecuteSpend{Sender: c.Caller().String(), SpendId: id})
	if err != nil {
		return nil, err
	}
	paid := res.Paid.Amount.BigInt()
	if err := c.Log("SpendExecuted", new(big.Int).SetUint64(id), paid); err != nil {
		return nil, err
	}
	return c.Pack(paid)
}
