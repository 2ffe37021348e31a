package app

import (
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	corevm "github.com/ethereum/go-ethereum/core/vm"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/imochain/imod/precompiles/collection"
	"github.com/imochain/imod/precompiles/offerings"
	"github.com/imochain/imod/precompiles/oracle"
	"github.com/imochain/imod/precompiles/token"
	aigckeeper "github.com/imochain/imod/x/aigc/keeper"
	aigctypes "github.com/imochain/imod/x/aigc/types"
	imokeeper "github.com/imochain/imod/x/imo/keeper"
	imotypes "github.com/imochain/imod/x/imo/types"
	oraclekeeper "github.com/imochain/imod/x/oracle/keeper"
	oracletypes "github.com/imochain/imod/x/oracle/types"
	revsharekeeper "github.com/imochain/imod/x/revshare/keeper"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// addImodKeepers makes the four keepers of this chain, lowest first, and the hooks through which
// a lower one tells an upper one.
func (app *App) addImodKeepers() {
	gov := authority().String()
	addresses := app.AccountKeeper.AddressCodec()

	app.RevShareKeeper = revsharekeeper.NewKeeper(app.codec, app.service(revsharetypes.StoreKey), revsharekeeper.Dependencies{
		Bank: app.BankKeeper, Accounts: app.AccountKeeper, Transfer: app.TransferKeeper, Code: codeChecker{app}, AddressCodec: addresses,
		TokenAddress: imotypes.TokenAddressFromDenom, Reserved: imotypes.ReservedAddress, Market: imotypes.PoolAddressFromDenom,
		Excluded: []sdk.AccAddress{authtypes.NewModuleAddress(imotypes.ModuleName), authtypes.NewModuleAddress(revsharetypes.ModuleName)},
	}, gov)
	// Last: it must see the recipient that earlier restrictions settle on.
	app.BankKeeper.AppendSendRestriction(app.RevShareKeeper.SendRestriction)

	app.IMOKeeper = imokeeper.NewKeeper(
		app.service(imotypes.StoreKey), app.codec, app.AccountKeeper, app.BankKeeper, app.DistrKeeper, app.RevShareKeeper, gov,
	)
	app.OracleKeeper = oraclekeeper.NewKeeper(
		app.codec, app.service(oracletypes.StoreKey), addresses, app.BankKeeper, app.StakingKeeper, app.DistrKeeper, app.IMOKeeper, gov,
	)
	app.OracleKeeper.SetCodeKeeper(codeChecker{app})
	app.OracleKeeper.SetMinted(minted{app})
	app.AIGCKeeper = aigckeeper.NewKeeper(
		app.codec, app.service(aigctypes.StoreKey), addresses, app.BankKeeper, app.DistrKeeper, app.IMOKeeper, app.OracleKeeper, gov,
	)

	app.RevShareKeeper.SetLazyShares(app.IMOKeeper)
	app.RevShareKeeper.SetPrices(app.IMOKeeper)
	app.IMOKeeper.SetHooks(app.OracleKeeper)
	app.IMOKeeper.SetTransfers(app.TransferKeeper)
	app.IMOKeeper.SetTokenHooks(evmHooks{app})
	app.IMOKeeper.SetCodeChecker(codeChecker{app})
	app.AIGCKeeper.SetHooks(evmHooks{app})
	if err := app.addPrecompiles(); err != nil {
		panic(fmt.Errorf("precompiles: %w", err))
	}
}

// addPrecompiles registers the contracts at fixed addresses and tells the router how to make the
// others.
func (app *App) addPrecompiles() error {
	oracleContract, err := oracle.New(app.OracleKeeper, app.BankKeeper, BaseDenom)
	if err != nil {
		return err
	}
	offeringsContract, err := offerings.New(imokeeper.NewMsgServer(app.IMOKeeper), imokeeper.NewQueryServer(app.IMOKeeper), app.BankKeeper, BaseDenom)
	if err != nil {
		return err
	}
	app.EVMKeeper.RegisterStaticPrecompile(oracleContract.Address(), oracleContract)
	app.EVMKeeper.RegisterStaticPrecompile(offeringsContract.Address(), offeringsContract)

	tokens, err := token.Deps{
		Revenue: app.RevShareKeeper, Bank: app.BankKeeper, ERC20: &app.Erc20Keeper, Pairs: &app.Erc20Keeper, Transfer: app.TransferKeeper,
		NativeDenom: BaseDenom, ChainID: EVMChainID,
	}.Prepare()
	if err != nil {
		return err
	}
	collections, err := collection.Deps{Keeper: app.AIGCKeeper, Bank: app.BankKeeper, NativeDenom: BaseDenom}.Prepare()
	if err != nil {
		return err
	}
	app.router.Tokens = func(ctx sdk.Context, id uint64) (corevm.PrecompiledContract, bool, error) {
		denom := imotypes.TokenDenom(id)
		exists, err := app.RevShareKeeper.HasPool(ctx, denom)
		if err != nil || !exists {
			return nil, false, err
		}
		return token.New(tokens, common.BytesToAddress(imotypes.TokenAddress(id)), denom), true, nil
	}
	app.router.Collections = func(ctx sdk.Context, id uint64) (corevm.PrecompiledContract, bool, error) {
		_, err := app.AIGCKeeper.Collection(ctx, id)
		if errors.Is(err, aigctypes.ErrCollectionNotFound) {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		return collection.New(collections, common.Address(aigctypes.CollectionAddress(id)), id), true, nil
	}
	return nil
}
