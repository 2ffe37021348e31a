package app

import (
	"bytes"
	"context"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	erc20types "github.com/cosmos/evm/x/erc20/types"

	aigctypes "github.com/imochain/imod/x/aigc/types"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// codeStub stands at the address of every token and collection: PUSH0 PUSH0 REVERT. Callers check
// for code before they call, wallets ask for it, and it never runs, because the router answers first.
var codeStub = []byte{0x5f, 0x5f, 0xfd}

// evmHooks puts what the EVM needs beside new tokens and collections.
type evmHooks struct{ app *App }

var (
	_ imotypes.TokenHooks       = evmHooks{}
	_ aigctypes.CollectionHooks = evmHooks{}
)

// AfterTokenCreated registers the pair of denom and address, under which upstream keeps
// allowances, and places the stub. The pair is not made a dynamic precompile: the router owns
// the address.
func (h evmHooks) AfterTokenCreated(ctx context.Context, modelID uint64, denom string) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	address := common.BytesToAddress(imotypes.TokenAddress(modelID))
	if err := h.app.Erc20Keeper.SetToken(sdkCtx, erc20types.NewTokenPair(address, denom, erc20types.OWNER_MODULE)); err != nil {
		return err
	}
	return h.placeStub(sdkCtx, address)
}

// AfterCollectionCreated places the stub.
func (h evmHooks) AfterCollectionCreated(ctx context.Context, id uint64) error {
	return h.placeStub(sdk.UnwrapSDKContext(ctx), common.Address(aigctypes.CollectionAddress(id)))
}

// placeStub keeps the coins somebody may have sent to the address before.
func (h evmHooks) placeStub(ctx sdk.Context, address common.Address) error {
	hash := crypto.Keccak256(codeStub)
	h.app.EVMKeeper.SetCode(ctx, hash, codeStub)
	account := h.app.EVMKeeper.GetAccountOrEmpty(ctx, address)
	account.Nonce, account.CodeHash = max(account.Nonce, 1), hash
	return h.app.EVMKeeper.SetAccount(ctx, address, account)
}

// codeChecker tells contracts from people for x/revshare, x/imo and x/oracle.
type codeChecker struct{ app *App }

// HasCode is true for EVM code other than a 7702 delegation, whose owner can still sign.
func (c codeChecker) HasCode(ctx context.Context, account sdk.AccAddress) bool {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	hash := c.app.EVMKeeper.GetCodeHash(sdkCtx, common.BytesToAddress(account))
	if hash == (common.Hash{}) || bytes.Equal(hash[:], types.EmptyCodeHash[:]) {
		return false
	}
	_, delegated := types.ParseDelegation(c.app.EVMKeeper.GetCode(sdkCtx, hash))
	return !delegated
}

// minted reads what x/mint mints in a block.
type minted struct{ app *App }

func (m minted) BlockProvision(ctx context.Context) (sdk.Coin, error) {
	minter, err := m.app.MintKeeper.Minter.Get(ctx)
	if err != nil {
		return sdk.Coin{}, err
	}
	params, err := m.app.MintKeeper.Params.Get(ctx)
	if err != nil {
		return sdk.Coin{}, err
	}
	return minter.BlockProvision(params), nil
}
