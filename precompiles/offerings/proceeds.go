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
	id, err := contract.Uint64("modelId", args[0])
	if err != nil {
		return nil, err
	}
	return o.exitFrom(c, id, 0, args[1])
}

func (o offerings) exitLot(c *contract.Call, args []any) ([]byte, error) {
	id, err := contract.Uint64("offeringId", args[0])
	if err != nil {
		return nil, err
	}
	found, err := o.queries.Offering(c.Ctx, &imotypes.QueryOfferingRequest{Id: id})
	if err != nil {
		return nil, err
	}
	return o.exitFrom(c, found.Offering.ModelId, id, args[1])
}

func (o offerings) exitFrom(c *contract.Call, model, lot uint64, amount any) ([]byte, error) {
	tokens, err := contract.Int("tokens", amount)
	if err != nil {
		return nil, err
	}
	res, err := o.msgs.Exit(c.Ctx, &imotypes.MsgExit{
		Holder: c.Caller().String(), Amount: sdk.Coin{Denom: imotypes.TokenDenom(model), Amount: tokens}, OfferingId: lot,
	})
	if err != nil {
		return nil, err
	}
	paid := res.Payout.Amount.BigInt()
	if err := c.Log("Exited", new(big.Int).SetUint64(model), c.Frame.Caller(), tokens.BigInt(), paid); err != nil {
		return nil, err
	}
	return c.Pack(paid)
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
