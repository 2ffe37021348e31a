// Package contract is the frame that every precompiled contract of imod stands in: a table of
// methods, each with its kind, its gas and its handler. The frame decodes, refuses what a kind
// does not allow, runs the handler atomically, and turns errors into Solidity reverts.
package contract

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/vm"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	cmn "github.com/cosmos/evm/precompiles/common"
	"github.com/cosmos/evm/x/vm/statedb"
)

// Kind says what a method may do.
type Kind uint8

const (
	// View reads. It does not count against the EVM's limit of precompile calls, because it runs
	// on the cached state without a snapshot.
	View Kind = iota
	// Write changes state and takes no value.
	Write
	// Payable changes state and may take value.
	Payable
)

// gasPerByte prices the decoding of calldata.
const gasPerByte = 16

// Method is one entry of a contract's table.
type Method struct {
	Kind Kind
	// Gas is taken before anything runs; a failing call keeps it. State access is charged besides.
	Gas uint64
	// Run decides and acts. It returns the packed outputs.
	Run func(*Call, []any) ([]byte, error)
}

// Contract is a precompiled contract made of a table of methods. It holds no state between calls.
type Contract struct {
	cmn.Precompile
	ABI     abi.ABI
	name    string
	methods map[string]Method
	// receive handles calls without calldata; nil refuses them.
	receive *Method
}

// New returns a contract at an address. Every function of the ABI needs an entry in methods: a
// missing or a foreign one is a wiring mistake and panics.
func New(name string, address common.Address, api abi.ABI, bank cmn.BankKeeper, methods map[string]Method) *Contract {
	for _, method := range slices.Sorted(maps.Keys(api.Methods)) {
		if _, ok := methods[method]; !ok {
			panic(fmt.Errorf("precompile %s: no handler for %s", name, method))
		}
	}
	if len(methods) != len(api.Methods) {
		panic(fmt.Errorf("precompile %s: %d handlers for %d methods", name, len(methods), len(api.Methods)))
	}
	return &Contract{
		Precompile: cmn.Precompile{
			KvGasConfig:           storetypes.KVGasConfig(),
			TransientKVGasConfig:  storetypes.TransientGasConfig(),
			ContractAddress:       address,
			BalanceHandlerFactory: cmn.NewBalanceHandlerFactory(bank),
		},
		ABI: api, name: name, methods: methods,
	}
}

// WithReceive lets the contract take plain transfers.
func (c *Contract) WithReceive(m Method) *Contract {
	c.receive = &m
	return c
}

// Name implements vm.PrecompiledContract.
func (c *Contract) Name() string { return c.name }

// RequiredGas implements vm.PrecompiledContract. A plain transfer costs nothing here, so that a
// wallet's 21,000 gas and Solidity's 2,300 stipend reach the contract.
func (c *Contract) RequiredGas(input []byte) uint64 {
	if len(input) < 4 {
		return 0
	}
	method, err := c.ABI.MethodById(input[:4])
	if err != nil {
		return 0
	}
	return c.methods[method.Name].Gas + gasPerByte*uint64(len(input))
}

// Errors that the frame itself returns.
var (
	errNotInEVM     = errors.New("not run in the EVM")
	errDelegateCall = errors.New("state changes by delegatecall are refused")
	errNoSelector   = errors.New("unknown method")
)

// Run implements vm.PrecompiledContract.
func (c *Contract) Run(evm *vm.EVM, frame *vm.Contract, readonly bool) ([]byte, error) {
	if len(frame.Input) == 0 && c.receive != nil {
		return c.runReceive(evm, frame, readonly)
	}
	if len(frame.Input) < 4 {
		return cmn.ReturnRevertError(evm, errNoSelector)
	}
	selected, err := c.ABI.MethodById(frame.Input[:4])
	if err != nil {
		return cmn.ReturnRevertError(evm, fmt.Errorf("%w: selector %x", errNoSelector, frame.Input[:4]))
	}
	method := c.methods[selected.Name]
	if method.Kind != View && readonly {
		return nil, vm.ErrWriteProtection
	}
	args, err := selected.Inputs.Unpack(frame.Input[4:])
	if err == nil {
		err = c.check(method, frame)
	}
	if err != nil {
		return cmn.ReturnRevertError(evm, fmt.Errorf("%s: %w", selected.Name, err))
	}
	if method.Kind == View {
		return c.runView(evm, frame, selected, method, args)
	}
	return c.RunNativeAction(evm, frame, func(ctx sdk.Context) ([]byte, error) {
		call, err := c.newCall(ctx, evm, frame, selected)
		if err != nil {
			return nil, err
		}
		return method.Run(call, args)
	})
}

// check refuses value where none is taken, and writes in the name of another contract: under
// DELEGATECALL and CALLCODE the frame's address is the caller's, not ours.
func (c *Contract) check(method Method, frame *vm.Contract) error {
	if method.Kind != View && frame.Address() != c.ContractAddress {
		return errDelegateCall
	}
	if value := valueOf(frame); method.Kind != Payable && value.Sign() > 0 {
		return fmt.Errorf("not payable, got %s", value)
	}
	return nil
}

func (c *Contract) runReceive(evm *vm.EVM, frame *vm.Contract, readonly bool) ([]byte, error) {
	// With little gas, or nothing to do, the value simply stays at the address; the next
	// interaction credits it. Gas left is part of the execution, so every node decides alike.
	if readonly || frame.Address() != c.ContractAddress || frame.Gas < c.receive.Gas {
		return nil, nil
	}
	return c.RunNativeAction(evm, frame, func(ctx sdk.Context) ([]byte, error) {
		call, err := c.newCall(ctx, evm, frame, nil)
		if err != nil {
			return nil, err
		}
		return c.receive.Run(call, nil)
	})
}

// runView runs a method that only reads, on the cached state as it is. Native balances that the
// EVM has changed in this transaction are not in it yet: handlers read them from the StateDB.
func (c *Contract) runView(evm *vm.EVM, frame *vm.Contract, selected *abi.Method, method Method, args []any) (out []byte, err error) {
	state, ok := evm.StateDB.(*statedb.StateDB)
	if !ok {
		return cmn.ReturnRevertError(evm, errNotInEVM)
	}
	ctx, err := state.GetCacheContext()
	if err != nil {
		return cmn.ReturnRevertError(evm, err)
	}
	meter := storetypes.NewGasMeter(frame.Gas)
	ctx = ctx.WithGasMeter(meter).WithKVGasConfig(c.KvGasConfig).WithTransientKVGasConfig(c.TransientKVGasConfig)
	defer func() {
		if r := recover(); r != nil {
			if _, outOfGas := r.(storetypes.ErrorOutOfGas); !outOfGas {
				panic(r)
			}
			frame.UseGas(frame.Gas, nil, tracing.GasChangeCallFailedExecution)
			out, err = nil, vm.ErrOutOfGas
		}
	}()
	call, err := c.newCall(ctx, evm, frame, selected)
	if err == nil {
		out, err = method.Run(call, args)
	}
	if !frame.UseGas(meter.GasConsumed(), nil, tracing.GasChangeCallPrecompiledContract) {
		return nil, vm.ErrOutOfGas
	}
	if err != nil {
		return cmn.ReturnRevertError(evm, err)
	}
	return out, nil
}

func valueOf(frame *vm.Contract) *big.Int {
	if value := frame.Value(); value != nil {
		return value.ToBig()
	}
	return new(big.Int)
}
