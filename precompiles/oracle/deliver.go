package oracle

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/tracing"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/holiman/uint256"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	cmn "github.com/cosmos/evm/precompiles/common"

	"github.com/imochain/imod/precompiles/contract"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

const (
	// gasPerLogByte and gasPerLog are what the EVM charges for logs; a delivery writes two, with the
	// output in one of them.
	gasPerLogByte, gasPerLog = 8, 3_000
	// minGasShare: a transaction pays for at least half of its gas limit.
	minGasShare = 2
)

var (
	errDelegated = errors.New("state changes by delegatecall are refused")
	errValue     = errors.New("not payable")
)

// Run implements vm.PrecompiledContract.
func (p *Precompile) Run(evm *vm.EVM, frame *vm.Contract, readonly bool) ([]byte, error) {
	deliver := p.ABI.Methods["deliver"]
	if len(frame.Input) < 4 || !bytes.Equal(frame.Input[:4], deliver.ID) {
		return p.Contract.Run(evm, frame, readonly)
	}
	if readonly {
		return nil, vm.ErrWriteProtection
	}
	args, err := deliver.Inputs.Unpack(frame.Input[4:])
	switch {
	case err != nil:
	case frame.Address() != p.ContractAddress:
		err = errDelegated
	case frame.Value() != nil && !frame.Value().IsZero():
		err = errValue
	}
	if err != nil {
		return cmn.ReturnRevertError(evm, err)
	}
	return p.deliver(evm, frame, args)
}

// deliver performs one native action, which closes the callback and brings its money here, then
// calls the receiver with exactly the gas that was paid for, and then divides the money by what the
// call used. The last step moves balances inside the EVM and needs neither gas nor an action, so
// nothing that the receiver does can keep it from happening.
func (p *Precompile) deliver(evm *vm.EVM, frame *vm.Contract, args []any) ([]byte, error) {
	id, err := contract.Uint64("requestId", args[0])
	if err != nil {
		return cmn.ReturnRevertError(evm, err)
	}
	output, err := contract.Bytes("output", args[1])
	if err != nil {
		return cmn.ReturnRevertError(evm, err)
	}
	begin := frame.Gas
	in := oracletypes.Delivery{
		RequestID: id, Output: output, Courier: frame.Caller().Bytes(),
		// A 7702 delegation is code too: its owner's transaction could run anything before this.
		Direct:  frame.Caller() == evm.Origin && evm.StateDB.GetCodeSize(evm.Origin) == 0,
		GasLeft: begin, GasPrice: sdkmath.ZeroInt(),
	}
	if evm.GasPrice != nil {
		in.GasPrice = sdkmath.NewIntFromBigInt(evm.GasPrice.ToBig())
	}
	var handover oracletypes.Handover
	var height int64
	if ret, err := p.RunNativeAction(evm, frame, func(ctx sdk.Context) ([]byte, error) {
		height = ctx.BlockHeight()
		ctx.GasMeter().ConsumeGas(gasPerLog+gasPerLogByte*uint64(len(output)), "oracle logs")
		handover, err = p.keeper.HandOver(ctx, in, p.ContractAddress.Bytes())
		return nil, err
	}); err != nil {
		return ret, err
	}
	if !handover.Pay {
		return nil, nil
	}
	acted := begin - frame.Gas
	called, success, err := p.call(evm, frame, handover, output)
	if err != nil {
		return cmn.ReturnRevertError(evm, err)
	}
	paid, err := p.divide(evm, frame, handover, acted, called)
	if err != nil {
		return cmn.ReturnRevertError(evm, err)
	}
	return nil, p.report(evm, height, handover, in, success, called, paid)
}

// call hands the result, or the error, to the receiver. Its failure is its own affair.
func (p *Precompile) call(evm *vm.EVM, frame *vm.Contract, h oracletypes.Handover, output []byte) (used uint64, success bool, err error) {
	if !h.Call {
		return 0, false, nil
	}
	cb := h.Callback
	id := new(big.Int).SetUint64(cb.RequestId)
	var input []byte
	if cb.Expired {
		input, err = p.receiver.Pack("aiOracleCallbackError", id, uint8(oracletypes.CallbackExpired), []byte(oracletypes.ExpiredMessage), cb.Data)
	} else {
		input, err = p.receiver.Pack("aiOracleCallback", id, output, cb.Data)
	}
	if err != nil {
		return 0, false, err
	}
	if need := oracletypes.CallGas(cb.Gas) + trampolineGas(len(input)); frame.Gas < need {
		return 0, false, oracletypes.ErrDeliveryGas.Wrapf("%d is left, the callback needs %d", frame.Gas, need)
	}
	before := frame.Gas
	success, frame.Gas, err = jump(evm, frame.Caller(), p.ContractAddress, common.BytesToAddress(h.Contract), input, cb.Gas, frame.Gas)
	return before - frame.Gas, success, err
}

// divide pays the courier for the gas of the delivery, at the lower of its price and the prepaid
// one, with the premium, and gives the rest to the requester.
func (p *Precompile) divide(evm *vm.EVM, frame *vm.Contract, h oracletypes.Handover, acted, called uint64) (*big.Int, error) {
	around, err := core.IntrinsicGas(frame.Input, nil, nil, false, true, true, true)
	if err != nil {
		return nil, err
	}
	around += p.RequiredGas(frame.Input)
	used := around + acted + called
	// The limit must reach for the whole call even if it uses less, and half of it is paid anyway.
	limit := around + max(acted, oracletypes.DeliveryMargin) + oracletypes.CallGas(h.Callback.Gas)
	if floor, err := core.FloorDataGas(frame.Input); err != nil {
		return nil, err
	} else if floor > used {
		used = floor
	}
	gas := min(max(used, limit/minGasShare), h.Callback.PaidGas)
	money := h.Callback.Money().Amount
	courier := sdkmath.MinInt(money, h.Premium.Add(h.GasPrice.Mul(sdkmath.NewIntFromUint64(gas))))
	for _, part := range []struct {
		to     common.Address
		amount sdkmath.Int
	}{{frame.Caller(), courier}, {common.BytesToAddress(h.Requester), money.Sub(courier)}} {
		amount, overflow := uint256.FromBig(part.amount.BigInt())
		if overflow {
			return nil, fmt.Errorf("payment of %s", part.amount)
		}
		if amount.IsZero() {
			continue
		}
		evm.StateDB.SubBalance(p.ContractAddress, amount, tracing.BalanceChangeTransfer)
		evm.StateDB.AddBalance(part.to, amount, tracing.BalanceChangeTransfer)
	}
	return courier.BigInt(), nil
}

// report writes the logs: ORA's, with the output, and ours, with the outcome.
func (p *Precompile) report(
	evm *vm.EVM, height int64, h oracletypes.Handover, in oracletypes.Delivery, success bool, gasUsed uint64, paid *big.Int,
) error {
	id := common.BigToHash(new(big.Int).SetUint64(in.RequestID))
	courier := common.BytesToAddress(in.Courier)
	if !h.Callback.Expired {
		account := common.BytesToHash(h.Requester)
		if err := p.log(evm, height, "AICallbackResult", []common.Hash{account, id}, courier, in.Output); err != nil {
			return err
		}
	}
	return p.log(evm, height, "CallbackDelivered", []common.Hash{id, common.BytesToHash(h.Contract)},
		courier, success, new(big.Int).SetUint64(gasUsed), paid)
}

func (p *Precompile) log(evm *vm.EVM, height int64, name string, topics []common.Hash, data ...any) error {
	event := p.ABI.Events[name]
	packed, err := event.Inputs.NonIndexed().Pack(data...)
	if err != nil {
		return err
	}
	evm.StateDB.AddLog(&ethtypes.Log{
		Address: p.ContractAddress, Topics: append([]common.Hash{event.ID}, topics...), Data: packed,
		BlockNumber: uint64(height), //nolint:gosec // heights are positive
	})
	return nil
}
