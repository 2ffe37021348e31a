package localnet

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/imochain/imod/localnet/relayer"
)

const (
	// PeerChainID is the chain id of the second chain; its first node has the first chain's ports plus peerPorts.
	PeerChainID = "imo-peer-1"
	peerPorts   = 500
	peerName    = "peer" // folder in that of the first chain
)

// Link says how a network is linked to the second one.
type Link struct {
	// Home is the folder of the second network, PeerNode the id of its first node: a new chain has another.
	Home     string `json:"home"`
	PeerNode string `json:"peer_node"`
	Relayer  string `json:"relayer"` // its log
	// Ends are this chain's and the other's.
	Ends [2]LinkEnd `json:"ends"`
}

// LinkEnd is a chain of a link.
type LinkEnd struct {
	ChainID string `json:"chain_id"`
	RPC     string `json:"rpc"`
	GRPC    string `json:"grpc"`
	REST    string `json:"rest"`
	relayer.End
}

// StartLinked starts the network of config.yml and a second chain of one validator beside it, and a relayer between them. Data
// that fit are used again, the link as well. rly is the relayer's program. What fails is stopped again.
func StartLinked(ctx context.Context, chain Chain, cfg *Config, opts Options, rly string) (*Network, error) {
	if err := opts.complete(); err != nil {
		return nil, err
	}
	rly, err := filepath.Abs(rly) // it runs from another folder later
	if err != nil {
		return nil, err
	}
	if err := relayer.Check(rly); err != nil {
		return nil, err
	}
	peerCfg, peerOpts, err := peerOf(cfg, opts)
	if err != nil {
		return nil, err
	}
	if _, err := newPlan(ctx, chain, peerCfg, peerOpts); err != nil { // before a running network is stopped
		return nil, fmt.Errorf("second chain: %w", err)
	}
	n, err := Start(ctx, chain, cfg, opts)
	if err != nil {
		return nil, err
	}
	peer, err := Start(ctx, chain, peerCfg, peerOpts)
	if err == nil {
		err = n.link(ctx, chain, peer, rly, opts.Progress)
	}
	if err != nil {
		_, stopErr := Stop(opts.Home)
		return nil, errors.Join(err, stopErr)
	}
	return n, nil
}

// peerOf derives the second chain: the same but for its id, its ports and the number of its validators.
func peerOf(cfg *Config, opts Options) (*Config, Options, error) {
	funded := slices.ContainsFunc(cfg.Accounts, func(a Account) bool { return a.Name == relayerName && a.Address == "" })
	if !funded {
		return nil, opts, keyError("accounts", relayerName, "a relayer between two chains pays from an account of this name, with a key, on both")
	}
	if cfg.Genesis["chain_id"] == PeerChainID {
		return nil, opts, keyError("genesis.chain_id", PeerChainID, "is the id of the second chain")
	}
	peer := *cfg
	peer.Genesis = maps.Clone(cfg.Genesis)
	peer.Genesis["chain_id"] = PeerChainID
	opts.Home, opts.Validators = filepath.Join(opts.Home, peerName), 1
	opts.PortOffset += peerPorts
	return &peer, opts, nil
}
