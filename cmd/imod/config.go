package main

import (
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"

	serverconfig "github.com/cosmos/cosmos-sdk/server/config"

	evmserverconfig "github.com/cosmos/evm/server/config"

	"github.com/imochain/imod/app"
)

// blockInterval is the commit timeout of new nodes. With a round of 70 ms on one host, or of 250 ms between continents, a block takes
// 0.8 to 1 second.
const blockInterval = 750 * time.Millisecond

// voteGossip is how long a node rests between two looks for votes and block parts that a peer lacks. CometBFT's 100 ms make half of a
// round waiting: four validators on one host take 150 ms a round with it, 70 ms with this.
const voteGossip = 25 * time.Millisecond

// gossipInterval is how long a transaction waits at the node that took it before the others hear of it. CometBFT's half second is half a
// block: three of four transactions would miss the next one.
const gossipInterval = 50 * time.Millisecond

// appConfig is app.toml.
type appConfig struct {
	serverconfig.Config `mapstructure:",squash"`

	EVM     evmserverconfig.EVMConfig     `mapstructure:"evm"`
	JSONRPC evmserverconfig.JSONRPCConfig `mapstructure:"json-rpc"`
	TLS     evmserverconfig.TLSConfig     `mapstructure:"tls"`
	Sidecar sidecarConfig                 `mapstructure:"sidecar"`
	Web     webConfig                     `mapstructure:"web"`

	Receipts receiptsConfig `mapstructure:"receipts"`
	Content  contentConfig  `mapstructure:"content"`
}

// sidecarConfig is the section [sidecar] of app.toml.
type sidecarConfig struct {
	Disable   bool     `mapstructure:"disable"`
	Address   string   `mapstructure:"address"`
	Args      []string `mapstructure:"args"`
	Validator string   `mapstructure:"validator"`
	TokenFile string   `mapstructure:"token-file"`
	CA        string   `mapstructure:"tls-ca"`
	Cert      string   `mapstructure:"tls-cert"`
	Key       string   `mapstructure:"tls-key"`
	Name      string   `mapstructure:"tls-name"`
	Preview   bool     `mapstructure:"preview"`
}

// contentConfig is the section [content] of app.toml.
type contentConfig struct {
	FlagLists   []string      `mapstructure:"flag-lists"`
	FlagRefresh time.Duration `mapstructure:"flag-refresh"`
}

const contentTemplate = `
###############################################################################
###                                  Content                                ###
###############################################################################

[content]

# flag-lists are lists of content that this node does not serve (it answers 451): absolute paths, or https addresses of lists that others
# keep. A line is an output root, 64 hex digits, and behind a blank the reason. What happens on chain is not touched.
flag-lists = [{{ range $i, $list := .Content.FlagLists }}{{ if $i }}, {{ end }}"{{ $list }}"{{ end }}]

# flag-refresh is how often they are read.
flag-refresh = "{{ .Content.FlagRefresh }}"
`

// receiptsConfig is the section [receipts] of app.toml.
type receiptsConfig struct {
	Archive bool `mapstructure:"archive"`
}

const receiptsTemplate = `
###############################################################################
###                                  Receipts                               ###
###############################################################################

[receipts]

# archive keeps the receipts of all blocks in data/receipts.dat (180 bytes each), so that results can be proved against
# the roots on chain after the chain forgot them ("imod receipts").
archive = {{ .Receipts.Archive }}
`

const sidecarTemplate = `
###############################################################################
###                                  Sidecar                                ###
###############################################################################

[sidecar]

# disable runs and uses no sidecar: the node attests nothing.
disable = {{ .Sidecar.Disable }}

# address is a sidecar that already runs, unix:///absolute/path or host:port; one on another machine needs TLS.
# Empty: the node starts one as a child process and keeps it alive.
address = "{{ .Sidecar.Address }}"

# args are further arguments of the child, as in "imod sidecar --help".
args = [{{ range $i, $arg := .Sidecar.Args }}{{ if $i }}, {{ end }}"{{ $arg }}"{{ end }}]

# validator is the consensus address in hex, when a remote signer holds the key.
validator = "{{ .Sidecar.Validator }}"

# token-file holds the secret that a sidecar on TCP asks for.
token-file = "{{ .Sidecar.TokenFile }}"

# tls-ca is the authority of the sidecar's certificate, tls-cert and tls-key are this node's ("imod sidecar certs");
# tls-name is the name in the sidecar's certificate, empty: the host of its address.
tls-ca = "{{ .Sidecar.CA }}"
tls-cert = "{{ .Sidecar.Cert }}"
tls-key = "{{ .Sidecar.Key }}"
tls-name = "{{ .Sidecar.Name }}"

# preview runs models for queries that no request pays for (/imod/oracle/v1/preview), if the sidecar has --preview too.
preview = {{ .Sidecar.Preview }}
`

// defaultAppConfig returns the template and the values of a new app.toml. Servers bind to the
// loopback address and the JSON-RPC namespaces that sign or debug are off until asked for.
func defaultAppConfig() (string, appConfig) {
	server := serverconfig.DefaultConfig()
	server.MinGasPrices = "1000000000" + app.BaseDenom
	server.API.Address = "tcp://127.0.0.1:1317"
	server.GRPC.Address = "127.0.0.1:9090"
	server.StateSync.SnapshotInterval = 1000
	server.StateSync.SnapshotKeepRecent = 2

	evm := evmserverconfig.DefaultEVMConfig()
	evm.EVMChainID = app.EVMChainID

	rpc := evmserverconfig.DefaultJSONRPCConfig()
	rpc.API = []string{"eth", "net", "web3", "txpool"}
	rpc.AllowInsecureUnlock = false
	rpc.BatchRequestLimit = 100
	rpc.MaxOpenConnections = 500

	return serverconfig.DefaultConfigTemplate + evmserverconfig.DefaultEVMConfigTemplate + sidecarTemplate + receiptsTemplate + contentTemplate + webTemplate, appConfig{
		Config:  *server,
		EVM:     *evm,
		JSONRPC: *rpc,
		TLS:     *evmserverconfig.DefaultTLSConfig(),
		Content: contentConfig{FlagRefresh: defaultFlagRefresh},
	}
}

// defaultCometConfig returns the values of a new config.toml.
func defaultCometConfig() *cmtcfg.Config {
	cfg := cmtcfg.DefaultConfig()
	cfg.Mempool.Type = cmtcfg.MempoolTypeApp // the only type the EVM mempool starts with
	cfg.Mempool.ReapInterval = gossipInterval
	cfg.Consensus.TimeoutCommit = blockInterval
	cfg.Consensus.PeerGossipSleepDuration = voteGossip
	cfg.Consensus.DoubleSignCheckHeight = 10
	cfg.RPC.PprofListenAddress = "" // profiles are for those who ask
	return cfg
}
