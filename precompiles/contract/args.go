package contract

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Uint64 converts a uint256 argument that is an id or a count.
func Uint64(name string, value any) (uint64, error) {
	n, ok := value.(*big.Int)
	if !ok || !n.IsUint64() {
		return 0, fmt.Errorf("%s %v is not a 64-bit number", name, value)
	}
	return n.Uint64(), nil
}

// Int converts a uint256 argument that is an amount.
func Int(name string, value any) (sdkmath.Int, error) {
	n, ok := value.(*big.Int)
	if !ok || n.Sign() < 0 || n.BitLen() > sdkmath.MaxBitLen {
		return sdkmath.Int{}, fmt.Errorf("%s %v is not an amount", name, value)
	}
	return sdkmath.NewIntFromBigInt(n), nil
}

// Account converts an address argument.
func Account(name string, value any) (sdk.AccAddress, error) {
	address, ok := value.(common.Address)
	if !ok {
		return nil, fmt.Errorf("%s %v is not an address", name, value)
	}
	return sdk.AccAddress(address.Bytes()), nil
}

// Bytes converts a bytes argument.
func Bytes(name string, value any) ([]byte, error) {
	bytes, ok := value.([]byte)
	if !ok {
		return nil, fmt.Errorf("%s is not bytes", name)
	}
	return bytes, nil
}
