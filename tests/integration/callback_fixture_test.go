package integration_test

import (
	"context"
	"encoding/binary"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"

	evmtypes "github.com/cosmos/evm/x/vm/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// Slots that the receivers write.
const (
	slotRequest  = 0 // the id that was delivered
	slotCaller   = 1
	slotSelector = 2 // in the highest bytes
	slotCount    = 3 // calls
	slotInner    = 5 // 1 + success of a call from inside the callback
)

// note is code that remembers a call in the slots.
var note = []byte{
	byte(vm.PUSH1), 4, byte(vm.CALLDATALOAD), byte(vm.PUSH0), byte(vm.SSTORE),
	byte(vm.CALLER), byte(vm.PUSH1), slotCaller, byte(vm.SSTORE),
	byte(vm.PUSH0), byte(vm.CALLDATALOAD), byte(vm.PUSH1), slotSelector, byte(vm.SSTORE),
	byte(vm.PUSH1), slotCount, byte(vm.SLOAD), byte(vm.PUSH1), 1, byte(vm.ADD), byte(vm.PUSH1), slotCount, byte(vm.SSTORE),
}

// Receivers of callbacks, good and bad.
var (
	codeReceiver = append(append([]byte{}, note...), byte(vm.STOP))
	codeReverts  = append(append([]byte{}, note...), byte(vm.PUSH0), byte(vm.PUSH0), byte(vm.REVERT))
	codeInvalid  = append(append([]byte{}, note...), byte(vm.INVALID))
	codeLoops    = []byte{byte(vm.JUMPDEST), byte(vm.PUSH0), byte(vm.JUMP)}
	codeBomb     = []byte{byte(vm.PUSH3), 3, 0xff, 0xff, byte(vm.PUSH0), byte(vm.REVERT)}
	codeReturns  = []byte{byte(vm.PUSH3), 3, 0xff, 0xff, byte(vm.PUSH0), byte(vm.RETURN)}
	codeDestroys = append(append([]byte{}, note...), byte(vm.PUSH0), byte(vm.SELFDESTRUCT))
	// codeForwards calls the oracle with its callback data from inside the callback.
	codeForwards = append(append([]byte{}, note...),
		byte(vm.PUSH1), 0x44, byte(vm.CALLDATALOAD), byte(vm.PUSH1), 4, byte(vm.ADD),
		byte(vm.DUP1), byte(vm.CALLDATALOAD), byte(vm.DUP1), byte(vm.SWAP2), byte(vm.PUSH1), 32, byte(vm.ADD),
		byte(vm.PUSH0), byte(vm.CALLDATACOPY),
		byte(vm.PUSH0), byte(vm.PUSH0), byte(vm.DUP3), byte(vm.PUSH0), byte(vm.PUSH0), byte(vm.PUSH2), 0x0a, 0x00, byte(vm.GAS), byte(vm.CALL),
		byte(vm.PUSH1), 1, byte(vm.ADD), byte(vm.PUSH1), slotInner, byte(vm.SSTORE), byte(vm.STOP))
	// codeProxy forwards a call and its value to the oracle and reverts with its reason.
	codeProxy = []byte{
		byte(vm.CALLDATASIZE), byte(vm.PUSH0), byte(vm.PUSH0), byte(vm.CALLDATACOPY),
		byte(vm.PUSH0), byte(vm.PUSH0), byte(vm.CALLDATASIZE), byte(vm.PUSH0), byte(vm.CALLVALUE), byte(vm.PUSH2), 0x0a, 0x00, byte(vm.GAS), byte(vm.CALL),
		byte(vm.RETURNDATASIZE), byte(vm.PUSH0), byte(vm.PUSH0), byte(vm.RETURNDATACOPY),
		byte(vm.PUSH1), 0x1e, byte(vm.JUMPI), byte(vm.RETURNDATASIZE), byte(vm.PUSH0), byte(vm.REVERT),
		byte(vm.STOP), byte(vm.STOP), byte(vm.STOP), byte(vm.STOP), byte(vm.STOP), byte(vm.STOP),
		byte(vm.JUMPDEST), byte(vm.RETURNDATASIZE), byte(vm.PUSH0), byte(vm.RETURN),
	}
)

// deploy creates a contract with runtime code.
func (j *job) deploy(from chain.Account, runtime []byte) common.Address {
	j.T.Helper()
	address := ethcrypto.CreateAddress(from.EVM(), j.App().EVMKeeper.GetNonce(j.Context(), from.EVM()))
	init := append([]byte{byte(vm.PUSH2)}, binary.BigEndian.AppendUint16(nil, uint16(len(runtime)))...)
	init = append(init, byte(vm.DUP1), byte(vm.PUSH1), 11, byte(vm.PUSH0), byte(vm.CODECOPY), byte(vm.PUSH0), byte(vm.RETURN), byte(vm.STOP))
	require.Len(j.T, init, 11)
	result := ok(j.T, j.Next(j.EthTx(from, chain.Call{Data: append(init, runtime...)})))
	require.Empty(j.T, decodeResponse(j.T, result.Data).VmError)
	return address
}

// slot reads a contract's storage.
func (j *job) slot(address common.Address, slot byte) *big.Int {
	return j.App().EVMKeeper.GetState(j.Context(), address, common.BytesToHash([]byte{slot})).Big()
}

// try sends an Ethereum transaction and returns its response and the reason if it reverted.
func (j *job) try(from chain.Account, call chain.Call) (*evmtypes.MsgEthereumTxResponse, string) {
	j.T.Helper()
	response := decodeResponse(j.T, ok(j.T, j.Next(j.EthTx(from, call))).Data)
	if response.VmError == "" {
		return response, ""
	}
	return response, response.VmError + " " + revertReason(response.Ret)
}

// pack encodes a call of the oracle.
func (j *job) pack(method string, args ...any) []byte {
	j.T.Helper()
	data, err := abiOf(j.T, "oracle").Pack(method, args...)
	require.NoError(j.T, err)
	return data
}

// ask requests a run with a callback and returns the id. It must be the only request of the block.
func (j *job) ask(from chain.Account, receiver common.Address, gas uint64, data []byte) uint64 {
	j.T.Helper()
	out := j.call(from, oracleAddress, "oracle", imo(5).BigInt(), "requestCallback", big.NewInt(1), []byte("a red on blue"), receiver, gas, data)
	return out[0].(*big.Int).Uint64()
}

// answer waits until a request is final and returns its output.
func (j *job) answer(id uint64) []byte {
	j.T.Helper()
	j.Next()
	j.Next()
	request, err := j.App().OracleKeeper.Request(j.Context(), id)
	require.NoError(j.T, err)
	require.Equal(j.T, oracletypes.RequestStatus_REQUEST_STATUS_FINAL, request.Status)
	output, _, err := j.worker.Output(context.Background(), [32]byte(request.OutputRoot))
	require.NoError(j.T, err)
	return output
}

func (j *job) callback(id uint64) oracletypes.Callback {
	j.T.Helper()
	cb, err := j.App().OracleKeeper.Callback(j.Context(), id)
	require.NoError(j.T, err)
	return cb
}

// delegate gives an account the code of a contract by EIP-7702.
func (j *job) delegate(sponsor, account chain.Account, to common.Address) {
	j.T.Helper()
	id := uint256.NewInt(app.EVMChainID)
	key, err := ethcrypto.ToECDSA(account.Key.Key)
	require.NoError(j.T, err)
	authorization, err := ethtypes.SignSetCode(key, ethtypes.SetCodeAuthorization{
		ChainID: *id, Address: to, Nonce: j.App().EVMKeeper.GetNonce(j.Context(), account.EVM()),
	})
	require.NoError(j.T, err)
	payer, err := ethcrypto.ToECDSA(sponsor.Key.Key)
	require.NoError(j.T, err)
	signer := ethtypes.LatestSignerForChainID(id.ToBig())
	signed, err := ethtypes.SignNewTx(payer, signer, &ethtypes.SetCodeTx{
		ChainID: id, Nonce: j.App().EVMKeeper.GetNonce(j.Context(), sponsor.EVM()), GasTipCap: uint256.NewInt(0),
		GasFeeCap: uint256.NewInt(20_000_000_000), Gas: 200_000, To: sponsor.EVM(), AuthList: []ethtypes.SetCodeAuthorization{authorization},
	})
	require.NoError(j.T, err)
	var msg evmtypes.MsgEthereumTx
	require.NoError(j.T, msg.FromSignedEthereumTx(signed, signer))
	tx, err := msg.BuildTx(j.App().TxConfig().NewTxBuilder(), app.BaseDenom)
	require.NoError(j.T, err)
	bytes, err := j.App().TxConfig().TxEncoder()(tx)
	require.NoError(j.T, err)
	ok(j.T, j.Next(bytes))
	code := j.App().EVMKeeper.GetCode(j.Context(), j.App().EVMKeeper.GetCodeHash(j.Context(), account.EVM()))
	_, delegated := ethtypes.ParseDelegation(code)
	require.True(j.T, delegated)
}
