package integration_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/imochain/imod/testutil/chain"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// redelegate moves an operator's own stake to another validator.
func (a *arena) redelegate(from, to int, whole int64) {
	a.T.Helper()
	operator := func(number int) chain.Account { return a.validator(number).Operator }
	ok(a.T, a.Next(a.Tx(operator(from), &stakingtypes.MsgBeginRedelegate{
		DelegatorAddress:    operator(from).String(),
		ValidatorSrcAddress: sdk.ValAddress(operator(from).Address()).String(),
		ValidatorDstAddress: sdk.ValAddress(operator(to).Address()).String(),
		Amount:              coin(imo(whole)),
	})))
}

// TestByzantineRedelegatedStake (A2): stake binds a lie, moves to another validator and binds it again.
// Counted when it was bound it would be 668 of 1,000; it counts once, by the set of the moment.
func TestByzantineRedelegatedStake(t *testing.T) {
	a := newArena(t, 334, 1, 333, 332)
	r := a.open()
	before := a.books()
	first, second := a.validator(0), a.validator(1)
	a.Validators[a.place(0)].Extend = func([]byte) []byte { return a.canonical(a.binding(first, a.subject(r), lie)) }
	a.Validators[a.place(1)].Extend = func([]byte) []byte { return nil }
	for _, honest := range []int{2, 3} {
		a.Validators[a.place(honest)].Extend = func([]byte) []byte { return nil }
	}
	a.redelegate(0, 1, 333)
	a.Next()
	a.Next()
	require.Equal(t, int64(1), a.validator(0).Power)
	require.Equal(t, int64(334), a.validator(1).Power)
	require.Len(t, a.bindings(r), 1)
	a.Validators[a.place(1)].Extend = func([]byte) []byte { return a.canonical(a.binding(second, a.subject(r), lie)) }
	a.Next()
	require.Len(t, a.bindings(r), 1)
	_, tx := a.proposal()
	require.Empty(t, tx.Reveals)
	for a.Height() < r.DeadlineHeight {
		evil := tx
		evil.Reveals = append(evil.Reveals, revealOf(a, r))
		require.False(t, a.request(r.Id).Final())
		if a.accepted(uncheckedInjection(evil)) {
			a.Execute(time.Second, [][]byte{uncheckedInjection(evil)})
			require.Len(t, a.bindings(r), 2)
			require.False(t, a.request(r.Id).Final(), "335 of 1,000")
			break
		}
		a.Next()
	}
	require.Len(t, a.bindings(r), 2, "both lies were counted")
	a.requireRefunded(before, r)
}

// TestByzantineStakeThatLeft: a lie bound by a validator that unbonds altogether weighs nothing.
func TestByzantineStakeThatLeft(t *testing.T) {
	a := newArena(t, 330, 250, 200, 120, 100)
	r := a.open()
	before, truth := a.books(), a.truth(r)
	liar := a.validator(0)
	a.Validators[a.place(0)].Extend = func([]byte) []byte { return a.canonical(a.binding(liar, a.subject(r), lie)) }
	for _, honest := range []int{1, 2, 3, 4} {
		a.Validators[a.place(honest)].Extend = func([]byte) []byte { return nil }
	}
	a.Next()
	operator := liar.Operator
	ok(t, a.Next(a.Tx(operator, &stakingtypes.MsgUndelegate{
		DelegatorAddress: operator.String(), ValidatorAddress: sdk.ValAddress(operator.Address()).String(), Amount: coin(imo(330)),
	})))
	a.Next()
	a.Next()
	require.Len(t, a.Validators, 4)
	require.Len(t, a.bindings(r), 1)
	a.behave()
	a.Next()
	a.Next()
	a.requireTrue(r, truth)
	a.requirePaid(before, r, a.proposerOf(a.request(r.Id).FinalHeight), a.validator(1), a.validator(2), a.validator(3), a.validator(4))
}

// TestStoredBindingsBecomeEnough is the other side of A2: 65 of 100 have bound, stake moves to them,
// and nobody needs to vote again.
func TestStoredBindingsBecomeEnough(t *testing.T) {
	a := newArena(t, 400, 250, 350)
	r := a.open()
	before, truth := a.books(), a.truth(r)
	a.Validators[a.place(2)].Extend = func([]byte) []byte { return nil }
	a.redelegate(2, 0, 100)
	for a.validator(0).Power != 500 {
		require.False(t, a.request(r.Id).Final())
		a.Next()
	}
	require.Len(t, a.bindings(r), 2)
	for range 3 {
		a.Next()
	}
	a.requireTrue(r, truth)
	require.Equal(t, oracletypes.AttestedBy{MatchedPower: 750, TotalPower: 1000, Signers: a.request(r.Id).Attested.Signers}, a.request(r.Id).Attested)
	a.requirePaid(before, r, a.proposerOf(a.request(r.Id).FinalHeight), a.validator(0), a.validator(1))
}
