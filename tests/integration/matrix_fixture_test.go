package integration_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	erc20types "github.com/cosmos/evm/x/erc20/types"
	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"
	"github.com/cosmos/evm/x/vm/statedb"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	aigctypes "github.com/imochain/imod/x/aigc/types"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// matrixGas is enough for every method.
const matrixGas = 5_000_000

// matrixGenesis charges gas as it is used, so that it can be measured.
func matrixGenesis(a *app.App, state map[string]json.RawMessage) {
	redeemingGenesis(a, state)
	var fees feemarkettypes.GenesisState
	a.AppCodec().MustUnmarshalJSON(state[feemarkettypes.ModuleName], &fees)
	fees.Params.MinGasMultiplier = sdkmath.LegacyZeroDec()
	state[feemarkettypes.ModuleName] = a.AppCodec().MustMarshalJSON(&fees)
}

// printed are the stores that calls of our contracts may change, but for the EVM's own.
var printed = []string{
	banktypes.StoreKey, oracletypes.StoreKey, imotypes.StoreKey, revsharetypes.StoreKey, aigctypes.StoreKey, erc20types.StoreKey,
}

// fingerprint hashes every byte of the stores.
func (j *job) fingerprint(ctx sdk.Context) [32]byte {
	j.T.Helper()
	h := sha256.New()
	for _, name := range printed {
		store := ctx.MultiStore().GetKVStore(j.App().StoreKey(name))
		iter := store.Iterator(nil, nil)
		for ; iter.Valid(); iter.Next() {
			for _, part := range [][]byte{iter.Key(), iter.Value()} {
				h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
				h.Write(part)
			}
		}
		require.NoError(j.T, iter.Close())
	}
	return [32]byte(h.Sum(nil))
}

// message is one call into the EVM on a branch of the committed state.
type message struct {
	from  chain.Account
	to    *common.Address
	value *big.Int
	data  []byte
	gas   uint64
	// code is put at the address to before.
	code []byte
	// prepare changes the branch before the call.
	prepare func(sdk.Context)
	// later moves the branch's clock.
	later time.Duration
}

// effect is what a message did.
type effect struct {
	ok     bool
	reason string
	ret    []byte
	gas    uint64
	logs   int
	ctx    sdk.Context
	// before and after are fingerprints.
	before, after [32]byte
}

// apply runs a message on a branch that is thrown away. A panic, a coin too many or too few, or a broken
// promise of a module fails the test.
func (j *job) apply(t require.TestingT, m message) effect {
	ctx := j.Context().WithBlockHeight(j.Height() + 1).WithBlockTime(j.Time().Add(m.later))
	if m.prepare != nil {
		m.prepare(ctx)
	}
	keeper := j.App().EVMKeeper
	if m.code != nil {
		hash := ethcrypto.Keccak256(m.code)
		keeper.SetCode(ctx, hash, m.code)
		require.NoError(t, keeper.SetAccount(ctx, *m.to, statedb.Account{Nonce: 1, Balance: uint256.NewInt(0), CodeHash: hash}))
	}
	if m.value == nil {
		m.value = new(big.Int)
	}
	e := effect{before: j.fingerprint(ctx)}
	func() {
		defer func() {
			if r := recover(); r != nil {
				require.Fail(t, "a panic escaped the EVM", "%v", r)
			}
		}()
		res, err := keeper.ApplyMessage(ctx, newStateDB(j.Chain, ctx), core.Message{
			From: m.from.EVM(), To: m.to, Nonce: keeper.GetNonce(ctx, m.from.EVM()), Value: m.value, GasLimit: m.gas, Data: m.data,
			GasPrice: new(big.Int), GasFeeCap: new(big.Int), GasTipCap: new(big.Int), AccessList: ethtypes.AccessList{},
		}, nil, true, false, false)
		if err != nil { // below the intrinsic gas
			e.reason = err.Error()
			return
		}
		e.ok, e.gas, e.logs, e.ret = res.VmError == "", res.GasUsed, len(res.Logs), res.Ret
		if !e.ok {
			e.reason = res.VmError + ": " + revertReason(res.Ret)
		}
	}()
	e.ctx, e.after = ctx, j.fingerprint(ctx)
	for _, denom := range []string{app.BaseDenom, j.denom} {
		require.True(t, chain.Drift(j.App(), ctx, denom).IsZero(), "coins of %s were forged or lost", denom)
	}
	return e
}

// requireSound runs the promises of all modules.
func (j *job) requireSound(t require.TestingT, ctx sdk.Context) {
	require.NoError(t, j.App().OracleKeeper.CheckInvariants(ctx))
	require.NoError(t, j.App().IMOKeeper.CheckInvariants(ctx))
	require.NoError(t, j.App().RevShareKeeper.CheckInvariants(ctx))
	require.NoError(t, j.App().AIGCKeeper.Invariants(ctx))
}

// between is where contracts of the matrix stand.
var between = common.HexToAddress("0x00000000000000000000000000000000cafe0010")

// forwards is a contract that hands its calldata and value on with an opcode, with all its gas or a
// part, and then notes in slot 0 whether that succeeded, or reverts.
func forwards(to common.Address, op vm.OpCode, gas uint32, reverts bool) []byte {
	code := []byte{
		byte(vm.CALLDATASIZE), byte(vm.PUSH0), byte(vm.PUSH0), byte(vm.CALLDATACOPY),
		byte(vm.PUSH0), byte(vm.PUSH0), byte(vm.CALLDATASIZE), byte(vm.PUSH0),
	}
	return append(code, callWith(to, op, gas, reverts)...)
}

func callWith(to common.Address, op vm.OpCode, gas uint32, reverts bool) []byte {
	var code []byte
	if op == vm.CALL || op == vm.CALLCODE {
		code = append(code, byte(vm.CALLVALUE))
	}
	code = append(append(code, byte(vm.PUSH20)), to[:]...)
	if gas == 0 {
		code = append(code, byte(vm.GAS))
	} else {
		code = binary.BigEndian.AppendUint32(append(code, byte(vm.PUSH4)), gas)
	}
	code = append(code, byte(op))
	if reverts {
		return append(code, byte(vm.PUSH0), byte(vm.PUSH0), byte(vm.REVERT))
	}
	return append(code, byte(vm.PUSH1), 1, byte(vm.ADD), byte(vm.PUSH0), byte(vm.SSTORE), byte(vm.STOP))
}

// repeats is a contract that calls n times with its calldata, and counts in slot 0 what succeeded.
func repeats(to common.Address, n int, op vm.OpCode, value *big.Int) []byte {
	code := []byte{byte(vm.CALLDATASIZE), byte(vm.PUSH0), byte(vm.PUSH0), byte(vm.CALLDATACOPY)}
	for range n {
		code = append(code, byte(vm.PUSH0), byte(vm.PUSH0), byte(vm.CALLDATASIZE), byte(vm.PUSH0))
		if op == vm.CALL {
			code = append(append(code, byte(vm.PUSH8)), common.LeftPadBytes(value.Bytes(), 8)...)
		}
		code = append(append(code, byte(vm.PUSH20)), to[:]...)
		code = append(code, byte(vm.GAS), byte(op), byte(vm.PUSH0), byte(vm.SLOAD), byte(vm.ADD), byte(vm.PUSH0), byte(vm.SSTORE))
	}
	return append(code, byte(vm.STOP))
}

// constructor is init code that calls with data and leaves an empty contract.
func constructor(to common.Address, data []byte) []byte {
	size := binary.BigEndian.AppendUint16([]byte{byte(vm.PUSH2)}, uint16(len(data)))
	tail := callWith(to, vm.CALL, 0, false)
	head := slices.Concat(size, []byte{byte(vm.PUSH2), 0, 0, byte(vm.PUSH0), byte(vm.CODECOPY), byte(vm.PUSH0), byte(vm.PUSH0)}, size, []byte{byte(vm.PUSH0)}, tail)
	binary.BigEndian.PutUint16(head[len(size)+1:], uint16(len(head)))
	return append(head, data...)
}

// inner tells whether the call of a forwarder succeeded.
func (j *job) inner(t require.TestingT, e effect) bool {
	switch noted := j.App().EVMKeeper.GetState(e.ctx, between, common.Hash{}).Big().Int64(); noted {
	case 1, 2:
		return noted == 2
	default:
		require.Fail(t, "the forwarder did not come back", fmt.Sprint(noted, e.reason))
		return false
	}
}
