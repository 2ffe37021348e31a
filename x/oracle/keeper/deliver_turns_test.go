package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

func TestTurnsAndPremium(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	alice := f.Account("alice")
	server := keeper.NewMsgServer(f.Keeper)
	couriers := make([]sdk.AccAddress, 3)
	for i, v := range f.Validators {
		couriers[i] = fixture.Address("courier " + string(rune('a'+i)))
		_, err := server.SetCourier(f.Ctx, &types.MsgSetCourier{Operator: sdk.AccAddress(v.Address[:]).String(), Courier: couriers[i].String()})
		require.NoError(t, err)
	}
	r := askCallback(t, f, alice, 7)
	finalize(t, f, r)
	ready := f.Ctx.BlockHeight()
	query := keeper.NewQueryServer(f.Keeper)
	for height := ready; height < ready+40; height++ {
		f.At(height)
		turn := int((height - ready) / 3)
		cb := callbackOf(t, f, r.Id)
		require.Equal(t, cb.Premium.MulRaw(int64(min(turn, 10)+1)), cb.PremiumAt(cb.Turn(height)))
		for i, courier := range append(couriers, fixture.Address("stranger")) {
			branch, _ := f.Ctx.CacheContext()
			d := delivery(r, fixture.Output(7))
			d.Courier = courier
			h, err := f.Keeper.HandOver(branch, d, purse)
			if turn >= 10 || i == (int(r.Id)+turn)%3 {
				require.NoError(t, err)
				require.Equal(t, cb.PremiumAt(uint32(turn)), h.Premium)
			} else {
				require.ErrorIs(t, err, types.ErrNotInTurn, "turn %d, courier %d", turn, i)
			}
		}
		f.At(height - 1) // the query answers for the block after
		res, err := query.Callback(f.Ctx, &types.QueryCallbackRequest{Id: r.Id})
		require.NoError(t, err)
		if turn < 10 {
			require.Equal(t, couriers[(int(r.Id)+turn)%3].String(), res.Courier)
		} else {
			require.Empty(t, res.Courier)
		}
		require.Equal(t, cb.PremiumAt(uint32(turn)), res.Premium.Amount)
	}
	// The turn of a validator that is not bonded any more is anyone's.
	f.At(ready)
	f.Staking.Unbond(f.Validators[int(r.Id)%3].Address[:])
	_, err := f.Keeper.HandOver(f.Ctx, delivery(r, fixture.Output(7)), purse)
	require.NoError(t, err)
}

func TestSetCourier(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	server, query := keeper.NewMsgServer(f.Keeper), keeper.NewQueryServer(f.Keeper)
	operator := func(i int) string { return sdk.AccAddress(f.Validators[i].Address[:]).String() }
	list := func() (out []string) {
		res, err := query.Couriers(f.Ctx, &types.QueryCouriersRequest{})
		require.NoError(t, err)
		for _, c := range res.Couriers {
			out = append(out, c.Courier)
		}
		return out
	}
	a, b, c, d := fixture.Address("a").String(), fixture.Address("b").String(), fixture.Address("c").String(), fixture.Address("d").String()
	set := func(i int, courier string) error {
		_, err := server.SetCourier(f.Ctx, &types.MsgSetCourier{Operator: operator(i), Courier: courier})
		return err
	}
	require.NoError(t, set(0, a))
	require.NoError(t, set(1, b))
	require.NoError(t, set(2, c))
	require.NoError(t, set(1, d))
	require.Equal(t, []string{a, d, c}, list())
	require.NoError(t, set(0, ""))
	require.Equal(t, []string{c, d}, list())
	require.ErrorIs(t, set(0, ""), types.ErrNotValidator)
	require.NoError(t, set(2, ""))
	require.NoError(t, set(1, ""))
	require.Empty(t, list())
	require.NoError(t, set(0, a))
	_, err := server.SetCourier(f.Ctx, &types.MsgSetCourier{Operator: a, Courier: b})
	require.ErrorIs(t, err, types.ErrNotValidator)
	require.ErrorIs(t, set(1, types.EscrowAddress().String()), types.ErrInvalidAccount)
	f.Staking.Unbond(f.Validators[2].Address[:])
	require.ErrorIs(t, set(2, c), types.ErrNotValidator)
}
