package localnet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	imotypes "github.com/imochain/imod/x/imo/types"
)

// plan is everything that can be checked before the disk is touched.
type plan struct {
	cfg      *Config
	members  []member
	settings []nodeSettings
	network  *Network
}

// newPlan checks config.yml against the options and the application.
func newPlan(ctx context.Context, chain Chain, cfg *Config, opts Options) (*plan, error) {
	n := len(cfg.Validators)
	if opts.Validators < 0 || opts.Validators > n {
		return nil, fmt.Errorf("--validators %d: config.yml has %d; further ones need an entry there under validators and under accounts", opts.Validators, n)
	}
	if opts.Validators > 0 {
		n = opts.Validators
	}
	if cfg.DefaultDenom != "" && cfg.DefaultDenom != chain.BaseDenom {
		return nil, keyError("default_denom", cfg.DefaultDenom, "the base denom of this chain is %s", chain.BaseDenom)
	}
	p := &plan{cfg: cfg}
	p.network = &Network{
		ChainID: fmt.Sprint(cfg.Genesis["chain_id"]), Kind: imotypes.NETWORK_KIND_LOCAL.Word(), EVMChainID: chain.EVMChainID,
		GasPrice: "0" + chain.BaseDenom, home: opts.Home,
	}
	for i := range n {
		s, err := settings(chain, cfg, i, opts.PortOffset)
		if err != nil {
			return nil, err
		}
		if _, err := s.files(chain); err != nil {
			return nil, err
		}
		ports, err := s.addresses(chain)
		if err != nil {
			return nil, err
		}
		node := s.node(fmt.Sprintf("node%d", i), cfg.Validators[i].Name)
		for _, port := range ports {
			node.Ports = append(node.Ports, Listen{Key: port.key, Address: port.String()})
		}
		p.settings, p.network.Nodes = append(p.settings, s), append(p.network.Nodes, node)
	}
	if price, ok := lookup(p.settings[0].app, "minimum-gas-prices").(string); ok && price != "" {
		prices, err := sdk.ParseDecCoins(price)
		if err != nil || len(prices) != 1 || prices[0].Denom != chain.BaseDenom {
			return nil, keyError("validators[0].app.minimum-gas-prices", price, "must be one price in %s", chain.BaseDenom)
		}
		p.network.GasPrice = prices[0].String()
	}
	if err := p.planFaucet(opts.PortOffset); err != nil {
		return nil, err
	}
	if err := p.planGenesis(ctx, chain); err != nil {
		return nil, err
	}
	var err error
	p.network.Fingerprint, err = fingerprint(chain, cfg, opts)
	return p, err
}

// planGenesis resolves the accounts and builds a whole genesis on trial, with consensus keys that are thrown away: what is wrong
// with config.yml shows before a running network is stopped for it.
func (p *plan) planGenesis(ctx context.Context, chain Chain) error {
	var err error
	if p.members, err = resolveAccounts(p.cfg); err != nil {
		return err
	}
	consensus := make([]cryptotypes.PubKey, len(p.settings))
	for i := range consensus {
		consensus[i] = ed25519.GenPrivKey().PubKey()
	}
	_, _, err = buildGenesis(ctx, chain, p.cfg, p.members, p.validators(consensus, nil))
	return err
}

// validators are what the genesis says of the validators: their consensus keys, the tips of their hash chains,
// of which there may be none, and where their sidecars offer bundles.
func (p *plan) validators(consensus []cryptotypes.PubKey, tips [][]byte) []validator {
	out := make([]validator, len(consensus))
	for i, key := range consensus {
		out[i] = validator{consensus: key, mirror: "http://" + p.settings[i].address(p.settings[i].sidecar, keyMirror)}
		if tips != nil {
			out[i].tip = tips[i]
		}
	}
	return out
}

func (p *plan) planFaucet(offset int) error {
	f := p.cfg.Faucet
	if f.Name == "" {
		return nil
	}
	host, err := f.listen()
	if err != nil {
		return err
	}
	listen := fmt.Sprintf("%s:%d", host.addr.Addr(), int(host.addr.Port())+offset)
	if _, err := parseAddress(host.key, listen); err != nil {
		return err
	}
	limit := f.CoinsMax
	if len(limit) == 0 {
		limit = f.Coins
	}
	p.network.Faucet = &FaucetInfo{
		Key: f.Name, Listen: listen, URL: "http://" + listen, Coins: f.Coins, CoinsMax: limit, Window: f.window().String(),
	}
	return nil
}

// node is the description of a node with these settings.
func (s nodeSettings) node(name, moniker string) Node {
	return Node{
		Name: name, Moniker: moniker,
		RPC: "http://" + s.address(s.config, keyRPC), P2P: s.address(s.config, keyP2P), Metrics: "http://" + s.address(s.config, keyMetrics) + "/metrics",
		GRPC: s.address(s.app, keyGRPC), REST: "http://" + s.address(s.app, keyREST),
		JSONRPC: "http://" + s.address(s.app, keyEVM), JSONRPCWS: "ws://" + s.address(s.app, keyEVMWS),
	}
}

// fingerprint changes whenever old data would no longer fit.
func fingerprint(chain Chain, cfg *Config, opts Options) (string, error) {
	state, err := json.Marshal(chain.DefaultGenesis())
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, part := range [][]byte{cfg.raw, state, []byte(chain.Version), fmt.Appendf(nil, "%d %d", opts.Validators, opts.PortOffset)} {
		fmt.Fprintf(h, "%d ", len(part))
		h.Write(part)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
