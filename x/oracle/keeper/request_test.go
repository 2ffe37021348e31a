package keeper_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/merkle"
	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

const (
	workFee  = 1_000_000 * 100_000_000   // work units x unit price
	inputFee = 4 * 10_000_000_000_000    // four bytes of input
	fee      = workFee + inputFee        // network fee of the fixture's requests
	storeFee = 4096 * 10_000_000_000_000 // an output of up to 4096 bytes
	start    = 1_000_000_000_000_000_000 // what an account has
)

func aimo(amount int64) sdk.Coin { return sdk.NewInt64Coin(types.FeeDenom, amount) }

func TestCreateRequestEscrowsNetworkFeeAndPrice(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	alice := f.Account("alice")

	r := f.Ask(alice, 1, 42)
	require.Equal(t, uint64(1), r.Id)
	require.Equal(t, aimo(fee), r.NetworkFee)
	require.Equal(t, aimo(1000), r.ModelPrice)
	require.Equal(t, int64(70), r.DeadlineHeight)
	root := merkle.BytesRoot(fixture.Input)
	require.Equal(t, root[:], r.InputRoot)
	require.Equal(t, r, f.Get(1))
	require.Equal(t, aimo(start-fee-1000), f.Bank.GetBalance(f.Ctx, alice, types.FeeDenom))

	priced := f.Ask(alice, 3, 1)
	require.Equal(t, sdk.NewInt64Coin("usdc", 500), priced.ModelPrice)
	in := fixture.Request(alice, 2, 7)
	in.StoreOutput = true
	stored, err := f.Keeper.CreateRequest(f.Ctx, in)
	require.NoError(t, err)
	require.Equal(t, aimo(fee+storeFee), stored.NetworkFee)
	require.True(t, stored.ModelPrice.IsZero())
	f.CheckMoney()

	events := f.Ctx.EventManager().Events()
	require.Contains(t, fmt.Sprint(events), "EventRequestCreated")
}

func TestCreateRequestRefuses(t *testing.T) {
	cases := []struct {
		name  string
		edit  func(*fixture.Fixture, *types.NewRequest)
		wants error
	}{
		{"unknown model", func(_ *fixture.Fixture, in *types.NewRequest) { in.ModelID = 9 }, imotypes.ErrModelNotFound},
		{"unknown version", func(_ *fixture.Fixture, in *types.NewRequest) { in.Version = 2 }, imotypes.ErrModelNotFound},
		{"input too long for the model", func(_ *fixture.Fixture, in *types.NewRequest) { in.Input = make([]byte, 5) }, types.ErrInvalidInput},
		{"input too long for the chain", func(_ *fixture.Fixture, in *types.NewRequest) { in.Input = make([]byte, 1<<17) }, types.ErrInputTooLong},
		{"input too short", func(_ *fixture.Fixture, in *types.NewRequest) { in.Input = nil }, types.ErrInvalidInput},
		{"fee one below", func(_ *fixture.Fixture, in *types.NewRequest) { in.MaxFee = sdk.NewCoins(aimo(fee + 999)) }, types.ErrFeeAboveMax},
		{"no maximum", func(_ *fixture.Fixture, in *types.NewRequest) { in.MaxFee = nil }, types.ErrFeeAboveMax},
		{"maximum is malformed", func(_ *fixture.Fixture, in *types.NewRequest) {
			in.MaxFee = sdk.Coins{{Denom: "x", Amount: math.NewInt(-1)}}
		}, types.ErrInvalidRequest},
		{"requester of 32 bytes", func(_ *fixture.Fixture, in *types.NewRequest) { in.Requester = make([]byte, 32) }, types.ErrInvalidAccount},
		{"requester of no bytes", func(_ *fixture.Fixture, in *types.NewRequest) { in.Requester = nil }, types.ErrInvalidAccount},
		{"requester is zero", func(_ *fixture.Fixture, in *types.NewRequest) { in.Requester = make([]byte, 20) }, types.ErrInvalidAccount},
		{"requester is the escrow", func(_ *fixture.Fixture, in *types.NewRequest) { in.Requester = types.EscrowAddress() }, types.ErrInvalidAccount},
		{"requester is blocked", func(f *fixture.Fixture, in *types.NewRequest) { f.Bank.Blocked[string(in.Requester)] = true }, types.ErrInvalidAccount},
		{"payer of 32 bytes", func(_ *fixture.Fixture, in *types.NewRequest) { in.Payer = make([]byte, 32) }, types.ErrInvalidAccount},
		{"payer cannot pay", func(_ *fixture.Fixture, in *types.NewRequest) { in.Payer = fixture.Address("pauper") }, nil},
		{"origin too long", func(_ *fixture.Fixture, in *types.NewRequest) { in.Origin = strings.Repeat("x", 65) }, types.ErrInvalidRequest},
		{"origin is no text", func(_ *fixture.Fixture, in *types.NewRequest) { in.Origin = "\xff" }, types.ErrInvalidRequest},
		{"price above 2^120", func(f *fixture.Fixture, in *types.NewRequest) {
			v := f.Models.Versions[1]
			v.Price = sdk.NewCoin("aimo", types.MaxAmount().AddRaw(1))
			f.Models.Versions[1] = v
		}, types.ErrAmountTooLarge},
		{"output too large to store", func(f *fixture.Fixture, in *types.NewRequest) {
			f.Models.Versions[1] = fixture.Version(f, 1, 65<<10, aimo(0))
			in.StoreOutput = true
		}, types.ErrOutputTooLarge},
		{"manifest is broken", func(f *fixture.Fixture, in *types.NewRequest) {
			v := f.Models.Versions[1]
			v.Manifest = v.Manifest[1:]
			f.Models.Versions[1] = v
		}, types.ErrInvalidState},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			f := fixture.New(t, 10)
			alice := f.Account("alice")
			in := fixture.Request(alice, 1, 1)
			tc.edit(f, &in)
			branch, _ := f.Ctx.CacheContext()
			_, err := f.Keeper.CreateRequest(branch, in)
			require.Error(t, err)
			if tc.wants != nil {
				require.ErrorIs(t, err, tc.wants)
				// Everything but the payment is checked before the first write.
				_, err = f.Keeper.Request(branch, 1)
				require.ErrorIs(t, err, types.ErrRequestNotFound)
				require.True(t, f.Bank.All(branch, types.EscrowAddress()).IsZero())
			}
			f.CheckMoney()
		})
	}
}

func TestOpenWorkIsCapped(t *testing.T) {
	f := fixture.New(t, 10)
	alice := f.Account("alice")
	params := types.DefaultParams()
	params.MaxOpenRequests, params.MaxOpenWorkUnits = 3, 2_500_000
	f.SetParams(params)
	f.Ask(alice, 1, 1)
	f.Ask(alice, 1, 2)
	_, err := f.Keeper.CreateRequest(f.Ctx, fixture.Request(alice, 1, 3))
	require.ErrorIs(t, err, types.ErrTooManyOpen)
	require.ErrorContains(t, err, "2000000 work units are open")

	params.MaxOpenRequests, params.MaxOpenWorkUnits = 2, 1<<40
	f.SetParams(params)
	_, err = f.Keeper.CreateRequest(f.Ctx, fixture.Request(alice, 1, 3))
	require.ErrorIs(t, err, types.ErrTooManyOpen)
	require.ErrorContains(t, err, "2 requests are open, at most 2")
	f.CheckMoney()
}

// TestPaymentCountedOnce: n requests in one transaction cost n times the fee.
func TestPaymentCountedOnce(t *testing.T) {
	f := fixture.New(t, 10)
	alice := f.Account("alice")
	for i := range 20 {
		f.Ask(alice, 1, uint64(i))
	}
	require.Equal(t, aimo(20*(fee+1000)), f.Bank.GetBalance(f.Ctx, types.EscrowAddress(), types.FeeDenom))
	f.CheckMoney()
}

// TestParamChangeMidway: what a request paid and may do was settled when it was made.
func TestParamChangeMidway(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	alice := f.Account("alice")
	r := f.Ask(alice, 1, 1)
	f.SetParams(types.Params{
		UnitPrice: math.ZeroInt(), BytePrice: math.ZeroInt(), ProposerBps: 1000, MaxOpenRequests: 1, MaxOpenWorkUnits: 1,
		MaxOpenProofs: 1, MaxProofBytes: 1, MaxProofWorkUnits: 1, ProofOpenBlocks: 2, CustodyEpochBlocks: 50, CustodyCommitBlocks: 2,
		MaxOpenCustodies: 1, CustodyOpenings: 1, MaxInputBytes: 1, MaxStoredBytes: 1024, RequestBlocks: 3, ProofBlocks: 3, PayoutBlocks: 1, PerformanceBlocks: 10,
		MaxCallbackGas: 21_000, CallbackGasPrice: math.ZeroInt(), CallbackPremium: math.ZeroInt(), CallbackBlocks: 100, MaxBatch: 1,
		BeaconDelayBlocks: 2, BeaconStaleBlocks: 1, RetentionBlocks: 1000, Optimistic: types.DefaultOptimisticParams(),
	})
	v := f.Models.Versions[1]
	v.Price = aimo(77)
	f.Models.Versions[1] = v
	f.At(70) // the old deadline
	result := fixture.Result(r)
	require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, 0, 1, 2), r, result)))
	got := f.Get(1)
	require.True(t, got.Final())
	require.Equal(t, aimo(1000), f.Bank.GetBalance(f.Ctx, f.Models.Pool(1), types.FeeDenom))
	require.Equal(t, uint32(200), got.ProposerBps)
	f.CheckMoney()
}

// TestGifts: coins sent to the escrow by a stranger change nothing.
func TestGifts(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	alice := f.Account("alice")
	before, err := f.Keeper.Owed(f.Ctx)
	require.NoError(t, err)
	f.Bank.Mint(f.Ctx, types.EscrowAddress(), aimo(12345))
	f.Bank.Mint(f.Ctx, types.EscrowAddress(), sdk.NewInt64Coin("junk", 5))
	after, err := f.Keeper.Owed(f.Ctx)
	require.NoError(t, err)
	require.Equal(t, before, after)

	r := f.Ask(alice, 1, 1)
	f.At(71)
	require.NoError(t, f.Keeper.EndBlock(f.Ctx))
	require.Equal(t, types.RequestStatus_REQUEST_STATUS_EXPIRED, f.Get(r.Id).Status)
	require.Equal(t, aimo(start), f.Bank.GetBalance(f.Ctx, alice, types.FeeDenom))
	require.Equal(t, "12345aimo,5junk", f.Bank.All(f.Ctx, types.EscrowAddress()).String())
}

func TestEstimateFeeIsWhatARequestPays(t *testing.T) {
	f := fixture.New(t, 10)
	alice := f.Account("alice")
	for _, store := range []bool{false, true} {
		for model := uint64(1); model <= 3; model++ {
			network, price, err := f.Keeper.EstimateFee(f.Ctx, model, 0, 4, store)
			require.NoError(t, err)
			in := fixture.Request(alice, model, 1)
			in.StoreOutput = store
			in.MaxFee = sdk.NewCoins(network).Add(price)
			r, err := f.Keeper.CreateRequest(f.Ctx, in)
			require.NoError(t, err)
			require.Equal(t, network, r.NetworkFee)
			require.Equal(t, price, r.ModelPrice)
		}
	}
	network, price, _, err := f.Keeper.EstimateLargestFee(f.Ctx, 1, 0, 1)
	require.NoError(t, err)
	require.Equal(t, aimo(fee), network, "four bytes are the most that model 1 takes")
	require.Equal(t, aimo(1000), price)
	_, _, _, err = f.Keeper.EstimateLargestFee(f.Ctx, 9, 0, 1)
	require.ErrorIs(t, err, imotypes.ErrModelNotFound)
	_, _, err = f.Keeper.EstimateFee(f.Ctx, 1, 0, 5, false)
	require.ErrorIs(t, err, types.ErrInputTooLong)
	_, _, err = f.Keeper.EstimateFee(f.Ctx, 1, 0, 1<<63, false)
	require.ErrorIs(t, err, types.ErrInputTooLong)
}

func TestDeliver(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	alice := f.Account("alice")
	r := f.Ask(alice, 1, 7)
	output := fixture.Output(7)
	require.ErrorIs(t, f.Keeper.Deliver(f.Ctx, 5, output), types.ErrRequestNotFound)
	require.ErrorIs(t, f.Keeper.Deliver(f.Ctx, r.Id, output), types.ErrNotFinal)
	result := fixture.Result(r)
	require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, 0, 1, 2), r, result)))

	require.ErrorIs(t, f.Keeper.Deliver(f.Ctx, r.Id, []byte{1, 2, 3, 4}), types.ErrOutputMismatch)
	require.ErrorIs(t, f.Keeper.Deliver(f.Ctx, r.Id, make([]byte, 5)), types.ErrOutputTooLarge)
	require.ErrorIs(t, f.Keeper.Deliver(f.Ctx, r.Id, make([]byte, 2000)), types.ErrOutputNotPaid)
	require.ErrorIs(t, f.Keeper.Deliver(f.Ctx, r.Id, nil), types.ErrOutputMismatch)
	before := f.Ctx.GasMeter().GasConsumed()
	require.NoError(t, f.Keeper.Deliver(f.Ctx, r.Id, output))
	require.Greater(t, f.Ctx.GasMeter().GasConsumed(), before)
	require.Equal(t, output, f.Get(r.Id).Output)
	require.NoError(t, f.Keeper.Deliver(f.Ctx, r.Id, output), "twice is the same as once")
	require.NoError(t, keeper.CheckOutput(f.Ctx, f.Get(r.Id), output))
}

func TestMessages(t *testing.T) {
	f := fixture.New(t, 10)
	alice := f.Account("alice")
	server := keeper.NewMsgServer(f.Keeper)

	resp, err := server.RequestInference(f.Ctx, &types.MsgRequestInference{
		Requester: alice.String(), ModelId: 1, Input: fixture.Input, Seed: 5, MaxFee: sdk.NewCoins(aimo(fee + 1000)),
	})
	require.NoError(t, err)
	require.Equal(t, &types.MsgRequestInferenceResponse{RequestId: 1, DeadlineHeight: 70}, resp)
	require.Equal(t, "message", f.Get(1).Origin)
	_, err = server.RequestInference(f.Ctx, &types.MsgRequestInference{Requester: "nobody"})
	require.ErrorIs(t, err, types.ErrInvalidAccount)
	_, err = server.DeliverOutput(f.Ctx, &types.MsgDeliverOutput{Sender: alice.String(), RequestId: 1})
	require.ErrorIs(t, err, types.ErrNotFinal)
	_, err = server.ClaimRefund(f.Ctx, &types.MsgClaimRefund{Sender: alice.String(), Owner: alice.String()})
	require.ErrorIs(t, err, types.ErrNothingToClaim)

	params := types.DefaultParams()
	params.RequestBlocks = 9
	_, err = server.UpdateParams(f.Ctx, &types.MsgUpdateParams{Authority: alice.String(), Params: params})
	require.Error(t, err)
	_, err = server.UpdateParams(f.Ctx, &types.MsgUpdateParams{Authority: fixture.Authority, Params: params})
	require.NoError(t, err)
	got, err := f.Keeper.Params(f.Ctx)
	require.NoError(t, err)
	require.Equal(t, params, got)
	params.RequestBlocks = 2
	_, err = server.UpdateParams(f.Ctx, &types.MsgUpdateParams{Authority: fixture.Authority, Params: params})
	require.ErrorIs(t, err, types.ErrInvalidParams)
}
