package types

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/address"
)

// AddressLength is the length of every account that can own or receive here.
// Longer ones are cut by the EVM's mirror of balances, which forges coins.
const AddressLength = 20

// prefixLength is the length of the reserved prefixes, in bytes.
const prefixLength = AddressLength - 8

// CollectionAddress is the ERC-721 address of a collection: a fixed 12-byte
// prefix and the id. Nobody holds a key to it.
func CollectionAddress(id uint64) [AddressLength]byte {
	addr := collectionRange()
	binary.BigEndian.PutUint64(addr[prefixLength:], id)
	return addr
}

// CollectionIDFromAddress reads the id back; false for an address outside of the
// range. It does not say that the collection exists.
func CollectionIDFromAddress(addr []byte) (uint64, bool) {
	if len(addr) != AddressLength {
		return 0, false
	}
	id := binary.BigEndian.Uint64(addr[prefixLength:])
	want := CollectionAddress(id)
	return id, id != 0 && bytes.Equal(addr, want[:])
}

// ContractText prints the ERC-721 address of a collection: 0x and 40 hex digits.
func ContractText(id uint64) string {
	addr := CollectionAddress(id)
	return "0x" + hex.EncodeToString(addr[:])
}

// EscrowAddress is the account that holds a collection's money: mint prices of
// pending tokens, storage deposits, royalty until the end of the block, credits. Only this module draws from it.
func EscrowAddress(collectionID uint64) sdk.AccAddress {
	key := binary.BigEndian.AppendUint64(nil, collectionID)
	return address.Module(ModuleName, []byte("escrow"), key)[:AddressLength]
}

// collectionRange is the first address of the range: the first 12 bytes of
// keccak256("imod/collection"), then zeros.
func collectionRange() [AddressLength]byte {
	return [AddressLength]byte{0x25, 0x18, 0xe0, 0x38, 0xb9, 0x77, 0x60, 0x57, 0xbb, 0xa6, 0xdf, 0x4f}
}
