package integration_test

import (
	"encoding/json"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	imotypes "github.com/imochain/imod/x/imo/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// redeemingGenesis is fastGenesis with a pool that shares 60 % and keeps 40 % for burns.
func redeemingGenesis(a *app.App, state map[string]json.RawMessage) {
	fastGenesis(a, state)
	cdc := a.AppCodec()
	var revshare revsharetypes.GenesisState
	cdc.MustUnmarshalJSON(state[revsharetypes.ModuleName], &revshare)
	revshare.Params.ClaimableBps, revshare.Params.RedeemCapBps = 6000, 10_000
	state[revsharetypes.ModuleName] = cdc.MustMarshalJSON(&revshare)
}

// soldToken is a network on which bo, chi and dee bought 1,000 tokens each.
func soldToken(t *testing.T) (*job, common.Address) {
	t.Helper()
	j := newJobOn(t, []string{"ana", "bo", "chi", "dee", "eve"}, redeemingGenesis)
	j.sell()
	return j, common.BytesToAddress(imotypes.TokenAddress(1))
}

// attempt sends a call and says whether it succeeded, and why not.
func (j *job) attempt(from chain.Account, call chain.Call) (bool, string) {
	j.T.Helper()
	results := j.Next(j.EthTx(from, call))
	result := results[len(results)-1]
	if result.Code != 0 {
		return false, result.Log
	}
	response := decodeResponse(j.T, result.Data)
	return response.VmError == "", response.VmError + " " + revertReason(response.Ret)
}

func (j *job) packToken(method string, args ...any) []byte {
	j.T.Helper()
	data, err := abiOf(j.T, "token").Pack(method, args...)
	require.NoError(j.T, err)
	return data
}

// TestBurnThroughTheToken: the views say what burn pays, what lies at the address counts, each
// refusal has a reason and moves nothing, and the books stay exact.
func TestBurnThroughTheToken(t *testing.T) {
	j, token := soldToken(t)
	ok(t, j.Next(j.EthTx(j.eve, chain.Call{To: &token, Value: imo(50).BigInt(), Gas: 400_000}))) // enough to sync
	ok(t, j.Next(j.EthTx(j.eve, chain.Call{To: &token, Value: imo(50).BigInt(), Gas: 21_000})))
	require.Equal(t, imo(50), j.Balance(imotypes.TokenAddress(1), app.BaseDenom), "not swept yet")

	supply := j.App().BankKeeper.GetSupply(j.Context(), j.denom).Amount
	want := imo(40).Mul(imo(500)).Quo(supply)
	require.Equal(t, want.BigInt(), j.view(token, "token", "redeemableOnBurn", imo(500).BigInt())[0], "40 % of 100, of the whole supply")
	require.Equal(t, want.BigInt(), j.view(token, "token", "redeemableERC20OnBurn", imo(500).BigInt(), common.Address{})[0])
	require.Zero(t, j.view(token, "token", "redeemableERC20OnBurn", imo(500).BigInt(), j.eve.EVM())[0].(*big.Int).Sign(), "no revenue token")

	for _, tc := range []struct {
		from   chain.Account
		amount sdkmath.Int
	}{{j.bo, imo(1001)}, {j.eve, imo(1)}, {j.bo, imo(0)}} {
		went, why := j.attempt(tc.from, chain.Call{To: &token, Data: j.packToken("burn", tc.amount.BigInt())})
		require.False(t, went)
		require.Contains(t, why, "invalid amount")
	}
	before := j.Balance(j.bo.Address(), app.BaseDenom)
	result := ok(t, j.Next(j.EthTx(j.bo, chain.Call{To: &token, Data: j.packToken("burn", imo(500).BigInt())})))
	response := decodeResponse(t, result.Data)
	require.Empty(t, response.VmError, revertReason(response.Ret))
	names := map[common.Hash]bool{}
	for _, l := range response.Logs {
		names[common.HexToHash(l.Topics[0])] = true
	}
	for _, name := range []string{"RevenueDeposited", "Transfer", "Redeemed"} {
		require.True(t, names[abiOf(t, "token").Events[name].ID], name)
	}
	spent := before.Add(want).Sub(j.Balance(j.bo.Address(), app.BaseDenom))
	require.True(t, spent.IsPositive() && spent.LT(imo(1)), "all but the fee: %s", spent)
	require.Equal(t, supply.Sub(imo(500)), j.App().BankKeeper.GetSupply(j.Context(), j.denom).Amount)
	require.Equal(t, imo(500), j.erc20Balance(j.bo))
	require.NoError(t, j.App().RevShareKeeper.CheckInvariants(j.Context()))
	require.NoError(t, j.App().IMOKeeper.CheckInvariants(j.Context()))
}

// TestEveryGasLimit: claim, burn, transfer and permit with every gas limit from nothing to enough,
// in steps: either nothing changed but fee and nonce, or everything did.
func TestEveryGasLimit(t *testing.T) {
	j, token := soldToken(t)
	j.AfterBlock = nil // it adds up all balances; the end of the test does
	ok(t, j.Next(j.EthTx(j.eve, chain.Call{To: &token, Value: imo(100).BigInt(), Gas: 400_000})))
	for range 20 {
		j.Next()
	}
	for _, tc := range []struct {
		name string
		data []byte
		step uint64
	}{
		{"transfer", j.packToken("transfer", j.eve.EVM(), imo(1).BigInt()), 1_500},
		{"burn", j.packToken("burn", imo(1).BigInt()), 4_000},
		{"claim", j.packToken("claim", big.NewInt(1<<40)), 4_000},
	} {
		partial, went := 0, false
		for gas := uint64(21_000); gas < 600_000; gas += tc.step {
			before, supply := j.moneyOf(j.bo, token)
			went, _ = j.attempt(j.bo, chain.Call{To: &token, Data: tc.data, Gas: gas})
			after, later := j.moneyOf(j.bo, token)
			if went {
				require.NotEqual(t, before, after, "%s with %d", tc.name, gas)
				break
			}
			require.Equal(t, before, after, "%s with %d gas failed and left something behind", tc.name, gas)
			require.Equal(t, supply, later)
			partial++
		}
		require.True(t, went, "%s never had enough gas", tc.name)
		require.Greater(t, partial, 3, tc.name)
	}
	require.NoError(t, j.App().RevShareKeeper.CheckInvariants(j.Context()))
	chain.CheckSupply(j.Chain)
}

// moneyOf is everything that a call of bo could move, but the fee.
func (j *job) moneyOf(who chain.Account, token common.Address) ([]string, string) {
	j.T.Helper()
	pool := revsharetypes.PoolAddress(1)
	return []string{
		j.Balance(who.Address(), j.denom).String(), j.Balance(j.eve.Address(), j.denom).String(),
		j.Balance(pool, app.BaseDenom).String(), j.lying().String(), j.Balance(token.Bytes(), app.BaseDenom).String(),
	}, j.App().BankKeeper.GetSupply(j.Context(), j.denom).Amount.String()
}

// TestPermit: an allowance by signature, once, for this token, this chain and this owner.
func TestPermit(t *testing.T) {
	j, token := soldToken(t)
	key, err := crypto.ToECDSA(j.bo.Key.Key)
	require.NoError(t, err)
	separator := j.view(token, "token", "DOMAIN_SEPARATOR")[0].([32]byte)
	name := crypto.Keccak256([]byte("Tiny"))
	require.Equal(t, crypto.Keccak256(
		crypto.Keccak256([]byte("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")),
		name, crypto.Keccak256([]byte("1")), common.LeftPadBytes(big.NewInt(7641).Bytes(), 32), common.LeftPadBytes(token[:], 32),
	), separator[:])

	sign := func(value *big.Int, nonce, deadline int64) (uint8, [32]byte, [32]byte) {
		message := crypto.Keccak256(
			crypto.Keccak256([]byte("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)")),
			common.LeftPadBytes(j.bo.Address(), 32), common.LeftPadBytes(j.eve.Address(), 32), common.LeftPadBytes(value.Bytes(), 32),
			common.LeftPadBytes(big.NewInt(nonce).Bytes(), 32), common.LeftPadBytes(big.NewInt(deadline).Bytes(), 32),
		)
		signature, err := crypto.Sign(crypto.Keccak256([]byte{0x19, 0x01}, separator[:], message), key)
		require.NoError(t, err)
		return signature[64] + 27, [32]byte(signature[:32]), [32]byte(signature[32:64])
	}
	later, value := j.Time().Add(time.Hour).Unix(), imo(3).BigInt()
	permit := func(owner common.Address, value *big.Int, deadline int64, v uint8, r, s [32]byte) (bool, string) {
		return j.attempt(j.dee, chain.Call{To: &token, Data: j.packToken("permit", owner, j.eve.EVM(), value, big.NewInt(deadline), v, r, s)})
	}
	v, r, s := sign(value, 0, later)
	order := crypto.S256().Params().N
	for name, call := range map[string]func() (bool, string){
		"another owner":  func() (bool, string) { return permit(j.chi.EVM(), value, later, v, r, s) },
		"another value":  func() (bool, string) { return permit(j.bo.EVM(), imo(4).BigInt(), later, v, r, s) },
		"the zero owner": func() (bool, string) { return permit(common.Address{}, value, later, v, r, [32]byte{}) },
		"the other form": func() (bool, string) {
			return permit(j.bo.EVM(), value, later, 55-v, r, [32]byte(common.BigToHash(new(big.Int).Sub(order, new(big.Int).SetBytes(s[:])))))
		},
		"raw recovery id": func() (bool, string) { return permit(j.bo.EVM(), value, later, v-27, r, s) },
		"the next nonce": func() (bool, string) {
			v, r, s := sign(value, 1, later)
			return permit(j.bo.EVM(), value, later, v, r, s)
		},
		"a past deadline": func() (bool, string) { v, r, s := sign(value, 0, 1); return permit(j.bo.EVM(), value, 1, v, r, s) },
	} {
		went, why := call()
		require.False(t, went, name)
		require.Contains(t, why, "the signature", name)
	}
	went, why := permit(j.bo.EVM(), value, later, v, r, s)
	require.True(t, went, why)
	require.Equal(t, value, j.view(token, "token", "allowance", j.bo.EVM(), j.eve.EVM())[0])
	require.Equal(t, big.NewInt(1), j.view(token, "token", "nonces", j.bo.EVM())[0])
	went, _ = permit(j.bo.EVM(), value, later, v, r, s)
	require.False(t, went, "a signature counts once")
	j.call(j.eve, token, "token", nil, "transferFrom", j.bo.EVM(), j.eve.EVM(), value)
	require.Equal(t, imo(3), j.erc20Balance(j.eve))
}
