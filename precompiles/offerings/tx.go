package offerings

import (
	"encoding/hex"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/precompiles/contract"
	imotypes "github.com/imochain/imod/x/imo/types"
)

func (o offerings) placeBid(c *contract.Call, args []any) ([]byte, error) {
	return o.bid(c, c.Caller(), args, nil, false)
}

// placeOwnBid bids for the caller, with its leaf of an allow list if there is one, and may ask for automatic payments.
func (o offerings) placeOwnBid(c *contract.Call, args []any) ([]byte, error) {
	allowance, err := allowanceOf(args[4], args[5])
	if err != nil {
		return nil, err
	}
	autoPayout, ok := args[6].(bool)
	if !ok {
		return nil, fmt.Errorf("autoPayout is not a bool")
	}
	return o.bid(c, c.Caller(), args[:4], allowance, autoPayout)
}

// placeBidFor names the owner and, with an allow list, the owner's leaf.
func (o offerings) placeBidFor(c *contract.Call, args []any) ([]byte, error) {
	owner, err := contract.Account("owner", args[1])
	if err != nil {
		return nil, err
	}
	allowance, err := allowanceOf(args[5], args[6])
	if err != nil {
		return nil, err
	}
	return o.bid(c, owner, []any{args[0], args[2], args[3], args[4]}, allowance, false)
}

// allowanceOf reads the leaf of an allow list and its way to the root, nil when both are empty.
func allowanceOf(leaf, siblings any) (*imotypes.Allowance, error) {
	limit, err := contract.Int("cap", leaf)
	if err != nil {
		return nil, err
	}
	proof, ok := siblings.([][32]byte)
	if !ok {
		return nil, fmt.Errorf("proof is not a list of 32 bytes")
	}
	if len(proof) > imotypes.MaxAllowProof {
		return nil, fmt.Errorf("proof has %d hashes, allowed are %d", len(proof), imotypes.MaxAllowProof)
	}
	if !limit.IsPositive() && len(proof) == 0 {
		return nil, nil //nolint:nilnil // a bid without an allow list has no allowance
	}
	allowance := &imotypes.Allowance{Cap: limit}
	for _, sibling := range proof {
		allowance.Proof = append(allowance.Proof, sibling[:])
	}
	return allowance, nil
}

// bid places a bid; args are offering id, amount, maximum price and terms hash.
func (o offerings) bid(c *contract.Call, owner sdk.AccAddress, args []any, allowance *imotypes.Allowance, autoPayout bool) ([]byte, error) {
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
	if err := o.takeValue(c, denom, amount); err != nil {
		return nil, err
	}
	res, err := o.msgs.PlaceBid(c.Ctx, &imotypes.MsgPlaceBid{
		Bidder: c.Caller().String(), OfferingId: id, Amount: sdk.Coin{Denom: denom, Amount: amount},
		MaxPrice: maxPrice, TermsHash: hex.EncodeToString(termsHash[:]), Owner: owner.String(), Allowance: allowance,
		AutoPayout: autoPayout,
	})
	if err != nil {
		return nil, err
	}
	bid := new(big.Int).SetUint64(res.BidId)
	if err := c.Log("BidPlaced", new(big.Int).SetUint64(id), common.BytesToAddress(owner), bid, res.Cost.Amount.BigInt(), res.Tokens.Amount.BigInt()); err != nil {
		return nil, err
	}
	return c.Pack(bid)
}

// takeValue checks that a payment in the native coin came as value and nothing did otherwise, and gives the value to the
// caller, from whom the message takes it.
func (o offerings) takeValue(c *contract.Call, denom string, amount sdkmath.Int) error {
	if due := nativePart(denom == o.denom, amount.BigInt()); c.Value.Cmp(due) != 0 {
		return fmt.Errorf("value is %s, must be %s for %s%s", c.Value, due, amount, denom)
	}
	return c.ReturnValue(o.bank, o.denom)
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
	if err := o.logRefund(c, id, c.Caller(), res.Refund); err != nil {
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
	return o.collectOf(c, args[0], c.Caller())
}

func (o offerings) collectFor(c *contract.Call, args []any) ([]byte, error) {
	owner, err := contract.Account("owner", args[1])
	if err != nil {
		return nil, err
	}
	return o.collectOf(c, args[0], owner)
}

func (o offerings) collectOf(c *contract.Call, offering any, owner sdk.AccAddress) ([]byte, error) {
	id, err := contract.Uint64("offeringId", offering)
	if err != nil {
		return nil, err
	}
	res, err := o.msgs.CollectAllocation(c.Ctx, &imotypes.MsgCollectAllocation{Sender: c.Caller().String(), OfferingId: id, Owner: owner.String()})
	if err != nil {
		return nil, err
	}
	found, err := o.queries.Offering(c.Ctx, &imotypes.QueryOfferingRequest{Id: id})
	if err != nil {
		return nil, err
	}
	tokens := res.Collected.AmountOf(imotypes.TokenDenom(found.Offering.ModelId)).BigInt()
	if err := c.Log("AllocationCollected", new(big.Int).SetUint64(id), common.BytesToAddress(owner), tokens); err != nil {
		return nil, err
	}
	return c.Pack(tokens)
}

func (o offerings) refund(c *contract.Call, args []any) ([]byte, error) {
	return o.refundOf(c, args[0], c.Caller())
}

func (o offerings) refundFor(c *contract.Call, args []any) ([]byte, error) {
	owner, err := contract.Account("owner", args[1])
	if err != nil {
		return nil, err
	}
	return o.refundOf(c, args[0], owner)
}

func (o offerings) refundOf(c *contract.Call, offering any, owner sdk.AccAddress) ([]byte, error) {
	id, err := contract.Uint64("offeringId", offering)
	if err != nil {
		return nil, err
	}
	res, err := o.msgs.CollectRefund(c.Ctx, &imotypes.MsgCollectRefund{Sender: c.Caller().String(), OfferingId: id, Owner: owner.String()})
	if err != nil {
		return nil, err
	}
	if err := o.logRefund(c, id, owner, res.Refund); err != nil {
		return nil, err
	}
	return c.Pack(res.Refund.Amount.BigInt())
}

func (o offerings) logRefund(c *contract.Call, id uint64, owner sdk.AccAddress, refund sdk.Coin) error {
	return c.Log("RefundCollected", new(big.Int).SetUint64(id), common.BytesToAddress(owner), refund.Amount.BigInt())
}
