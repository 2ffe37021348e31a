package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/types"
	imotypes "github.com/imochain/imod/x/imo/types"
)

func TestTransfer(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id := f.finalToken(t, c, 1)
	require.NoError(t, f.k.Approve(f.ctx, f.alice, f.carol, c, id))
	f.list(t, c, id, coin(5))
	f.clearEvents()
	before := f.has(f.alice)

	_, err := f.msgs.Transfer(f.ctx, &types.MsgTransfer{
		Sender: f.text(f.alice), CollectionId: c, TokenId: id.String(), Recipient: f.text(f.bob),
	})
	require.NoError(t, err)
	require.Equal(t, before, f.has(f.alice), "a transfer moves no coins")
	owner, err := f.k.OwnerOf(f.ctx, c, id)
	require.NoError(t, err)
	require.Equal(t, f.bob, owner)
	approved, err := f.k.GetApproved(f.ctx, c, id)
	require.NoError(t, err)
	require.Nil(t, approved, "the approval is cleared")
	_, err = f.k.Listing(f.ctx, c, id)
	require.ErrorIs(t, err, types.ErrNotListed, "the offer ended")
	require.Len(t, events[*types.EventTokenUnlisted](t, f), 1)
	require.Equal(t, types.EventTokenTransferred{CollectionId: c, TokenId: id.String(), From: f.text(f.alice), To: f.text(f.bob)},
		*events[*types.EventTokenTransferred](t, f)[0])
	f.invariants(t)
}

func TestTransferToSelf(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	first, second := f.finalToken(t, c, 1), f.finalToken(t, c, 2)
	require.NoError(t, f.k.Approve(f.ctx, f.alice, f.bob, c, first))
	require.NoError(t, f.k.TransferFrom(f.ctx, f.alice, f.alice, f.alice, c, first))
	approved, err := f.k.GetApproved(f.ctx, c, first)
	require.NoError(t, err)
	require.Nil(t, approved)
	for i, want := range []types.TokenID{first, second} {
		got, err := f.k.TokenOfOwnerByIndex(f.ctx, c, f.alice, uint64(i))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	f.invariants(t)
}

func TestTransferRefuses(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id := f.finalToken(t, c, 1)
	pending := tokenID(t, f.mint(t, c, 2).TokenId)
	cases := map[string]struct {
		caller, from sdk.AccAddress
		id           types.TokenID
		want         error
	}{
		"fails: stranger":       {f.bob, f.alice, id, types.ErrNotApproved},
		"fails: wrong owner":    {f.alice, f.bob, id, types.ErrWrongOwner},
		"fails: pending":        {f.alice, f.alice, pending, types.ErrTokenPending},
		"fails: no such token":  {f.alice, f.alice, types.TokenID{1}, types.ErrTokenNotFound},
		"fails: 32-byte caller": {make([]byte, 32), f.alice, id, types.ErrNotApproved},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			refused(t, f, tc.want, func(ctx sdk.Context) error {
				return f.k.TransferFrom(ctx, tc.caller, tc.from, f.carol, c, tc.id)
			})
		})
	}
}

// TestRecipients: an account that could never act on what it receives is refused at
// every entry where one is named.
func TestRecipients(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id := f.finalToken(t, c, 1)
	f.list(t, c, id, coin(5))
	blocked := person(77)
	f.block(blocked)
	collection := types.CollectionAddress(8)
	bad := map[string]sdk.AccAddress{
		"blocked":     blocked,
		"zero":        make([]byte, 20),
		"precompile":  append(make([]byte, 18), 0x0a, 0x00),
		"model token": imotypes.TokenAddress(1),
		"collection":  collection[:],
		"own escrow":  types.EscrowAddress(c),
		"32 bytes":    make([]byte, 32),
		"19 bytes":    make([]byte, 19),
		"no bytes":    nil,
	}
	entries := map[string]func(ctx sdk.Context, to sdk.AccAddress) error{
		"transfer": func(ctx sdk.Context, to sdk.AccAddress) error {
			return f.k.TransferFrom(ctx, f.alice, f.alice, to, c, id)
		},
		"mint": func(ctx sdk.Context, to sdk.AccAddress) error {
			_, err := f.k.Mint(ctx, types.NewMint{Minter: to, Payer: f.alice, CollectionID: c, Seed: 9, MaxFee: sdk.NewCoins(coin(140))})
			return err
		},
		"mint from result": func(ctx sdk.Context, to sdk.AccAddress) error {
			_, err := f.k.MintFromResult(ctx, to, c, 1, nil)
			return err
		},
		"buy": func(ctx sdk.Context, to sdk.AccAddress) error { return f.k.Buy(ctx, to, c, id, coin(5)) },
		"withdraw": func(ctx sdk.Context, to sdk.AccAddress) error {
			_, err := f.k.Withdraw(ctx, f.alice, to, c)
			return err
		},
	}
	for entry, action := range entries {
		for name, to := range bad {
			t.Run(entry+" to "+name, func(t *testing.T) {
				refused(t, f, types.ErrInvalidRecipient, func(ctx sdk.Context) error { return action(ctx, to) })
			})
		}
	}
	// the message server refuses what is not 20 bytes one step earlier
	_, err := f.msgs.Transfer(f.ctx, &types.MsgTransfer{
		Sender: f.text(f.alice), CollectionId: c, TokenId: id.String(), Recipient: mustText(make([]byte, 32)),
	})
	require.ErrorIs(t, err, types.ErrInvalidAddress)
}

func TestApprove(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id := f.finalToken(t, c, 1)
	refused(t, f, types.ErrNotApproved, func(ctx sdk.Context) error { return f.k.Approve(ctx, f.bob, f.bob, c, id) })
	refused(t, f, types.ErrTokenNotFound, func(ctx sdk.Context) error { return f.k.Approve(ctx, f.alice, f.bob, c, types.TokenID{1}) })
	refused(t, f, types.ErrInvalidAddress, func(ctx sdk.Context) error {
		return f.k.Approve(ctx, f.alice, make([]byte, 32), c, id)
	})

	f.clearEvents()
	_, err := f.msgs.Approve(f.ctx, &types.MsgApprove{Sender: f.text(f.alice), CollectionId: c, TokenId: id.String(), Approved: f.text(f.bob)})
	require.NoError(t, err)
	require.Equal(t, types.EventTokenApproved{CollectionId: c, TokenId: id.String(), Owner: f.text(f.alice), Approved: f.text(f.bob)},
		*events[*types.EventTokenApproved](t, f)[0])
	approved, err := f.k.GetApproved(f.ctx, c, id)
	require.NoError(t, err)
	require.Equal(t, f.bob, approved)
	// an approved account may move the token but not approve others
	refused(t, f, types.ErrNotApproved, func(ctx sdk.Context) error { return f.k.Approve(ctx, f.bob, f.carol, c, id) })

	_, err = f.msgs.Approve(f.ctx, &types.MsgApprove{Sender: f.text(f.alice), CollectionId: c, TokenId: id.String()})
	require.NoError(t, err)
	refused(t, f, types.ErrNotApproved, func(ctx sdk.Context) error {
		return f.k.TransferFrom(ctx, f.bob, f.alice, f.bob, c, id)
	})
	require.NoError(t, f.k.Approve(f.ctx, f.alice, f.bob, c, id))
	_, err = f.msgs.Transfer(f.ctx, &types.MsgTransfer{
		Sender: f.text(f.bob), Owner: f.text(f.alice), CollectionId: c, TokenId: id.String(), Recipient: f.text(f.carol),
	})
	require.NoError(t, err)
	refused(t, f, types.ErrNotApproved, func(ctx sdk.Context) error {
		return f.k.TransferFrom(ctx, f.bob, f.carol, f.bob, c, id)
	})
	f.invariants(t)
}

func TestSetApprovalForAll(t *testing.T) {
	f := newFixture(t)
	c, other := f.createCollection(t, nil), f.createCollection(t, nil)
	id, elsewhere := f.finalToken(t, c, 1), f.finalToken(t, other, 1)
	set := func(ctx sdk.Context, approved bool) error {
		_, err := f.msgs.SetApprovalForAll(ctx, &types.MsgSetApprovalForAll{
			Owner: f.text(f.alice), CollectionId: c, Operator: f.text(f.bob), Approved: approved,
		})
		return err
	}
	f.clearEvents()
	require.NoError(t, set(f.ctx, true))
	require.Equal(t, types.EventOperatorSet{CollectionId: c, Owner: f.text(f.alice), Operator: f.text(f.bob), Approved: true},
		*events[*types.EventOperatorSet](t, f)[0])
	ok, err := f.k.IsApprovedForAll(f.ctx, c, f.alice, f.bob)
	require.NoError(t, err)
	require.True(t, ok)
	ok, err = f.k.IsApprovedForAll(f.ctx, other, f.alice, f.bob)
	require.NoError(t, err)
	require.False(t, ok)

	require.NoError(t, f.k.Approve(f.ctx, f.bob, f.carol, c, id), "an operator approves")
	refused(t, f, types.ErrNotApproved, func(ctx sdk.Context) error {
		return f.k.TransferFrom(ctx, f.bob, f.alice, f.bob, other, elsewhere)
	})
	require.NoError(t, f.k.TransferFrom(f.ctx, f.bob, f.alice, f.carol, c, id))
	// the right is to alice's tokens, not to this one
	refused(t, f, types.ErrNotApproved, func(ctx sdk.Context) error {
		return f.k.TransferFrom(ctx, f.bob, f.carol, f.bob, c, id)
	})
	require.NoError(t, set(f.ctx, false))
	require.NoError(t, set(f.ctx, false), "dismissing twice is no error")
	ok, err = f.k.IsApprovedForAll(f.ctx, c, f.alice, f.bob)
	require.NoError(t, err)
	require.False(t, ok)

	refused(t, f, types.ErrInvalidAddress, func(ctx sdk.Context) error {
		return f.k.SetApprovalForAll(ctx, f.alice, make([]byte, 20), c, true)
	})
	refused(t, f, types.ErrInvalidAddress, func(ctx sdk.Context) error {
		return f.k.SetApprovalForAll(ctx, f.alice, make([]byte, 32), c, true)
	})
	refused(t, f, types.ErrCollectionNotFound, func(ctx sdk.Context) error {
		return f.k.SetApprovalForAll(ctx, f.alice, f.bob, 9, true)
	})
	f.invariants(t)
}

func TestEnumeration(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	var ids []types.TokenID
	for seed := range uint64(5) {
		ids = append(ids, f.finalToken(t, c, seed))
	}
	// the place of a token that leaves is taken by the last one
	require.NoError(t, f.k.Burn(f.ctx, f.alice, c, ids[1]))
	require.NoError(t, f.k.TransferFrom(f.ctx, f.alice, f.alice, f.bob, c, ids[0]))
	all := []types.TokenID{ids[0], ids[4], ids[2], ids[3]}
	ofAlice := []types.TokenID{ids[3], ids[4], ids[2]}

	supply, err := f.k.TotalSupply(f.ctx, c)
	require.NoError(t, err)
	require.Equal(t, uint64(4), supply)
	for i, want := range all {
		got, err := f.k.TokenByIndex(f.ctx, c, uint64(i))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	balance, err := f.k.BalanceOf(f.ctx, c, f.alice)
	require.NoError(t, err)
	require.Equal(t, uint64(3), balance)
	for i, want := range ofAlice {
		got, err := f.k.TokenOfOwnerByIndex(f.ctx, c, f.alice, uint64(i))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	f.invariants(t)

	_, err = f.k.TokenByIndex(f.ctx, c, 4)
	require.ErrorIs(t, err, types.ErrIndexOutOfRange)
	_, err = f.k.TokenOfOwnerByIndex(f.ctx, c, f.bob, 1)
	require.ErrorIs(t, err, types.ErrIndexOutOfRange)
	_, err = f.k.TokenByIndex(f.ctx, 9, 0)
	require.ErrorIs(t, err, types.ErrCollectionNotFound)
	_, err = f.k.BalanceOf(f.ctx, c, make([]byte, 32))
	require.ErrorIs(t, err, types.ErrInvalidAddress)
	_, err = f.k.BalanceOf(f.ctx, 9, f.alice)
	require.ErrorIs(t, err, types.ErrCollectionNotFound)
	_, err = f.k.TotalSupply(f.ctx, 9)
	require.ErrorIs(t, err, types.ErrCollectionNotFound)
}

// TestFlatGas: what a mint, a transfer and a sale cost does not grow with the collection.
func TestFlatGas(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	gas := func(action func()) uint64 {
		before := f.ctx.GasMeter().GasConsumed()
		action()
		return f.ctx.GasMeter().GasConsumed() - before
	}
	round := func(seed uint64) [3]uint64 {
		var id types.TokenID
		return [3]uint64{
			gas(func() { id = f.finalToken(t, c, seed) }),
			gas(func() { require.NoError(t, f.k.TransferFrom(f.ctx, f.alice, f.alice, f.bob, c, id)) }),
			gas(func() {
				require.NoError(t, f.k.List(f.ctx, f.bob, c, id, coin(9)))
				require.NoError(t, f.k.Buy(f.ctx, f.alice, c, id, coin(9)))
			}),
		}
	}
	for seed := range uint64(20) { // past the first writes of every account and the one-byte numbers
		round(1_000 + seed)
	}
	small := round(1)
	for seed := range uint64(180) {
		f.finalToken(t, c, 2_000+seed)
	}
	large := round(2)
	for i := range small {
		require.InDelta(t, small[i], large[i], float64(small[i])/50, "step %d: %d in a small, %d in a large collection", i, small[i], large[i])
	}
}
