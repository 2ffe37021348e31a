package offerings

import (
	"encoding/hex"
	"fmt"
	"math/big"

	"github.com/imochain/imod/precompiles/contract"
	imotypes "github.com/imochain/imod/x/imo/types"
)

func (o offerings) offering(c *contract.Call, args []any) ([]byte, error) {
	id, err := contract.Uint64("offeringId", args[0])
	if err != nil {
		return nil, err
	}
	res, err := o.queries.Offering(c.Ctx, &imotypes.QueryOfferingRequest{Id: id})
	if err != nil {
		return nil, err
	}
	var termsHash [32]byte
	if n, err := hex.Decode(termsHash[:], []byte(res.Offering.TermsHash)); err != nil || n != len(termsHash) {
		return nil, fmt.Errorf("terms hash %q", res.Offering.TermsHash)
	}
	return c.Pack(
		new(big.Int).SetUint64(res.Offering.ModelId), uint8(res.Terms.Kind), uint8(res.Offering.Status), //nolint:gosec // enums of single digits
		uint64(res.Offering.EndTime.Unix()), res.Offering.Deposited.BigInt(), res.Offering.Sold.BigInt(), termsHash, //nolint:gosec // after 1970
	)
}

func (o offerings) allocation(c *contract.Call, args []any) ([]byte, error) {
	id, err := contract.Uint64("offeringId", args[0])
	if err != nil {
		return nil, err
	}
	owner, err := contract.Account("owner", args[1])
	if err != nil {
		return nil, err
	}
	res, err := o.queries.Allocation(c.Ctx, &imotypes.QueryAllocationRequest{Id: id, Address: owner.String()})
	if err != nil {
		return nil, err
	}
	a := res.Allocation
	return c.Pack(a.Deposited.BigInt(), a.Cost.BigInt(), a.Tokens.BigInt(), a.Collected.BigInt(), res.Refundable.Amount.BigInt())
}

func (o offerings) expectedPrice(c *contract.Call, args []any) ([]byte, error) {
	id, err := contract.Uint64("offeringId", args[0])
	if err != nil {
		return nil, err
	}
	res, err := o.queries.Clearing(c.Ctx, &imotypes.QueryClearingRequest{Id: id})
	if err != nil {
		return nil, err
	}
	return c.Pack(res.Price.BigInt())
}

func (o offerings) expectedAllocation(c *contract.Call, args []any) ([]byte, error) {
	id, err := contract.Uint64("offeringId", args[0])
	if err != nil {
		return nil, err
	}
	owner, err := contract.Account("owner", args[1])
	if err != nil {
		return nil, err
	}
	res, err := o.queries.Allocation(c.Ctx, &imotypes.QueryAllocationRequest{Id: id, Address: owner.String()})
	if err != nil {
		return nil, err
	}
	return c.Pack(res.ExpectedTokens.Amount.BigInt(), res.ExpectedCost.Amount.BigInt())
}
