package offerings

import (
	"fmt"
	"math/big"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/precompiles/contract"
	imotypes "github.com/imochain/imod/x/imo/types"
)

func (o offerings) exit(c *contract.Call, args []any) ([]byte, error) {
	return o.exitModel(c, args[0], args[1], nil)
}

func (o offerings) exitAtLeast(c *contract.Call, args []any) ([]byte, error) {
	return o.exitModel(c, args[0], args[1], args[2])
}

func (o offerings) exitModel(c *contract.Call, model, tokens, least any) ([]byte, error) {
	id, err := contract.Uint64("modelId", model)
	if err != nil {
		return nil, err
	}
	return o.exitFrom(c, id, 0, tokens, least)
}

func (o offerings) exitLot(c *contract.Call, args []any) ([]byte, error) {
	return o.exitRound(c, args[0], args[1], nil)
}

func (o offerings) exitLotAtLeast(c *contract.Call, args []any) ([]byte, error) {
	return o.exitRound(c, args[0], args[1], args[2])
}

func (o offerings) exitRound(c *contract.Call, offering, tokens, least any) ([]byte, error) {
	id, err := contract.Uint64("offeringId", offering)
	if err != nil {
		return nil, err
	}
	found, err := o.queries.Offering(c.Ctx, &imotypes.QueryOfferingRequest{Id: id})
	if err != nil {
		return nil, err
	}
	return o.exitFrom(c, found.Offering.ModelId, id, tokens, least)
}

// exitFrom burns tokens of a model, or of a lot of it, for at least a limit; nil is none.
func (o offerings) exitFrom(c *contract.Call, model, lot uint64, amount, least any) ([]byte, error) {
	tokens, err := contract.Int("tokens", amount)
	if err != nil {
		return nil, err
	}
	msg := &imotypes.MsgExit{
		Holder: c.Caller().String(), Amount: sdk.Coin{Denom: imotypes.TokenDenom(model), Amount: tokens}, OfferingId: lot,
	}
	if least != nil {
		if msg.MinPayout, err = o.payoutOf(c, model, least); err != nil {
			return nil, err
		}
	}
	res, err := o.msgs.Exit(c.Ctx, msg)
	if err != nil {
		return nil, err
	}
	paid := res.Payout.Amount.BigInt()
	if err := c.Log("Exited", new(big.Int).SetUint64(model), c.Frame.Caller(), tokens.BigInt(), paid); err != nil {
		return nil, err
	}
	return c.Pack(paid)
}

// payoutOf is an amount in the coin that a model's token was sold for.
func (o offerings) payoutOf(c *contract.Call, model uint64, amount any) (*sdk.Coin, error) {
	least, err := contract.Int("minAmount", amount)
	if err != nil {
		return nil, err
	}
	m, err := o.queries.Model(c.Ctx, &imotypes.QueryModelRequest{Id: model})
	if err != nil {
		return nil, err
	}
	sold, err := o.queries.Offering(c.Ctx, &imotypes.QueryOfferingRequest{Id: m.Model.SoldOfferingId})
	if err != nil {
		return nil, err
	}
	return &sdk.Coin{Denom: sold.Terms.PaymentDenom, Amount: least}, nil
}

func (o offerings) release(c *contract.Call, args []any) ([]byte, error) {
	id, err := contract.Uint64("offeringId", args[0])
	if err != nil {
		return nil, err
	}
	res, err := o.msgs.ReleaseProceeds(c.Ctx, &imotypes.MsgReleaseProceeds{Sender: c.Caller().String(), OfferingId: id})
	if err != nil {
		return nil, err
	}
	return c.Pack(res.Released.Amount.BigInt(), res.Paid.Amount.BigInt())
}

func (o offerings) objectVersion(c *contract.Call, args []any) ([]byte, error) {
	id, err := contract.Uint64("modelId", args[0])
	if err != nil {
		return nil, err
	}
	version, err := contract.Uint64("version", args[1])
	if err != nil || version > 1<<32-1 {
		return nil, fmt.Errorf("version %v is not a 32-bit number", args[1])
	}
	res, err := o.msgs.ObjectVersion(c.Ctx, &imotypes.MsgObjectVersion{
		Holder: c.Caller().String(), ModelId: id, Version: uint32(version), //nolint:gosec // bounded above
	})
	if err != nil {
		return nil, err
	}
	return c.Pack(res.Weight.Amount.BigInt(), res.Refused)
}

// ints converts arguments that are amounts.
func ints(names []string, args []any) ([]sdkmath.Int, error) {
	out := make([]sdkmath.Int, len(names))
	for i, name := range names {
		var err error
		if out[i], err = contract.Int(name, args[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
