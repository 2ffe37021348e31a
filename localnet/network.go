package localnet

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/localnet/rpc"
)

// DefaultHome is the folder of the network, relative to the repository.
const DefaultHome = ".localnet"

const (
	networkFile = "network.json"
	keysFile    = "keys.json"
	logsDir     = "logs"
	pidsDir     = "pids"
	faucetName  = "faucet"
)

// Network describes a network on disk. It is written to network.json, for programs and for people.
type Network struct {
	ChainID    string      `json:"chain_id"`
	Kind       string      `json:"kind"` // LOCAL: what this package starts is nothing else
	EVMChainID uint64      `json:"evm_chain_id"`
	GasPrice   string      `json:"gas_price"`
	Nodes      []Node      `json:"nodes"`
	Faucet     *FaucetInfo `json:"faucet,omitempty"`
	IBC        *Link       `json:"ibc,omitempty"` // to the second chain, if there is one
	// Fingerprint covers config.yml, the options, the default genesis and the build: data of another fingerprint are not used again.
	Fingerprint string `json:"fingerprint"`

	home string
}

// Node is one validator: names and addresses.
type Node struct {
	Name      string `json:"name"`    // folder, log and pid file
	Moniker   string `json:"moniker"` // validator's name in config.yml
	ID        string `json:"id"`      // p2p
	Operator  string `json:"operator"`
	Consensus string `json:"consensus"` // consensus address, hex as in CometBFT
	RPC       string `json:"rpc"`
	P2P       string `json:"p2p"`
	GRPC      string `json:"grpc"`
	REST      string `json:"rest"`
	JSONRPC   string `json:"json_rpc"`
	JSONRPCWS string `json:"json_rpc_ws"`
	Metrics   string `json:"metrics"`
	// Ports are all addresses that must be free before the node starts.
	Ports []Listen `json:"ports"`
}

// Listen is one address and the key of config.yml that sets it.
type Listen struct {
	Key     string `json:"key"`
	Address string `json:"address"`
}

// FaucetInfo is what the faucet process runs with.
type FaucetInfo struct {
	Key      string   `json:"key"`
	Listen   string   `json:"listen"`
	URL      string   `json:"url"`
	Coins    []string `json:"coins"`
	CoinsMax []string `json:"coins_max"`
	Window   string   `json:"window"`
}

// Open reads the description of the network in home.
func Open(home string) (*Network, error) {
	abs, err := filepath.Abs(home)
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(filepath.Join(abs, networkFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s holds no local network: %w", home, err)
	}
	if err != nil {
		return nil, err
	}
	n := &Network{home: abs}
	if err := json.Unmarshal(raw, n); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(home, networkFile), err)
	}
	return n, nil
}

// Home is the absolute folder of the network.
func (n *Network) Home() string { return n.home }

// NodeHome is the home of one node, for `imod … --home`.
func (n *Network) NodeHome(name string) string { return filepath.Join(n.home, name) }

// LogFile is the log of a node or of the faucet.
func (n *Network) LogFile(name string) string { return filepath.Join(n.home, logsDir, name+".log") }

// Keys are all accounts of the network.
func (n *Network) Keys() ([]KeyRecord, error) {
	raw, err := os.ReadFile(filepath.Join(n.home, keysFile))
	if err != nil {
		return nil, err
	}
	var out []KeyRecord
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, fmt.Errorf("%s: %w", keysFile, err)
	}
	return out, nil
}

// Key is the signing key of one account.
func (n *Network) Key(name string) (rpc.Key, error) {
	records, err := n.Keys()
	if err != nil {
		return rpc.Key{}, err
	}
	for _, r := range records {
		if r.Name != name {
			continue
		}
		if r.Mnemonic == "" {
			return rpc.Key{}, fmt.Errorf("account %s is known by address only", name)
		}
		return rpc.KeyFromMnemonic(name, r.Mnemonic, r.Path)
	}
	return rpc.Key{}, fmt.Errorf("the network has no account %s", name)
}

// Client connects to one node of the network.
func (n *Network) Client(chain Chain, node int) (*rpc.Client, error) {
	if node < 0 || node >= len(n.Nodes) {
		return nil, fmt.Errorf("node %d: the network has %d", node, len(n.Nodes))
	}
	price, err := sdk.ParseDecCoin(n.GasPrice)
	if err != nil {
		return nil, fmt.Errorf("%s: gas_price: %w", networkFile, err)
	}
	return rpc.Dial(rpc.Config{
		ChainID: n.ChainID, Comet: n.Nodes[node].RPC, GRPC: n.Nodes[node].GRPC,
		Codec: chain.Codec, TxConfig: chain.TxConfig, GasPrice: price,
	})
}

// writeJSON writes a file that only the user can read.
func writeJSON(path string, v any) error {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(raw, '\n'), 0o600)
}
