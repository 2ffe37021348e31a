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

// maxDeadline is the year 9999, the last that a timestamp can name.
const maxDeadline = 253_402_300_799

func deadline(value any) (time.Time, error) {
	seconds, err := contract.Uint64("deadline", value)
	if err != nil || seconds > maxDeadline {
		return time.Time{}, fmt.Errorf("deadline %v is not a time before the year 10000", value)
	}
	return time.Unix(int64(seconds), 0).UTC(), nil //nolint:gosec // bounded above
}

// poolOf reads the id and the payment denom of a pool.
func (o offerings) poolOf(c *contract.Call, model any) (uint64, string, error) {
	id, err := contract.Uint64("modelId", model)
	if err != nil {
		return 0, "", err
	}
	found, err := o.queries.Pool(c.Ctx, &imotypes.QueryPoolRequest{ModelId: id})
	if err != nil {
		return 0, "", err
	}
	return id, found.Pool.Payment.Denom, nil
}

func (o offerings) swap(c *contract.Call, args []any) ([]byte, error) {
	buy, ok := args[1].(bool)
	if !ok {
		return nil, fmt.Errorf("buy %v is not a bool", args[1])
	}
	amounts, err := ints([]string{"amountIn", "minOut"}, args[2:])
	if err != nil {
		return nil, err
	}
	at, err := deadline(args[4])
	if err != nil {
		return nil, err
	}
	id, payment, err := o.poolOf(c, args[0])
	if err != nil {
		return nil, err
	}
	in, out := imotypes.TokenDenom(id), payment
	if buy {
		in, out = out, in
	}
	if err := o.takeValue(c, in, amounts[0]); err != nil {
		return nil, err
	}
	res, err := o.msgs.Swap(c.Ctx, &imotypes.MsgSwap{
		Sender: c.Caller().String(), ModelId: id, AmountIn: sdk.Coin{Denom: in, Amount: amounts[0]},
		MinOut: sdk.Coin{Denom: out, Amount: amounts[1]}, Deadline: at,
	})
	if err != nil {
		return nil, err
	}
	got := res.AmountOut.Amount.BigInt()
	if err := c.Log("Swapped", new(big.Int).SetUint64(id), c.Frame.Caller(), buy, amounts[0].BigInt(), got); err != nil {
		return nil, err
	}
	return c.Pack(got)
}

func (o offerings) addLiquidity(c *contract.Call, args []any) ([]byte, error) {
	amounts, err := ints([]string{"maxTokens", "maxPayment", "minShares"}, args[1:])
	if err != nil {
		return nil, err
	}
	at, err := deadline(args[4])
	if err != nil {
		return nil, err
	}
	id, payment, err := o.poolOf(c, args[0])
	if err != nil {
		return nil, err
	}
	if err := o.takeValue(c, payment, amounts[1]); err != nil {
		return nil, err
	}
	res, err := o.msgs.AddLiquidity(c.Ctx, &imotypes.MsgAddLiquidity{
		Sender: c.Caller().String(), ModelId: id, MaxTokens: sdk.Coin{Denom: imotypes.TokenDenom(id), Amount: amounts[0]},
		MaxPayment: sdk.Coin{Denom: payment, Amount: amounts[1]}, MinShares: amounts[2], Deadline: at,
	})
	if err != nil {
		return nil, err
	}
	shares, tokens, paid := res.Shares.BigInt(), res.Tokens.Amount.BigInt(), res.Payment.Amount.BigInt()
	if err := c.Log("LiquidityAdded", new(big.Int).SetUint64(id), c.Frame.Caller(), tokens, paid, shares); err != nil {
		return nil, err
	}
	return c.Pack(shares, tokens, paid)
}

func (o offerings) removeLiquidity(c *contract.Call, args []any) ([]byte, error) {
	amounts, err := ints([]string{"shares", "minTokens", "minPayment"}, args[1:])
	if err != nil {
		return nil, err
	}
	at, err := deadline(args[4])
	if err != nil {
		return nil, err
	}
	id, payment, err := o.poolOf(c, args[0])
	if err != nil {
		return nil, err
	}
	res, err := o.msgs.RemoveLiquidity(c.Ctx, &imotypes.MsgRemoveLiquidity{
		Sender: c.Caller().String(), ModelId: id, Shares: amounts[0], MinTokens: sdk.Coin{Denom: imotypes.TokenDenom(id), Amount: amounts[1]},
		MinPayment: sdk.Coin{Denom: payment, Amount: amounts[2]}, Deadline: at,
	})
	if err != nil {
		return nil, err
	}
	tokens, paid := res.Tokens.Amount.BigInt(), res.Payment.Amount.BigInt()
	if err := c.Log("LiquidityRemoved", new(big.Int).SetUint64(id), c.Frame.Caller(), tokens, paid, amounts[0].BigInt()); err != nil {
		return nil, err
	}
	return c.Pack(tokens, paid)
}

func (o offerings) collectPoolRevenue(c *contract.Call, args []any) ([]byte, error) {
	return o.poolRevenueOf(c, args[0], c.Caller())
}

func (o offerings) collectPoolRevenueFor(c *contract.Call, args []any) ([]byte, error) {
	owner, err := contract.Account("owner", args[1])
	if err != nil {
		return nil, err
	}
	return o.poolRevenueOf(c, args[0], owner)
}

func (o offerings) poolRevenueOf(c *contract.Call, model any, owner sdk.AccAddress) ([]byte, error) {
	id, err := contract.Uint64("modelId", model)
	if err != nil {
		return nil, err
	}
	res, err := o.msgs.CollectPoolRevenue(c.Ctx, &imotypes.MsgCollectPoolRevenue{
		Sender: c.Caller().String(), ModelId: id, Owner: owner.String(),
	})
	if err != nil {
		return nil, err
	}
	denoms, amounts := make([]string, 0, len(res.Paid)), make([]*big.Int, 0, len(res.Paid))
	for _, coin := range res.Paid {
		denoms, amounts = append(denoms, coin.Denom), append(amounts, coin.Amount.BigInt())
	}
	if err := c.Log("PoolRevenueCollected", new(big.Int).SetUint64(id), common.BytesToAddress(owner), denoms, amounts); err != nil {
		return nil, err
	}
	return c.Pack(denoms, amounts)
}
