package types_test

import (
	"testing"
	"time"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/tx/signing/aminojson"

	"github.com/imochain/imod/x/aigc/types"
)

// messages are all messages of the module, once full and once empty.
func messages() []gogoproto.Message {
	price := sdk.NewInt64Coin("aimo", 5)
	coins := sdk.NewCoins(price, sdk.NewInt64Coin("uusd", 1))
	id := types.TokenID{1}.String()
	return []gogoproto.Message{
		&types.MsgCreateCollection{
			Creator: "a", ModelId: 1, Name: "n", Symbol: "s", Versions: []uint32{1, 2}, RoyaltyPoolBps: 3, RoyaltyCreatorBps: 4,
			SupplyLimit: 5, MintPrice: price, MintPolicy: types.MINT_POLICY_CREATOR,
		},
		&types.MsgCreateCollection{MintPrice: sdk.NewInt64Coin("aimo", 0)},
		&types.MsgReport{Reporter: "a", CollectionId: 1, TokenId: id, Reason: types.REPORT_REASON_RIGHTS, Text: "mine"},
		&types.MsgReport{},
		&types.MsgSetFlags{Authority: "a", CollectionId: 1, TokenId: id, Sensitive: true, Withdrawn: true, Note: "b", Upheld: true},
		&types.MsgSetFlags{},
		&types.MsgEndReport{Sender: "a", CollectionId: 1, TokenId: id, Reporter: "b"},
		&types.MsgEndReport{},
		&types.MsgCommit{Sender: "a", CollectionId: 1, Commitment: id},
		&types.MsgCommit{},
		&types.MsgMint{
			Minter: "a", CollectionId: 1, Version: 2, Seed: 1<<64 - 1, Input: []byte{1, 2}, MaxFee: coins, StoreOutput: true, Salt: []byte{4},
		},
		&types.MsgMint{},
		&types.MsgMintFromResult{Minter: "a", CollectionId: 1, RequestId: 2, Content: []byte{3}},
		&types.MsgMintFromResult{},
		&types.MsgSettle{Sender: "a", CollectionId: 1, TokenId: id, Content: []byte{3}},
		&types.MsgSettle{},
		&types.MsgTransfer{Sender: "a", CollectionId: 1, TokenId: id, Recipient: "b", Owner: "c"},
		&types.MsgTransfer{},
		&types.MsgApprove{Sender: "a", CollectionId: 1, TokenId: id, Approved: "b"},
		&types.MsgApprove{},
		&types.MsgSetApprovalForAll{Owner: "a", CollectionId: 1, Operator: "b", Approved: true},
		&types.MsgSetApprovalForAll{},
		&types.MsgBurn{Sender: "a", CollectionId: 1, TokenId: id},
		&types.MsgBurn{},
		&types.MsgList{Owner: "a", CollectionId: 1, TokenId: id, Price: price},
		&types.MsgList{Price: sdk.NewInt64Coin("aimo", 0)},
		&types.MsgUnlist{Owner: "a", CollectionId: 1, TokenId: id},
		&types.MsgUnlist{},
		&types.MsgBuy{Buyer: "a", CollectionId: 1, TokenId: id, ExpectedPrice: price},
		&types.MsgBuy{ExpectedPrice: sdk.NewInt64Coin("aimo", 0)},
		&types.MsgMakeOffer{Bidder: "a", CollectionId: 1, TokenId: id, Price: price, Expires: time.Unix(1_800_000_000, 5).UTC()},
		&types.MsgMakeOffer{Price: sdk.NewInt64Coin("aimo", 0), Expires: time.Unix(0, 0).UTC()},
		&types.MsgAcceptOffer{Owner: "a", CollectionId: 1, TokenId: id, Bidder: "b", ExpectedPrice: price},
		&types.MsgAcceptOffer{ExpectedPrice: sdk.NewInt64Coin("aimo", 0)},
		&types.MsgCancelOffer{Sender: "a", CollectionId: 1, TokenId: id, Bidder: "b"},
		&types.MsgCancelOffer{},
		&types.MsgWithdraw{Owner: "a", CollectionId: 1, Recipient: "b"},
		&types.MsgWithdraw{},
		&types.MsgUpdateParams{Authority: "a", Params: types.DefaultParams()},
		&types.MsgUpdateParams{Authority: "a", Params: types.Params{
			AllowedDenoms: []string{"aimo"}, DepositPerByte: price, CommitDeposit: price, ReportBond: price, OpenCollections: true, Paused: true,
		}},
	}
}

// TestAminoJSON: a hardware wallet signs what the legacy codec writes, the node
// checks what the proto options say; both must be the same bytes.
func TestAminoJSON(t *testing.T) {
	legacy := codec.NewLegacyAmino()
	types.RegisterLegacyAminoCodec(legacy)
	encoder := aminojson.NewEncoder(aminojson.EncoderOptions{FileResolver: gogoproto.HybridResolver})
	seen := map[string]bool{}
	for _, msg := range messages() {
		name := gogoproto.MessageName(msg)
		seen[name] = true
		want, err := legacy.MarshalJSON(msg)
		require.NoError(t, err)

		descriptor, err := gogoproto.HybridResolver.FindDescriptorByName(protoreflect.FullName(name))
		require.NoError(t, err)
		bz, err := gogoproto.Marshal(msg)
		require.NoError(t, err)
		dynamic := dynamicpb.NewMessage(descriptor.(protoreflect.MessageDescriptor))
		require.NoError(t, proto.Unmarshal(bz, dynamic))
		got, err := encoder.Marshal(dynamic)
		require.NoError(t, err)
		require.JSONEq(t, string(want), string(got), name)
		require.Less(t, len(legacyName(t, want)), 40, "hardware wallets show at most 39 characters")
	}
	service, err := gogoproto.HybridResolver.FindDescriptorByName("imod.aigc.v1.Msg")
	require.NoError(t, err)
	methods := service.(protoreflect.ServiceDescriptor).Methods()
	require.Len(t, seen, methods.Len(), "a message is missing here")
	for i := range methods.Len() {
		require.True(t, seen[string(methods.Get(i).Input().FullName())])
	}

	registry := codectypes.NewInterfaceRegistry()
	types.RegisterInterfaces(registry)
	for name := range seen {
		_, err := registry.Resolve("/" + name)
		require.NoError(t, err)
	}
}

func legacyName(t *testing.T, raw []byte) string {
	t.Helper()
	var out struct {
		Type string `json:"type"`
	}
	require.NoError(t, codec.NewLegacyAmino().UnmarshalJSON(raw, &out))
	return out.Type
}
