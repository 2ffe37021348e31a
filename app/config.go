package app

import (
	"os"
	"path/filepath"

	"github.com/cosmos/evm/crypto/hd"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Constants of the chain. They are consensus-critical: changing one is a hard fork.
const (
	// Name is the name of the binary and of the application.
	Name = "imod"
	// Bech32Prefix starts every account address.
	Bech32Prefix = "imo"
	// BaseDenom is the bond, fee, governance and EVM denom; 10^18 of it are one IMO.
	BaseDenom = "aimo"
	// DisplayDenom is the denom people read.
	DisplayDenom = "imo"
	// Decimals is the number of decimals between BaseDenom and DisplayDenom.
	Decimals = 18
	// EVMChainID is the EIP-155 chain id. app.toml repeats it only so that tools can read it;
	// a node whose app.toml says otherwise does not start.
	EVMChainID uint64 = 7641
	// MaxBlockGas bounds the gas of a block in the default genesis.
	MaxBlockGas = 60_000_000
	// MaxBlockBytes bounds the bytes of a block in the default genesis.
	MaxBlockBytes = 4 << 20
	// MinGasPrice is the floor of the fee market in base units per unit of gas.
	MinGasPrice = 1_000_000_000
)

// DefaultNodeHome is where a node keeps its files unless --home says otherwise.
var DefaultNodeHome = defaultNodeHome()

func defaultNodeHome() string {
	if home := os.Getenv("IMOD_HOME"); home != "" {
		return home
	}
	user, err := os.UserHomeDir()
	if err != nil {
		return ".imod"
	}
	return filepath.Join(user, ".imod")
}

// Process-wide settings of the SDK. They are set once, before any address is parsed, because the
// SDK reads them from globals; nothing changes them afterwards.
func init() {
	sdk.DefaultBondDenom = BaseDenom
	sdk.DefaultPowerReduction = sdkmath.NewIntWithDecimal(1, Decimals)

	cfg := sdk.GetConfig()
	cfg.SetBech32PrefixForAccount(Bech32Prefix, Bech32Prefix+sdk.PrefixPublic)
	cfg.SetBech32PrefixForValidator(
		Bech32Prefix+sdk.PrefixValidator+sdk.PrefixOperator,
		Bech32Prefix+sdk.PrefixValidator+sdk.PrefixOperator+sdk.PrefixPublic,
	)
	cfg.SetBech32PrefixForConsensusNode(
		Bech32Prefix+sdk.PrefixValidator+sdk.PrefixConsensus,
		Bech32Prefix+sdk.PrefixValidator+sdk.PrefixConsensus+sdk.PrefixPublic,
	)
	cfg.SetCoinType(hd.Bip44CoinType)
	cfg.SetPurpose(sdk.Purpose)
}
