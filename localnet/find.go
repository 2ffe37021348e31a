package localnet

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	imotypes "github.com/imochain/imod/x/imo/types"
)

// Find looks for the network of the working folder: its .localnet, or that of the nearest folder above. It returns nil when there is
// none.
func Find() (*Network, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for {
		n, err := Open(filepath.Join(dir, DefaultHome))
		if err == nil {
			return n, nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil, nil //nolint:nilnil // absence is the usual answer
		}
		dir = parent
	}
}

// Local tells whether this is a network of public keys whose first node runs on this machine.
func (n *Network) Local() bool {
	return n.Kind == imotypes.NETWORK_KIND_LOCAL.Word() && len(n.Nodes) > 0 && n.Running(n.Nodes[0].Name)
}

// DefaultAccount is the account that signs on a local network unless another is named: the first of the test mnemonic, or empty.
func (n *Network) DefaultAccount() string {
	records, err := n.Keys()
	if err != nil {
		return ""
	}
	for _, r := range records {
		if r.Mnemonic == DevMnemonic {
			return r.Name
		}
	}
	return ""
}

// CurrentGasPrice is what a transaction should pay per gas now: the floor of config.yml or, if it is higher, the base fee with
// room for one more rise.
func (n *Network) CurrentGasPrice(ctx context.Context, chain Chain) (string, error) {
	client, err := n.Client(chain, 0)
	if err != nil {
		return "", err
	}
	defer client.Close() //nolint:errcheck // nothing was written
	price, err := client.GasPrice(ctx)
	return price.String(), err
}
