package integration_test

import (
	"encoding/binary"
	"encoding/json"
	"math/big"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	erc20types "github.com/cosmos/evm/x/erc20/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	imotypes "github.com/imochain/imod/x/imo/types"
	revsharekeeper "github.com/imochain/imod/x/revshare/keeper"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

var (
	// plainToken is the ERC-20 contract of the bank's ordinary token.
	plainToken = common.HexToAddress("0x00000000000000000000000000000000900d0001")
	// forever is an epoch that lies after all of a test.
	forever = big.NewInt(1 << 40)
)

// erc20Genesis lets the ordinary token be revenue and gives it an ERC-20 contract; 40 % of revenue waits for burns.
func erc20Genesis(accounts ...sdk.AccAddress) func(*app.App, map[string]json.RawMessage) {
	plain := plainGenesis(1_000_000, accounts...)
	return func(a *app.App, state map[string]json.RawMessage) {
		plain(a, state)
		cdc := a.AppCodec()
		var revshare revsharetypes.GenesisState
		cdc.MustUnmarshalJSON(state[revsharetypes.ModuleName], &revshare)
		revshare.Params.ClaimableBps, revshare.Params.RedeemCapBps = 6000, 10_000
		listed := revshare.Params.RevenueDenoms[0]
		listed.Denom, listed.MinDrip = plainDenom, sdkmath.OneInt()
		revshare.Params.RevenueDenoms = append(revshare.Params.RevenueDenoms, listed)
		state[revsharetypes.ModuleName] = cdc.MustMarshalJSON(&revshare)
		var erc20 erc20types.GenesisState
		cdc.MustUnmarshalJSON(state[erc20types.ModuleName], &erc20)
		erc20.TokenPairs = append(erc20.TokenPairs, erc20types.NewTokenPair(plainToken, plainDenom, erc20types.OWNER_MODULE))
		erc20.DynamicPrecompiles = append(erc20.DynamicPrecompiles, plainToken.Hex())
		state[erc20types.ModuleName] = cdc.MustMarshalJSON(&erc20)
	}
}

// calls is init code that makes calls one after the other, reverts if one fails, and leaves an empty contract.
func calls(each ...constantCall) []byte {
	var code, data []byte
	const perCall = 43
	end := len(each)*perCall + 5
	word := func(n int) []byte { return binary.BigEndian.AppendUint16([]byte{byte(vm.PUSH2)}, uint16(n)) }
	for _, c := range each {
		code = slices.Concat(code,
			word(len(c.data)), word(end+len(data)), []byte{byte(vm.PUSH0), byte(vm.CODECOPY)},
			[]byte{byte(vm.PUSH0), byte(vm.PUSH0)}, word(len(c.data)), []byte{byte(vm.PUSH0), byte(vm.PUSH0)},
			append([]byte{byte(vm.PUSH20)}, c.to[:]...), []byte{byte(vm.GAS), byte(vm.CALL), byte(vm.ISZERO)}, word(end-4), []byte{byte(vm.JUMPI)})
		data = append(data, c.data...)
	}
	code = append(code, byte(vm.STOP), byte(vm.JUMPDEST), byte(vm.PUSH0), byte(vm.PUSH0), byte(vm.REVERT))
	return append(code, data...)
}

type constantCall struct {
	to   common.Address
	data []byte
}

// logged are the arguments of the only event of a name that a transaction left at the token.
func (j *job) logged(name string, token common.Address, data []byte) []any {
	j.T.Helper()
	response := decodeResponse(j.T, data)
	require.Empty(j.T, response.VmError, revertReason(response.Ret))
	event := abiOf(j.T, "token").Events[name]
	var found []any
	for _, l := range response.Logs {
		if common.HexToHash(l.Topics[0]) != event.ID || common.HexToAddress(l.Address) != token {
			continue
		}
		require.Nil(j.T, found, "%s twice", name)
		for _, indexed := range l.Topics[1:] {
			found = append(found, common.HexToHash(indexed))
		}
		rest, err := event.Inputs.NonIndexed().Unpack(l.Data)
		require.NoError(j.T, err)
		found = append(found, rest...)
	}
	require.NotNil(j.T, found, "no %s", name)
	return found
}

func topic(address common.Address) common.Hash { return common.BytesToHash(address[:]) }

// TestERC20Revenue: a token of the bank reaches the holders through its own ERC-20 contract, sent by a person and by a contract
// that credits it in the same transaction. The views of the extension say what claim and burn pay of it, the events name its
// contract, the record names the source, and the native coin is not touched by any of it.
func TestERC20Revenue(t *testing.T) {
	ana := chain.NewAccount("ana")
	eve := chain.NewAccount("eve")
	j := newJobOn(t, []string{"ana", "bo", "chi", "dee", "eve"}, erc20Genesis(ana.Address(), eve.Address()))
	j.sell()
	token := common.BytesToAddress(imotypes.TokenAddress(1))
	lies := func() sdkmath.Int { return j.Balance(token.Bytes(), plainDenom) }
	due := func(who chain.Account, of common.Address) *big.Int {
		return j.view(token, "token", "claimableERC20", who.EVM(), forever, of)[0].(*big.Int)
	}

	// A person sends it, anybody credits it.
	j.call(j.eve, plainToken, "token", nil, "transfer", token, big.NewInt(50_000))
	require.Equal(t, int64(50_000), lies().Int64())
	require.Zero(t, due(j.bo, plainToken).Sign())
	synced := ok(t, j.Next(j.EthTx(j.dee, chain.Call{To: &token, Data: j.packToken("sync")})))
	kind := uint8(revsharetypes.SourceKind_SOURCE_KIND_NATIVE)
	require.Equal(t, []any{common.BigToHash(new(big.Int).SetUint64(j.epoch())), topic(plainToken), big.NewInt(50_000), kind},
		j.logged("RevenueDeposited", token, synced.Data))
	require.True(t, lies().IsZero())

	// A contract sends and credits in one transaction.
	maker := crypto.CreateAddress(j.eve.EVM(), j.App().EVMKeeper.GetNonce(j.Context(), j.eve.EVM())+1)
	j.call(j.eve, plainToken, "token", nil, "transfer", maker, big.NewInt(40_000))
	send := j.packToken("transfer", token, big.NewInt(40_000))
	made := ok(t, j.Next(j.EthTx(j.eve, chain.Call{Data: calls(constantCall{plainToken, send}, constantCall{token, j.packToken("sync")})})))
	require.Equal(t, big.NewInt(40_000), j.logged("RevenueDeposited", token, made.Data)[2])
	require.True(t, lies().IsZero())
	require.True(t, j.Balance(maker.Bytes(), plainDenom).IsZero())

	// Too much, and a token that is no revenue here: nothing moves.
	went, why := j.attempt(j.eve, chain.Call{To: &plainToken, Data: j.packToken("transfer", token, big.NewInt(1_000_000))})
	require.False(t, went)
	require.Contains(t, why, "exceeds balance")
	require.Zero(t, due(j.bo, j.eve.EVM()).Sign())

	// What comes without a credit counts with the next claim, burn, or view of a burn.
	j.call(j.ana, plainToken, "token", nil, "transfer", token, big.NewInt(10_000))
	supply := j.App().BankKeeper.GetSupply(j.Context(), j.denom).Amount
	redeemable := j.view(token, "token", "redeemableERC20OnBurn", imo(500).BigInt(), plainToken)[0].(*big.Int)
	require.Equal(t, sdkmath.NewInt(40_000).Mul(imo(500)).Quo(supply).BigInt(), redeemable, "40 % of 100,000, of the whole supply")
	require.Zero(t, j.view(token, "token", "redeemableOnBurn", imo(500).BigInt())[0].(*big.Int).Sign(), "no native coin came in")
	j.call(j.chi, token, "token", nil, "burn", imo(500).BigInt())
	require.Equal(t, redeemable.Int64(), j.Balance(j.chi.Address(), plainDenom).Int64())

	j.pass()
	paid := due(j.bo, plainToken)
	require.Positive(t, paid.Sign())
	require.Zero(t, due(j.bo, common.Address{}).Sign())
	require.Zero(t, due(j.bo, common.HexToAddress(app.WrappedNative)).Sign())
	claimed := ok(t, j.Next(j.EthTx(j.bo, chain.Call{To: &token, Data: j.packToken("claim", forever)})))
	require.Equal(t, []any{topic(j.bo.EVM()), topic(plainToken), paid}, j.logged("RevenueClaimed", token, claimed.Data))
	require.Equal(t, paid, j.view(plainToken, "token", "balanceOf", j.bo.EVM())[0], "the view, the event and the balance agree")

	earned, err := revsharekeeper.NewQueryServer(j.App().RevShareKeeper).Earnings(j.Context(), &revsharetypes.QueryEarningsRequest{Denom: j.denom})
	require.NoError(t, err)
	require.Len(t, earned.Earnings, 1)
	require.Equal(t, plainDenom, earned.Earnings[0].Denom)
	require.Equal(t, []revsharetypes.SourceTotal{{Kind: revsharetypes.SourceKind_SOURCE_KIND_NATIVE, Amount: sdkmath.NewInt(100_000)}}, earned.Earnings[0].BySource)
	require.NoError(t, j.App().RevShareKeeper.CheckInvariants(j.Context()))
}

// TestWrappedNativeRevenue: the native coin sent through its ERC-20 contract is the same revenue as sent by value.
func TestWrappedNativeRevenue(t *testing.T) {
	j, token := soldToken(t)
	wrapped := common.HexToAddress(app.WrappedNative)
	j.call(j.eve, wrapped, "token", nil, "transfer", token, imo(60).BigInt())
	j.call(j.dee, token, "token", nil, "sync")
	j.pass()
	bo := j.bo.EVM()
	paid := j.view(token, "token", "claimableERC20", bo, forever, wrapped)[0].(*big.Int)
	require.Positive(t, paid.Sign())
	require.Equal(t, paid, j.due(j.bo, token))
	require.Equal(t, paid, j.view(token, "token", "claimableERC20", bo, forever, common.Address{})[0])
}
