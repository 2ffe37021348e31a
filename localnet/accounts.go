package localnet

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	sdkhd "github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/cosmos/evm/crypto/hd"

	"github.com/imochain/imod/localnet/rpc"
)

// KeyRecord is one account of the network as keys.json holds it. Mnemonic is empty for an account given by address.
type KeyRecord struct {
	Name       string `json:"name"`
	Address    string `json:"address"`
	EthAddress string `json:"eth_address"`
	Mnemonic   string `json:"mnemonic,omitempty"`
	Path       string `json:"path,omitempty"`
}

// member is an account of config.yml with its key resolved.
type member struct {
	KeyRecord
	addr  sdk.AccAddress
	coins sdk.Coins
}

// resolveAccounts derives or generates the key of every account.
func resolveAccounts(cfg *Config) ([]member, error) {
	out := make([]member, 0, len(cfg.Accounts))
	seen := make(map[string]int)
	for i, a := range cfg.Accounts {
		key := fmt.Sprintf("accounts[%d]", i)
		m, err := a.resolve(key)
		if err != nil {
			return nil, err
		}
		if m.coins, err = parseCoins(key+".coins", a.Coins); err != nil {
			return nil, err
		}
		if other, twice := seen[m.Address]; twice {
			return nil, keyError(key, m.Address, "is the address of accounts[%d] too", other)
		}
		seen[m.Address] = i
		out = append(out, m)
	}
	return out, nil
}

func (a Account) resolve(key string) (member, error) {
	m := member{KeyRecord: KeyRecord{Name: a.Name}}
	if a.Address != "" {
		addr, err := rpc.ParseAddress(a.Address)
		if err != nil {
			return m, keyError(key+".address", a.Address, "%s", err)
		}
		m.addr = addr
	} else {
		m.Mnemonic = a.Mnemonic
		if m.Mnemonic == "" {
			var err error
			if m.Mnemonic, err = rpc.NewMnemonic(); err != nil {
				return m, err
			}
		}
		account, err := pathIndex(a.AccountNumber)
		if err != nil {
			return m, keyError(key+".account_number", a.AccountNumber, "%s", err)
		}
		index, err := pathIndex(a.AddressIndex)
		if err != nil {
			return m, keyError(key+".address_index", a.AddressIndex, "%s", err)
		}
		m.Path = sdkhd.CreateHDPath(coinType, account, index).String()
		signer, err := rpc.KeyFromMnemonic(a.Name, m.Mnemonic, m.Path)
		if err != nil { // the mnemonic itself stays out of the message
			return m, fmt.Errorf("%s.mnemonic: %w", key, err)
		}
		m.addr = signer.Address
	}
	m.Address = m.addr.String()
	m.EthAddress = common.BytesToAddress(m.addr).Hex()
	return m, nil
}

// saveKeys writes keys into the test keyring of a home.
func saveKeys(chain Chain, home string, members []member) error {
	ring, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, home, nil, chain.Codec, hd.EthSecp256k1Option())
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.Mnemonic == "" {
			continue
		}
		if _, err := ring.NewAccount(m.Name, m.Mnemonic, "", m.Path, hd.EthSecp256k1); err != nil {
			return fmt.Errorf("key %s: %w", m.Name, err)
		}
	}
	return nil
}
