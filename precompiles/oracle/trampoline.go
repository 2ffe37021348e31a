package oracle

import (
	"encoding/binary"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"
)

// jump calls a contract from the precompile's address through a few opcodes of the EVM itself
// instead of evm.Call. So the call stands one level below the transaction, and a tracer sees it as
// what it is: a second call at the top would make every trace of a delivery fail.
//
// The opcodes copy their input to memory, call with it, and return whether the call succeeded; what
// the callee returns is not copied, however long it is. gas is what the callee gets, left is what the
// frame has; the caller checks that it suffices.
func jump(evm *vm.EVM, caller, self, to common.Address, input []byte, gas, left uint64) (success bool, rest uint64, err error) {
	code := trampoline(to, gas)
	frame := vm.NewContract(caller, self, new(uint256.Int), left, nil)
	frame.SetCallCode(crypto.Keccak256Hash(code), code)
	ret, err := evm.Run(frame, input, false)
	if err != nil {
		return false, frame.Gas, err
	}
	return len(ret) == 32 && ret[31] == 1, frame.Gas, nil
}

func trampoline(to common.Address, gas uint64) []byte {
	code := []byte{
		byte(vm.CALLDATASIZE), byte(vm.PUSH0), byte(vm.PUSH0), byte(vm.CALLDATACOPY),
		byte(vm.PUSH0), byte(vm.PUSH0), // nothing is copied back
		byte(vm.CALLDATASIZE), byte(vm.PUSH0), byte(vm.PUSH0), // input from 0, no value
		byte(vm.PUSH20),
	}
	code = append(append(code, to[:]...), byte(vm.PUSH8))
	code = binary.BigEndian.AppendUint64(code, gas)
	return append(code,
		byte(vm.CALL), byte(vm.PUSH0), byte(vm.MSTORE),
		byte(vm.PUSH1), 32, byte(vm.PUSH0), byte(vm.RETURN),
	)
}

// trampolineGas bounds what the opcodes take besides the call's own gas: a cold account, a copy and
// the memory for it.
func trampolineGas(input int) uint64 {
	words := uint64(input)/32 + 2
	return 3_000 + 6*words + words*words/512
}
