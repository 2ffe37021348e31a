package ibc_test

import (
	"fmt"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"

	"github.com/imochain/imod/localnet/rpc"
	imotypes "github.com/imochain/imod/x/imo/types"
	remotetypes "github.com/imochain/imod/x/remote/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// stakePrice is what a token costs in simd's coin.
const stakePrice = 1_000_000

// account acts for simd's user on the selling chain.
func (c *simd) account() string { return remotetypes.Account(c.near, c.user).String() }

// send transfers simd's coin, or a voucher, with a memo.
func (c *simd) send(coin sdk.Coin, memo string) uint64 {
	c.t.Helper()
	result := c.tx("ibc-transfer", "transfer", "transfer", c.far, c.account(), coin.String(), "--memo", memo, "--packet-timeout-timestamp",
		strconv.FormatInt(time.Hour.Nanoseconds(), 10))
	return sequencesOf(c.t, result)[0]
}

func (c *simd) stake(n int64) sdk.Coin { return sdk.NewInt64Coin(stake, n) }

// ask sends a coin with a memo that must succeed.
func (c *simd) ask(coin sdk.Coin, format string, args ...any) {
	c.t.Helper()
	sequence := c.send(coin, fmt.Sprintf(format, args...))
	c.w.done(c.client, c.far, sequence)
	answered(c.t, c.w.Client, c.near, sequence, 0)
}

// has is a balance of the user.
func (c *simd) has(denom string) sdkmath.Int {
	c.t.Helper()
	return balance(c.t, c.client, c.user, denom)
}

// away does something while nothing is relayed to and from simd.
func (c *simd) away(do func()) {
	c.t.Helper()
	c.relay.end(c.t, syscall.SIGKILL)
	do()
	c.relays()
}

// sequencesOf are the packets that a transaction sent.
func sequencesOf(t testing.TB, result rpc.Result) []uint64 {
	t.Helper()
	var out []uint64
	for _, event := range result.Events {
		if event.Type != channeltypes.EventTypeSendPacket {
			continue
		}
		for _, a := range event.Attributes {
			if a.Key == channeltypes.AttributeKeySequence {
				sequence, err := strconv.ParseUint(a.Value, 10, 64)
				require.NoError(t, err)
				out = append(out, sequence)
			}
		}
	}
	require.NotEmpty(t, out, "no packet left")
	return out
}

// testSimapp: a purchase from another implementation, paid in its coin, which sales here may ask for by its trace. Its user has
// no account here and no coin of this chain.
func testSimapp(t *testing.T, w *world, c *simd, model uint64) {
	price := sdk.NewInt64Coin(voucher(stake, c.near), stakePrice)
	o := w.sell(sale{model: model, price: price, softCap: 60, minBid: 1, cap: 200, length: 75})
	before := c.has(stake)
	memo := bid(o, price.Amount, "self", home(c.user, `"refund"`))
	var over, bought uint64
	c.away(func() {
		over = c.send(c.stake(201*stakePrice), memo)
		bought = c.send(c.stake(60*stakePrice), memo)
	})
	w.done(c.client, c.far, over, bought)
	answered(t, w.Client, c.near, over, 12)
	answered(t, w.Client, c.near, bought, 0)
	require.Equal(t, before.SubRaw(60*stakePrice).String(), c.has(stake).String(), "no fees on that chain, and the one over the cap is back")
	for _, result := range arrivals(t, w.Client, c.near, bought) {
		t.Logf("gas of the transaction that brought both packets, client update included: %d of %d", result.GasUsed, result.GasWanted)
	}
	c.conserved()

	w.ends(o.Id, imotypes.OFFERING_STATUS_SUCCEEDED)
	denom := imotypes.TokenDenom(model)
	c.ask(c.stake(1), `{"imo":{"collect":{"offering_id":"%d"}}}`, o.Id)
	tokens := sdkmath.NewIntWithDecimal(60, 18)
	require.Equal(t, tokens.String(), w.here(c.account(), denom).String())
	c.ask(c.stake(9*stakePrice), `{"imo":{"deposit":{"model_id":"%d"}}}`, model)
	claimable := func() sdkmath.Int {
		res, err := revsharetypes.NewQueryClient(w.Client.Conn()).Claimable(t.Context(), &revsharetypes.QueryClaimableRequest{Denom: denom, Address: c.account()})
		require.NoError(t, err)
		return res.Amount.AmountOf(price.Denom)
	}
	w.Eventually(2*time.Minute, "revenue", func() bool { return claimable().GTE(sdkmath.NewInt(9*stakePrice - 3)) })
	due, held := claimable(), c.has(stake)
	c.ask(c.stake(1), `{"imo":{"claim":{"model_id":"%d"%s}}}`, model, home(c.user, ""))
	c.settled()
	require.Equal(t, due.AddRaw(1).String(), c.has(stake).Sub(held).String(), "revenue, the unit of this memo and that of the one before")
	c.ask(c.stake(1), `{"imo":{"withdraw":{"denom":"%s"%s}}}`, denom, home(c.user, ""))
	c.settled()
	require.Equal(t, tokens.String(), c.has(voucher(denom, c.far)).String())
	c.conserved()
	w.conserved()
}

// settled waits until nothing travels between the two.
func (c *simd) settled() {
	c.t.Helper()
	c.w.settled(c.client, c.far)
	c.w.settled(c.w.Client, c.near)
}

func (c *simd) conserved() {
	c.t.Helper()
	c.settled()
	conserved(c.t, c.w.Client, c.near, c.client, c.far)
	c.w.solvent()
}
