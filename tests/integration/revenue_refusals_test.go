package integration_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	imotypes "github.com/imochain/imod/x/imo/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// TestRevenueBadInput: what is refused says why and changes nothing, not even what a transaction would roll back; what looks
// odd but is right goes through and changes nothing either.
func TestRevenueBadInput(t *testing.T) {
	eve := chain.NewAccount("eve")
	j := newJobOn(t, []string{"ana", "bo", "chi", "dee", "eve"}, plainGenesis(1_000, eve.Address()))
	j.sell()
	token := common.BytesToAddress(imotypes.TokenAddress(1))
	j.earn(token, imo(60))
	j.pass()
	deposit := func(amount sdk.Coin) sdk.Msg {
		return &revsharetypes.MsgDeposit{Depositor: j.eve.String(), ShareDenom: j.denom, Amount: amount}
	}
	redeem := func(amount sdk.Coin) sdk.Msg { return &revsharetypes.MsgRedeem{Holder: j.bo.String(), Amount: amount} }
	huge := sdkmath.NewIntWithDecimal(2, 36) // above 2^120
	for name, tc := range map[string]struct {
		msg sdk.Msg
		why string // empty: it goes through
	}{
		"a denom that is not listed": {deposit(sdk.NewInt64Coin(plainDenom, 5)), "plain: revenue denom not allowed"},
		"the token itself":           {deposit(sdk.NewInt64Coin(j.denom, 5)), "revenue denom not allowed"},
		"nothing":                    {deposit(sdk.NewInt64Coin(app.BaseDenom, 0)), "invalid amount"},
		"less than nothing":          {deposit(sdk.Coin{Denom: app.BaseDenom, Amount: sdkmath.NewInt(-1)}), "invalid amount"},
		"above the bound":            {deposit(coin(huge)), "invalid amount"},
		"more than there is":         {deposit(coin(chain.Funds.MulRaw(2))), "insufficient funds"},
		"no such pool": {
			&revsharetypes.MsgDeposit{Depositor: j.eve.String(), ShareDenom: "model-9", Amount: coin(imo(1))}, "share denom has no revenue pool",
		},
		"a claim of a stranger":             {&revsharetypes.MsgClaim{Holder: j.eve.String(), ShareDenom: j.denom}, "nothing to claim"},
		"a claim for a stranger":            {&revsharetypes.MsgClaimFor{Caller: j.bo.String(), ShareDenom: j.denom, Holder: j.eve.String()}, "nothing to claim"},
		"a claim of a stranger for himself": {&revsharetypes.MsgClaimFor{Caller: j.eve.String(), ShareDenom: j.denom, Holder: j.eve.String()}, "nothing to claim"},
		"a claim of the first epoch":        {&revsharetypes.MsgClaim{Holder: j.bo.String(), ShareDenom: j.denom, UpTo: 1}, "nothing to claim"},
		"a burn beyond the balance":         {redeem(sdk.NewCoin(j.denom, imo(1001))), "can spend"},
		"a burn of nothing":                 {redeem(sdk.NewInt64Coin(j.denom, 0)), "invalid amount"},
		"a burn of another coin":            {redeem(coin(imo(1))), "share denom has no revenue pool"},
		"a snapshot too early":              {&revsharetypes.MsgRequestSnapshot{Requester: j.eve.String(), ShareDenom: j.denom}, ""},
		"a sync of nothing":                 {&revsharetypes.MsgSync{Caller: j.eve.String(), ShareDenom: j.denom}, ""},
	} {
		ctx := j.Context()
		before := j.fingerprint(ctx)
		_, err := j.App().MsgServiceRouter().Handler(tc.msg)(ctx, tc.msg)
		if tc.why == "" {
			require.NoError(t, err, name)
		} else {
			require.ErrorContains(t, err, tc.why, name)
		}
		require.Equal(t, before, j.fingerprint(ctx), name)
	}

	// Dust is taken: a unit for five thousand tokens of 18 decimals moves the index by a fraction that nobody loses.
	ok(t, j.Next(j.Tx(j.eve, deposit(coin(sdkmath.OneInt())))))
	require.NoError(t, j.App().RevShareKeeper.CheckInvariants(j.Context()))
}
