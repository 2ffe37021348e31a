package contract

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	cmn "github.com/cosmos/evm/precompiles/common"
	"github.com/cosmos/evm/x/vm/statedb"
)

// Call is one call of one method.
type Call struct {
	// Ctx is the context of the call; its gas meter ends at the gas of the frame.
	Ctx sdk.Context
	// State is the EVM's state, for logs and native balances.
	State *statedb.StateDB
	// Frame is the EVM's frame.
	Frame *vm.Contract
	// Method is nil for a plain transfer.
	Method *abi.Method
	// Value is the value of the call, never nil.
	Value *big.Int

	api  abi.ABI
	self common.Address
}

func (c *Contract) newCall(ctx sdk.Context, evm *vm.EVM, frame *vm.Contract, method *abi.Method) (*Call, error) {
	state, ok := evm.StateDB.(*statedb.StateDB)
	if !ok {
		return nil, errNotInEVM
	}
	return &Call{
		Ctx: ctx, State: state, Frame: frame, Method: method, Value: valueOf(frame), api: c.ABI, self: c.ContractAddress,
	}, nil
}

// Caller is the immediate caller, never the origin of the transaction.
func (c *Call) Caller() sdk.AccAddress { return sdk.AccAddress(c.Frame.Caller().Bytes()) }

// Self is the contract's own account.
func (c *Call) Self() sdk.AccAddress { return sdk.AccAddress(c.self.Bytes()) }

// Pack encodes the outputs of the method.
func (c *Call) Pack(outputs ...any) ([]byte, error) { return c.Method.Outputs.Pack(outputs...) }

// ReturnValue sends the value of the call back to the caller, whose account the keeper then
// charges like that of any other signer: what is not spent never left.
func (c *Call) ReturnValue(bank cmn.BankKeeper, denom string) error {
	if c.Value.Sign() == 0 {
		return nil
	}
	coins := sdk.NewCoins(sdk.NewCoin(denom, sdkmath.NewIntFromBigInt(c.Value)))
	return bank.SendCoins(c.Ctx, c.Self(), c.Caller(), coins)
}

// Log emits an event. Arguments are in the order of the ABI; indexed bytes and strings become
// their hashes.
func (c *Call) Log(name string, args ...any) error {
	event, ok := c.api.Events[name]
	if !ok || len(args) != len(event.Inputs) {
		return fmt.Errorf("event %s with %d arguments is not in the interface", name, len(args))
	}
	topics := []common.Hash{event.ID}
	var data []any
	for i, input := range event.Inputs {
		if !input.Indexed {
			data = append(data, args[i])
			continue
		}
		topic, err := cmn.MakeTopic(args[i])
		if err != nil {
			return fmt.Errorf("event %s: %w", name, err)
		}
		topics = append(topics, topic)
	}
	packed, err := event.Inputs.NonIndexed().Pack(data...)
	if err != nil {
		return fmt.Errorf("event %s: %w", name, err)
	}
	c.State.AddLog(&ethtypes.Log{
		Address: c.self, Topics: topics, Data: packed, BlockNumber: uint64(c.Ctx.BlockHeight()), //nolint:gosec // heights are positive
	})
	return nil
}
