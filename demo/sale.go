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

	"github.com/imochain/imod/localnet/rpc"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// offeringsAddress is the contract of offerings.
var offeringsAddress = common.HexToAddress("0x0000000000000000000000000000000000000a01")

const saleSeconds = 16

// sale is the offering and what each investor must get.
type sale struct {
	id    uint64
	price sdkmath.Int
	bids  map[string]sdkmath.Int
}

func (d *demo) sell(ctx context.Context) error {
	d.sale = sale{
		price: sdkmath.NewIntWithDecimal(1, decimals-1),
		bids:  map[string]sdkmath.Int{"alice": whole(100), "bob": whole(200), "carol": whole(50)},
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
	if _, err := d.ask(ctx, d.builder, &imotypes.MsgCreateOffering{
		Creator: d.builder.Address.String(), ModelId: d.modelID, Kind: imotypes.OFFERING_KIND_FIXED, TokenName: "Picture", TokenSymbol: "PIC",
		TotalSupply: sdk.NewCoin(d.denom, whole(10_000)), SaleBps: 6000, ContributorsBps: 3000, TreasuryBps: 1000,
		PaymentDenom: baseDenom, Price: d.sale.price, SoftCap: native(whole(300)), MinBid: native(whole(1)), OwnerCap: native(whole(500)),
		StartTime: time.Unix(0, 0).UTC(), EndTime: end, CancelDeadline: end.Add(-2 * time.Second),
		Tranches: []imotypes.Tranche{{ReleaseTime: end.Add(time.Hour), Bps: 10_000}}, ExitWindow: 30 * time.Minute,
		VestingDuration: 24 * time.Hour, DisclosureHash: d.bundle.root,
		MinRequestPrice: native(sdkmath.ZeroInt()), MaxRequestPrice: native(whole(10)),
	}, &answer); err != nil {
		return "", err
	}
	d.sale.id = answer.OfferingId
	d.note("offering %d: 6,000 %s at %s IMO each, terms %s…", answer.OfferingId, d.denom, imo(d.sale.price), answer.TermsHash[:12])
	return answer.TermsHash, nil
}

func (d *demo) placeBids(ctx context.Context, termsHash string) error {
	for _, key := range []rpc.Key{d.alice, d.carol} {
		result, err := d.send(ctx, key, &imotypes.MsgPlaceBid{
			Bidder: key.Address.String(), OfferingId: d.sale.id, Amount: native(d.sale.bids[key.Name]), MaxPrice: d.sale.price, TermsHash: termsHash,
		})
		if err != nil {
			return fmt.Errorf("bid of %s: %w", key.Name, err)
		}
		d.note("%s bids %s IMO by message in block %d", key.Name, imo(d.sale.bids[key.Name]), result.Height)
		d.table.pay(key.Name, "escrow of the offering", imo(d.sale.bids[key.Name]))
	}
	var hash [32]byte
	if _, err := hex.Decode(hash[:], []byte(termsHash)); err != nil {
		return err
	}
	amount := d.sale.bids["bob"].BigInt()
	receipt, err := d.eth.transact(ctx, d.bob, offeringsAddress, amount, "placeBid",
		new(big.Int).SetUint64(d.sale.id), amount, d.sale.price.BigInt(), hash)
	if err != nil {
		return fmt.Errorf("bid of bob: %w", err)
	}
	d.note("bob bids %s IMO by Ethereum transaction %s… in block %d", imo(d.sale.bids["bob"]), receipt.TxHash.Hex()[:12], receipt.BlockNumber)
	d.table.pay("bob", "escrow of the offering", imo(d.sale.bids["bob"]))
	return nil
}

func (d *demo) waitSettled(ctx context.Context) error {
	queries := imotypes.NewQueryClient(d.client.Conn())
	return poll(ctx, time.Minute, "settlement of the sale", func() (bool, error) {
		res, err := queries.Offering(ctx, &imotypes.QueryOfferingRequest{Id: d.sale.id})
		if err != nil {
			return false, err
		}
		switch res.Offering.Status {
		case imotypes.OFFERING_STATUS_SUCCEEDED:
			d.note("the sale succeeded: %s tokens for %s IMO", imo(res.Offering.Sold), imo(res.Offering.Proceeds))
			d.table.equal("proceeds of the sale", imo(res.Offering.Proceeds), imo(whole(350)))
			return true, nil
		case imotypes.OFFERING_STATUS_FAILED, imotypes.OFFERING_STATUS_CANCELLED:
			return false, fmt.Errorf("offering %d is %s", d.sale.id, res.Offering.Status)
		default:
			return false, nil
		}
	})
}

func (d *demo) collect(ctx context.Context) error {
	for _, key := range []rpc.Key{d.alice, d.carol} {
		owner := key.Address.String()
		if _, err := d.send(ctx, key, &imotypes.MsgCollectAllocation{Sender: owner, OfferingId: d.sale.id, Owner: owner}); err != nil {
			return fmt.Errorf("collection of %s: %w", key.Name, err)
		}
	}
	if _, err := d.eth.transact(ctx, d.bob, offeringsAddress, nil, "collect", new(big.Int).SetUint64(d.sale.id)); err != nil {
		return fmt.Errorf("collection of bob: %w", err)
	}
	for _, key := range []rpc.Key{d.alice, d.bob, d.carol} {
		want := d.sale.bids[key.Name].Mul(whole(1)).Quo(d.sale.price)
		bank, err := d.client.Balance(ctx, key.Address, d.denom)
		if err != nil {
			return err
		}
		erc20, err := d.eth.call(ctx, d.tokenAddress(), "balanceOf", key.Eth())
		if err != nil {
			return err
		}
		d.table.equal("tokens of "+key.Name+" (bank)", imo(bank), imo(want))
		d.table.equal("tokens of "+key.Name+" (ERC-20)", erc20[0], want)
		d.table.pay("escrow of the offering", key.Name, imo(bank)+" "+d.denom)
	}
	return nil
}

// tokenAddress is the ERC-20 address of the model's token.
func (d *demo) tokenAddress() common.Address {
	return common.BytesToAddress(imotypes.TokenAddress(d.modelID))
}
