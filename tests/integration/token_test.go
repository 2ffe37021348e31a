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

// ethersPermit is an allowance from bo to eve as ethers 6.15 signs it with signTypedData, in the
// domain {name: "Tiny", version: "1", chainId: 7641, verifyingContract: the token of model 1} unless
// its name says otherwise.
type ethersPermit struct {
	value     *big.Int
	deadline  int64
	signature string
}

var ethersPermits = map[string]ethersPermit{
	"good": {imo(3).BigInt(), 4_102_444_800, "1b" +
		"08eda09eb8545bafec0d0afb6d5e6d900894aae55303e4bbf8b8d71145d51052" + "28ddbc26a50e26b0eb5b97869a4b89f3af16771e90358dd95844b628afc5462e"},
	"another chain": {imo(3).BigInt(), 4_102_444_800, "1b" + // 1
		"4cd988ed5b35777df37572b1e58f35134fae8ac453eb05c642c6797dec2e58d5" + "0ecaa2af2bebe35d9ea7633120156a298e3ae970ebcf1c84b515af7959f613fa"},
	"another token": {imo(3).BigInt(), 4_102_444_800, "1c" + // that of model 2
		"7087f8ae083ffb49da35603eae3bf90733da918865e9e81706c1285593865962" + "6d360933780ff59f3ff720d7c0a4c66f73dff066fc3e128098cc63ab0ed8d728"},
	"a past deadline": {imo(3).BigInt(), 1, "1b" +
		"8d7da6f74760aac91ac5ff80727a6c132606edd8af028c217f81f3783a3bb9f4" + "4598e82676241bbd1974203f24c8689ad76436a44d47d0741335c3004aa0d000"},
	"next": {new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)), 4_102_444_800, "1c" + // nonce 1
		"4812908e4d0d1f4ce862688ce66262b0e650df15405fbbfe6c99836b8b4e59d9" + "47d813f40f8fd31ab5a68e7a15c090b51f7ea3ff885a7bb1111fcb389e5bd3f2"},
}

// of returns the arguments of a call of permit.
func (p ethersPermit) of(owner common.Address) (common.Address, *big.Int, int64, uint8, [32]byte, [32]byte) {
	raw := common.FromHex(p.signature)
	return owner, p.value, p.deadline, raw[0], [32]byte(raw[1:33]), [32]byte(raw[33:])
}

func signature(v uint8, r, s [32]byte) string {
	return common.Bytes2Hex(append(append([]byte{v}, r[:]...), s[:]...))
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
		"a past deadline":         func() (bool, string) { v, r, s := sign(value, 0, 1); return permit(j.bo.EVM(), value, 1, v, r, s) },
		"ethers: another chain":   func() (bool, string) { return permit(ethersPermits["another chain"].of(j.bo.EVM())) },
		"ethers: another token":   func() (bool, string) { return permit(ethersPermits["another token"].of(j.bo.EVM())) },
		"ethers: a past deadline": func() (bool, string) { return permit(ethersPermits["a past deadline"].of(j.bo.EVM())) },
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
	v, r, s = sign(value, 0, ethersPermits["good"].deadline)
	require.Equal(t, ethersPermits["good"].signature, signature(v, r, s), "ethers signs the same")
	went, why = permit(ethersPermits["next"].of(j.bo.EVM()))
	require.True(t, went, why)
	require.Equal(t, ethersPermits["next"].value, j.view(token, "token", "allowance", j.bo.EVM(), j.eve.EVM())[0])
	require.Equal(t, big.NewInt(2), j.view(token, "token", "nonces", j.bo.EVM())[0])
	j.call(j.eve, token, "token", nil, "transferFrom", j.bo.EVM(), j.eve.EVM(), value)
	require.Equal(t, imo(3), j.erc20Balance(j.eve))
}
