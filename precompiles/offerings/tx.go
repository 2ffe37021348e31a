package offerings

import (
	"encoding/hex"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/precompiles/contract"
	imotypes "github.com/imochain/imod/x/imo/types"
)

func (o offerings) placeBid(c *contract.Call, args []any) ([]byte, error) {
	id, err := contract.Uint64("offeringId", args[0])
	if err != nil {
		return nil, err
	}
	amount, err := contract.Int("amount", args[1])
	if err != nil {
		return nil, err
	}
	maxPrice, err := contract.Int("maxPrice", args[2])
	if err != nil {
		return nil, err
	}
	termsHash, ok := args[3].([32]byte)
	if !ok {
		return nil, fmt.Errorf("termsHash is not 32 bytes")
	}
	found, err := o.queries.Offering(c.Ctx, &imotypes.QueryOfferingRequest{Id: id})
	if err != nil {
		return nil, err
	}
	denom := found.Terms.PaymentDenom
	if due := nativePart(denom == o.denom, amount.BigInt()); c.Value.Cmp(due) != 0 {
		return nil, fmt.Errorf("value is %s, must be %s for a bid of %s%s", c.Value, due, amount, denom)
	}
	if err := c.ReturnValue(o.bank, o.denom); err != nil {
		return nil, err
	}
	res, err := o.msgs.PlaceBid(c.Ctx, &imotypes.MsgPlaceBid{
		Bidder: c.Caller().String(), OfferingId: id, Amount: sdk.Coin{Denom: denom, Amount: amount},
		MaxPrice: maxPrice, TermsHash: hex.EncodeToString(termsHash[:]),
	})
	if err != nil {
		return nil, err
	}
	bid := new(big.Int).SetUint64(res.BidId)
	if err := c.Log("BidPlaced", new(big.Int).SetUint64(id), c.Frame.Caller(), bid, res.Cost.Amount.BigInt(), res.Tokens.Amount.BigInt()); err != nil {
		return nil, err
	}
	return c.Pack(bid)
}

// nativePart is the value that a bid must carry.
func nativePart(native bool, amount *big.Int) *big.Int {
	if native {
		return amount
	}
	return new(big.Int)
}

func (o offerings) cancelBid(c *contract.Call, args []any) ([]byte, error) {
	id, err := contract.Uint64("offeringId", args[0])
	if err != nil {
		return nil, err
	}
	bid, err := contract.Uint64("bidId", args[1])
	if err != nil {
		return nil, err
	}
	res, err := o.msgs.CancelBid(c.Ctx, &imotypes.MsgCancelBid{Owner: c.Caller().String(), OfferingId: id, BidId: bid})
	if err != nil {
		return nil, err
	}
	if err := o.logRefund(c, id, res.Refund); err != nil {
		return nil, err
	}
	return c.Pack(res.Refund.Amount.BigInt())
}

func (o offerings) finalize(c *contract.Call, args []any) ([]byte, error) {
	id, err := contract.Uint64("offeringId", args[0])
	if err != nil {
		return nil, err
	}
	res, err := o.msgs.FinalizeOffering(c.Ctx, &imotypes.MsgFinalizeOffering{Sender: c.Caller().String(), OfferingId: id})
	if err != nil {
		return nil, err
	}
	return c.Pack(uint8(res.Status)) //nolint:gosec // an enum of single digits
}

func (o offerings) collect(c *contract.Call, args []any) ([]byte, error) {
	id, err := contract.Uint64("offeringId", args[0])
	if err != nil {
		return nil, err
	}
	owner := c.Caller().String()
	res, err := o.msgs.CollectAllocation(c.Ctx, &imotypes.MsgCollectAllocation{Sender: owner, OfferingId: id, Owner: owner})
	if err != nil {
		return nil, err
	}
	found, err := o.queries.Offering(c.Ctx, &imotypes.QueryOfferingRequest{Id: id})
	if err != nil {
		return nil, err
	}
	tokens := res.Collected.AmountOf(imotypes.TokenDenom(found.Offering.ModelId)).BigInt()
	if err := c.Log("AllocationCollected", new(big.Int).SetUint64(id), c.Frame.Caller(), tokens); err != nil {
		return nil, err
	}
	return c.Pack(tokens)
}

func (o offerings) refund(c *contract.Call, args []any) ([]byte, error) {
	id, err := contract.Uint64("offeringId", args[0])
	if err != nil {
		return nil, err
	}
	owner := c.Caller().String()
	res, err := o.msgs.CollectRefund(c.Ctx, &imotypes.MsgCollectRefund{Sender: owner, OfferingId: id, Owner: owner})
	if err != nil {
		return nil, err
	}
	if err := o.logRefund(c, id, res.Refund); err != nil {
		return nil, err
	}
	return c.Pack(res.Refund.Amount.BigInt())
}

func (o offerings) logRefund(c *contract.Call, id uint64, refund sdk.Coin) error {
	return c.Log("RefundCollected", new(big.Int).SetUint64(id), common.BytesToAddress(c.Caller()), refund.Amount.BigInt())
}

func (o offerings) exit(c *contract.Call, args []any) ([]byte, error) {
	id, err := contract.Uint64("modelId", args[0])
	if err != nil {
		return nil, err
	}
	tokens, err := contract.Int("tokens", args[1])
	if err != nil {
		return nil, err
	}
	res, err := o.msgs.Exit(c.Ctx, &imotypes.MsgExit{
		Holder: c.Caller().String(), Amount: sdk.Coin{Denom: imotypes.TokenDenom(id), Amount: tokens},
	})
	if err != nil {
		return nil, err
	}
	return c.Pack(res.Payout.Amount.BigInt())
}
