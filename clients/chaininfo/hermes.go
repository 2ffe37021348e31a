package chaininfo

import (
	"fmt"
	"strings"
)

// hermes is a sample of the [[chains]] section of Hermes' config.toml.
func (c Chain) hermes() []byte {
	websocket := strings.Replace(strings.TrimSuffix(c.RPC, "/"), "http", "ws", 1) + "/websocket"
	return fmt.Appendf(nil, `# A sample for the Hermes relayer. UNTESTED: no build of Hermes has run against this chain; the relayer that the
# repository's tests run is the one of "make relayer". Keys are ethsecp256k1 (coin type %[1]d), addresses start with %[2]q.
[[chains]]
id = '%[3]s'
type = 'CosmosSdk'
rpc_addr = '%[4]s'
grpc_addr = '%[5]s'
event_source = { mode = 'push', url = '%[6]s', batch_delay = '500ms' }
rpc_timeout = '10s'
trusted_node = false
account_prefix = '%[2]s'
key_name = 'relayer'
address_type = { derivation = 'ethermint', proto_type = { pk_type = '/cosmos.evm.crypto.v1.ethsecp256k1.PubKey' } }
store_prefix = 'ibc'
default_gas = 300000
max_gas = 10000000
gas_price = { price = %[7]d, denom = '%[8]s' }
gas_multiplier = 1.5
max_msg_num = 20
max_tx_size = 180000
clock_drift = '5s'
max_block_time = '10s'
trusting_period = '14days'
trust_threshold = { numerator = '1', denominator = '3' }

[chains.packet_filter]
policy = 'allow'
list = [['transfer', '*']]
`, c.CoinType, c.Bech32Prefix, c.ChainID, c.RPC, c.GRPC, websocket, c.steps().Average, c.Denom)
}
