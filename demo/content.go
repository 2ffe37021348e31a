package demo

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"math/big"
	"os"
	"path/filepath"

	"github.com/ethereum/go-ethereum/common"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/x/aigc/prompt"
	aigctypes "github.com/imochain/imod/x/aigc/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// picture is what Eve mints.
var picture = prompt.Prompt{Version: 1, Seed: 2026, Input: []byte("a red fish on a blue ground")}

// Terms of the collection.
const (
	royaltyBps  = 1000 // of every sale, to the model's revenue
	protocolBps = 100  // of every sale, to the community pool; a parameter of the chain
)

// mintPrice is what Ana asks for a token, resalePrice what Eve asks Fay for it.
var mintPrice, resalePrice = whole(1), whole(40)

// nft is the minted picture.
type nft struct {
	collection uint64
	id         string
	request    uint64
	output     []byte // pixels
	root       []byte
	png        []byte
}

// collectionAddress is the ERC-721 address of the collection.
func (d *demo) collectionAddress() common.Address {
	return common.Address(aigctypes.CollectionAddress(d.nft.collection))
}

func (d *demo) mint(ctx context.Context) error {
	var made aigctypes.MsgCreateCollectionResponse
	if _, err := d.ask(ctx, d.ana, &aigctypes.MsgCreateCollection{
		Creator: d.ana.Address.String(), ModelId: d.modelID, Name: "Small pictures", Symbol: "SMALL", RoyaltyPoolBps: royaltyBps,
		SupplyLimit: 1000, MintPrice: native(mintPrice), MintPolicy: aigctypes.MINT_POLICY_ANYONE,
	}, &made); err != nil {
		return err
	}
	d.nft.collection = made.CollectionId
	d.progress.note("Ana opens collection %d; a token costs %s IMO beside the picture", made.CollectionId, imo(mintPrice))

	fee, err := oracletypes.NewQueryClient(d.client.Conn()).EstimateFee(ctx, &oracletypes.QueryEstimateFeeRequest{ModelId: d.modelID, InputBytes: uint64(len(picture.Input))})
	if err != nil {
		return err
	}
	if _, err := d.send(ctx, d.eve, &aigctypes.MsgMint{
		Minter: d.eve.Address.String(), CollectionId: d.nft.collection, Version: picture.Version, Seed: picture.Seed, Input: picture.Input,
		MaxFee: sdk.NewCoins(fee.NetworkFee.Add(fee.ModelPrice)),
	}); err != nil {
		return err
	}
	encoded, err := picture.Encode()
	if err != nil {
		return err
	}
	id := prompt.TokenID(aigctypes.CollectionAddress(d.nft.collection), encoded)
	d.nft.id = hex.EncodeToString(id[:])
	return d.settle(ctx, encoded)
}

// settle makes the token final and compares three pictures: the node's, the record's and our own.
func (d *demo) settle(ctx context.Context, encoded []byte) error {
	token, err := aigctypes.NewQueryClient(d.client.Conn()).Token(ctx, &aigctypes.QueryTokenRequest{CollectionId: d.nft.collection, TokenId: d.nft.id})
	if err != nil {
		return err
	}
	request, err := d.waitFinal(ctx, token.Token.RequestId)
	if err != nil {
		return err
	}
	if err := d.nextBlock(ctx); err != nil {
		return err
	}
	if _, err := d.send(ctx, d.eve, &aigctypes.MsgSettle{
		Sender: d.eve.Address.String(), CollectionId: d.nft.collection, TokenId: d.nft.id,
	}); err != nil {
		return err
	}
	d.payRequest(request)
	rest := d.paySale(d.eve.name, "mint", mintPrice)
	d.money.pay(d.eve.name, d.ana.name, "price of the token", rest)
	if err := d.savePicture(ctx, request); err != nil {
		return err
	}
	for _, c := range []struct {
		what   string
		pixels []byte
		want   bool
	}{
		{"ERC-7007 verify(prompt, picture)", d.nft.output, true},
		{"ERC-7007 verify(prompt, one bit changed)", forge(d.nft.output), false},
	} {
		verified, err := d.eth.call(ctx, d.collectionAddress(), "verify", encoded, c.pixels, []byte{})
		if err != nil {
			return err
		}
		d.checks.equal(c.what, verified[0], c.want)
	}
	return nil
}

// forge changes one bit of one pixel.
func forge(pixels []byte) []byte {
	forged := bytes.Clone(pixels)
	forged[0] ^= 1
	return forged
}

// paySale notes the parts of a price that go to the holders and to the community, and returns the
// rest, which is the seller's.
func (d *demo) paySale(payer, sale string, price sdkmath.Int) sdkmath.Int {
	royalty, fee := part(price, royaltyBps), part(price, protocolBps)
	protocol := part(royalty, d.incomeBps)
	d.money.pay(payer, pool, "royalty of the "+sale, royalty.Sub(protocol))
	d.money.pay(payer, community, "parts of the "+sale, fee.Add(protocol))
	return price.Sub(royalty).Sub(fee)
}

// savePicture fetches the pixels from the node, checks them against the chain's root and against
// a run of our own, and writes the PNG.
func (d *demo) savePicture(ctx context.Context, request oracletypes.Request) error {
	res, err := oracletypes.NewQueryClient(d.client.Conn()).Output(ctx, &oracletypes.QueryOutputRequest{Id: request.Id})
	if err != nil {
		return err
	}
	d.nft.request, d.nft.output, d.nft.root = request.Id, res.Output, request.OutputRoot
	root := merkle.BytesRoot(res.Output)
	d.checks.equal("root of the pixels that the node served", hex.EncodeToString(root[:8]), hex.EncodeToString(request.OutputRoot[:8]))

	opened, err := bundle.OpenFolder(os.DirFS(d.bundle.folder))
	if err != nil {
		return err
	}
	runner, err := pipeline.New(opened)
	if err != nil {
		return err
	}
	own, err := runner.Run(ctx, picture.Input, picture.Seed)
	if err != nil {
		return err
	}
	d.checks.equal("root of the pixels that we computed ourselves", hex.EncodeToString(own.OutputRoot[:8]), hex.EncodeToString(request.OutputRoot[:8]))

	if d.nft.png, _, err = pipeline.EncodeDisplay(opened.Manifest.Pipeline, res.Output); err != nil {
		return err
	}
	path := filepath.Join(d.Network.Home(), "picture.png")
	d.progress.note("token %s... is final; the picture is in %s", d.nft.id[:12], path)
	return os.WriteFile(path, d.nft.png, 0o644)
}

func (d *demo) resell(ctx context.Context) error {
	if _, err := d.send(ctx, d.eve, &aigctypes.MsgList{
		Owner: d.eve.Address.String(), CollectionId: d.nft.collection, TokenId: d.nft.id, Price: native(resalePrice),
	}); err != nil {
		return err
	}
	d.progress.note("Eve offers the picture for %s IMO", imo(resalePrice))
	if _, err := d.send(ctx, d.fay, &aigctypes.MsgBuy{
		Buyer: d.fay.Address.String(), CollectionId: d.nft.collection, TokenId: d.nft.id, ExpectedPrice: native(resalePrice),
	}); err != nil {
		return err
	}
	rest := d.paySale(d.fay.name, "resale", resalePrice)
	d.money.pay(d.fay.name, d.eve.name, "the picture", rest)
	d.progress.note("Fay buys it; Eve has %s IMO of that", imo(rest))

	id, _ := new(big.Int).SetString(d.nft.id, 16)
	owner, err := d.eth.call(ctx, d.collectionAddress(), "ownerOf", id)
	if err != nil {
		return err
	}
	d.checks.equal("owner of the picture is Fay", fmt.Sprint(owner[0]), d.fay.Eth().String())
	return nil
}
