package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

var purse = fixture.Address("purse")

const callGas = 100_000

// withCallback returns a request with a callback to a contract.
func withCallback(f *fixture.Fixture, who sdk.AccAddress, seed uint64) types.NewRequest {
	contract := fixture.Address("contract")
	f.Code[string(contract)] = true
	in := fixture.Request(who, 1, seed)
	in.Callback = &types.NewCallback{Contract: contract, Gas: callGas, Data: []byte("data")}
	return in
}

func askCallback(t *testing.T, f *fixture.Fixture, who sdk.AccAddress, seed uint64) types.Request {
	t.Helper()
	r, err := f.Keeper.CreateRequest(f.Ctx, withCallback(f, who, seed))
	require.NoError(t, err)
	return r
}

// finalize makes a request final in the block of the context.
func finalize(t *testing.T, f *fixture.Fixture, r types.Request) {
	t.Helper()
	r = f.Get(r.Id)
	result := fixture.Result(r)
	require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, 0, 1, 2), r, result)))
	require.True(t, f.Get(r.Id).Final())
}

func delivery(r types.Request, output []byte) types.Delivery {
	return types.Delivery{
		RequestID: r.Id, Output: output, Courier: fixture.Address("courier"), Direct: true,
		GasLeft: 10_000_000, GasPrice: math.NewInt(1_000_000_000),
	}
}

func callbackOf(t *testing.T, f *fixture.Fixture, id uint64) types.Callback {
	t.Helper()
	cb, err := f.Keeper.Callback(f.Ctx, id)
	require.NoError(t, err)
	return cb
}

func TestCallbackIsPrepaid(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	alice := f.Account("alice")
	params := types.DefaultParams()
	r := askCallback(t, f, alice, 7)
	cb := callbackOf(t, f, r.Id)
	gas := types.PaidGas(callGas, types.DeliverySize{Items: 1, InputBytes: 4, OutputBytes: 4, StoredBytes: 4, DataBytes: 4})
	require.Equal(t, types.Callback{
		RequestId: 1, Count: 1, Requester: alice.String(), Contract: fixture.Address("contract").String(), Gas: callGas, Data: []byte("data"),
		PaidGas: gas, GasMoney: params.CallbackGasPrice.Mul(math.NewIntFromUint64(gas)), Premium: params.CallbackPremium,
		LifeBlocks: params.CallbackBlocks, Status: types.CallbackStatus_CALLBACK_STATUS_WAITING, Open: 1,
	}, cb)
	require.Equal(t, params.CallbackGasPrice, cb.GasPrice())
	require.Equal(t, params.CallbackPremium.MulRaw(11), cb.PremiumAt(99))
	require.Equal(t, aimo(fee).AddAmount(params.BytePrice.MulRaw(4)), r.NetworkFee, "the data is paid for like the input")
	held := r.Fee().Add(cb.Money())
	require.Equal(t, held, f.Bank.All(f.Ctx, types.EscrowAddress()))
	f.CheckMoney()

	// What the query estimates is exactly what is taken.
	est, err := keeper.NewQueryServer(f.Keeper).EstimateFee(f.Ctx, &types.QueryEstimateFeeRequest{
		ModelId: 1, InputBytes: 4, CallbackGas: callGas, CallbackDataBytes: 4,
	})
	require.NoError(t, err)
	in := withCallback(f, alice, 8)
	in.MaxFee = sdk.NewCoins(est.NetworkFee).Add(est.ModelPrice).Add(est.Callback)
	_, err = f.Keeper.CreateRequest(f.Ctx, in)
	require.NoError(t, err)
	in.MaxFee = in.MaxFee.Sub(aimo(1))
	_, err = f.Keeper.CreateRequest(f.Ctx, in)
	require.ErrorIs(t, err, types.ErrFeeAboveMax)

	// What the contract estimates suffices for the longest of everything.
	network, price, callback, err := f.Keeper.EstimateLargestFee(f.Ctx, 1, callGas, 1)
	require.NoError(t, err)
	in.Callback.Data = make([]byte, params.MaxCallbackDataBytes)
	in.MaxFee = sdk.NewCoins(network).Add(price).Add(callback)
	_, err = f.Keeper.CreateRequest(f.Ctx, in)
	require.NoError(t, err)
	f.CheckMoney()
}

func TestCallbackRefused(t *testing.T) {
	for name, edit := range map[string]func(*fixture.Fixture, *types.NewCallback){
		"a person":       func(f *fixture.Fixture, c *types.NewCallback) { f.Code[string(c.Contract)] = false },
		"32 bytes":       func(f *fixture.Fixture, c *types.NewCallback) { c.Contract = make([]byte, 32) },
		"no gas":         func(_ *fixture.Fixture, c *types.NewCallback) { c.Gas = 0 },
		"too much gas":   func(_ *fixture.Fixture, c *types.NewCallback) { c.Gas = types.DefaultParams().MaxCallbackGas + 1 },
		"too much data":  func(_ *fixture.Fixture, c *types.NewCallback) { c.Data = make([]byte, 1025) },
		"gas overflows":  func(_ *fixture.Fixture, c *types.NewCallback) { c.Gas = 1<<64 - 1 },
		"nobody to tell": func(f *fixture.Fixture, _ *types.NewCallback) { f.Keeper.SetCodeKeeper(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			f := fixture.New(t, 10)
			in := withCallback(f, f.Account("alice"), 1)
			edit(f, in.Callback)
			_, err := f.Keeper.CreateRequest(f.Ctx, in)
			require.ErrorIs(t, err, types.ErrInvalidCallback)
			require.True(t, f.Bank.All(f.Ctx, types.EscrowAddress()).IsZero())
		})
	}
}

func TestHandOver(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	r := askCallback(t, f, f.Account("alice"), 7)
	output := fixture.Output(7)
	_, err := f.Keeper.HandOver(f.Ctx, delivery(r, output), purse)
	require.ErrorIs(t, err, types.ErrNotFinal)
	finalize(t, f, r)
	cb := callbackOf(t, f, r.Id)
	require.Equal(t, types.CallbackStatus_CALLBACK_STATUS_READY, cb.Status)

	for name, tc := range map[string]struct {
		edit func(*types.Delivery)
		want error
	}{
		"not direct":      {func(d *types.Delivery) { d.Direct = false }, types.ErrNotDirect},
		"one gas too few": {func(d *types.Delivery) { d.GasLeft = types.CallGas(callGas) + types.DeliveryMargin - 1 }, types.ErrDeliveryGas},
		"wrong bytes":     {func(d *types.Delivery) { d.Output = []byte{1} }, types.ErrOutputMismatch},
		"no bytes":        {func(d *types.Delivery) { d.Output = nil }, types.ErrOutputMismatch},
		"unknown":         {func(d *types.Delivery) { d.RequestID = 9 }, types.ErrRequestNotFound},
	} {
		d := delivery(r, output)
		tc.edit(&d)
		_, err := f.Keeper.HandOver(f.Ctx, d, purse)
		require.ErrorIs(t, err, tc.want, name)
		require.Equal(t, cb, callbackOf(t, f, r.Id), name)
	}

	exact := delivery(r, output)
	exact.GasLeft = types.CallGas(callGas) + types.DeliveryMargin
	h, err := f.Keeper.HandOver(f.Ctx, exact, purse)
	require.NoError(t, err)
	require.True(t, h.Call)
	require.True(t, h.Pay)
	require.Equal(t, cb.Premium, h.Premium)
	require.Equal(t, exact.GasPrice, h.GasPrice, "no more than the transaction pays")
	require.Equal(t, sdk.NewCoins(cb.Money()), f.Bank.All(f.Ctx, purse), "all of its money, once")
	require.Equal(t, output, f.Get(r.Id).Output, "a receiver that fails reads it")
	got := callbackOf(t, f, r.Id)
	require.Equal(t, types.CallbackStatus_CALLBACK_STATUS_DELIVERED, got.Status)
	require.Equal(t, fixture.Address("courier").String(), got.Courier)
	_, err = f.Keeper.HandOver(f.Ctx, exact, purse)
	require.ErrorIs(t, err, types.ErrCallbackClosed)
	f.CheckMoney()
}

func TestHandOverToNobody(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	r := askCallback(t, f, f.Account("alice"), 7)
	finalize(t, f, r)
	f.Code[string(fixture.Address("contract"))] = false // it destroyed itself
	h, err := f.Keeper.HandOver(f.Ctx, delivery(r, fixture.Output(7)), purse)
	require.NoError(t, err)
	require.False(t, h.Call)
	require.True(t, h.Pay, "the courier could not know")
	require.Equal(t, types.CallbackStatus_CALLBACK_STATUS_FAILED, callbackOf(t, f, r.Id).Status)
	f.CheckMoney()
}

func TestExpiredCallback(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	alice := f.Account("alice")
	r := askCallback(t, f, alice, 7)
	money := callbackOf(t, f, r.Id).Money()
	f.At(r.DeadlineHeight)
	f.Next()
	require.Equal(t, types.RequestStatus_REQUEST_STATUS_EXPIRED, f.Get(r.Id).Status)
	require.Equal(t, sdk.NewCoins(money), f.Bank.All(f.Ctx, types.EscrowAddress()), "the fees went back, the callback is still due")
	_, err := f.Keeper.HandOver(f.Ctx, delivery(r, fixture.Output(7)), purse)
	require.ErrorIs(t, err, types.ErrOutputMismatch)
	h, err := f.Keeper.HandOver(f.Ctx, delivery(r, nil), purse)
	require.NoError(t, err)
	require.True(t, h.Callback.Expired)
	f.CheckMoney()
}

func TestCallbackLapses(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	alice := f.Account("alice")
	r := askCallback(t, f, alice, 7)
	finalize(t, f, r)
	cb := callbackOf(t, f, r.Id)
	before := f.Bank.GetBalance(f.Ctx, alice, types.FeeDenom)
	f.At(cb.LapseHeight - 1)
	f.Next()
	require.Equal(t, types.CallbackStatus_CALLBACK_STATUS_READY, callbackOf(t, f, r.Id).Status)
	f.Bank.Refusing[string(alice)] = true
	f.Next()
	require.Equal(t, types.CallbackStatus_CALLBACK_STATUS_LAPSED, callbackOf(t, f, r.Id).Status)
	f.CheckMoney()
	f.Bank.Refusing[string(alice)] = false
	_, err := f.Keeper.ClaimRefund(f.Ctx, alice)
	require.NoError(t, err)
	require.Equal(t, before.Add(cb.Money()), f.Bank.GetBalance(f.Ctx, alice, types.FeeDenom))
	_, err = f.Keeper.HandOver(f.Ctx, delivery(r, fixture.Output(7)), purse)
	require.ErrorIs(t, err, types.ErrCallbackClosed)
	f.CheckMoney()
}

// TestLapseIsBounded: a backlog is worked off, some in each block.
func TestLapseIsBounded(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	alice := f.Account("alice")
	const count = 120
	for i := range count {
		finalize(t, f, askCallback(t, f, alice, uint64(i)))
	}
	f.At(callbackOf(t, f, 1).LapseHeight)
	for blocks := 1; ; blocks++ {
		f.Next()
		lapsed := 0
		for id := range uint64(count) {
			if callbackOf(t, f, id+1).Status == types.CallbackStatus_CALLBACK_STATUS_LAPSED {
				lapsed++
			}
		}
		require.Equal(t, min(count, blocks*50), lapsed)
		f.CheckMoney()
		if lapsed == count {
			return
		}
	}
}

func TestTopUp(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	alice, bob := f.Account("alice"), f.Account("bob")
	r := askCallback(t, f, alice, 7)
	cb := callbackOf(t, f, r.Id)
	server := keeper.NewMsgServer(f.Keeper)
	add := sdk.NewCoin(types.FeeDenom, math.NewIntFromUint64(cb.PaidGas).MulRaw(5))
	res, err := server.TopUpCallback(f.Ctx, &types.MsgTopUpCallback{Sender: bob.String(), RequestId: r.Id, Amount: add})
	require.NoError(t, err)
	require.Equal(t, cb.GasPrice().AddRaw(5), res.GasPrice)
	f.CheckMoney()
	for name, tc := range map[string]struct {
		amount sdk.Coin
		want   error
	}{
		"dust":          {aimo(int64(cb.PaidGas) - 1), types.ErrInvalidCallback},
		"another denom": {sdk.NewInt64Coin("usdc", 1_000_000), types.ErrInvalidCallback},
		"nothing":       {aimo(0), types.ErrInvalidCallback},
		"no amount":     {sdk.Coin{Denom: types.FeeDenom}, types.ErrInvalidCallback},
		"too much":      {sdk.NewCoin(types.FeeDenom, types.MaxAmount()), types.ErrAmountTooLarge},
	} {
		_, err := server.TopUpCallback(f.Ctx, &types.MsgTopUpCallback{Sender: bob.String(), RequestId: r.Id, Amount: tc.amount})
		require.ErrorIs(t, err, tc.want, name)
	}
	plain := f.Ask(alice, 1, 1)
	_, err = server.TopUpCallback(f.Ctx, &types.MsgTopUpCallback{Sender: bob.String(), RequestId: plain.Id, Amount: add})
	require.ErrorIs(t, err, types.ErrCallbackNotFound)
	finalize(t, f, r)
	_, err = f.Keeper.HandOver(f.Ctx, delivery(r, fixture.Output(7)), purse)
	require.NoError(t, err)
	_, err = server.TopUpCallback(f.Ctx, &types.MsgTopUpCallback{Sender: bob.String(), RequestId: r.Id, Amount: add})
	require.ErrorIs(t, err, types.ErrCallbackClosed)
	f.CheckMoney()
}

func TestCallbacksQuery(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	alice := f.Account("alice")
	query := keeper.NewQueryServer(f.Keeper)
	for i := range 5 {
		finalize(t, f, askCallback(t, f, alice, uint64(i)))
		f.Next()
	}
	askCallback(t, f, alice, 99) // waits
	var ids []uint64
	var key []byte
	for {
		res, err := query.Callbacks(f.Ctx, &types.QueryCallbacksRequest{Pagination: page(key, 2)})
		require.NoError(t, err)
		for _, cb := range res.Callbacks {
			ids = append(ids, cb.Callback.RequestId)
		}
		if key = res.Pagination.NextKey; key == nil {
			break
		}
	}
	require.Equal(t, []uint64{1, 2, 3, 4, 5}, ids)
	_, err := query.Callbacks(f.Ctx, &types.QueryCallbacksRequest{Pagination: page([]byte{1}, 2)})
	require.Error(t, err)
	plain := f.Ask(alice, 1, 100)
	_, err = query.Callback(f.Ctx, &types.QueryCallbackRequest{Id: plain.Id})
	require.ErrorContains(t, err, "no callback")
}

// TestCallbackGenesis: an export in the middle of everything goes on after import.
func TestCallbackGenesis(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	alice := f.Account("alice")
	require.NoError(t, f.Keeper.SetCourier(f.Ctx, sdk.AccAddress(f.Validators[0].Address[:]), fixture.Address("courier")))
	reveal(t, f)
	ready := askCallback(t, f, alice, 7)
	finalize(t, f, ready)
	waiting := askCallback(t, f, alice, 8)
	in := withCallback(f, alice, 0)
	in.SeedKind = types.SeedKind_SEED_KIND_MONEY
	unseeded, err := f.Keeper.CreateRequest(f.Ctx, in)
	require.NoError(t, err)
	require.NoError(t, f.Keeper.EndBlock(f.Ctx))

	g, err := f.Keeper.ExportGenesis(f.Ctx)
	require.NoError(t, err)
	require.NoError(t, g.Validate())
	other := f.Import(g)
	again, err := other.Keeper.ExportGenesis(other.Ctx)
	require.NoError(t, err)
	require.Equal(t, g, again)
	_, err = other.Keeper.HandOver(other.Ctx, delivery(ready, fixture.Output(7)), purse)
	require.NoError(t, err)
	other.At(other.Ctx.BlockHeight() + 1)
	finalize(t, other, waiting)
	other.Next()
	require.Zero(t, other.Get(unseeded.Id).SeedHeight, "the seed is drawn on the new chain")
	finalize(t, other, unseeded)
	other.CheckMoney()

	for name, edit := range map[string]func(*types.GenesisState){
		"a callback is missing":   func(g *types.GenesisState) { g.Callbacks = g.Callbacks[:1] },
		"the same one twice":      func(g *types.GenesisState) { g.Callbacks = append(g.Callbacks, g.Callbacks[2]) },
		"of no request":           func(g *types.GenesisState) { g.Callbacks[0].RequestId = 99 },
		"waits for too many":      func(g *types.GenesisState) { g.Callbacks[1].Open = 2 },
		"ready while one is open": func(g *types.GenesisState) { g.Callbacks[1].Status = types.CallbackStatus_CALLBACK_STATUS_READY },
		"negative money":          func(g *types.GenesisState) { g.Callbacks[0].GasMoney = math.NewInt(-1) },
		"the same validator":      func(g *types.GenesisState) { g.Couriers = append(g.Couriers, g.Couriers[0]) },
		"a courier of nobody":     func(g *types.GenesisState) { g.Couriers[0].Validator = "x" },
		"a short tip":             func(g *types.GenesisState) { g.BeaconChains[0].Tip = []byte{1} },
		"a short mix":             func(g *types.GenesisState) { g.Beacon.Mix = []byte{1} },
	} {
		g, err := f.Keeper.ExportGenesis(f.Ctx)
		require.NoError(t, err)
		edit(g)
		require.Error(t, g.Validate(), name)
	}
}
