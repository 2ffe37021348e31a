package integration_test

import (
	"maps"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
)

// cell is one row of the matrix: a call that succeeds by itself.
type cell struct {
	contract, method string
	from             chain.Account
	args             []any
	value            *big.Int
	prepare          func(sdk.Context)
	later            time.Duration
}

// matrix runs cells and remembers which methods had one.
type matrix struct {
	*job
	at    map[string]common.Address
	tried map[string]bool
}

// TestPrecompileMatrix (SAFETY 36, 38): every method of every contract under every failure. The list of
// methods is that of the ABIs: a method without a row fails the test.
func TestPrecompileMatrix(t *testing.T) {
	m := newMatrix(t)
	m.offer()
	m.run(t, "sale open", m.cellsOfOpenSale())
	m.endSale()
	ok(t, m.Next(m.collects(m.dee), m.collects(m.chi)))
	m.run(t, "sale settled", m.cellsOfSettledSale())
	m.fillMarket()
	m.run(t, "market open", m.cellsOfPoolAndTreasury())
	m.fill()
	m.run(t, "oracle", m.cellsOfOracle())
	m.run(t, "token", m.cellsOfToken())
	m.run(t, "collection", m.cellsOfCollection())
	market := newMatrix(t)
	market.tried = m.tried
	market.sellInRounds()
	market.announceSecond()
	market.run(t, "market", market.cellsOfPool())
	for _, name := range slices.Sorted(maps.Keys(m.at)) {
		for _, method := range slices.Sorted(maps.Keys(abiOf(t, name).Methods)) {
			require.True(t, m.tried[name+"."+method], "%s.%s has no row", name, method)
		}
	}
}

func (m *matrix) run(t *testing.T, stage string, cells []cell) {
	t.Helper()
	for _, c := range cells {
		t.Run(stage+"/"+c.contract+"."+c.method, func(t *testing.T) {
			m.T = t
			m.tried[c.contract+"."+c.method] = true
			m.runCell(t, c)
		})
	}
	m.T = t
}

func (m *matrix) runCell(t *testing.T, c cell) {
	t.Helper()
	method := abiOf(t, c.contract).Methods[c.method]
	data, err := abiOf(t, c.contract).Pack(c.method, c.args...)
	require.NoError(t, err)
	to, writes := m.at[c.contract], !method.IsConstant()
	base := message{from: c.from, to: &to, value: c.value, data: data, gas: matrixGas, prepare: c.prepare, later: c.later}

	whole := m.apply(t, base)
	require.True(t, whole.ok, "%s", whole.reason)
	m.requireSound(t, whole.ctx)
	require.Equal(t, !writes, whole.before == whole.after, "what a call that succeeds leaves in the stores")

	// Every failure leaves the stores as they were, to the byte, and no log.
	undone := func(what string, e effect) {
		t.Helper()
		require.Equal(t, e.before, e.after, what)
		require.Zero(t, e.logs, what)
	}

	floor, err := core.IntrinsicGas(data, nil, nil, false, true, true, true)
	require.NoError(t, err)
	failed, top := 0, whole.gas+whole.gas/2
	if !writes {
		top = whole.gas + 5_000
	}
	for i := range uint64(14) {
		starved := base
		starved.gas = floor - 1 + (top-floor)*i/13
		e := m.apply(t, starved)
		if e.ok {
			require.Equal(t, whole.after, e.after, "with %d gas it did something else", starved.gas)
			continue
		}
		undone("out of gas", e)
		failed++
	}
	require.Positive(t, failed)

	if c.value == nil {
		paid := base
		paid.value = big.NewInt(1)
		e := m.apply(t, paid)
		require.False(t, e.ok, "it took value")
		undone("value", e)
	}
	for cut := len(data) - 1; cut >= 4; cut -= 1 + len(data)/8 {
		short := base
		short.data = data[:cut]
		if e := m.apply(t, short); !e.ok {
			undone("calldata cut", e)
		}
	}

	via := func(op vm.OpCode, gas uint32, reverts bool) effect {
		call := base
		call.to, call.code = &between, forwards(to, op, gas, reverts)
		return m.apply(t, call)
	}
	called := via(vm.CALL, 0, false)
	if !m.inner(t, called) {
		requireOnlyValueMoved(t, m, c, called, vm.CALL)
	}
	m.requireSound(t, called.ctx)
	undone("the caller reverts", via(vm.CALL, 0, true))
	starved := via(vm.CALL, uint32(method.ID[0])+1, false)
	require.False(t, m.inner(t, starved))
	requireOnlyValueMoved(t, m, c, starved, vm.CALL)
	for _, op := range []vm.OpCode{vm.STATICCALL, vm.DELEGATECALL, vm.CALLCODE} {
		e := via(op, 0, false)
		done := m.inner(t, e)
		if writes {
			require.False(t, done, "%s of a method that writes", op)
		}
		requireOnlyValueMoved(t, m, c, e, op)
	}
	creation := base
	creation.to, creation.data = nil, constructor(to, data)
	m.requireSound(t, m.apply(t, creation).ctx)
}

// requireOnlyValueMoved: a forwarder that could do nothing keeps the value that it got, and that is all.
func requireOnlyValueMoved(t *testing.T, m *matrix, c cell, e effect, op vm.OpCode) {
	t.Helper()
	if c.value == nil || c.value.Sign() == 0 {
		require.Equal(t, e.before, e.after, op.String())
		return
	}
	kept := m.App().BankKeeper.GetBalance(e.ctx, between.Bytes(), app.BaseDenom).Amount
	require.Equal(t, c.value.String(), kept.String(), op.String())
}

// TestPrecompileCalls: the EVM allows 20 calls of contracts that write in one transaction, and as
// many as there is gas for of those that read; the 21st fails and the first 20 stand.
func TestPrecompileCalls(t *testing.T) {
	m := newMatrix(t)
	read, err := abiOf(t, "oracle").Pack("estimateFee", big.NewInt(1), big.NewInt(0))
	require.NoError(t, err)
	write, err := abiOf(t, "oracle").Pack("requestWithSeed", big.NewInt(1), uint32(0), []byte("a red on blue"), uint64(1), false)
	require.NoError(t, err)
	count := func(data []byte, n int, op vm.OpCode) int64 {
		e := m.apply(t, message{
			from: m.eve, to: &between, data: data, gas: 30_000_000, code: repeats(m.at["oracle"], n, op, imo(2).BigInt()), value: imo(100).BigInt(),
		})
		require.True(t, e.ok, e.reason)
		m.requireSound(t, e.ctx)
		return m.App().EVMKeeper.GetState(e.ctx, between, common.Hash{}).Big().Int64()
	}
	require.Equal(t, int64(60), count(read, 60, vm.STATICCALL))
	require.Equal(t, int64(20), count(write, 20, vm.CALL))
	require.Equal(t, int64(20), count(write, 21, vm.CALL))
}
