package web_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cosmos/gogoproto/proto"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/bech32"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"

	"github.com/cosmos/evm/crypto/ethsecp256k1"

	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// javascript runs a program that imports the pages' own modules under Node and decodes what it prints.
func javascript(t *testing.T, program string, out any) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("static/js")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"type":"module"}`), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "program.js"), []byte(program), 0o600))
	cmd := exec.CommandContext(t.Context(), "node", "program.js")
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	raw, err := cmd.Output()
	require.NoError(t, err, "node: %s", stderr.String())
	require.NoError(t, json.Unmarshal(raw, out))
}

func contract(t *testing.T, name string) abi.ABI {
	t.Helper()
	raw, err := os.Open(filepath.Join("..", "precompiles", name, "abi.json"))
	require.NoError(t, err)
	defer raw.Close() //nolint:errcheck // read only
	parsed, err := abi.JSON(raw)
	require.NoError(t, err)
	return parsed
}

// TestSelectors compares every selector in the JavaScript with the ABI files.
func TestSelectors(t *testing.T) {
	known := map[string]string{}
	for _, name := range []string{"offerings", "oracle", "token"} {
		for _, m := range contract(t, name).Methods {
			known[m.Sig] = "0x" + hex.EncodeToString(m.ID)
		}
	}
	raw, err := os.ReadFile("static/js/wallet/abi.js")
	require.NoError(t, err)
	found := regexp.MustCompile(`'(\w+\([\w,[\]]*\))': '(0x[0-9a-f]{8})'`).FindAllStringSubmatch(string(raw), -1)
	require.Len(t, found, 7)
	for _, m := range found {
		require.Equal(t, known[m[1]], m[2], m[1])
	}
}

// TestCalldata compares the hand-written ABI encoding with go-ethereum's.
func TestCalldata(t *testing.T) {
	var got struct{ Bid, BidFor, Swap, Request, Claim, Token, Reason string }
	javascript(t, `import { call, tokenAddress, reason } from './wallet/abi.js';
const input = new TextEncoder().encode('a red fish on a blue ground, and forty more bytes of text');
console.log(JSON.stringify({
  bid: call('placeBid(uint256,uint256,uint256,bytes32)', 7, 10n ** 18n, 5n, 'ab'.repeat(32)),
  bidFor: call('placeBidFor(uint256,address,uint256,uint256,bytes32,uint256,bytes32[])', 7, '0x' + '7f01'.repeat(10), 10n, 5n, 'ab'.repeat(32), 513n, [new Uint8Array(32).fill(3), new Uint8Array(32).fill(4)]),
  swap: call('swap(uint256,bool,uint256,uint256,uint256)', '1', true, 10n ** 18n, 9n, 1900000000n),
  request: call('requestWithSeed(uint256,uint32,bytes,uint64,bool)', '3', 1, input, 2n ** 64n - 1n, true),
  claim: call('claim(uint256)', '12'), token: tokenAddress('258'),
  reason: reason('0x08c379a0' + '20'.padStart(64, '0') + '5'.padStart(64, '0') + '68656c6c6f'.padEnd(64, '0')),
}));`, &got)
	var hash [32]byte
	copy(hash[:], bytes.Repeat([]byte{0xab}, 32))
	bid, err := contract(t, "offerings").Pack("placeBid", big.NewInt(7), big.NewInt(1e18), big.NewInt(5), hash)
	require.NoError(t, err)
	require.Equal(t, "0x"+hex.EncodeToString(bid), got.Bid)
	bidFor, err := contract(t, "offerings").Pack("placeBidFor", big.NewInt(7), common.HexToAddress(strings.Repeat("7f01", 10)), big.NewInt(10), big.NewInt(5),
		hash, big.NewInt(513), [][32]byte{[32]byte(bytes.Repeat([]byte{3}, 32)), [32]byte(bytes.Repeat([]byte{4}, 32))})
	require.NoError(t, err)
	require.Equal(t, "0x"+hex.EncodeToString(bidFor), got.BidFor)
	swap, err := contract(t, "offerings").Pack("swap", big.NewInt(1), true, big.NewInt(1e18), big.NewInt(9), big.NewInt(1_900_000_000))
	require.NoError(t, err)
	require.Equal(t, "0x"+hex.EncodeToString(swap), got.Swap)
	request, err := contract(t, "oracle").Pack("requestWithSeed", big.NewInt(3), uint32(1), []byte("a red fish on a blue ground, and forty more bytes of text"), ^uint64(0), true)
	require.NoError(t, err)
	require.Equal(t, "0x"+hex.EncodeToString(request), got.Request)
	claim, err := contract(t, "token").Pack("claim", big.NewInt(12))
	require.NoError(t, err)
	require.Equal(t, "0x"+hex.EncodeToString(claim), got.Claim)
	require.Equal(t, strings.ToLower(common.BytesToAddress(imotypes.TokenAddress(258)).Hex()), got.Token)
	require.Equal(t, "hello", got.Reason)
}

// TestTransaction compares the hand-written protobuf encoding with the chain's own.
func TestTransaction(t *testing.T) {
	var got struct{ Body, Auth, Raw, Empty string }
	javascript(t, `import { authInfo, body, messages as m, raw } from './wallet/proto.js';
const b64 = (x) => Buffer.from(x).toString('base64');
const packed = [
  m.placeBid({ bidder: 'imo1bidder', offeringId: '7', amount: { denom: 'aimo', amount: 10n ** 20n }, maxPrice: 3n, termsHash: 'ff00' }),
  m.request({ requester: 'imo1asker', modelId: '300', version: 1, input: new TextEncoder().encode('fish'), seed: 2n ** 64n - 1n, maxFee: [{ denom: 'aimo', amount: 1 }], storeOutput: false }),
  m.claim({ holder: 'imo1holder', denom: 'model-1', upTo: '12' }),
  m.collect({ sender: 'imo1a', offeringId: 2, owner: 'imo1a' }), m.refund({ sender: 'imo1a', offeringId: 2, owner: 'imo1a' }),
  m.placeBid({ bidder: 'imo1bidder', offeringId: '7', amount: { denom: 'aimo', amount: 1n }, maxPrice: 3n, termsHash: 'ff00', allowance: { cap: 513n, proof: [new Uint8Array(32), new Uint8Array(32).fill(4)] } }),
  m.swap({ sender: 'imo1a', modelId: 3, give: { denom: 'aimo', amount: 7n }, least: { denom: 'model-3', amount: 6n }, deadline: 1900000000n }),
];
const key = Uint8Array.from({ length: 33 }, (_, i) => i + 1);
const auth = authInfo({ pubKey: key, sequence: '128', fee: [{ denom: 'aimo', amount: 5n }], gas: 200000n });
console.log(JSON.stringify({ body: b64(body(packed)), auth: b64(auth), raw: b64(raw(body(packed), auth, new Uint8Array([9]))), empty: b64(authInfo({ pubKey: key, sequence: 0, fee: [], gas: 0 })) }));`, &got)
	pack := func(m proto.Message) *codectypes.Any {
		packed, err := codectypes.NewAnyWithValue(m)
		require.NoError(t, err)
		return packed
	}
	amount, ok := sdkmath.NewIntFromString("100000000000000000000")
	require.True(t, ok)
	body := txtypes.TxBody{Messages: []*codectypes.Any{
		pack(&imotypes.MsgPlaceBid{Bidder: "imo1bidder", OfferingId: 7, Amount: sdk.NewCoin("aimo", amount), MaxPrice: sdkmath.NewInt(3), TermsHash: "ff00"}),
		pack(&oracletypes.MsgRequestInference{
			Requester: "imo1asker", ModelId: 300, Version: 1, Input: []byte("fish"), Seed: ^uint64(0), MaxFee: sdk.NewCoins(sdk.NewInt64Coin("aimo", 1)),
		}),
		pack(&revsharetypes.MsgClaim{Holder: "imo1holder", ShareDenom: "model-1", UpTo: 12}),
		pack(&imotypes.MsgCollectAllocation{Sender: "imo1a", OfferingId: 2, Owner: "imo1a"}),
		pack(&imotypes.MsgCollectRefund{Sender: "imo1a", OfferingId: 2, Owner: "imo1a"}),
		pack(&imotypes.MsgPlaceBid{
			Bidder: "imo1bidder", OfferingId: 7, Amount: sdk.NewInt64Coin("aimo", 1), MaxPrice: sdkmath.NewInt(3), TermsHash: "ff00",
			Allowance: &imotypes.Allowance{Cap: sdkmath.NewInt(513), Proof: [][]byte{make([]byte, 32), bytes.Repeat([]byte{4}, 32)}},
		}),
		pack(&imotypes.MsgSwap{
			Sender: "imo1a", ModelId: 3, AmountIn: sdk.NewInt64Coin("aimo", 7), MinOut: sdk.NewInt64Coin("model-3", 6), Deadline: time.Unix(1_900_000_000, 0).UTC(),
		}),
	}}
	key := make([]byte, 33)
	for i := range key {
		key[i] = byte(i + 1)
	}
	auth := func(sequence, gas uint64, fee sdk.Coins) txtypes.AuthInfo {
		return txtypes.AuthInfo{
			SignerInfos: []*txtypes.SignerInfo{{
				PublicKey: pack(&ethsecp256k1.PubKey{Key: key}), Sequence: sequence,
				ModeInfo: &txtypes.ModeInfo{Sum: &txtypes.ModeInfo_Single_{Single: &txtypes.ModeInfo_Single{Mode: signing.SignMode_SIGN_MODE_DIRECT}}},
			}},
			Fee: &txtypes.Fee{Amount: fee, GasLimit: gas},
		}
	}
	encode := func(m proto.Message) []byte {
		raw, err := proto.Marshal(m)
		require.NoError(t, err)
		return raw
	}
	text := base64.StdEncoding.EncodeToString
	bodyBytes := encode(&body)
	full, empty := auth(128, 200000, sdk.NewCoins(sdk.NewInt64Coin("aimo", 5))), auth(0, 0, nil)
	authBytes := encode(&full)
	require.Equal(t, text(bodyBytes), got.Body)
	require.Equal(t, text(authBytes), got.Auth)
	require.Equal(t, text(encode(&txtypes.TxRaw{BodyBytes: bodyBytes, AuthInfoBytes: authBytes, Signatures: [][]byte{{9}}})), got.Raw)
	require.Equal(t, text(encode(&empty)), got.Empty)
}

// TestAllowance compares the pages' reading of an allow list with the chain's.
func TestAllowance(t *testing.T) {
	account := sdk.AccAddress(bytes.Repeat([]byte{0x7f, 0x01}, 10))
	allowance := imotypes.Allowance{Cap: sdkmath.NewIntWithDecimal(5, 20)}
	for i := range byte(5) {
		allowance.Proof = append(allowance.Proof, bytes.Repeat([]byte{i * 60}, 32))
	}
	node := allowance.Leaf("imo-local-1", 258, account)
	for _, sibling := range allowance.Proof {
		node = imotypes.AllowNode(node, sibling)
	}
	raw, err := json.Marshal(map[string]any{"cap": allowance.Cap.String(), "proof": allowance.Proof})
	require.NoError(t, err)
	var got struct {
		Root    string
		Refused []any
	}
	javascript(t, fmt.Sprintf(`import { checkable, read, root } from './allowance.js';
const text = %q;
const good = JSON.parse(text);
console.log(JSON.stringify({
  root: checkable() ? await root(read(text), 'imo-local-1', '258', '0x' + '7f01'.repeat(10)) : '',
  refused: ['', '{}', '[]', JSON.stringify({ ...good, cap: '-1' }), JSON.stringify({ ...good, proof: ['00'] }), JSON.stringify({ ...good, more: 1 }),
    JSON.stringify({ ...good, proof: Array(33).fill('00'.repeat(32)) })].map(read),
}));`, raw), &got)
	require.Equal(t, hex.EncodeToString(node), got.Root)
	require.NoError(t, allowance.Check(got.Root, "imo-local-1", 258, account))
	require.Equal(t, make([]any, 7), got.Refused)
}

// TestFormat checks addresses, amounts and hostile texts.
func TestFormat(t *testing.T) {
	raw := bytes.Repeat([]byte{0x7f, 0x01}, 10)
	address, err := bech32.ConvertAndEncode("imo", raw)
	require.NoError(t, err)
	var got struct {
		Bech32, Hex, Safe, Long string
		Bad                     *string
		Units, Parsed           []string
		Refused                 []*string
	}
	javascript(t, `import { toBech32, toHex20 } from './wallet/address.js';
import { parseUnits, safe, units } from './format.js';
const a = toBech32('imo', '0x' + '7f01'.repeat(10));
console.log(JSON.stringify({
  bech32: a, hex: toHex20(a), bad: toHex20(a.slice(0, -1) + (a.endsWith('q') ? 'p' : 'q')),
  safe: safe('a\u202eb\u0000c'), long: safe('x'.repeat(10000), 20),
  units: ['0', '1', '1500000000000000000', '1234567000000000000000000', '-500000000000000000', '999999999999999999'].map((x) => units(x)),
  parsed: ['1', '0.5', '1,000', '0.000000000000000001'].map((x) => String(parseUnits(x))),
  refused: ['', '-1', 'x', '1e3', '0.0000000000000000001', '1.2.3'].map((x) => parseUnits(x)),
}));`, &got)
	require.Equal(t, address, got.Bech32)
	require.Equal(t, "0x"+hex.EncodeToString(raw), got.Hex)
	require.Nil(t, got.Bad)
	require.Equal(t, `a\u202eb\u0000c`, got.Safe)
	require.Equal(t, strings.Repeat("x", 20)+"… (10,000 characters)", got.Long)
	require.Equal(t, []string{"0", "0.000000000000000001", "1.5", "1,234,567", "−0.5", "0.9999"}, got.Units)
	require.Equal(t, []string{"1000000000000000000", "500000000000000000", "1000000000000000000000", "1"}, got.Parsed)
	require.Equal(t, make([]*string, 6), got.Refused)
}
