package types_test

import (
	"testing"
	"time"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/tx/signing/aminojson"

	"github.com/imochain/imod/x/imo/types"
)

// messages are all messages of the module, with every field set and with every optional one left out.
func messages() []gogoproto.Message {
	coin, none := sdk.NewInt64Coin("aimo", 5), sdk.NewInt64Coin("aimo", 0)
	at, window := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC), time.Hour
	return []gogoproto.Message{
		&types.MsgRegisterModel{
			Creator: "a", Name: "n", Summary: "s", Licence: "MIT", LicenceHash: "h", MetadataUri: "u", BundleUris: []string{"x", "y"},
			Manifest: []byte{1, 2}, Price: coin, Contributors: []types.Contributor{{Address: "b", Weight: 1}},
			VerificationClass: types.VERIFICATION_CLASS_ATTESTED, ParentModelId: 3,
			Parents: []types.LineageShare{{ModelId: 3, Bps: 4}}, Derivatives: true, DerivativeBps: 5,
		},
		&types.MsgRegisterModel{Creator: "a", Price: none},
		&types.MsgRetireModel{Creator: "a", ModelId: 1 << 60},
		&types.MsgSetPrice{Creator: "a", ModelId: 1, Price: coin},
		&types.MsgSetPrice{Price: none},
		&types.MsgCreateOffering{
			Creator: "a", ModelId: 1, Kind: types.OFFERING_KIND_FIXED, TokenName: "n", TokenSymbol: "s", TotalSupply: coin,
			SaleBps: 1, ContributorsBps: 2, LiquidityBps: 3, TreasuryBps: 4, Treasury: "t", PaymentDenom: "aimo", Price: math.NewInt(7),
			SoftCap: coin, MinBid: coin, OwnerCap: coin, StartTime: at, EndTime: at.Add(time.Hour), CancelDeadline: at.Add(time.Minute),
			Tranches: []types.Tranche{{ReleaseTime: at.Add(3 * time.Hour), Bps: 10_000}}, ExitWindow: time.Hour, VestingCliff: time.Second,
			VestingDuration: time.Minute, DisclosureHash: "d", MinRequestPrice: none, MaxRequestPrice: coin,
		},
		&types.MsgCreateOffering{
			TotalSupply: none, Price: math.ZeroInt(), SoftCap: none, MinBid: none, OwnerCap: none,
			StartTime: at, EndTime: at, CancelDeadline: at, MinRequestPrice: none, MaxRequestPrice: none,
			Tranches: []types.Tranche{{ReleaseTime: at, Bps: 1, MinRequests: 1 << 60, MinNetworkFees: &coin}},
			HardCap:  &coin, TickBps: 50, AllowRoot: "r", ExpectedId: 1 << 60, PoolFeeBps: 1, TreasuryWindow: &window,
			Lots: []types.Lot{{
				Kind: types.OFFERING_KIND_PRO_RATA, SaleBps: 1, Price: math.NewInt(3), MinBid: coin, OwnerCap: none, StartTime: at, EndTime: at,
				CancelDeadline: at, AllowRoot: "r",
			}},
		},
		&types.MsgCreateOffering{
			TotalSupply: none, Price: math.ZeroInt(), SoftCap: none, MinBid: none, OwnerCap: none,
			StartTime: time.Unix(0, 0).UTC(), EndTime: at, CancelDeadline: at, MinRequestPrice: none, MaxRequestPrice: none,
		},
		&types.MsgCancelOffering{Creator: "a", OfferingId: 1},
		&types.MsgPlaceBid{Bidder: "a", OfferingId: 1, Amount: coin, MaxPrice: math.NewInt(9), TermsHash: "h", Owner: "o"},
		&types.MsgPlaceBid{Amount: none, MaxPrice: math.ZeroInt()},
		&types.MsgPlaceBid{
			Amount: none, MaxPrice: math.ZeroInt(), Allowance: &types.Allowance{Cap: math.NewInt(5), Proof: [][]byte{{1, 2}, {3}}}, AutoPayout: true,
		},
		&types.MsgCancelBid{Owner: "a", OfferingId: 1, BidId: 2},
		&types.MsgFinalizeOffering{Sender: "a", OfferingId: 1},
		&types.MsgCollectAllocation{Sender: "a", OfferingId: 1, Owner: "o", ModelId: 2},
		&types.MsgCollectAllocation{},
		&types.MsgCollectRefund{Sender: "a", OfferingId: 1, Owner: "o", ModelId: 2},
		&types.MsgReleaseProceeds{Sender: "a", OfferingId: 1, Recipient: "r"},
		&types.MsgExit{Holder: "a", Amount: coin},
		&types.MsgExit{Holder: "a", Amount: coin, OfferingId: 2},
		&types.MsgExit{Holder: "a", Amount: coin, MinPayout: &coin},
		&types.MsgPublishVersion{Creator: "a", ModelId: 1, BundleUris: []string{"x"}, Manifest: []byte{1}},
		&types.MsgObjectVersion{Holder: "a", ModelId: 1, Version: 2},
		&types.MsgShowSharedWeights{Sender: "a", ModelId: 2, Version: 1, EarlierModelId: 1, EarlierVersion: 3, Proof: []byte{4}},
		&types.MsgSwap{Sender: "a", ModelId: 1, AmountIn: coin, MinOut: none, Deadline: at},
		&types.MsgAddLiquidity{Sender: "a", ModelId: 1, MaxTokens: coin, MaxPayment: none, MinShares: math.NewInt(1), Deadline: at},
		&types.MsgRemoveLiquidity{Sender: "a", ModelId: 1, Shares: math.NewInt(1), MinTokens: coin, MinPayment: none, Deadline: at},
		&types.MsgCollectPoolRevenue{Sender: "a", ModelId: 1, Owner: "o"},
		&types.MsgProposeSpend{Treasury: "a", ModelId: 1, Recipient: "r", Amount: coin, Note: "n"},
		&types.MsgObjectSpend{Holder: "a", SpendId: 1},
		&types.MsgExecuteSpend{Sender: "a", SpendId: 1},
		&types.MsgUpdateParams{Authority: "a", Params: types.DefaultParams()},
	}
}

// TestAminoJSON: a hardware wallet signs what the legacy codec writes, the node checks what the proto options say; both
// must be the same bytes.
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

		var named struct {
			Type string `json:"type"`
		}
		require.NoError(t, codec.NewLegacyAmino().UnmarshalJSON(want, &named))
		require.Less(t, len(named.Type), 40, "hardware wallets show at most 39 characters")
	}
	service, err := gogoproto.HybridResolver.FindDescriptorByName("imod.imo.v1.Msg")
	require.NoError(t, err)
	methods := service.(protoreflect.ServiceDescriptor).Methods()
	require.Len(t, seen, methods.Len(), "a message is missing here")
	registry := codectypes.NewInterfaceRegistry()
	types.RegisterInterfaces(registry)
	for name := range seen {
		_, err := registry.Resolve("/" + name)
		require.NoError(t, err)
	}
}
