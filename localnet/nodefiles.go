package localnet

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/spf13/viper"

	clientcfg "github.com/cosmos/cosmos-sdk/client/config"
)

const clientTemplate = `# Client defaults of the local network.
chain-id = "{{ .ChainID }}"
keyring-backend = "{{ .KeyringBackend }}"
keyring-default-keyname = "{{ .KeyringDefaultKeyName }}"
output = "{{ .Output }}"
node = "{{ .Node }}"
broadcast-mode = "{{ .BroadcastMode }}"
`

// sidecarTemplate says what flags do not: they are the same for all nodes.
const sidecarTemplate = `# Settings of this node's sidecar; "imod sidecar config" prints all there are.
serve = "{{ .serve }}"
`

// nodeSettings is what one node's files say beyond the defaults.
type nodeSettings struct {
	key     string // of the validator in config.yml
	config  map[string]any
	app     map[string]any
	client  map[string]any
	sidecar map[string]any
}

// tree is where the address of a port stands.
func (s nodeSettings) tree(port Port) map[string]any {
	switch port.File {
	case appFile:
		return s.app
	case sidecarFile:
		return s.sidecar
	default:
		return s.config
	}
}

// settings lays config.yml over what every local node wants. Addresses that config.yml does not name are shifted by the index.
func settings(chain Chain, cfg *Config, index, offset int) (nodeSettings, error) {
	v := cfg.Validators[index]
	s := nodeSettings{key: fmt.Sprintf("validators[%d]", index), sidecar: map[string]any{}}
	s.config = overlay(localComet(v.Name), v.Config)
	s.app = overlay(localApp(chain), v.App)
	for _, port := range append(nodePorts(), chain.Ports...) {
		tree := s.tree(port)
		if lookup(tree, port.Key) != nil {
			continue
		}
		addr, err := port.shifted(index, offset)
		if err != nil {
			return s, err
		}
		assign(tree, port.Key, addr)
	}
	if id := fmt.Sprint(lookup(s.app, "evm.evm-chain-id")); id != fmt.Sprint(chain.EVMChainID) {
		return s, keyError(s.key+".app.evm.evm-chain-id", id, "this chain has %d", chain.EVMChainID)
	}
	s.client = overlay(map[string]any{
		"chain-id": cfg.Genesis["chain_id"], "keyring-backend": "test", "node": lookup(s.config, keyRPC),
	}, v.Client)
	return s, nil
}

func localComet(moniker string) map[string]any {
	return map[string]any{
		"moniker":         moniker,
		"mempool":         map[string]any{"type": "app"},
		"instrumentation": map[string]any{"prometheus": true},
		"rpc":             map[string]any{"pprof_laddr": ""},
		// a node that was killed comes back at once: the keys are nowhere else, so waiting for foreign signatures is for other networks
		"consensus": map[string]any{"timeout_commit": "750ms", "peer_gossip_sleep_duration": "25ms", "double_sign_check_height": 0},
		// all nodes have one address, and each knows the others by name
		"p2p": map[string]any{"addr_book_strict": false, "allow_duplicate_ip": true, "pex": false},
	}
}

func localApp(chain Chain) map[string]any {
	return map[string]any{
		"query-gas-limit": 60_000_000,
		"api":             map[string]any{"enable": true},
		"grpc":            map[string]any{"enable": true},
		"mempool":         map[string]any{"max-txs": 5000},
		"state-sync":      map[string]any{"snapshot-interval": 1000, "snapshot-keep-recent": 2},
		"telemetry":       map[string]any{"enabled": true, "prometheus-retention-time": 600},
		"evm":             map[string]any{"evm-chain-id": chain.EVMChainID},
		"json-rpc": map[string]any{
			"enable": true, "api": "eth,net,web3,txpool", "allow-insecure-unlock": false,
			"max-open-connections": 500, "batch-request-limit": 100, "enable-profiling": false,
		},
	}
}

// addresses lists everything the node listens on, checked to be loopback.
func (s nodeSettings) addresses(chain Chain) ([]hostPort, error) {
	var out []hostPort
	for _, port := range append(nodePorts(), chain.Ports...) {
		key := fmt.Sprintf("%s.%s.%s", s.key, strings.TrimSuffix(port.File, ".toml"), port.Key)
		addr, err := parseAddress(key, fmt.Sprint(lookup(s.tree(port), port.Key)))
		if err != nil {
			return nil, err
		}
		if !port.Unused {
			out = append(out, addr)
		}
	}
	return out, nil
}

// address is the checked host:port of one key.
func (s nodeSettings) address(tree map[string]any, key string) string {
	return strings.TrimPrefix(fmt.Sprint(lookup(tree, key)), "tcp://")
}

// nodeFiles are a node's three configuration structs with the settings laid over the defaults.
type nodeFiles struct {
	comet  *cmtcfg.Config
	app    any
	client *clientcfg.ClientConfig
}

// files decodes the settings; a key that no file has is an error.
func (s nodeSettings) files(chain Chain) (nodeFiles, error) {
	f := nodeFiles{comet: chain.CometConfig(), app: chain.AppConfig(), client: clientcfg.DefaultConfig()}
	if err := decodeOver(f.comet, s.config, s.key+".config"); err != nil {
		return f, err
	}
	if err := f.comet.ValidateBasic(); err != nil {
		return f, fmt.Errorf("%s.config: %w", s.key, err)
	}
	if err := decodeOver(f.app, s.app, s.key+".app"); err != nil {
		return f, err
	}
	return f, decodeOver(f.client, s.client, s.key+".client")
}

// write renders the files into home/config.
func (s nodeSettings) write(chain Chain, home string) error {
	f, err := s.files(chain)
	if err != nil {
		return err
	}
	dir := filepath.Join(home, "config")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f.comet.SetRoot(home)
	cmtcfg.WriteConfigFile(filepath.Join(dir, configFile), f.comet)
	if err := render(filepath.Join(dir, appFile), chain.AppTemplate, f.app); err != nil {
		return err
	}
	if err := render(filepath.Join(dir, sidecarFile), sidecarTemplate, s.sidecar); err != nil {
		return err
	}
	return render(filepath.Join(dir, clientFile), clientTemplate, f.client)
}

// decodeOver sets the fields of a configuration struct that the tree names; a key without a field is an error.
func decodeOver(target any, tree map[string]any, key string) error {
	v := viper.New()
	if err := v.MergeConfigMap(tree); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	if err := v.UnmarshalExact(target); err != nil {
		// the decoder names the key it stopped at, not the value
		if at := quotedKey.FindStringSubmatch(err.Error()); at != nil && lookup(tree, at[1]) != nil {
			return keyError(key+"."+at[1], lookup(tree, at[1]), "%s", err)
		}
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

var quotedKey = regexp.MustCompile(`'([\w.-]+)'`)

func render(path, text string, data any) error {
	t, err := template.New(filepath.Base(path)).Parse(text)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, data); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}

// overlay returns base with the values of over laid on top; neither is changed.
func overlay(base, over map[string]any) map[string]any {
	out := maps.Clone(base)
	for key, value := range over {
		inner, both := out[key].(map[string]any)
		object, isMap := value.(map[string]any)
		if both && isMap {
			out[key] = overlay(inner, object)
		} else {
			out[key] = value
		}
	}
	return out
}

// lookup finds a dotted key; nil if there is none.
func lookup(tree map[string]any, key string) any {
	head, rest, deeper := strings.Cut(key, ".")
	if !deeper {
		return tree[head]
	}
	inner, ok := tree[head].(map[string]any)
	if !ok {
		return nil
	}
	return lookup(inner, rest)
}

// assign sets a dotted key, making the objects on the way. Objects on the way are copied: config.yml shares them between validators by anchors.
func assign(tree map[string]any, key string, value any) {
	head, rest, deeper := strings.Cut(key, ".")
	if !deeper {
		tree[head] = value
		return
	}
	inner, ok := tree[head].(map[string]any)
	if ok {
		inner = maps.Clone(inner)
	} else {
		inner = make(map[string]any)
	}
	tree[head] = inner
	assign(inner, rest, value)
}
