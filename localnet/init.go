package localnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	cmtcfg "github.com/cometbft/cometbft/config"

	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/genutil"
)

// Options are what the command line adds to config.yml.
type Options struct {
	Home       string    // folder of the network; DefaultHome if empty
	Validators int       // how many of config.yml's validators run; 0 is all
	PortOffset int       // added to every port, the faucet's included
	Reset      bool      // start a new chain even if the old data could be used again
	Progress   io.Writer // lines for people; nothing if nil
	Executable string    // of the node processes; this program if empty
}

func (o *Options) complete() error {
	if o.Home == "" {
		o.Home = DefaultHome
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	var err error
	if o.Home, err = filepath.Abs(o.Home); err != nil {
		return err
	}
	if o.Executable == "" {
		o.Executable, err = os.Executable()
	}
	return err
}

// Init writes the homes of a new network. The folder appears only when everything in it is complete; an older network in the
// same place is replaced and must not be running. Warnings are for people.
func Init(ctx context.Context, chain Chain, cfg *Config, opts Options) (*Network, []string, error) {
	if err := opts.complete(); err != nil {
		return nil, nil, err
	}
	p, err := newPlan(ctx, chain, cfg, opts)
	if err != nil {
		return nil, nil, err
	}
	if err := replaceable(opts.Home); err != nil {
		return nil, nil, err
	}
	for _, home := range []string{opts.Home, filepath.Join(opts.Home, peerName)} { // the second chain goes with the first
		if running := (&Network{home: home}).running(); len(running) > 0 {
			return nil, nil, fmt.Errorf("--home %s: %s still runs; stop the network first", home, running[0])
		}
	}
	if err := p.network.probePorts(); err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(filepath.Dir(opts.Home), 0o755); err != nil {
		return nil, nil, err
	}
	scratch, err := os.MkdirTemp(filepath.Dir(opts.Home), ".localnet-new-")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(scratch) //nolint:errcheck // already moved away when all went well
	warnings, err := p.write(ctx, chain, scratch)
	if err != nil {
		return nil, nil, err
	}
	if err := os.RemoveAll(opts.Home); err != nil {
		return nil, nil, err
	}
	return p.network, warnings, os.Rename(scratch, opts.Home)
}

// replaceable refuses to delete a folder that is not a local network.
func replaceable(home string) error {
	entries, err := os.ReadDir(home)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Name() == networkFile {
			return nil
		}
	}
	if len(entries) > 0 {
		return fmt.Errorf("--home %s: the folder has other content than a local network; nothing was changed", home)
	}
	return nil
}

// write fills dir with the homes, the genesis and the descriptions.
func (p *plan) write(ctx context.Context, chain Chain, dir string) ([]string, error) {
	members := p.members
	var err error
	consensus := make([]cryptotypes.PubKey, len(p.settings))
	var tips [][]byte
	for i := range p.settings {
		node := &p.network.Nodes[i]
		home := cmtcfg.DefaultConfig().SetRoot(filepath.Join(dir, node.Name))
		if err := os.MkdirAll(filepath.Join(home.RootDir, "config"), 0o755); err != nil {
			return nil, err
		}
		if node.ID, consensus[i], err = genutil.InitializeNodeValidatorFiles(home); err != nil {
			return nil, err
		}
		node.Consensus = consensus[i].Address().String()
		if chain.Beacon != nil {
			tip, err := chain.Beacon(home.RootDir)
			if err != nil {
				return nil, err
			}
			tips = append(tips, tip)
		}
		for _, m := range members {
			if m.Name == node.Moniker {
				node.Operator = sdk.ValAddress(m.addr).String()
			}
		}
	}
	genesis, warnings, err := buildGenesis(ctx, chain, p.cfg, members, p.validators(consensus, tips))
	if err != nil {
		return nil, err
	}
	for i, s := range p.settings {
		home := filepath.Join(dir, p.network.Nodes[i].Name)
		assign(s.config, "p2p.persistent_peers", p.peers(i))
		if err := s.write(chain, home); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(home, "config", "genesis.json"), genesis, 0o644); err != nil {
			return nil, err
		}
		if err := saveKeys(chain, home, p.keysOf(i, members)); err != nil {
			return nil, err
		}
	}
	records := make([]KeyRecord, len(members))
	for i, m := range members {
		records[i] = m.KeyRecord
	}
	if err := writeJSON(filepath.Join(dir, keysFile), records); err != nil {
		return nil, err
	}
	return warnings, writeJSON(filepath.Join(dir, networkFile), p.network)
}

// peers lists all other nodes for node i.
func (p *plan) peers(i int) string {
	var out []string
	for j, node := range p.network.Nodes {
		if j != i {
			out = append(out, node.ID+"@"+node.P2P)
		}
	}
	return strings.Join(out, ",")
}

// keysOf are the keys in a node's keyring: all of them in the first, as with Ignite; elsewhere only the validator's own.
func (p *plan) keysOf(i int, members []member) []member {
	if i == 0 {
		return members
	}
	for _, m := range members {
		if m.Name == p.network.Nodes[i].Moniker {
			return []member{m}
		}
	}
	return nil
}

// probePorts makes sure that everything the network listens on is free.
func (n *Network) probePorts() error {
	var all []hostPort
	for _, node := range n.Nodes {
		for _, port := range node.Ports {
			parsed, err := parseAddress(port.Key, port.Address)
			if err != nil {
				return err
			}
			all = append(all, parsed)
		}
	}
	if n.Faucet != nil {
		parsed, err := parseAddress("faucet.host", n.Faucet.Listen)
		if err != nil {
			return err
		}
		all = append(all, parsed)
	}
	return probe(all)
}
