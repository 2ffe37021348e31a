package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cast"

	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	sdkserver "github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"

	evmserver "github.com/cosmos/evm/server"
	srvflags "github.com/cosmos/evm/server/flags"
	evmutils "github.com/cosmos/evm/utils"

	"github.com/imochain/imod/app"
)

// newApp makes the application of a running node.
func newApp(logger log.Logger, db dbm.DB, options servertypes.AppOptions) evmserver.Application {
	if id := cast.ToUint64(options.Get(srvflags.EVMChainID)); id != app.EVMChainID {
		panic(fmt.Errorf("app.toml: evm.evm-chain-id is %d, this chain is %d", id, app.EVMChainID))
	}
	chainID, err := chainIDOf(options)
	if err != nil {
		panic(err)
	}
	application := app.New(logger, db, true, options, append(sdkserver.DefaultBaseappOptions(options), baseapp.SetChainID(chainID))...)
	if err := attach(application, logger, options, chainID); err != nil {
		panic(err)
	}
	return addPages(application, chainID, options)
}

// exportApp opens the application at a height, or at the last one for -1, and exports its state.
func exportApp(
	logger log.Logger, db dbm.DB, height int64, forZeroHeight bool,
	jailAllowed []string, options servertypes.AppOptions, modules []string,
) (servertypes.ExportedApp, error) {
	if home, ok := options.Get(flags.FlagHome).(string); !ok || home == "" {
		return servertypes.ExportedApp{}, errors.New("application home is not set")
	}
	chainID, err := chainIDOf(options)
	if err != nil {
		return servertypes.ExportedApp{}, err
	}
	exported := app.New(logger, db, height == -1, options, baseapp.SetChainID(chainID))
	if height != -1 {
		if err := exported.LoadHeight(height); err != nil {
			return servertypes.ExportedApp{}, err
		}
	}
	return exported.ExportAppStateAndValidators(forZeroHeight, jailAllowed, modules)
}

// chainIDOf returns the chain id of the flag, or that of the genesis file.
func chainIDOf(options servertypes.AppOptions) (string, error) {
	if id := cast.ToString(options.Get(flags.FlagChainID)); id != "" {
		return id, nil
	}
	return evmutils.GetChainIDFromHome(cast.ToString(options.Get(flags.FlagHome)))
}
