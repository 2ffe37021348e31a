// Package precompiles is the address table of imod's contracts: two at fixed addresses, and one
// per model token and per collection in two reserved ranges.
package precompiles

import (
	"bytes"
	"encoding/binary"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"

	sdk "github.com/cosmos/cosmos-sdk/types"

	evmtypes "github.com/cosmos/evm/x/vm/types"

	"github.com/imochain/imod/precompiles/offerings"
	"github.com/imochain/imod/precompiles/oracle"
)

// Static lists the contracts at fixed addresses, in checksum form and sorted as text: the EVM
// compares its list of active contracts with exactly these strings.
var Static = []string{oracle.Address, offerings.Address}

// Ranges of addresses: a prefix of 12 bytes and an id of 8.
var (
	// TokenRange is the start of keccak256("imod/model-token").
	TokenRange = common.FromHex("d25d7134e55a6d5b23efba78")
	// CollectionRange is the start of keccak256("imod/collection").
	CollectionRange = common.FromHex("2518e038b9776057bba6df4f")
)

// Lookup returns the contract with an id, and false when there is none.
type Lookup func(ctx sdk.Context, id uint64) (vm.PrecompiledContract, bool, error)

// Router finds contracts for the EVM. It answers every CALL of every transaction, so addresses
// outside of our ranges cost two comparisons of 12 bytes before upstream's own lookup.
type Router struct {
	Tokens      Lookup
	Collections Lookup
	// Rest answers for all other addresses.
	Rest evmtypes.Erc20Keeper
}

var _ evmtypes.Erc20Keeper = (*Router)(nil)

// GetERC20PrecompileInstance implements the EVM's one seam for contracts made at run time.
func (r *Router) GetERC20PrecompileInstance(ctx sdk.Context, address common.Address) (vm.PrecompiledContract, bool, error) {
	switch {
	case bytes.HasPrefix(address[:], TokenRange):
		return r.Tokens(ctx, idOf(address))
	case bytes.HasPrefix(address[:], CollectionRange):
		return r.Collections(ctx, idOf(address))
	default:
		return r.Rest.GetERC20PrecompileInstance(ctx, address)
	}
}

func idOf(address common.Address) uint64 {
	return binary.BigEndian.Uint64(address[common.AddressLength-8:])
}
