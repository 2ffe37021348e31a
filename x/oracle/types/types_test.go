package types_test

import (
	"testing"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	protov2 "google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/address"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
	"github.com/cosmos/cosmos-sdk/x/tx/signing/aminojson"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

func TestParamBounds(t *testing.T) {
	require.NoError(t, types.DefaultParams().Validate())
	limit := math.NewIntWithDecimal(1, 24)
	cases := map[string]struct {
		set  func(p *types.Params, v uint64)
		good []uint64
		bad  []uint64
	}{
		"proposer":    {func(p *types.Params, v uint64) { p.ProposerBps = uint32(v) }, []uint64{0, 1000}, []uint64{1001}},
		"requests":    {func(p *types.Params, v uint64) { p.MaxOpenRequests = uint32(v) }, []uint64{1, 150}, []uint64{0, 151}},
		"work":        {func(p *types.Params, v uint64) { p.MaxOpenWorkUnits = v }, []uint64{1, 1 << 62}, []uint64{0, 1<<62 + 1}},
		"proofs":      {func(p *types.Params, v uint64) { p.MaxOpenProofs = uint32(v) }, []uint64{1, 32}, []uint64{0, 33}},
		"input":       {func(p *types.Params, v uint64) { p.MaxInputBytes = uint32(v) }, []uint64{1, 65536}, []uint64{0, 65537}},
		"stored":      {func(p *types.Params, v uint64) { p.MaxStoredBytes = uint32(v) }, []uint64{1024, 262144}, []uint64{1023, 262145}},
		"request":     {func(p *types.Params, v uint64) { p.RequestBlocks = uint32(v) }, []uint64{3, 100_000}, []uint64{2, 100_001}},
		"proof":       {func(p *types.Params, v uint64) { p.ProofBlocks = uint32(v) }, []uint64{3, 1_000_000}, []uint64{2, 1_000_001}},
		"payout":      {func(p *types.Params, v uint64) { p.PayoutBlocks = uint32(v) }, []uint64{1, 100_000}, []uint64{0, 100_001}},
		"performance": {func(p *types.Params, v uint64) { p.PerformanceBlocks = uint32(v) }, []uint64{10, 1_000_000}, []uint64{9, 1_000_001}},
		"gas":         {func(p *types.Params, v uint64) { p.MaxCallbackGas = v }, []uint64{21_000, 20_000_000}, []uint64{20_999, 20_000_001}},
		"data":        {func(p *types.Params, v uint64) { p.MaxCallbackDataBytes = uint32(v) }, []uint64{0, 4096}, []uint64{4097}},
		"callback":    {func(p *types.Params, v uint64) { p.CallbackBlocks = uint32(v) }, []uint64{100, 1_000_000}, []uint64{99, 1_000_001}},
		"batch":       {func(p *types.Params, v uint64) { p.MaxBatch = uint32(v) }, []uint64{1, 64}, []uint64{0, 65}},
		"delay":       {func(p *types.Params, v uint64) { p.BeaconDelayBlocks = uint32(v) }, []uint64{2, 100_000}, []uint64{1, 100_001}},
		"stale":       {func(p *types.Params, v uint64) { p.BeaconStaleBlocks = uint32(v) }, []uint64{1, 100_000}, []uint64{0, 100_001}},
	}
	for name, tc := range cases {
		for _, v := range tc.good {
			p := types.DefaultParams()
			tc.set(&p, v)
			require.NoError(t, p.Validate(), "%s %d", name, v)
		}
		for _, v := range tc.bad {
			p := types.DefaultParams()
			tc.set(&p, v)
			require.ErrorIs(t, p.Validate(), types.ErrInvalidParams, "%s %d", name, v)
		}
	}
	for _, price := range []math.Int{{}, math.NewInt(-1), limit.AddRaw(1)} {
		p := types.DefaultParams()
		p.UnitPrice = price
		require.ErrorIs(t, p.Validate(), types.ErrInvalidParams)
		p = types.DefaultParams()
		p.BytePrice = price
		require.ErrorIs(t, p.Validate(), types.ErrInvalidParams)
		p = types.DefaultParams()
		p.CallbackGasPrice = price
		require.ErrorIs(t, p.Validate(), types.ErrInvalidParams)
		p = types.DefaultParams()
		p.CallbackPremium = price
		require.ErrorIs(t, p.Validate(), types.ErrInvalidParams)
	}
	p := types.DefaultParams()
	p.UnitPrice, p.BytePrice = limit, math.ZeroInt()
	require.NoError(t, p.Validate())
	require.Equal(t, "1329227995784915872903807060280344576", types.MaxAmount().String())
}

func TestEscrowAddress(t *testing.T) {
	require.Equal(t, sdk.AccAddress(address.Module("oracle", []byte("escrow"))[:20]), types.EscrowAddress())
	require.Len(t, types.EscrowAddress(), 20)
}

// TestMessages: annotations are complete, amino names are short and equal in both places.
func TestMessages(t *testing.T) {
	files, err := gogoproto.MergedRegistry()
	require.NoError(t, err)
	require.NoError(t, msgservice.ValidateProtoAnnotations(files))
	registry := codectypes.NewInterfaceRegistry()
	types.RegisterInterfaces(registry)
	amino := codec.NewLegacyAmino()
	types.RegisterLegacyAminoCodec(amino)
	for _, msg := range []sdk.Msg{
		&types.MsgRequestInference{MaxFee: sdk.NewCoins()},
		&types.MsgRequestInference{
			Requester: "a", ModelId: 1, Version: 2, Input: []byte{1, 2}, Seed: 1 << 60, StoreOutput: true,
			MaxFee: sdk.NewCoins(sdk.NewInt64Coin("aimo", 5), sdk.NewInt64Coin("usdc", 1)),
		},
		&types.MsgDeliverOutput{Sender: "a", RequestId: 4, Output: []byte{9}}, &types.MsgClaimRefund{Sender: "a", Owner: "b"},
		&types.MsgRequestInference{
			Requester: "a", ModelId: 1, Input: []byte{1}, MaxFee: sdk.NewCoins(sdk.NewInt64Coin("aimo", 5)),
			CallbackContract: "c", CallbackGas: 100_000, CallbackData: []byte{3}, SeedKind: types.SeedKind_SEED_KIND_MONEY,
		},
		&types.MsgTopUpCallback{Sender: "a", RequestId: 4, Amount: sdk.NewInt64Coin("aimo", 5)},
		&types.MsgSetCourier{Operator: "a", Courier: "b"}, &types.MsgSetBeacon{Operator: "a", Tip: "00ff"},
		&types.MsgSetPolicy{Operator: "a"},
		&types.MsgSetPolicy{
			Operator: "a", MaxBundleBytes: 1 << 60, MaxWorkUnits: 5, AllowLicences: []string{"MIT"}, DenyLicences: []string{"CC-BY-NC*"},
			DenyModels: []uint64{1, 1 << 60}, Mirror: "https://models.example.org",
		},
		&types.MsgUpdateParams{Authority: "a", Params: types.DefaultParams()},
	} {
		name := "imod/oracle/" + sdk.MsgTypeURL(msg)[len("/imod.oracle.v1."):]
		require.LessOrEqual(t, len(name), 39)
		json, err := amino.MarshalJSON(msg)
		require.NoError(t, err)
		require.Contains(t, string(json), `"type":"`+name+`"`)
		require.JSONEq(t, string(json), signed(t, msg))
		_, err = registry.Resolve(sdk.MsgTypeURL(msg))
		require.NoError(t, err)
	}
}

// signed is the amino JSON that wallets sign today.
func signed(t *testing.T, msg sdk.Msg) string {
	t.Helper()
	descriptor, err := gogoproto.HybridResolver.FindDescriptorByName(protoreflect.FullName(sdk.MsgTypeURL(msg)[1:]))
	require.NoError(t, err)
	message, ok := descriptor.(protoreflect.MessageDescriptor)
	require.True(t, ok)
	bytes, err := gogoproto.Marshal(msg)
	require.NoError(t, err)
	dynamic := dynamicpb.NewMessage(message)
	require.NoError(t, protov2.Unmarshal(bytes, dynamic))
	out, err := aminojson.NewEncoder(aminojson.EncoderOptions{FileResolver: gogoproto.HybridResolver}).Marshal(dynamic)
	require.NoError(t, err)
	return string(out)
}

func TestWorkResult(t *testing.T) {
	good := types.WorkResult{
		Kind: types.SubjectKind_SUBJECT_KIND_PROOF, Id: 3, ManifestRoot: make([]byte, 32), InputRoot: make([]byte, 32),
		OutputRoot: make([]byte, 32), Witness: make([]byte, 32), Refused: 4, ResultsRoot: make([]byte, 32), Draw: make([]byte, 32),
	}
	require.NoError(t, good.Validate())
	s := attestation.Subject{Key: attestation.Key{Kind: attestation.Proof, ID: 3}}
	_, ok := good.Answers(s)
	require.True(t, ok, "a refusal is an answer to a proof")
	s.Kind = attestation.Request
	good.Kind = types.SubjectKind_SUBJECT_KIND_REQUEST
	_, ok = good.Answers(s)
	require.False(t, ok, "and none to a request")
	for name, edit := range map[string]func(*types.WorkResult){
		"kind 0":      func(r *types.WorkResult) { r.Kind = 0 },
		"kind 258":    func(r *types.WorkResult) { r.Kind = 258 },
		"id 0":        func(r *types.WorkResult) { r.Id = 0 },
		"no results":  func(r *types.WorkResult) { r.Kind, r.ResultsRoot = types.SubjectKind_SUBJECT_KIND_PROOF, nil },
		"no draw":     func(r *types.WorkResult) { r.Kind, r.Draw = types.SubjectKind_SUBJECT_KIND_CUSTODY, nil },
		"short root":  func(r *types.WorkResult) { r.OutputRoot = nil },
		"long output": func(r *types.WorkResult) { r.Output = make([]byte, 1025) },
	} {
		bad := good
		edit(&bad)
		require.Error(t, bad.Validate(), name)
	}
}
