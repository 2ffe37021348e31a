package integration_test

import (
	"math/big"
	"time"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/testutil/chain"
	imokeeper "github.com/imochain/imod/x/imo/keeper"
	imotypes "github.com/imochain/imod/x/imo/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// market is the naive name of the token's market, which earns on the tokens in it and takes its revenue out by itself.
const market = "the market"

// answer decodes the response of the only message of a transaction.
func (r *revenue) answer(result *abci.ExecTxResult, response proto.Message) {
	r.T.Helper()
	var data sdk.TxMsgData
	require.NoError(r.T, data.Unmarshal(result.Data))
	require.Len(r.T, data.MsgResponses, 1)
	require.NoError(r.T, proto.Unmarshal(data.MsgResponses[0].Value, response))
}

// shift moves tokens of the ledger, which must have them.
func (r *revenue) shift(from, to string, x sdkmath.Int) {
	r.T.Helper()
	r.ledger.Add(from, x.Neg().BigInt())
	r.ledger.Add(to, x.BigInt())
	require.GreaterOrEqual(r.T, r.ledger.Bank[from].Sign(), 0, "%s had less than %s", from, x)
}

// trade swaps tokens for coins or coins for tokens. How many come back the market decides; who earns on them before and
// after is the ledger's affair.
func (r *revenue) trade(who chain.Account) {
	msg := &imotypes.MsgSwap{Sender: who.String(), ModelId: 1, Deadline: r.Time().Add(time.Hour)}
	x := sdkmath.NewIntFromBigInt(r.amount(who)).QuoRaw(4)
	if r.rng.IntN(2) == 0 && x.IsPositive() {
		msg.AmountIn, msg.MinOut = sdk.NewCoin(r.denom, x), coin(sdkmath.OneInt())
		r.message("tokens for coins", who, msg, nil)
		r.observe(func(*abci.ExecTxResult) { r.shift(who.Name, market, x) })
		return
	}
	msg.AmountIn, msg.MinOut = coin(imo(1+r.rng.Int64N(20))), sdk.NewCoin(r.denom, sdkmath.OneInt())
	r.message("coins for tokens", who, msg, nil)
	r.observe(func(result *abci.ExecTxResult) {
		var response imotypes.MsgSwapResponse
		r.answer(result, &response)
		r.shift(market, who.Name, response.AmountOut.Amount)
	})
}

// provide puts tokens and coins into the market, or takes a part of what was put in out again.
func (r *revenue) provide(who chain.Account) {
	shares, has := r.positions[who.Name]
	if has && shares.IsPositive() && r.rng.IntN(2) == 0 {
		part := shares.AddRaw(1).QuoRaw(2)
		r.message("liquidity out", who, &imotypes.MsgRemoveLiquidity{
			Sender: who.String(), ModelId: 1, Shares: part, MinTokens: sdk.NewCoin(r.denom, sdkmath.ZeroInt()), MinPayment: coin(sdkmath.ZeroInt()),
			Deadline: r.Time().Add(time.Hour),
		}, nil)
		r.observe(func(result *abci.ExecTxResult) {
			var response imotypes.MsgRemoveLiquidityResponse
			r.answer(result, &response)
			r.positions[who.Name] = r.positions[who.Name].Sub(part)
			r.shift(market, who.Name, response.Tokens.Amount)
		})
		return
	}
	x := sdkmath.NewIntFromBigInt(r.amount(who)).QuoRaw(4)
	if !x.IsPositive() {
		return
	}
	r.message("liquidity in", who, &imotypes.MsgAddLiquidity{
		Sender: who.String(), ModelId: 1, MaxTokens: sdk.NewCoin(r.denom, x), MaxPayment: coin(imo(1000)), MinShares: sdkmath.OneInt(),
		Deadline: r.Time().Add(time.Hour),
	}, nil)
	r.observe(func(result *abci.ExecTxResult) {
		var response imotypes.MsgAddLiquidityResponse
		r.answer(result, &response)
		if _, known := r.positions[who.Name]; !known {
			r.positions[who.Name] = sdkmath.ZeroInt()
		}
		r.positions[who.Name] = r.positions[who.Name].Add(response.Shares)
		r.shift(who.Name, market, response.Tokens.Amount)
	})
}

// compareMarket: what the market's tokens earned is what it took out of the revenue pool so far and what it has still to take,
// to the last scaled unit.
func (r *revenue) compareMarket() {
	r.T.Helper()
	ctx, account := r.Context(), imotypes.PoolAddress(1)
	require.Equal(r.T, r.ledger.Bank[market].String(), r.Balance(account, r.denom).String(), "tokens in the market")
	res, err := imokeeper.NewQueryServer(r.App().IMOKeeper).Pool(ctx, &imotypes.QueryPoolRequest{ModelId: 1})
	require.NoError(r.T, err)
	totals, err := r.App().RevShareKeeper.HolderTotals(ctx, r.denom, account)
	require.NoError(r.T, err)
	for _, total := range totals {
		earned := new(big.Int).Set(total.Scaled)
		for _, revenue := range res.Revenue {
			if revenue.Received.Denom == total.Denom {
				earned.Add(earned, revsharetypes.Scaled(revenue.Received.Amount))
			}
		}
		require.Equal(r.T, r.ledger.Scaled(total.Denom, market, r.ledger.Epoch).String(), earned.String(), "the market at height %d", r.Height())
	}
	require.NoError(r.T, r.App().IMOKeeper.CheckInvariants(ctx))
}
