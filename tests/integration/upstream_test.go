package integration_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	cmn "github.com/cosmos/evm/precompiles/common"
	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// probe is a precompile that sends 1,000 base units from its caller in the ways that must not be
// used. The tests assert what happens today, so that an upgrade of cosmos/evm that changes one of
// these facts is noticed; the rules of SAFETY 24, 37, 39 rest on them.
type probe struct {
	cmn.Precompile
	bank cmn.BankKeeper
}

const (
	probeWritten    byte = iota + 1 // CacheContext, then write
	probeDiscarded                  // CacheContext, then nothing
	probeThenError                  // CacheContext, write, then an error
	probeLong                       // to a 32-byte account
	probeSilent                     // under a replaced event manager
	probePlainError                 // plain send, then an error
	probeBurn                       // two million gas
	probeBurnError                  // two million gas, then an error
	probePanic
)

var (
	probeAddress = common.HexToAddress("0x0000000000000000000000000000000000000aFf")
	probeTarget  = sdk.AccAddress(common.HexToAddress("0x00000000000000000000000000000000cafe0001").Bytes())
	probeAmount  = sdk.NewCoins(sdk.NewCoin(app.BaseDenom, sdkmath.NewInt(1000)))
)

func (probe) Name() string                { return "probe" }
func (probe) RequiredGas(_ []byte) uint64 { return 0 }

func (p probe) Run(evm *vm.EVM, frame *vm.Contract, _ bool) ([]byte, error) {
	from := sdk.AccAddress(frame.Caller().Bytes())
	return p.RunNativeAction(evm, frame, func(ctx sdk.Context) ([]byte, error) {
		switch mode := frame.Input[0]; mode {
		case probeWritten, probeDiscarded, probeThenError:
			branch, write := ctx.CacheContext()
			if err := p.bank.SendCoins(branch, from, probeTarget, probeAmount); err != nil {
				return nil, err
			}
			if mode != probeDiscarded {
				write()
			}
			if mode == probeThenError {
				return nil, errors.New("late error")
			}
			return nil, nil
		case probeLong:
			return nil, p.bank.SendCoins(ctx, from, make(sdk.AccAddress, 32), probeAmount)
		case probeSilent:
			return nil, p.bank.SendCoins(ctx.WithEventManager(sdk.NewEventManager()), from, probeTarget, probeAmount)
		case probeBurn, probeBurnError:
			ctx.GasMeter().ConsumeGas(2_000_000, "probe")
			if mode == probeBurnError {
				return nil, errors.New("late error")
			}
			return nil, nil
		case probePanic:
			panic("probe")
		default:
			if err := p.bank.SendCoins(ctx, from, probeTarget, probeAmount); err != nil {
				return nil, err
			}
			return nil, errors.New("late error")
		}
	})
}

func newProbeChain(t *testing.T) *chain.Chain {
	t.Helper()
	c := chain.New(t, chain.Options{
		Accounts: []string{"ana", "bo"},
		Followers: []*chain.Follower{{Name: "main", Setup: func(a *app.App) {
			a.EVMKeeper.RegisterStaticPrecompile(probeAddress, probe{
				Precompile: cmn.Precompile{
					KvGasConfig: storetypes.KVGasConfig(), ContractAddress: probeAddress,
					BalanceHandlerFactory: cmn.NewBalanceHandlerFactory(a.BankKeeper),
				},
				bank: a.BankKeeper,
			})
		}}},
		Genesis: func(a *app.App, state map[string]json.RawMessage) {
			var evm evmtypes.GenesisState
			a.AppCodec().MustUnmarshalJSON(state[evmtypes.ModuleName], &evm)
			evm.Params.ActiveStaticPrecompiles = append(evm.Params.ActiveStaticPrecompiles, probeAddress.Hex())
			state[evmtypes.ModuleName] = a.AppCodec().MustMarshalJSON(&evm)
			var fees feemarkettypes.GenesisState // gas is charged as it is used
			a.AppCodec().MustUnmarshalJSON(state[feemarkettypes.ModuleName], &fees)
			fees.Params.MinGasMultiplier = sdkmath.LegacyZeroDec()
			state[feemarkettypes.ModuleName] = a.AppCodec().MustMarshalJSON(&fees)
		},
	})
	c.AfterBlock = nil // the probes forge coins on purpose
	return c
}

// TestUpstreamFacts is the canary of notes F2 to F6 and F9.
func TestUpstreamFacts(t *testing.T) {
	cases := []struct {
		name          string
		mode          byte
		value         int64
		drift, target int64
		fails         bool
	}{
		{name: "F2: a written CacheContext pays twice", mode: probeWritten, drift: 1000, target: 2000},
		{name: "F3: a discarded CacheContext undoes nothing", mode: probeDiscarded, target: 1000},
		{name: "F3: a discarded CacheContext with value forges coins", mode: probeDiscarded, value: 5, drift: 1000, target: 1000},
		{name: "F4: a written CacheContext and an error panic", mode: probeThenError, fails: true},
		{name: "F5: a 32-byte recipient is credited twice", mode: probeLong, drift: 1000},
		{name: "F6: swallowed events forge coins when the caller was touched", mode: probeSilent, value: 5, drift: 1000, target: 1000},
		{name: "F9: a plain send and a late error leave nothing", mode: probePlainError, fails: true},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			c := newProbeChain(t)
			results := c.Next(c.EthTx(c.Account("ana"), chain.Call{To: &probeAddress, Value: big.NewInt(tc.value), Data: []byte{tc.mode}}))
			result := results[len(results)-1]
			if tc.fails {
				require.True(t, result.Code != 0 || evmFailed(t, result.Data), fmt.Sprintf("code %d: %s", result.Code, result.Log))
			} else {
				require.Zero(t, result.Code, result.Log)
				require.False(t, evmFailed(t, result.Data), "the call reverted")
			}
			require.Equal(t, sdkmath.NewInt(tc.target).String(), c.Balance(probeTarget, app.BaseDenom).String(), "recipient")
			require.Equal(t, sdkmath.NewInt(tc.drift).String(), chain.Drift(c.App(), c.Context(), app.BaseDenom).String(), "drift")
		})
	}
}

// TestEVMRevertPoisonsMeter is the canary of F1: an EVM call that reverts on an infinite gas meter
// leaves a context whose next store read panics; with a meter of its own on a branch it does not.
func TestEVMRevertPoisonsMeter(t *testing.T) {
	c := chain.New(t, chain.Options{Accounts: []string{"ana"}})
	reverting := common.HexToAddress("0x00000000000000000000000000000000cafe0002")
	call := func(ctx sdk.Context) error {
		ana := c.Account("ana")
		require.NoError(t, c.App().EVMKeeper.SetAccount(ctx, reverting, revertingAccount(t, c, ctx)))
		_, err := c.App().EVMKeeper.CallEVMWithData(ctx, newStateDB(c, ctx), ana.EVM(), &reverting, nil, true, false, nil)
		return err
	}
	read := func(ctx sdk.Context) { c.App().BankKeeper.GetSupply(ctx, app.BaseDenom) }

	ctx := c.Context().WithGasMeter(storetypes.NewInfiniteGasMeter())
	require.Error(t, call(ctx))
	require.Panics(t, func() { read(ctx) }, "the infinite meter is exhausted")

	parent := c.Context().WithGasMeter(storetypes.NewInfiniteGasMeter())
	branch, _ := parent.CacheContext()
	require.Error(t, call(branch.WithGasMeter(storetypes.NewGasMeter(10_000_000))))
	require.NotPanics(t, func() { read(parent) })
}

// TestUpstreamFailureIsCheap is the canary of F7: of the gas that an action burns before it fails only
// RequiredGas is charged, so heavy work has to be priced there.
func TestUpstreamFailureIsCheap(t *testing.T) {
	c := newProbeChain(t)
	used := func(mode byte) (uint64, bool) {
		result := c.Next(c.EthTx(c.Account("ana"), chain.Call{To: &probeAddress, Data: []byte{mode}, Gas: 4_000_000}))[0]
		require.Zero(t, result.Code, result.Log)
		response := decodeResponse(t, result.Data)
		return response.GasUsed, response.VmError == ""
	}
	whole, succeeded := used(probeBurn)
	require.True(t, succeeded)
	require.Greater(t, whole, uint64(2_000_000))
	cheap, succeeded := used(probeBurnError)
	require.False(t, succeeded)
	require.Less(t, cheap, uint64(30_000))
}

// TestUpstreamPanicEscapes is the canary of F8: a caller survives an action that fails, and not one that
// panics: the whole transaction is lost.
func TestUpstreamPanicEscapes(t *testing.T) {
	c := newProbeChain(t)
	j := &job{Chain: c}
	caller := j.deploy(c.Account("bo"), forwards(probeAddress, vm.CALL, 0, false))
	call := func(mode byte) (code uint32, noted *big.Int) {
		result := c.Next(c.EthTx(c.Account("ana"), chain.Call{To: &caller, Data: []byte{mode}}))[0]
		return result.Code, j.slot(caller, 0)
	}
	code, noted := call(probePlainError)
	require.Zero(t, code)
	require.Equal(t, big.NewInt(1), noted, "the caller noted the failure")
	code, noted = call(probeBurn)
	require.Zero(t, code)
	require.Equal(t, big.NewInt(1), noted, "out of gas is a failure like others")
	code, noted = call(probePanic)
	require.NotZero(t, code)
	require.Equal(t, big.NewInt(1), noted)
}

// TestUpstreamModuleCreatesNothing is the canary of F10: a module account can call contracts and cannot
// create one.
func TestUpstreamModuleCreatesNothing(t *testing.T) {
	c := chain.New(t, chain.Options{Accounts: []string{"ana"}})
	ctx := c.Context().WithGasMeter(storetypes.NewGasMeter(10_000_000))
	module := common.BytesToAddress(c.App().AccountKeeper.GetModuleAccount(ctx, imotypes.ModuleName).GetAddress())
	ana := c.Account("ana").EVM()
	_, err := c.App().EVMKeeper.CallEVMWithData(ctx, newStateDB(c, ctx), module, &ana, nil, true, false, nil)
	require.NoError(t, err)
	_, err = c.App().EVMKeeper.CallEVMWithData(ctx, newStateDB(c, ctx), module, nil, []byte{byte(vm.STOP)}, true, false, nil)
	require.ErrorContains(t, err, "unauthorized")
}
