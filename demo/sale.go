package demo

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	imotypes "github.com/imochain/imod/x/imo/types"
)

// offeringsAddress is the contract of offerings.
var offeringsAddress = common.HexToAddress("0x0000000000000000000000000000000000000a01")

// The sale is over when its book is full and bids can no longer be cancelled; its end is far enough
// away that a busy machine gets all bids in before.
const (
	cancelSeconds = 3
	saleSeconds   = 20
	windowSeconds = 10
)

// sale is the offering and what each investor bids.
type sale struct {
	id       uint64
	price    sdkmath.Int
	supply   sdkmath.Int
	bids     map[*person]sdkmath.Int
	proceeds sdkmath.Int
}

// tokens is what an investor gets for the bid.
func (s sale) tokens(p *person) sdkmath.Int { return s.bids[p].Mul(whole(1)).Quo(s.price) }

func (d *demo) sell(ctx context.Context) error {
	d.sale = sale{
		price: sdkmath.NewIntWithDecimal(1, decimals-1), supply: whole(10_000), proceeds: whole(600),
		bids: map[*person]sdkmath.Int{d.bo: whole(100), d.chi: whole(200), d.dee: whole(300)},
	}
	terms, err := d.createOffering(ctx)
	if err != nil {
		return err
	}
	if err := d.placeBids(ctx, terms); err != nil {
		return err
	}
	if err := d.waitSettled(ctx); err != nil {
		return err
	}
	if err := d.nextBlock(ctx); err != nil {
		return err
	}
	return d.collect(ctx)
}

func (d *demo) createOffering(ctx context.Context) (termsHash string, err error) {
	status, err := d.client.Comet().Status(ctx)
	if err != nil {
		return "", err
	}
	now := status.SyncInfo.LatestBlockTime
	end := now.Add(saleSeconds * time.Second)
	var answer imotypes.MsgCreateOfferingResponse
	if _, err := d.ask(ctx, d.ana, &imotypes.MsgCreateOffering{
		Creator: d.ana.Address.String(), ModelId: d.modelID, Kind: imotypes.OFFERING_KIND_FIXED, TokenName: "Picture", TokenSymbol: "PIC",
		TotalSupply: sdk.NewCoin(d.denom, d.sale.supply), SaleBps: 6000, ContributorsBps: 3000, TreasuryBps: 1000,
		PaymentDenom: baseDenom, Price: d.sale.price, SoftCap: native(whole(300)), MinBid: native(whole(1)), OwnerCap: native(whole(500)),
		StartTime: time.Unix(0, 0).UTC(), EndTime: end, CancelDeadline: now.Add(cancelSeconds * time.Second),
		Tranches: []imotypes.Tranche{{ReleaseTime: end.Add(windowSeconds * time.Second), Bps: 10_000}}, ExitWindow: windowSeconds * time.Second,
		VestingDuration: 24 * time.Hour, DisclosureHash: d.bundle.root,
		MinRequestPrice: native(sdkmath.ZeroInt()), MaxRequestPrice: native(whole(10)),
	}, &answer); err != nil {
		return "", err
	}
	d.sale.id = answer.OfferingId
	d.progress.note("offering %d: 6,000 of 10,000 %s at %s IMO each", answer.OfferingId, d.denom, imo(d.sale.price))
	return answer.TermsHash, nil
}

func (d *demo) placeBids(ctx context.Context, termsHash string) error {
	raw, err := hex.DecodeString(termsHash)
	if err != nil || len(raw) != 32 {
		return fmt.Errorf("terms hash %q is no hash", termsHash)
	}
	hash := [32]byte(raw)
	err = together(d.investors(), func(p *person) error {
		bid := d.sale.bids[p]
		if p == d.chi {
			height, err := d.transact(ctx, p, offeringsAddress, bid.BigInt(), "placeBid",
				new(big.Int).SetUint64(d.sale.id), bid.BigInt(), d.sale.price.BigInt(), hash)
			if err == nil {
				d.progress.note("%s bids %s IMO from an Ethereum wallet, in block %d", p.name, imo(bid), height)
			}
			return err
		}
		result, err := d.send(ctx, p, &imotypes.MsgPlaceBid{
			Bidder: p.Address.String(), OfferingId: d.sale.id, Amount: native(bid), MaxPrice: d.sale.price, TermsHash: termsHash,
		})
		if err == nil {
			d.progress.note("%s bids %s IMO, in block %d", p.name, imo(bid), result.Height)
		}
		return err
	})
	for _, p := range d.investors() {
		d.money.pay(p.name, offering, fmt.Sprintf("%s %s", imo(d.sale.tokens(p)), d.denom), d.sale.bids[p])
	}
	return err
}

func (d *demo) waitSettled(ctx context.Context) error {
	queries := imotypes.NewQueryClient(d.client.Conn())
	return d.poll(ctx, 2*time.Minute, "the end of the sale", func() (bool, error) {
		res, err := queries.Offering(ctx, &imotypes.QueryOfferingRequest{Id: d.sale.id})
		if err != nil {
			return false, err
		}
		switch res.Offering.Status {
		case imotypes.OFFERING_STATUS_SUCCEEDED:
			d.progress.note("sold out: %s %s for %s IMO", imo(res.Offering.Sold), d.denom, imo(res.Offering.Proceeds))
			d.checks.equal("proceeds of the sale", imo(res.Offering.Proceeds), imo(d.sale.proceeds))
			return true, nil
		case imotypes.OFFERING_STATUS_FAILED, imotypes.OFFERING_STATUS_CANCELLED:
			return false, fmt.Errorf("offering %d is %s", d.sale.id, res.Offering.Status)
		default:
			return false, nil
		}
	})
}

func (d *demo) collect(ctx context.Context) error {
	err := together(d.investors(), func(p *person) error {
		if p == d.chi {
			_, err := d.transact(ctx, p, offeringsAddress, nil, "collect", new(big.Int).SetUint64(d.sale.id))
			return err
		}
		_, err := d.send(ctx, p, &imotypes.MsgCollectAllocation{Sender: p.Address.String(), OfferingId: d.sale.id, Owner: p.Address.String()})
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range d.investors() {
		want := d.sale.tokens(p)
		bank, err := d.client.Balance(ctx, p.Address, d.denom)
		if err != nil {
			return err
		}
		erc20, err := d.eth.call(ctx, d.tokenAddress(), "balanceOf", p.Eth())
		if err != nil {
			return err
		}
		d.checks.equal("tokens of "+p.name+" (bank)", imo(bank), imo(want))
		d.checks.equal("tokens of "+p.name+" (ERC-20)", erc20[0], want)
	}
	d.progress.note("Bo, Chi and Dee have their tokens; Chi's wallet shows them as an ERC-20")
	return nil
}

// tokenAddress is the ERC-20 address of the model's token.
func (d *demo) tokenAddress() common.Address {
	return common.BytesToAddress(imotypes.TokenAddress(d.modelID))
}
