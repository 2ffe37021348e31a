package rpc

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cosmos/go-bip39"
	"github.com/ethereum/go-ethereum/common"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/cosmos/evm/crypto/ethsecp256k1"
	"github.com/cosmos/evm/crypto/hd"
)

// mnemonicBits gives 24 words.
const mnemonicBits = 256

// Key signs for one account. Priv.ToECDSA gives the same key to Ethereum libraries.
type Key struct {
	Name    string
	Address sdk.AccAddress
	Priv    *ethsecp256k1.PrivKey
}

// Eth is the account's Ethereum address.
func (k Key) Eth() common.Address { return common.BytesToAddress(k.Address) }

// NewKey generates a key.
func NewKey(name string) (Key, error) {
	priv, err := ethsecp256k1.GenerateKey()
	if err != nil {
		return Key{}, err
	}
	return keyOf(name, priv), nil
}

// KeyFromMnemonic derives the eth_secp256k1 key at a path such as m/44'/60'/0'/0/0.
func KeyFromMnemonic(name, mnemonic, path string) (Key, error) {
	raw, err := hd.EthSecp256k1.Derive()(mnemonic, "", path)
	if err != nil {
		return Key{}, err
	}
	return keyOf(name, &ethsecp256k1.PrivKey{Key: raw}), nil
}

func keyOf(name string, priv *ethsecp256k1.PrivKey) Key {
	return Key{Name: name, Address: sdk.AccAddress(priv.PubKey().Address()), Priv: priv}
}

// NewMnemonic generates 24 words.
func NewMnemonic() (string, error) {
	entropy, err := bip39.NewEntropy(mnemonicBits)
	if err != nil {
		return "", err
	}
	return bip39.NewMnemonic(entropy)
}

// ParseAddress reads a 20-byte account in bech32 or 0x form.
func ParseAddress(text string) (sdk.AccAddress, error) {
	if strings.HasPrefix(text, "0x") || strings.HasPrefix(text, "0X") {
		if !common.IsHexAddress(text) {
			return nil, fmt.Errorf("%q is not a 0x address of 20 bytes", text)
		}
		return common.HexToAddress(text).Bytes(), nil
	}
	addr, err := sdk.AccAddressFromBech32(text)
	if err != nil {
		return nil, fmt.Errorf("%q is not an address: %w", text, err)
	}
	if len(addr) != common.AddressLength {
		return nil, errors.New("only accounts of 20 bytes hold coins here")
	}
	return addr, nil
}
