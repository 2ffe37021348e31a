package collection

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/precompiles/contract"
	aigctypes "github.com/imochain/imod/x/aigc/types"
)

// Market is what the contract needs of x/aigc to sell and buy.
type Market interface {
	List(ctx context.Context, owner sdk.AccAddress, collectionID uint64, id aigctypes.TokenID, price sdk.Coin) error
	Unlist(ctx context.Context, owner sdk.AccAddress, collectionID uint64, id aigctypes.TokenID) error
	Listing(ctx context.Context, collectionID uint64, id aigctypes.TokenID) (aigctypes.Listing, error)
	Buy(ctx context.Context, buyer sdk.AccAddress, collectionID uint64, id aigctypes.TokenID, expected sdk.Coin) error
	MakeOffer(ctx context.Context, bidder sdk.AccAddress, collectionID uint64, id aigctypes.TokenID, price sdk.Coin, expires time.Time) error
	AcceptOffer(ctx context.Context, owner, bidder sdk.AccAddress, collectionID uint64, id aigctypes.TokenID, expected sdk.Coin) error
	CancelOffer(ctx context.Context, caller, bidder sdk.AccAddress, collectionID uint64, id aigctypes.TokenID) error
	Offer(ctx context.Context, collectionID uint64, id aigctypes.TokenID, bidder sdk.AccAddress) (aigctypes.Offer, error)
	Withdraw(ctx context.Context, owner, recipient sdk.AccAddress, collectionID uint64) (sdk.Coins, error)
}

func (n collection) list(c *contract.Call, args []any) ([]byte, error) {
	return n.listAt(c, args[0], n.NativeDenom, args[1])
}

func (n collection) listIn(c *contract.Call, args []any) ([]byte, error) {
	return n.listAt(c, args[0], args[1], args[2])
}

func (n collection) listAt(c *contract.Call, idArg, denomArg, priceArg any) ([]byte, error) {
	id, err := idOf(idArg)
	if err != nil {
		return nil, err
	}
	price, err := coinOf(denomArg, priceArg)
	if err != nil {
		return nil, err
	}
	if err := n.Keeper.List(c.Ctx, c.Caller(), n.id, id, price); err != nil {
		return nil, err
	}
	if err := c.Log("Listed", idInt(id), c.Frame.Caller(), price.Denom, price.Amount.BigInt()); err != nil {
		return nil, err
	}
	return c.Pack()
}

func (n collection) unlist(c *contract.Call, args []any) ([]byte, error) {
	id, err := idOf(args[0])
	if err != nil {
		return nil, err
	}
	if err := n.Keeper.Unlist(c.Ctx, c.Caller(), n.id, id); err != nil {
		return nil, err
	}
	if err := c.Log("Unlisted", idInt(id), c.Frame.Caller()); err != nil {
		return nil, err
	}
	return c.Pack()
}

func (n collection) listing(c *contract.Call, args []any) ([]byte, error) {
	id, err := idOf(args[0])
	if err != nil {
		return nil, err
	}
	listing, err := n.Keeper.Listing(c.Ctx, n.id, id)
	if errors.Is(err, aigctypes.ErrNotListed) {
		return c.Pack(common.Address{}, "", new(big.Int))
	}
	if err != nil {
		return nil, err
	}
	owner, err := n.Keeper.OwnerOf(c.Ctx, n.id, id) // who listed it: a token that moves is listed no more
	if err != nil {
		return nil, err
	}
	return c.Pack(evmAddress(owner), listing.Price.Denom, listing.Price.Amount.BigInt())
}

// buy names the value as the expected price and gives it back; the keeper charges the caller.
func (n collection) buy(c *contract.Call, args []any) ([]byte, error) {
	if err := c.ReturnValue(n.Bank, n.NativeDenom); err != nil {
		return nil, err
	}
	return n.buyAt(c, args[0], n.NativeDenom, c.Value)
}

func (n collection) buyIn(c *contract.Call, args []any) ([]byte, error) {
	return n.buyAt(c, args[0], args[1], args[2])
}

func (n collection) buyAt(c *contract.Call, idArg, denomArg, priceArg any) ([]byte, error) {
	id, err := idOf(idArg)
	if err != nil {
		return nil, err
	}
	price, err := coinOf(denomArg, priceArg)
	if err != nil {
		return nil, err
	}
	seller, err := n.Keeper.OwnerOf(c.Ctx, n.id, id)
	if err != nil {
		return nil, err
	}
	return n.change(c, id, func() error {
		if err := n.Keeper.Buy(c.Ctx, c.Caller(), n.id, id, price); err != nil {
			return err
		}
		return n.logSold(c, id, seller, c.Caller(), price)
	})
}

func (n collection) makeOffer(c *contract.Call, args []any) ([]byte, error) {
	if err := c.ReturnValue(n.Bank, n.NativeDenom); err != nil {
		return nil, err
	}
	return n.offerAt(c, args[0], n.NativeDenom, c.Value, args[1])
}

func (n collection) makeOfferIn(c *contract.Call, args []any) ([]byte, error) {
	return n.offerAt(c, args[0], args[1], args[2], args[3])
}

func (n collection) offerAt(c *contract.Call, idArg, denomArg, priceArg, expiresArg any) ([]byte, error) {
	id, err := idOf(idArg)
	if err != nil {
		return nil, err
	}
	price, err := coinOf(denomArg, priceArg)
	if err != nil {
		return nil, err
	}
	expires, ok := expiresArg.(uint64)
	if !ok || expires > maxSeconds {
		return nil, fmt.Errorf("expires %v is not a time", expiresArg)
	}
	if err := n.Keeper.MakeOffer(c.Ctx, c.Caller(), n.id, id, price, time.Unix(int64(expires), 0).UTC()); err != nil {
		return nil, err
	}
	if err := c.Log("OfferMade", idInt(id), c.Frame.Caller(), price.Denom, price.Amount.BigInt(), expires); err != nil {
		return nil, err
	}
	return c.Pack()
}

// maxSeconds is the end of the year 9999, the last that a timestamp can name.
const maxSeconds = 253_402_300_799

func (n collection) offerOf(c *contract.Call, args []any) ([]byte, error) {
	id, bidder, err := n.bidderOf(args)
	if err != nil {
		return nil, err
	}
	offer, err := n.Keeper.Offer(c.Ctx, n.id, id, bidder)
	if errors.Is(err, aigctypes.ErrOfferNotFound) {
		return c.Pack("", new(big.Int), uint64(0))
	}
	if err != nil {
		return nil, err
	}
	return c.Pack(offer.Price.Denom, offer.Price.Amount.BigInt(), uint64(offer.Expires.Unix()))
}

func (n collection) acceptOffer(c *contract.Call, args []any) ([]byte, error) {
	id, bidder, err := n.bidderOf(args)
	if err != nil {
		return nil, err
	}
	price, err := coinOf(args[2], args[3])
	if err != nil {
		return nil, err
	}
	return n.change(c, id, func() error {
		if err := n.Keeper.AcceptOffer(c.Ctx, c.Caller(), bidder, n.id, id, price); err != nil {
			return err
		}
		return n.logSold(c, id, c.Caller(), bidder, price)
	})
}

func (n collection) cancelOffer(c *contract.Call, args []any) ([]byte, error) {
	id, bidder, err := n.bidderOf(args)
	if err != nil {
		return nil, err
	}
	offer, err := n.Keeper.Offer(c.Ctx, n.id, id, bidder)
	if err != nil {
		return nil, err
	}
	if err := n.Keeper.CancelOffer(c.Ctx, c.Caller(), bidder, n.id, id); err != nil {
		return nil, err
	}
	if err := c.Log("OfferEnded", idInt(id), evmAddress(bidder), offer.Price.Denom, offer.Price.Amount.BigInt()); err != nil {
		return nil, err
	}
	return c.Pack()
}

func (n collection) withdraw(c *contract.Call, args []any) ([]byte, error) {
	recipient, err := contract.Account("recipient", args[0])
	if err != nil {
		return nil, err
	}
	if _, err := n.Keeper.Withdraw(c.Ctx, c.Caller(), recipient, n.id); err != nil {
		return nil, err
	}
	return c.Pack()
}

// logSold says that a token was sold, in ERC-721's words and in the market's.
func (n collection) logSold(c *contract.Call, id aigctypes.TokenID, seller, buyer sdk.AccAddress, price sdk.Coin) error {
	if err := n.logTransfer(c, id, seller, buyer); err != nil {
		return err
	}
	return c.Log("Sold", idInt(id), evmAddress(seller), evmAddress(buyer), price.Denom, price.Amount.BigInt())
}

func (n collection) bidderOf(args []any) (aigctypes.TokenID, sdk.AccAddress, error) {
	id, err := idOf(args[0])
	if err != nil {
		return id, nil, err
	}
	bidder, err := contract.Account("bidder", args[1])
	return id, bidder, err
}

// coinOf reads a denom and an amount of it.
func coinOf(denomArg, amountArg any) (sdk.Coin, error) {
	denom, ok := denomArg.(string)
	if !ok {
		return sdk.Coin{}, fmt.Errorf("denom is not a string")
	}
	amount, err := contract.Int("price", amountArg)
	if err != nil {
		return sdk.Coin{}, err
	}
	coin := sdk.Coin{Denom: denom, Amount: sdkmath.Int(amount)}
	return coin, coin.Validate()
}
