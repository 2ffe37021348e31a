package integration_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	imokeeper "github.com/imochain/imod/x/imo/keeper"
	imotypes "github.com/imochain/imod/x/imo/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// dollar is a stablecoin of the other chain by the channel of the tests.
var dollar = imotypes.ForeignDenom{Base: "uusdc", Path: "transfer/" + nearEnd, Decimals: 6, Symbol: "USDC", Name: "USD Coin"}

// dollars are the options of a network whose governance took the stablecoin in, by that way alone, and where bo has a million on
// the other chain.
func dollars() chain.Options {
	options := twoWays()
	before := options.Genesis
	options.Genesis = func(a *app.App, state map[string]json.RawMessage) {
		before(a, state)
		cdc, denom := a.AppCodec(), dollar.Denom()
		var imo imotypes.GenesisState
		cdc.MustUnmarshalJSON(state[imotypes.ModuleName], &imo)
		imo.Params.PaymentDenoms, imo.Params.ForeignDenoms = append(imo.Params.PaymentDenoms, denom), []imotypes.ForeignDenom{dollar}
		state[imotypes.ModuleName] = cdc.MustMarshalJSON(&imo)
		var revshare revsharetypes.GenesisState
		cdc.MustUnmarshalJSON(state[revsharetypes.ModuleName], &revshare)
		revshare.Params.RevenueDenoms = append(revshare.Params.RevenueDenoms, revsharetypes.RevenueDenom{
			Denom: denom, MinDrip: sdkmath.OneInt(), MinPayout: sdkmath.OneInt(),
		})
		slices.SortFunc(revshare.Params.RevenueDenoms, func(x, y revsharetypes.RevenueDenom) int { return strings.Compare(x.Denom, y.Denom) })
		state[revsharetypes.ModuleName] = cdc.MustMarshalJSON(&revshare)
		var bank banktypes.GenesisState
		cdc.MustUnmarshalJSON(state[banktypes.ModuleName], &bank)
		million := sdk.NewInt64Coin("uusdc", 1e12)
		for i, balance := range bank.Balances {
			if balance.Address == chain.NewAccount("bo").String() {
				bank.Balances[i].Coins = balance.Coins.Add(million)
			}
		}
		bank.Supply = bank.Supply.Add(million)
		state[banktypes.ModuleName] = cdc.MustMarshalJSON(&bank)
	}
	return options
}

// pays sends dollars of the other chain with a memo.
func (a *abroad) pays(whole int64, memo string) answer {
	a.T.Helper()
	token := sdk.NewInt64Coin("uusdc", whole*1e6)
	return a.relay(a.parcel(ok(a.T, a.Next(a.Tx(a.who, a.transfer(a.far, token, a.who, a.who.String(), memo))))))
}

// TestIBCForeignCoin: a sale in a stablecoin of another chain takes that coin by the way that governance named and by no other,
// refunds it home, and contracts and wallets see it with its own decimals.
func TestIBCForeignCoin(t *testing.T) {
	j := newJobFrom(t, dollars())
	a := j.overV1().invest(j.bo, imo(100))
	elsewhere := j.overV2().invest(j.bo, imo(100))
	usd := func(whole int64) sdk.Coin { return sdk.NewInt64Coin(dollar.Denom(), whole*1e6) }
	start, hardCap := j.Time(), usd(3000)
	ok(t, j.Next(j.Tx(j.ana, &imotypes.MsgCreateOffering{
		Creator: j.ana.String(), ModelId: 1, Kind: imotypes.OFFERING_KIND_BATCH, TokenName: "Tiny", TokenSymbol: "TINY",
		TotalSupply: sdk.NewCoin(j.denom, imo(5000)), SaleBps: 6000, ContributorsBps: 3000, TreasuryBps: 1000, HardCap: &hardCap,
		PaymentDenom: dollar.Denom(), Price: sdkmath.NewInt(100_000), SoftCap: usd(200), MinBid: usd(1), OwnerCap: usd(2000),
		StartTime: time.Unix(0, 0).UTC(), EndTime: start.Add(120 * time.Second), CancelDeadline: start.Add(100 * time.Second),
		Tranches: []imotypes.Tranche{{ReleaseTime: start.Add(300 * time.Second), Bps: 10000}}, ExitWindow: 10 * time.Second,
		VestingDuration: 100 * time.Second, DisclosureHash: hex.EncodeToString(make([]byte, 32)),
		MinRequestPrice: coin(imo(0)), MaxRequestPrice: coin(imo(10)),
	})))
	o, _, err := j.App().IMOKeeper.Offering(j.Context(), 1)
	require.NoError(t, err)
	bid := func(fields string) string {
		return fmt.Sprintf(`{"imo":{"bid":{"offering_id":"1","max_price":"900000","terms_hash":"%s","owner":"self"%s}}}`, o.TermsHash, fields)
	}
	mine := func() string { return j.Balance(j.bo.Address(), "uusdc").String() }

	require.Equal(t, answer{code: 10}, elsewhere.pays(500, bid("")), "the same coin by another way")
	require.Equal(t, answer{code: 10}, a.ask(imo(10), bid("")), "another coin by this way")
	require.Equal(t, "1000000000000", mine())
	require.True(t, a.pays(500, bid(home(a, refundHome))).Success())
	require.Equal(t, usd(500).Amount, j.Balance(imotypes.OfferingAddress(1), dollar.Denom()))
	j.NextAfter(200 * time.Second)
	j.Next()
	require.Equal(t, imotypes.OFFERING_STATUS_SUCCEEDED, j.offeringStatus())
	placed := j.imoGenesis().Bids[0]
	if refund := placed.Amount.Amount.Sub(placed.Cost); refund.IsPositive() {
		require.True(t, a.relay(a.parcel(ok(t, j.Next(j.TxWithGas(j.chi, 0, 5_000_000, refundOf(j.chi, 1)))))).Success())
	}
	require.Equal(t, sdkmath.NewInt(1e12).Sub(placed.Cost).String(), mine())
	require.True(t, a.pays(50, `{"imo":{"deposit":{"model_id":"1"}}}`).Success(), "revenue in it as well")
	require.Equal(t, answer{code: 10}, elsewhere.pays(50, `{"imo":{"deposit":{"model_id":"1"}}}`))

	ctx, erc20 := j.Context(), j.App().Erc20Keeper
	pair, found := erc20.GetTokenPair(ctx, erc20.GetTokenPairID(ctx, dollar.Denom()))
	require.True(t, found, "every coin that came has a contract")
	require.Equal(t, []any{uint8(6)}, j.view(pair.GetERC20Contract(), "token", "decimals"))
	require.Equal(t, []any{"USDC"}, j.view(pair.GetERC20Contract(), "token", "symbol"))
	token, found := j.App().BankKeeper.GetDenomMetaData(ctx, j.denom)
	require.True(t, found, "a model's token has its name wherever the bank is asked")
	require.Equal(t, "TINY", token.Symbol)
	require.NoError(t, j.App().IMOKeeper.CheckInvariants(j.Context()))
}

// TestIBCPaused: a pause turns purchases into error acknowledgements, and stops nobody who leaves.
func TestIBCPaused(t *testing.T) {
	j := newJob(t)
	a := j.goAbroad(j.bo, imo(1000))
	offering := j.openBatch()
	memo := bidMemo(offering.TermsHash, "self", "")
	require.True(t, a.ask(imo(100), memo).Success())
	h := &hostile{a, j.Context()}
	params := j.imoGenesis().Params
	params.Paused = true
	authority := authtypes.NewModuleAddress("gov").String()
	_, err := imokeeper.NewMsgServer(j.App().IMOKeeper).UpdateParams(h.ctx, &imotypes.MsgUpdateParams{Authority: authority, Params: params})
	require.NoError(t, err)
	me, one := a.who.String(), sdkmath.OneInt()
	require.Equal(t, answer{code: 6}, h.say(me, me, imo(100), memo))
	require.Equal(t, answer{done: true}, h.say(me, me, one, `{"imo":{"cancel":{"offering_id":"1","bid_id":"1"`+home(a, "")+`}}}`))
}
