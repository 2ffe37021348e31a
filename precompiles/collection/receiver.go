package collection

import (
	"bytes"
	"errors"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/holiman/uint256"

	cmn "github.com/cosmos/evm/precompiles/common"

	"github.com/imochain/imod/precompiles/contract"
)

// Precompile is the contract of a collection together with the hook of safe transfers.
type Precompile struct {
	*contract.Contract
	receiver abi.ABI
}

var errNotReceiver = errors.New("the recipient is a contract that does not take ERC-721 tokens")

// Run moves the token first, completely, and only then asks a receiving contract: inside the
// action a call into the EVM would overwrite balances. If the receiver refuses, the whole frame
// reverts, the move with it.
func (p *Precompile) Run(evm *vm.EVM, frame *vm.Contract, readonly bool) ([]byte, error) {
	out, err := p.Contract.Run(evm, frame, readonly)
	if err != nil || len(frame.Input) < 4 {
		return out, err
	}
	method, err := p.ABI.MethodById(frame.Input[:4])
	if err != nil || method.RawName != "safeTransferFrom" {
		return out, nil
	}
	args, err := method.Inputs.Unpack(frame.Input[4:])
	if err != nil {
		return cmn.ReturnRevertError(evm, err)
	}
	to, ok := args[1].(common.Address)
	if !ok || evm.StateDB.GetCodeSize(to) == 0 {
		return out, nil
	}
	data := []byte{}
	if len(args) == 4 {
		data, _ = args[3].([]byte)
	}
	return p.ask(evm, frame, out, to, args[0], args[2], data)
}

// ask returns out if the receiver takes the token. If it reverts with a reason, that is the reason of the whole call.
func (p *Precompile) ask(
	evm *vm.EVM, frame *vm.Contract, out []byte, to common.Address, from, tokenID any, data []byte,
) ([]byte, error) {
	hook := p.receiver.Methods["onERC721Received"]
	input, err := p.receiver.Pack(hook.Name, frame.Caller(), from, tokenID, data)
	if err != nil {
		return cmn.ReturnRevertError(evm, err)
	}
	answer, left, callErr := evm.Call(frame.Address(), to, input, frame.Gas, new(uint256.Int))
	frame.Gas = left
	switch {
	case errors.Is(callErr, vm.ErrExecutionReverted) && len(answer) > 0:
		evm.SetReturnData(answer)
		return answer, callErr
	case callErr != nil || len(answer) < len(hook.ID) || !bytes.Equal(answer[:len(hook.ID)], hook.ID):
		return cmn.ReturnRevertError(evm, errNotReceiver)
	}
	return out, nil
}
