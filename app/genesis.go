package app

import (
	"encoding/json"
	"slices"

	cmttypes "github.com/cometbft/cometbft/types"

	sdkmath "cosmossdk.io/math"

	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	erc20types "github.com/cosmos/evm/x/erc20/types"
	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	"github.com/imochain/imod/precompiles"
)

// GenesisState is the genesis of every module by its name.
type GenesisState map[string]json.RawMessage

// WrappedNative is the ERC-20 address of the native coin, by the convention of cosmos/evm.
const WrappedNative = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE"

// DefaultGenesis returns the genesis of a new network: aimo everywhere, its bank metadata, the
// precompiles that this binary builds, and a floor under the gas price.
func (app *App) DefaultGenesis() map[string]json.RawMessage {
	genesis := app.basics.DefaultGenesis(app.codec)

	bank := banktypes.DefaultGenesisState()
	bank.DenomMetadata = []banktypes.Metadata{NativeMetadata()}
	genesis[banktypes.ModuleName] = app.codec.MustMarshalJSON(bank)

	evm := evmtypes.DefaultGenesisState()
	evm.Params.EvmDenom = BaseDenom
	evm.Params.ExtendedDenomOptions = nil
	evm.Params.ActiveStaticPrecompiles = ActivePrecompiles()
	evm.Preinstalls = evmtypes.DefaultPreinstalls
	genesis[evmtypes.ModuleName] = app.codec.MustMarshalJSON(evm)

	erc20 := erc20types.DefaultGenesisState()
	erc20.TokenPairs = []erc20types.TokenPair{{
		Erc20Address: WrappedNative, Denom: BaseDenom, Enabled: true, ContractOwner: erc20types.OWNER_MODULE,
	}}
	erc20.NativePrecompiles = []string{WrappedNative}
	genesis[erc20types.ModuleName] = app.codec.MustMarshalJSON(erc20)

	fees := feemarkettypes.DefaultGenesisState()
	fees.Params.MinGasPrice = sdkmath.LegacyNewDec(MinGasPrice)
	fees.Params.BaseFee = sdkmath.LegacyNewDec(MinGasPrice)
	genesis[feemarkettypes.ModuleName] = app.codec.MustMarshalJSON(fees)
	return genesis
}

// NativeMetadata describes the native coin to wallets and to the EVM, which reads its decimals here.
func NativeMetadata() banktypes.Metadata {
	return banktypes.Metadata{
		Description: "The native coin of imod",
		Base:        BaseDenom,
		Display:     DisplayDenom,
		Name:        "IMO",
		Symbol:      "IMO",
		DenomUnits: []*banktypes.DenomUnit{
			{Denom: BaseDenom, Exponent: 0},
			{Denom: DisplayDenom, Exponent: Decimals},
		},
	}
}

// ActivePrecompiles lists the static precompiles, sorted as text. The vesting address is left
// out: nothing is built there, and an active address without a contract panics.
func ActivePrecompiles() []string {
	available := slices.Concat(evmtypes.AvailableStaticPrecompiles, precompiles.Static)
	active := slices.DeleteFunc(available, func(address string) bool {
		return address == evmtypes.VestingPrecompileAddress
	})
	slices.Sort(active)
	return active
}

// SetConsensusParams writes what the chain relies on into a genesis document: vote extensions
// from height 1 on, and bounds on the bytes and gas of a block.
func SetConsensusParams(genesis *genutiltypes.AppGenesis) {
	if genesis.Consensus == nil {
		genesis.Consensus = &genutiltypes.ConsensusGenesis{}
	}
	if genesis.Consensus.Params == nil {
		genesis.Consensus.Params = cmttypes.DefaultConsensusParams()
	}
	genesis.Consensus.Params.ABCI.VoteExtensionsEnableHeight = 1
	genesis.Consensus.Params.Block.MaxBytes = MaxBlockBytes
	genesis.Consensus.Params.Block.MaxGas = MaxBlockGas
}
