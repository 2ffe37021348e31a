package integration_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// TestCallback does it once as it is meant: the fee is estimated, the request is made with it, the
// result is delivered, the receiver sees it, and the money is divided to the unit.
func TestCallback(t *testing.T) {
	j := newJob(t)
	receiver := j.deploy(j.ana, codeReceiver)
	const gas = 200_000
	fee := j.view(oracleAddress, "oracle", "estimateFee", big.NewInt(1), big.NewInt(gas))[0].(*big.Int)
	proxy := j.deploy(j.ana, codeProxy) // the requester is a contract, as with ORA's consumers
	response, failure := j.try(j.eve, chain.Call{
		To: &proxy, Value: fee, Data: j.pack("requestCallback", big.NewInt(1), []byte("a red on blue"), receiver, uint64(gas), []byte("mine")),
	})
	require.Empty(t, failure)
	require.Len(t, response.Logs, 1)
	id := new(big.Int).SetBytes(response.Ret).Uint64()
	kept := j.Balance(proxy.Bytes(), app.BaseDenom)
	require.False(t, kept.IsNegative())
	output := j.answer(id)
	cb := j.callback(id)
	require.Equal(t, oracletypes.CallbackStatus_CALLBACK_STATUS_READY, cb.Status)

	before := j.Balance(j.dee.Address(), app.BaseDenom)
	response, failure = j.try(j.dee, chain.Call{To: &oracleAddress, Data: j.pack("deliver", new(big.Int).SetUint64(id), output), Gas: cb.PaidGas})
	require.Empty(t, failure)
	require.Equal(t, new(big.Int).SetUint64(id), j.slot(receiver, slotRequest))
	require.Equal(t, oracleAddress, common.BigToAddress(j.slot(receiver, slotCaller)))
	require.Equal(t, "b0347814", common.Bytes2Hex(common.BigToHash(j.slot(receiver, slotSelector)).Bytes()[:4]))
	require.Equal(t, int64(1), j.slot(receiver, slotCount).Int64())

	api := abiOf(t, "oracle")
	require.Len(t, response.Logs, 2)
	require.Equal(t, api.Events["AICallbackResult"].ID.Hex(), response.Logs[0].Topics[0])
	outcome, err := api.Unpack("CallbackDelivered", response.Logs[1].Data)
	require.NoError(t, err)
	require.Equal(t, []any{j.dee.EVM(), true}, outcome[:2])
	paid := sdkmath.NewIntFromBigInt(outcome[3].(*big.Int))
	gasPaid := paid.Sub(cb.Premium)
	t.Logf("transaction used %d gas, the call %s, paid gas %d of %d", response.GasUsed, outcome[2], gasPaid.Quo(sdkmath.NewInt(app.MinGasPrice)).Int64(), cb.PaidGas)

	// What is left went back to the requester, and nothing stayed on the way.
	require.Equal(t, cb.Money().Amount.Sub(paid), j.Balance(proxy.Bytes(), app.BaseDenom).Sub(kept))
	require.True(t, j.Balance(oracleAddress.Bytes(), app.BaseDenom).IsZero())
	spent := before.Sub(j.Balance(j.dee.Address(), app.BaseDenom)).Add(paid) // the fee of the transaction
	require.True(t, paid.GT(spent), "the courier earns: paid %s, spent %s", paid, spent)
	require.NoError(t, j.App().OracleKeeper.CheckInvariants(j.Context()))

	stored := j.view(oracleAddress, "oracle", "result", new(big.Int).SetUint64(id))
	require.Equal(t, output, stored[3])
	_, failure = j.try(j.dee, chain.Call{To: &oracleAddress, Data: j.pack("deliver", new(big.Int).SetUint64(id), output)})
	require.Contains(t, failure, "callback is closed", "twice")
	require.Equal(t, int64(1), j.slot(receiver, slotCount).Int64())
}

// TestCallbackAttacks delivers in every way that is refused; none of them changes anything, and the
// right delivery still works afterwards.
func TestCallbackAttacks(t *testing.T) {
	j := newJob(t)
	receiver, proxy := j.deploy(j.ana, codeReceiver), j.deploy(j.ana, codeProxy)
	const gas = 300_000
	id := j.ask(j.eve, receiver, gas, nil)
	number := new(big.Int).SetUint64(id)
	j.delegate(j.ana, j.bo, proxy)

	other := j.ask(j.eve, receiver, gas, nil)
	_, failure := j.try(j.dee, chain.Call{To: &oracleAddress, Data: j.pack("deliver", new(big.Int).SetUint64(other), []byte{1})})
	require.Contains(t, failure, "not final", "before finality")
	output := j.answer(id)
	right := j.pack("deliver", number, output)

	for _, attack := range []struct {
		name string
		from chain.Account
		call chain.Call
		want string
	}{
		{"wrong bytes", j.dee, chain.Call{To: &oracleAddress, Data: j.pack("deliver", number, append([]byte{1}, output...))}, "output"},
		{"no bytes", j.dee, chain.Call{To: &oracleAddress, Data: j.pack("deliver", number, []byte{})}, "does not match"},
		{"from a contract", j.dee, chain.Call{To: &proxy, Data: right}, "account without code"},
		{"from a delegated account", j.bo, chain.Call{To: &oracleAddress, Data: right}, "account without code"},
		{"through the delegated account itself", j.dee, chain.Call{To: ptr(j.bo.EVM()), Data: right}, "account without code"},
		{"with value", j.dee, chain.Call{To: &oracleAddress, Data: right, Value: big.NewInt(1)}, "not payable"},
		{"unknown request", j.dee, chain.Call{To: &oracleAddress, Data: j.pack("deliver", big.NewInt(999), output)}, "not found"},
		{"starved", j.dee, chain.Call{To: &oracleAddress, Data: right, Gas: 400_000}, "too little gas"},
	} {
		money := j.Balance(oracletypes.EscrowAddress(), app.BaseDenom)
		_, failure := j.try(attack.from, attack.call)
		require.Contains(t, failure, attack.want, attack.name)
		require.Equal(t, oracletypes.CallbackStatus_CALLBACK_STATUS_READY, j.callback(id).Status, attack.name)
		require.Zero(t, j.slot(receiver, slotCount).Sign(), attack.name)
		require.True(t, money.LTE(j.Balance(oracletypes.EscrowAddress(), app.BaseDenom)), attack.name)
	}
	_, failure = j.try(j.dee, chain.Call{To: &oracleAddress, Data: right})
	require.Empty(t, failure)
	require.Equal(t, int64(1), j.slot(receiver, slotCount).Int64())
	require.NoError(t, j.App().OracleKeeper.CheckInvariants(j.Context()))
}

// TestCallbackAtEveryGasLimit: at every limit a delivery is either refused without a trace or gives
// the receiver all the gas that was paid for.
func TestCallbackAtEveryGasLimit(t *testing.T) {
	j := newJob(t)
	receiver := j.deploy(j.ana, codeReceiver)
	const gas = 100_000
	id := j.ask(j.eve, receiver, gas, nil)
	data := j.pack("deliver", new(big.Int).SetUint64(id), j.answer(id))
	for limit := uint64(40_000); ; limit += 3_500 {
		require.Less(t, limit, uint64(800_000), "no limit suffices")
		before := j.callback(id)
		_, failure := j.try(j.dee, chain.Call{To: &oracleAddress, Data: data, Gas: limit})
		if failure == "" {
			t.Logf("the first limit that suffices is %d, prepaid are %d", limit, before.PaidGas)
			require.Less(t, limit, before.PaidGas, "what is prepaid suffices")
			require.Equal(t, int64(1), j.slot(receiver, slotCount).Int64(), "the receiver had its gas")
			return
		}
		require.Equal(t, before, j.callback(id), "limit %d", limit)
		require.Zero(t, j.slot(receiver, slotCount).Sign())
	}
}

// TestHostileReceivers: a receiver can only harm itself. Its callback is recorded as failed, the
// courier is paid, the result can be read.
func TestHostileReceivers(t *testing.T) {
	j := newJob(t)
	const gas = 400_000
	for _, tc := range []struct {
		name    string
		code    []byte
		success bool
	}{
		{"reverts", codeReverts, false},
		{"invalid opcode", codeInvalid, false},
		{"burns all gas", codeLoops, false},
		{"reverts with a bomb", codeBomb, false},
		{"returns a bomb", codeReturns, true},
		{"destroys itself", codeDestroys, true},
	} {
		receiver := j.deploy(j.ana, tc.code)
		id := j.ask(j.eve, receiver, gas, nil)
		output := j.answer(id)
		cb := j.callback(id)
		before := j.Balance(j.dee.Address(), app.BaseDenom)
		response, failure := j.try(j.dee, chain.Call{To: &oracleAddress, Data: j.pack("deliver", new(big.Int).SetUint64(id), output), Gas: cb.PaidGas})
		require.Empty(t, failure, tc.name)
		outcome, err := abiOf(t, "oracle").Unpack("CallbackDelivered", response.Logs[len(response.Logs)-1].Data)
		require.NoError(t, err)
		require.Equal(t, tc.success, outcome[1], tc.name)
		require.LessOrEqual(t, outcome[2].(*big.Int).Uint64(), uint64(gas+10_000), "%s: no more than its gas", tc.name)
		paid := sdkmath.NewIntFromBigInt(outcome[3].(*big.Int))
		require.True(t, paid.LTE(cb.Money().Amount), tc.name)
		require.True(t, before.Sub(j.Balance(j.dee.Address(), app.BaseDenom)).IsNegative(), "%s: the courier earns", tc.name)
		require.Equal(t, oracletypes.CallbackStatus_CALLBACK_STATUS_DELIVERED, j.callback(id).Status, tc.name)
		require.Equal(t, output, j.view(oracleAddress, "oracle", "result", new(big.Int).SetUint64(id))[3], tc.name)
		require.True(t, j.Balance(oracleAddress.Bytes(), app.BaseDenom).IsZero(), tc.name)
	}
	require.NoError(t, j.App().OracleKeeper.CheckInvariants(j.Context()))
}

// TestCallbackReentry: from inside its callback a receiver can ask again, and cannot deliver.
func TestCallbackReentry(t *testing.T) {
	j := newJob(t)
	receiver := j.deploy(j.ana, codeForwards)
	const gas = 1_000_000
	first := j.ask(j.eve, receiver, gas, nil)
	output := j.answer(first)

	// The second request's callback tries to deliver the first one, which is ready.
	second := j.ask(j.eve, receiver, gas, j.pack("deliver", new(big.Int).SetUint64(first), output))
	_, failure := j.try(j.dee, chain.Call{To: &oracleAddress, Data: j.pack("deliver", new(big.Int).SetUint64(second), j.answer(second))})
	require.Empty(t, failure)
	require.Equal(t, int64(1), j.slot(receiver, slotInner).Int64(), "the inner delivery fails")
	require.Equal(t, oracletypes.CallbackStatus_CALLBACK_STATUS_READY, j.callback(first).Status)
	require.Equal(t, oracletypes.CallbackStatus_CALLBACK_STATUS_DELIVERED, j.callback(second).Status)

	// The third one's asks again: with nothing to pay it fails, after the receiver has coins it works.
	nested := j.pack("requestWithSeed", big.NewInt(1), uint32(0), []byte("blue"), uint64(3), false)
	third := j.ask(j.eve, receiver, gas, nested)
	_, failure = j.try(j.dee, chain.Call{To: &oracleAddress, Data: j.pack("deliver", new(big.Int).SetUint64(third), j.answer(third))})
	require.Empty(t, failure)
	require.Equal(t, int64(1), j.slot(receiver, slotInner).Int64(), "the value was 0")
	require.Equal(t, int64(2), j.slot(receiver, slotCount).Int64())
	require.NoError(t, j.App().OracleKeeper.CheckInvariants(j.Context()))
}

// TestCallbackRefusals: what cannot be delivered is refused when it is asked for.
func TestCallbackRefusals(t *testing.T) {
	j := newJob(t)
	receiver := j.deploy(j.ana, codeReceiver)
	input := []byte("a red on blue")
	value := imo(5).BigInt()
	for _, tc := range []struct {
		name string
		data []byte
		want string
	}{
		{"to a person", j.pack("requestCallback", big.NewInt(1), input, j.eve.EVM(), uint64(1000), []byte{}), "not a contract"},
		{"gas without a contract", j.pack("requestCallback", big.NewInt(1), input, common.Address{}, uint64(1000), []byte{}), "gasLimit"},
		{"a contract without gas", j.pack("requestCallback", big.NewInt(1), input, receiver, uint64(0), []byte{}), "gasLimit"},
		{"too much gas", j.pack("requestCallback", big.NewInt(1), input, receiver, uint64(50_000_000), []byte{}), "must be 1 to"},
		{"too much data", j.pack("requestCallback", big.NewInt(1), input, receiver, uint64(1000), make([]byte, 1025)), "at most 1024"},
		{"input elsewhere", j.pack("requestCallback0", big.NewInt(1), input, receiver, uint64(1000), []byte{}, uint8(1), uint8(0)), "DA"},
		{"output elsewhere", j.pack("requestCallback0", big.NewInt(1), input, receiver, uint64(1000), []byte{}, uint8(0), uint8(2)), "DA"},
		{"a batch of none", j.pack("requestBatchInference", big.NewInt(0), big.NewInt(1), input, receiver, uint64(1000), []byte{}, uint8(0), uint8(0)), "batch"},
		{"a batch that is cut", j.pack("requestBatchInference", big.NewInt(2), big.NewInt(1), input, receiver, uint64(1000), []byte{}, uint8(0), uint8(0)), "batch"},
		{"an assigned seed without a beacon", j.pack("requestWithAssignedSeed", big.NewInt(1), uint32(0), input, uint8(3), false, receiver, uint64(1000), []byte{}), "beacon"},
		{"an unknown kind of seed", j.pack("requestWithAssignedSeed", big.NewInt(1), uint32(0), input, uint8(1), false, receiver, uint64(1000), []byte{}), "seedKind"},
		{"unknown model", j.pack("requestCallback", big.NewInt(9), input, receiver, uint64(1000), []byte{}), "not found"},
	} {
		_, failure := j.try(j.eve, chain.Call{To: &oracleAddress, Value: value, Data: tc.data})
		require.Contains(t, failure, tc.want, tc.name)
	}
	_, failure := j.try(j.eve, chain.Call{
		To: &oracleAddress, Value: big.NewInt(1), Data: j.pack("requestCallback", big.NewInt(1), input, receiver, uint64(1000), []byte{}),
	})
	require.Contains(t, failure, "above the maximum", "fee too low")
	require.NoError(t, j.App().OracleKeeper.CheckInvariants(j.Context()))

	result := j.Next(j.Tx(j.eve, &oracletypes.MsgRequestInference{
		Requester: j.eve.String(), ModelId: 1, Input: input, MaxFee: coins(imo(5)), CallbackContract: j.dee.String(), CallbackGas: 1000,
	}))
	require.Contains(t, result[len(result)-1].Log, "not a contract")
	result = j.Next(j.Tx(j.eve, &oracletypes.MsgRequestInference{
		Requester: j.eve.String(), ModelId: 1, Input: input, MaxFee: coins(imo(5)), CallbackGas: 1000,
	}))
	require.Contains(t, result[len(result)-1].Log, "without a contract")
}

// TestBatch: several runs, one callback with all outputs.
func TestBatch(t *testing.T) {
	j := newJob(t)
	receiver := j.deploy(j.ana, codeReceiver)
	const gas = 200_000
	inputs := oracletypes.JoinBatch([][]byte{[]byte("red"), []byte("blue"), []byte("a red on blue")})
	fee := j.view(oracleAddress, "oracle", "estimateFeeBatch", big.NewInt(1), big.NewInt(gas), big.NewInt(3))[0].(*big.Int)
	out := j.call(j.eve, oracleAddress, "oracle", fee, "requestBatchInference",
		big.NewInt(3), big.NewInt(1), inputs, receiver, uint64(gas), []byte{}, uint8(0), uint8(0))
	first := out[0].(*big.Int).Uint64()
	require.False(t, j.view(oracleAddress, "oracle", "isFinalized", out[0])[0].(bool))
	outputs := [][]byte{j.answer(first)}
	for i := range uint64(2) {
		r, err := j.App().OracleKeeper.Request(j.Context(), first+1+i)
		require.NoError(t, err)
		output, _, err := j.worker.Output(t.Context(), [32]byte(r.OutputRoot))
		require.NoError(t, err)
		outputs = append(outputs, output)
	}
	require.True(t, j.view(oracleAddress, "oracle", "isFinalized", out[0])[0].(bool))
	for _, wrong := range [][]byte{outputs[0], oracletypes.JoinBatch(outputs[:2]), oracletypes.JoinBatch([][]byte{outputs[1], outputs[0], outputs[2]})} {
		_, failure := j.try(j.dee, chain.Call{To: &oracleAddress, Data: j.pack("deliver", out[0], wrong)})
		require.NotEmpty(t, failure)
	}
	response, failure := j.try(j.dee, chain.Call{To: &oracleAddress, Data: j.pack("deliver", out[0], oracletypes.JoinBatch(outputs))})
	require.Empty(t, failure)
	require.Len(t, response.Logs, 2)
	require.Equal(t, int64(1), j.slot(receiver, slotCount).Int64())
	for i := range uint64(3) {
		r, err := j.App().OracleKeeper.Request(j.Context(), first+i)
		require.NoError(t, err)
		require.Equal(t, outputs[i], r.Output)
	}
	require.NoError(t, j.App().OracleKeeper.CheckInvariants(j.Context()))
}

func ptr[T any](v T) *T { return &v }
