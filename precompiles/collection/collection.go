// Package collection is the precompiled contract of a collection: ERC-721 with metadata and
// enumeration, ERC-2981, ERC-7007 and the market over x/aigc. It holds no rule; the keeper of x/aigc does.
package collection

import (
	"bytes"
	"context"
	_ "embed"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	cmn "github.com/cosmos/evm/precompiles/common"

	"github.com/imochain/imod/precompiles/contract"
	aigctypes "github.com/imochain/imod/x/aigc/types"
)

//go:embed abi.json
var abiJSON []byte

//go:embed receiver.json
var receiverJSON []byte

// Gas of the methods, taken before they run; state access is charged besides.
const (
	gasMint   = 60_000
	gasWrite  = 20_000
	gasTrade  = 40_000
	gasView   = 3_000
	gasVerify = 10_000
)

// Keeper is what the contract needs of x/aigc.
type Keeper interface {
	Collection(ctx context.Context, id uint64) (aigctypes.Collection, error)
	Token(ctx context.Context, collectionID uint64, id aigctypes.TokenID) (aigctypes.Token, error)
	TokenURI(ctx context.Context, collectionID uint64, id aigctypes.TokenID) (string, error)
	OwnerOf(ctx context.Context, collectionID uint64, id aigctypes.TokenID) (sdk.AccAddress, error)
	BalanceOf(ctx context.Context, collectionID uint64, owner sdk.AccAddress) (uint64, error)
	GetApproved(ctx context.Context, collectionID uint64, id aigctypes.TokenID) (sdk.AccAddress, error)
	IsApprovedForAll(ctx context.Context, collectionID uint64, owner, operator sdk.AccAddress) (bool, error)
	TotalSupply(ctx context.Context, collectionID uint64) (uint64, error)
	TokenByIndex(ctx context.Context, collectionID, index uint64) (aigctypes.TokenID, error)
	TokenOfOwnerByIndex(ctx context.Context, collectionID uint64, owner sdk.AccAddress, index uint64) (aigctypes.TokenID, error)
	RoyaltyInfo(ctx context.Context, collectionID uint64, price sdkmath.Int) (aigctypes.Royalty, error)
	Verify(ctx context.Context, collectionID uint64, prompt, aigcData []byte) (bool, error)
	TransferFrom(ctx context.Context, caller, from, to sdk.AccAddress, collectionID uint64, id aigctypes.TokenID) error
	Approve(ctx context.Context, caller, approved sdk.AccAddress, collectionID uint64, id aigctypes.TokenID) error
	SetApprovalForAll(ctx context.Context, owner, operator sdk.AccAddress, collectionID uint64, approved bool) error
	Mint(ctx context.Context, in aigctypes.NewMint) (aigctypes.Minted, error)
	Commit(ctx context.Context, sender sdk.AccAddress, collectionID uint64, hash aigctypes.CommitmentHash) (aigctypes.Commitment, error)
	Update(ctx context.Context, collectionID uint64, prompt, aigcData []byte) (aigctypes.Settled, error)
	Burn(ctx context.Context, caller sdk.AccAddress, collectionID uint64, id aigctypes.TokenID) error
	Market
	Logs
	Settle(ctx context.Context, caller sdk.AccAddress, collectionID uint64, id aigctypes.TokenID, content []byte) (aigctypes.Settled, error)
}

// Deps are the keepers behind every collection.
type Deps struct {
	Keeper Keeper
	Bank   cmn.BankKeeper
	// NativeDenom is the gas coin, in which value travels.
	NativeDenom string

	api, receiver abi.ABI
}

// Prepare parses the interfaces once.
func (d Deps) Prepare() (Deps, error) {
	var err error
	if d.api, err = abi.JSON(bytes.NewReader(abiJSON)); err != nil {
		return d, err
	}
	d.receiver, err = abi.JSON(bytes.NewReader(receiverJSON))
	return d, err
}

type collection struct {
	Deps
	id      uint64
	address common.Address
}

// New returns the contract of one collection.
func New(deps Deps, address common.Address, id uint64) *Precompile {
	n := collection{Deps: deps, id: id, address: address}
	frame := contract.New("collection", address, deps.api, deps.Bank, map[string]contract.Method{
		"supportsInterface":   {Kind: contract.View, Gas: gasView, Run: n.supportsInterface},
		"balanceOf":           {Kind: contract.View, Gas: gasView, Run: n.balanceOf},
		"ownerOf":             {Kind: contract.View, Gas: gasView, Run: n.ownerOf},
		"getApproved":         {Kind: contract.View, Gas: gasView, Run: n.getApproved},
		"isApprovedForAll":    {Kind: contract.View, Gas: gasView, Run: n.isApprovedForAll},
		"name":                {Kind: contract.View, Gas: gasView, Run: n.name},
		"symbol":              {Kind: contract.View, Gas: gasView, Run: n.symbol},
		"tokenURI":            {Kind: contract.View, Gas: gasView, Run: n.tokenURI},
		"totalSupply":         {Kind: contract.View, Gas: gasView, Run: n.totalSupply},
		"tokenByIndex":        {Kind: contract.View, Gas: gasView, Run: n.tokenByIndex},
		"tokenOfOwnerByIndex": {Kind: contract.View, Gas: gasView, Run: n.tokenOfOwnerByIndex},
		"royaltyInfo":         {Kind: contract.View, Gas: gasView, Run: n.royaltyInfo},
		"verify":              {Kind: contract.View, Gas: gasVerify, Run: n.verify},
		"tokenId":             {Kind: contract.View, Gas: gasView, Run: n.tokenID},
		"prompt":              {Kind: contract.View, Gas: gasView, Run: n.prompt},
		"approve":             {Kind: contract.Write, Gas: gasWrite, Run: n.approve},
		"setApprovalForAll":   {Kind: contract.Write, Gas: gasWrite, Run: n.setApprovalForAll},
		"transferFrom":        {Kind: contract.Write, Gas: gasWrite, Run: n.transferFrom},
		"safeTransferFrom":    {Kind: contract.Write, Gas: gasWrite, Run: n.transferFrom},
		"safeTransferFrom0":   {Kind: contract.Write, Gas: gasWrite, Run: n.transferFrom},
		"mint":                {Kind: contract.Payable, Gas: gasMint, Run: n.mint},
		"addAigcData":         {Kind: contract.Write, Gas: gasWrite + gasVerify, Run: n.addAigcData},
		"settle":              {Kind: contract.Write, Gas: gasWrite, Run: n.settle},
		"update":              {Kind: contract.Write, Gas: gasWrite + gasVerify, Run: n.update},
		"commit":              {Kind: contract.Payable, Gas: gasWrite, Run: n.commit},
		"mintCommitted":       {Kind: contract.Payable, Gas: gasMint, Run: n.mintCommitted},
		"burn":                {Kind: contract.Write, Gas: gasWrite, Run: n.burn},
		"list":                {Kind: contract.Write, Gas: gasWrite, Run: n.list},
		"listIn":              {Kind: contract.Write, Gas: gasWrite, Run: n.listIn},
		"unlist":              {Kind: contract.Write, Gas: gasWrite, Run: n.unlist},
		"listing":             {Kind: contract.View, Gas: gasView, Run: n.listing},
		"buy":                 {Kind: contract.Payable, Gas: gasTrade, Run: n.buy},
		"buyIn":               {Kind: contract.Write, Gas: gasTrade, Run: n.buyIn},
		"makeOffer":           {Kind: contract.Payable, Gas: gasWrite, Run: n.makeOffer},
		"makeOfferIn":         {Kind: contract.Write, Gas: gasWrite, Run: n.makeOfferIn},
		"offerOf":             {Kind: contract.View, Gas: gasView, Run: n.offerOf},
		"acceptOffer":         {Kind: contract.Write, Gas: gasTrade, Run: n.acceptOffer},
		"cancelOffer":         {Kind: contract.Write, Gas: gasWrite, Run: n.cancelOffer},
		"withdraw":            {Kind: contract.Write, Gas: gasWrite, Run: n.withdraw},
		"announce":            {Kind: contract.Write, Gas: gasWrite, Run: n.announce},
		"unannounced":         {Kind: contract.View, Gas: gasView, Run: n.unannounced},
	})
	return &Precompile{Contract: frame, receiver: deps.receiver}
}
