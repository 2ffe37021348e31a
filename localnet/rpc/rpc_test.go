package rpc_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	"github.com/cosmos/cosmos-sdk/x/auth"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/bank"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	evmcodec "github.com/cosmos/evm/crypto/codec"
	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"

	"github.com/imochain/imod/localnet/rpc"
)

// mnemonic and hexAddress are a published test account of cosmos/evm.
const (
	mnemonic   = "copper push brief egg scan entry inform record adjust fossil boss egg comic alien upon aspect dry avoid interest fury window hint race symptom"
	hexAddress = "0xC6Fe5D33615a1C52c08018c47E8Bc53646A0E101"
	path       = "m/44'/60'/0'/0/0"
)

func TestKeys(t *testing.T) {
	key, err := rpc.KeyFromMnemonic("dev", mnemonic, path)
	require.NoError(t, err)
	require.Equal(t, hexAddress, key.Eth().Hex())
	ecdsa, err := key.Priv.ToECDSA()
	require.NoError(t, err)
	require.Equal(t, key.Eth(), crypto.PubkeyToAddress(ecdsa.PublicKey), "one key, both worlds")

	words, err := rpc.NewMnemonic()
	require.NoError(t, err)
	require.Len(t, strings.Fields(words), 24)
	a, err := rpc.NewKey("a")
	require.NoError(t, err)
	b, err := rpc.NewKey("b")
	require.NoError(t, err)
	require.NotEqual(t, a.Address, b.Address)
}

func TestParseAddress(t *testing.T) {
	key, err := rpc.KeyFromMnemonic("dev", mnemonic, path)
	require.NoError(t, err)
	for _, ok := range []string{hexAddress, strings.ToLower(hexAddress), key.Address.String()} {
		addr, err := rpc.ParseAddress(ok)
		require.NoError(t, err)
		require.Equal(t, key.Address, addr)
	}
	for _, bad := range []string{"", "0x", "0x12", hexAddress + "00", "imo1", sdk.AccAddress(make([]byte, 32)).String()} {
		_, err := rpc.ParseAddress(bad)
		require.Error(t, err, bad)
	}
}

// node is a fake node: gRPC for accounts, fees and simulation, CometBFT's JSON-RPC for broadcast and lookup.
// It accepts a transaction only when its signature and sequence are right, and includes it at the third look.
type node struct {
	authtypes.UnimplementedQueryServer
	txtypes.UnimplementedServiceServer

	t   *testing.T
	enc moduletestutil.TestEncodingConfig

	mu       sync.Mutex
	sequence uint64
	stale    int // how many answers show an old sequence
	looks    int
	code     int // of the transaction in the block
	last     sdk.Tx
}

func (n *node) AccountInfo(_ context.Context, req *authtypes.QueryAccountInfoRequest) (*authtypes.QueryAccountInfoResponse, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	sequence := n.sequence
	if n.stale > 0 {
		n.stale--
		sequence--
	}
	return &authtypes.QueryAccountInfoResponse{Info: &authtypes.BaseAccount{Address: req.Address, AccountNumber: 1<<63 + 7, Sequence: sequence}}, nil
}

// market is the fake node's fee market.
type market struct {
	feemarkettypes.UnimplementedQueryServer
}

// BaseFee is above the client's floor of 1,000.
func (*market) BaseFee(context.Context, *feemarkettypes.QueryBaseFeeRequest) (*feemarkettypes.QueryBaseFeeResponse, error) {
	fee := math.LegacyNewDec(1600)
	return &feemarkettypes.QueryBaseFeeResponse{BaseFee: &fee}, nil
}

func (n *node) Simulate(context.Context, *txtypes.SimulateRequest) (*txtypes.SimulateResponse, error) {
	return &txtypes.SimulateResponse{GasInfo: &sdk.GasInfo{GasUsed: 100_000}}, nil
}

func (n *node) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
		Params struct {
			Tx []byte `json:"tx"`
		} `json:"params"`
	}
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		n.t.Error(err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	reply := `"error":{"code":-32603,"message":"tx not found"}`
	switch req.Method {
	case "broadcast_tx_sync":
		code, log := n.check(req.Params.Tx)
		reply = fmt.Sprintf(`"result":{"code":%d,"codespace":"sdk","log":%q,"hash":"ABCD"}`, code, log)
	case "tx":
		if n.looks++; n.looks >= 3 {
			reply = fmt.Sprintf(`"result":{"hash":"ABCD","height":"42","tx_result":{"code":%d,"codespace":"bank","log":"no","gas_used":"90000",`+
				`"events":[{"type":"imod.Event","attributes":[{"key":"id","value":"\"7\""}]}]}}`, n.code)
		}
	case "status":
		reply = `"result":{"sync_info":{"latest_block_height":"42"}}`
	}
	fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,%s}`, req.ID, reply)
}

// check is what a node's CheckTx does about signature and sequence.
func (n *node) check(raw []byte) (int, string) {
	tx, err := n.enc.TxConfig.TxDecoder()(raw)
	if err != nil {
		return 2, err.Error()
	}
	n.last = tx
	signatures, err := tx.(authsigning.SigVerifiableTx).GetSignaturesV2()
	if err != nil || len(signatures) != 1 {
		return 4, "signatures"
	}
	s := signatures[0]
	if s.Sequence != n.sequence {
		return 32, "account sequence mismatch"
	}
	bytes, err := authsigning.GetSignBytesAdapter(context.Background(), n.enc.TxConfig.SignModeHandler(), signing.SignMode_SIGN_MODE_DIRECT,
		authsigning.SignerData{
			Address: sdk.AccAddress(s.PubKey.Address()).String(), ChainID: "imo-local-1", AccountNumber: 1<<63 + 7, Sequence: n.sequence, PubKey: s.PubKey,
		}, tx)
	if err != nil || !s.PubKey.VerifySignature(bytes, s.Data.(*signing.SingleSignatureData).Signature) {
		return 4, "signature does not match"
	}
	return 0, ""
}

func newNode(t *testing.T) (*node, *rpc.Client) {
	t.Helper()
	enc := moduletestutil.MakeTestEncodingConfig(auth.AppModuleBasic{}, bank.AppModuleBasic{})
	evmcodec.RegisterInterfaces(enc.InterfaceRegistry)
	n := &node{t: t, enc: enc, sequence: 5}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer(grpc.ForceServerCodec(codec.NewProtoCodec(enc.InterfaceRegistry).GRPCCodec()))
	authtypes.RegisterQueryServer(server, n)
	feemarkettypes.RegisterQueryServer(server, &market{})
	txtypes.RegisterServiceServer(server, n)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	comet := httptest.NewServer(n)
	t.Cleanup(comet.Close)
	client, err := rpc.Dial(rpc.Config{
		ChainID: "imo-local-1", Comet: comet.URL, GRPC: listener.Addr().String(),
		Codec: codec.NewProtoCodec(enc.InterfaceRegistry), TxConfig: enc.TxConfig, GasPrice: sdk.NewInt64DecCoin("aimo", 1000),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return n, client
}

func TestSendTx(t *testing.T) {
	key, err := rpc.KeyFromMnemonic("dev", mnemonic, path)
	require.NoError(t, err)
	msg := banktypes.NewMsgSend(key.Address, key.Address, sdk.NewCoins(sdk.NewInt64Coin("aimo", 1)))

	t.Run("ok: pays, waits and reads the result", func(t *testing.T) {
		n, client := newNode(t)
		result, err := client.SendTx(t.Context(), key, []sdk.Msg{msg}, rpc.WithMemo("hello"))
		require.NoError(t, err)
		require.Equal(t, int64(42), result.Height)
		require.Equal(t, int64(90_000), result.GasUsed)
		event, ok := result.Event("imod.Event")
		require.True(t, ok)
		require.Equal(t, `"7"`, event["id"])
		_, ok = result.Event("other")
		require.False(t, ok)
		fee := n.last.(sdk.FeeTx)
		require.Equal(t, uint64(150_000), fee.GetGas(), "simulated gas and a half")
		require.Equal(t, "270000000aimo", fee.GetFee().String(), "150,000 × 1,600 × 9/8")
		require.Equal(t, fee.GetFee(), result.Fee)
		require.Equal(t, "hello", n.last.(sdk.TxWithMemo).GetMemo())
	})
	t.Run("ok: signs again after a stale sequence", func(t *testing.T) {
		n, client := newNode(t)
		n.stale = 2
		_, err := client.SendTx(t.Context(), key, []sdk.Msg{msg}, rpc.WithGas(1), rpc.WithFee(sdk.NewCoins()))
		require.NoError(t, err)
	})
	t.Run("fails: stale for ever", func(t *testing.T) {
		n, client := newNode(t)
		n.stale = 1000
		_, err := client.SendTx(t.Context(), key, []sdk.Msg{msg}, rpc.WithGas(1))
		require.ErrorContains(t, err, "sequence")
	})
	t.Run("fails: in the block", func(t *testing.T) {
		n, client := newNode(t)
		n.code = 5
		result, err := client.SendTx(t.Context(), key, []sdk.Msg{msg})
		var failed *rpc.TxError
		require.ErrorAs(t, err, &failed)
		require.Equal(t, int64(42), failed.Height)
		require.Equal(t, uint32(5), failed.Code)
		require.ErrorContains(t, err, "failed in block 42: no (bank 5)")
		require.Equal(t, int64(42), result.Height)
	})
	t.Run("fails: refused", func(t *testing.T) {
		_, client := newNode(t)
		other, err := rpc.NewKey("other")
		require.NoError(t, err)
		draft, err := client.Prepare(t.Context(), key, []sdk.Msg{msg})
		require.NoError(t, err)
		draft.ChainID = "another-1"
		raw, err := client.Encode(t.Context(), other, draft)
		require.NoError(t, err)
		_, err = client.Broadcast(t.Context(), raw)
		var refused *rpc.TxError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, uint32(4), refused.Code)
		require.Zero(t, refused.Height)
	})
	t.Run("fails: never included", func(t *testing.T) {
		n, client := newNode(t)
		n.looks = -1000
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		_, err := client.WaitTx(ctx, hex.EncodeToString([]byte{0xab, 0xcd}))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "not in a block")
	})
}

func TestWaitHeight(t *testing.T) {
	_, client := newNode(t)
	require.NoError(t, client.WaitHeight(t.Context(), 42))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	require.ErrorContains(t, client.WaitHeight(ctx, 43), "height 43")
}
