package courier

import (
	"context"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"

	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// Oracle is the address of the model oracle's contract.
var Oracle = common.HexToAddress("0x0000000000000000000000000000000000000A00")

// Chain is what a courier needs of a node.
type Chain interface {
	// Account is the courier's address.
	Account() common.Address
	// Ready returns at most limit callbacks that wait for a courier, as they stand for the next block.
	Ready(ctx context.Context, limit int) ([]oracletypes.QueryCallbackResponse, error)
	// Output returns the output of a final request.
	Output(ctx context.Context, requestID uint64) ([]byte, error)
	// GasPrice returns what the next transaction should offer per gas.
	GasPrice(ctx context.Context) (*big.Int, error)
	// Balance returns what the account has.
	Balance(ctx context.Context) (*big.Int, error)
	// Nonce returns the account's next nonce.
	Nonce(ctx context.Context) (uint64, error)
	// Unlogged returns a collection and tokens of it, at most MaxAnnounced, of which its logs lack something; no tokens if there are none.
	Unlogged(ctx context.Context) (collection common.Address, tokens []*big.Int, err error)
	// Estimate returns the gas that a call of a contract needs, or why it would revert.
	Estimate(ctx context.Context, to common.Address, data []byte, gasPrice *big.Int) (uint64, error)
	// Send signs and sends a call of a contract.
	Send(ctx context.Context, nonce uint64, to common.Address, data []byte, gas uint64, gasPrice *big.Int) (common.Hash, error)
	// Receipt returns the receipt of a transaction, nil while there is none.
	Receipt(ctx context.Context, hash common.Hash) (*ethtypes.Receipt, error)
}

var contractABI = func() abi.ABI {
	parsed, err := abi.JSON(strings.NewReader(`[
	{"type":"function","name":"deliver","stateMutability":"nonpayable","outputs":[],
	 "inputs":[{"name":"requestId","type":"uint256"},{"name":"output","type":"bytes"}]},
	{"type":"function","name":"announce","stateMutability":"nonpayable","outputs":[],"inputs":[{"name":"tokenIds","type":"uint256[]"}]},
	{"type":"event","name":"CallbackDelivered","inputs":[
	 {"name":"requestId","type":"uint256","indexed":true},{"name":"callbackContract","type":"address","indexed":true},
	 {"name":"courier","type":"address"},{"name":"success","type":"bool"},{"name":"gasUsed","type":"uint256"},{"name":"paid","type":"uint256"}]}]`))
	if err != nil {
		panic(err)
	}
	return parsed
}()

// outcome is what the log of a delivery says.
type outcome struct {
	success bool
	paid    *big.Int
}

// outcomeOf finds the log of a delivery in a receipt.
func outcomeOf(receipt *ethtypes.Receipt) (outcome, bool) {
	for _, log := range receipt.Logs {
		if log.Address != Oracle || len(log.Topics) == 0 || log.Topics[0] != contractABI.Events["CallbackDelivered"].ID {
			continue
		}
		values, err := contractABI.Unpack("CallbackDelivered", log.Data)
		if err != nil || len(values) != 4 {
			continue
		}
		success, okSuccess := values[1].(bool)
		paid, okPaid := values[3].(*big.Int)
		if okSuccess && okPaid {
			return outcome{success, paid}, true
		}
	}
	return outcome{}, false
}
