package localnet

import (
	"encoding/json"

	cmtcfg "github.com/cometbft/cometbft/config"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
)

// Chain is what a local network needs to know of the application. Where a field may be empty its comment says so.
type Chain struct {
	Codec      codec.Codec
	TxConfig   client.TxConfig
	BaseDenom  string
	EVMChainID uint64

	// DefaultGenesis returns a fresh application state by module.
	DefaultGenesis func() map[string]json.RawMessage
	// CompleteGenesis sets the application's own consensus parameters and the like before config.yml is laid over them; may be nil.
	CompleteGenesis func(*genutiltypes.AppGenesis)
	// ValidateGenesis runs every module's validation.
	ValidateGenesis func(map[string]json.RawMessage) error

	// CometConfig returns a fresh config.toml as `init` would write it.
	CometConfig func() *cmtcfg.Config
	// AppConfig returns a pointer to a fresh struct with the defaults of app.toml; AppTemplate renders it.
	AppConfig   func() any
	AppTemplate string

	// Ports lists further addresses of app.toml that the application listens on; may be empty.
	Ports []Port
	// Beacon makes the secret of a node's hash chain in its home and returns the chain's tip, which the genesis registers for the
	// node's validator; may be nil.
	Beacon func(home string) (tip []byte, err error)
	// StartArgs are appended to `start --home …` of every node; may be empty.
	StartArgs []string
	// Version marks builds whose data are not interchangeable; a change starts a new chain.
	Version string
}
