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

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/x/aigc/prompt"
	aigctypes "github.com/imochain/imod/x/aigc/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// picture is what dave mints.
var picture = prompt.Prompt{Version: 1, Seed: 2026, Input: []byte("a red fish on a blue ground")}

// nft is the minted picture.
type nft struct {
	collection uint64
	id         string
	output     []byte
}

func (d *demo) mint(ctx context.Context) error {
	var made aigctypes.MsgCreateCollectionResponse
	if _, err := d.ask(ctx, d.builder, &aigctypes.MsgCreateCollection{
		Creator: d.builder.Address.String(), ModelId: d.modelID, Name: "Small pictures", Symbol: "SMALL", RoyaltyPoolBps: 1000,
		SupplyLimit: 1000, MintPrice: native(whole(1)), MintPolicy: aigctypes.MINT_POLICY_ANYONE,
	}, &made); err != nil {
		return err
	}
	d.nft.collection = made.CollectionId

	fee, err := oracletypes.NewQueryClient(d.client.Conn()).EstimateFee(ctx, &oracletypes.QueryEstimateFeeRequest{ModelId: d.modelID, InputBytes: uint64(len(picture.Input))})
	if err != nil {
		return err
	}
	if _, err := d.send(ctx, d.dave, &aigctypes.MsgMint{
		Minter: d.dave.Address.String(), CollectionId: d.nft.collection, Version: picture.Version, Seed: picture.Seed, Input: picture.Input,
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
	d.table.pay("dave", "mint price, network, model", imo(fee.NetworkFee.Amount.Add(fee.ModelPrice.Amount).Add(whole(1))))
	return d.settle(ctx, encoded)
}

// settle makes the token final and compares three pictures: the node's, the record's and our own.
func (d *demo) settle(ctx context.Context, encoded []byte) error {
	queries := aigctypes.NewQueryClient(d.client.Conn())
	token, err := queries.Token(ctx, &aigctypes.QueryTokenRequest{CollectionId: d.nft.collection, TokenId: d.nft.id})
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
	if _, err := d.send(ctx, d.erin, &aigctypes.MsgSettle{
		Sender: d.erin.Address.String(), CollectionId: d.nft.collection, TokenId: d.nft.id,
	}); err != nil {
		return err
	}
	if err := d.savePicture(ctx, request); err != nil {
		return err
	}
	verified, err := d.eth.call(ctx, common.Address(aigctypes.CollectionAddress(d.nft.collection)), "verify", encoded, d.nft.output, []byte{})
	if err != nil {
		return err
	}
	d.table.equal("ERC-7007 verify(prompt, picture)", verified[0], true)
	forged := bytes.Clone(d.nft.output)
	forged[0] ^= 1
	verified, err = d.eth.call(ctx, common.Address(aigctypes.CollectionAddress(d.nft.collection)), "verify", encoded, forged, []byte{})
	if err != nil {
		return err
	}
	d.table.equal("ERC-7007 verify(prompt, one pixel changed)", verified[0], false)
	return nil
}

// savePicture fetches the pixels from the node, checks them against the chain's root and against
// a run of our own, and writes the PNG.
func (d *demo) savePicture(ctx context.Context, request oracletypes.Request) error {
	res, err := oracletypes.NewQueryClient(d.client.Conn()).Output(ctx, &oracletypes.QueryOutputRequest{Id: request.Id})
	if err != nil {
		return err
	}
	d.nft.output = res.Output
	root := merkle.BytesRoot(res.Output)
	d.table.equal("root of the pixels that the node served", hex.EncodeToString(root[:8]), hex.EncodeToString(request.OutputRoot[:8]))

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
	d.table.equal("root of the pixels that we computed ourselves", hex.EncodeToString(own.OutputRoot[:8]), hex.EncodeToString(request.OutputRoot[:8]))

	file, _, err := pipeline.EncodeDisplay(opened.Manifest.Pipeline, res.Output)
	if err != nil {
		return err
	}
	path := filepath.Join(d.Network.Home(), "picture.png")
	d.note("token %s… final; the picture is in %s", d.nft.id[:12], path)
	return os.WriteFile(path, file, 0o644)
}

func (d *demo) resell(ctx context.Context) error {
	price := whole(40)
	before, err := d.client.Balance(ctx, d.dave.Address, baseDenom)
	if err != nil {
		return err
	}
	listed, err := d.send(ctx, d.dave, &aigctypes.MsgList{
		Owner: d.dave.Address.String(), CollectionId: d.nft.collection, TokenId: d.nft.id, Price: native(price),
	})
	if err != nil {
		return err
	}
	if _, err := d.send(ctx, d.erin, &aigctypes.MsgBuy{
		Buyer: d.erin.Address.String(), CollectionId: d.nft.collection, TokenId: d.nft.id, ExpectedPrice: native(price),
	}); err != nil {
		return err
	}
	after, err := d.client.Balance(ctx, d.dave.Address, baseDenom)
	if err != nil {
		return err
	}
	// 10 % royalty to the holders, 1 % to the protocol, the rest to the seller.
	got := after.Sub(before).Add(listed.Fee.AmountOf(baseDenom))
	d.table.equal("dave sold for", imo(got), imo(whole(40).MulRaw(89).QuoRaw(100)))
	d.table.pay("erin", "dave", imo(got))
	d.table.pay("erin", "holders of "+d.denom+" (royalty)", imo(price.QuoRaw(10)))
	d.table.pay("erin", "protocol", imo(price.QuoRaw(100)))

	id, _ := new(big.Int).SetString(d.nft.id, 16)
	owner, err := d.eth.call(ctx, common.Address(aigctypes.CollectionAddress(d.nft.collection)), "ownerOf", id)
	if err != nil {
		return err
	}
	d.table.equal("owner of the picture", fmt.Sprint(owner[0]), d.erin.Eth().String())
	return nil
}
