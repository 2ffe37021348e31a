package app

import (
	"maps"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	corevm "github.com/ethereum/go-ethereum/core/vm"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	protocolpooltypes "github.com/cosmos/cosmos-sdk/x/protocolpool/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"

	erc20types "github.com/cosmos/evm/x/erc20/types"
	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// moduleAccounts lists every module account and what it may do. Each is also blocked: the EVM
// refuses to write a module account, and coins sent there by hand would be lost.
var moduleAccounts = map[string][]string{
	authtypes.FeeCollectorName:                  nil,
	distrtypes.ModuleName:                       nil,
	protocolpooltypes.ModuleName:                nil,
	protocolpooltypes.ProtocolPoolEscrowAccount: nil,
	minttypes.ModuleName:                        {authtypes.Minter},
	stakingtypes.BondedPoolName:                 {authtypes.Burner, authtypes.Staking},
	stakingtypes.NotBondedPoolName:              {authtypes.Burner, authtypes.Staking},
	govtypes.ModuleName:                         {authtypes.Burner},
	transfertypes.ModuleName:                    {authtypes.Minter, authtypes.Burner},
	evmtypes.ModuleName:                         {authtypes.Minter, authtypes.Burner},
	feemarkettypes.ModuleName:                   nil,
	erc20types.ModuleName:                       {authtypes.Minter, authtypes.Burner},
	imotypes.ModuleName:                         {authtypes.Minter, authtypes.Burner},
	oracletypes.ModuleName:                      {authtypes.Burner}, // lost bonds; it holds nothing
	revsharetypes.ModuleName:                    {authtypes.Burner}, // share tokens that holders burn
}

// ModuleAccountPermissions returns the permissions of the module accounts.
func ModuleAccountPermissions() map[string][]string { return maps.Clone(moduleAccounts) }

// BlockedAddresses returns the bech32 addresses that users cannot send coins to: module accounts
// and precompiled contracts that are not payable.
func BlockedAddresses() map[string]bool {
	blocked := make(map[string]bool, len(moduleAccounts)+32)
	for _, name := range slices.Sorted(maps.Keys(moduleAccounts)) {
		blocked[authtypes.NewModuleAddress(name).String()] = true
	}
	for _, hex := range evmtypes.AvailableStaticPrecompiles {
		blocked[sdk.AccAddress(common.HexToAddress(hex).Bytes()).String()] = true
	}
	for _, address := range corevm.PrecompiledAddressesPrague {
		blocked[sdk.AccAddress(address.Bytes()).String()] = true
	}
	return blocked
}
