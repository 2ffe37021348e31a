package integration_test

import (
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/testutil/chain"
	imokeeper "github.com/imochain/imod/x/imo/keeper"
	imotypes "github.com/imochain/imod/x/imo/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

func (m *matrix) cellsOfOpenSale() []cell {
	one := big.NewInt(1)
	price := sdkmath.NewIntWithDecimal(1, 17).BigInt()
	offerings := func(method string, from chain.Account, args ...any) cell {
		return cell{contract: "offerings", method: method, from: from, args: args}
	}
	bid := offerings("placeBid", m.eve, one, imo(10).BigInt(), price, m.termsHash())
	bid.value = imo(10).BigInt()
	own := offerings("placeOwnBid", m.eve, one, imo(10).BigInt(), price, m.termsHash(), new(big.Int), [][32]byte{}, true)
	own.value = bid.value
	finalize := offerings("finalize", m.eve, one)
	finalize.later = time.Minute
	cancel := func(ctx sdk.Context, who chain.Account, bid uint64) {
		_, err := imokeeper.NewMsgServer(m.App().IMOKeeper).CancelBid(ctx.WithBlockTime(m.Time()), &imotypes.MsgCancelBid{Owner: who.String(), OfferingId: 1, BidId: bid})
		require.NoError(m.T, err)
	}
	bidFor := offerings("placeBidFor", m.eve, one, m.dee.EVM(), imo(10).BigInt(), price, m.termsHash(), new(big.Int), [][32]byte{})
	bidFor.value = bid.value
	bid.prepare = func(ctx sdk.Context) { cancel(ctx, m.bo, 1) } // it was sold out
	bidFor.prepare, own.prepare = bid.prepare, bid.prepare
	refund := offerings("refund", m.chi, one)
	refund.later = time.Minute
	refund.prepare = func(ctx sdk.Context) { // the soft cap is missed
		cancel(ctx, m.bo, 1)
		cancel(ctx, m.dee, 2)
		_, err := imokeeper.NewMsgServer(m.App().IMOKeeper).FinalizeOffering(ctx, &imotypes.MsgFinalizeOffering{Sender: m.eve.String(), OfferingId: 1})
		require.NoError(m.T, err)
	}
	refundFor := offerings("refundFor", m.eve, one, m.chi.EVM())
	refundFor.later, refundFor.prepare = refund.later, refund.prepare
	return []cell{
		bid, own, bidFor, finalize, refund, refundFor,
		offerings("cancelBid", m.bo, one, one),
		offerings("offering", m.eve, one),
		offerings("allocation", m.eve, one, m.bo.EVM()),
		offerings("expectedPrice", m.eve, one),
		offerings("expectedAllocation", m.eve, one, m.bo.EVM()),
	}
}

func (m *matrix) cellsOfSettledSale() []cell {
	one := big.NewInt(1)
	cellOf := func(method string, from chain.Account, args ...any) cell {
		return cell{contract: "offerings", method: method, from: from, args: args}
	}
	release := cellOf("release", m.eve, one)
	release.later = 2 * time.Minute
	return []cell{
		cellOf("collect", m.bo, one),
		cellOf("collectFor", m.eve, one, m.bo.EVM()),
		cellOf("exit", m.dee, one, imo(100).BigInt()),
		cellOf("exitAtLeast", m.dee, one, imo(100).BigInt(), imo(9).BigInt()),
		release,
		cellOf("allocation", m.eve, one, m.bo.EVM()),
	}
}

// fillMarket gives dee a position in the pool, and the pool's tokens revenue.
func (m *matrix) fillMarket() {
	m.T.Helper()
	ok(m.T, m.Next(m.Tx(m.dee, m.liquidityOf(m.dee))))
	ok(m.T, m.Next(m.Tx(m.eve, &revsharetypes.MsgDeposit{Depositor: m.eve.String(), ShareDenom: m.denom, Amount: coin(imo(100))})))
	for range 24 {
		m.Next()
	}
}

func (m *matrix) liquidityOf(who chain.Account) *imotypes.MsgAddLiquidity {
	return &imotypes.MsgAddLiquidity{
		Sender: who.String(), ModelId: 1, MaxTokens: sdk.NewCoin(m.denom, imo(10)), MaxPayment: coin(imo(1)), MinShares: sdkmath.OneInt(),
		Deadline: m.Time().Add(time.Hour),
	}
}

func (m *matrix) cellsOfPoolAndTreasury() []cell {
	one, until := big.NewInt(1), big.NewInt(m.Time().Add(time.Hour).Unix())
	cellOf := func(method string, from chain.Account, value *big.Int, args ...any) cell {
		return cell{contract: "offerings", method: method, from: from, value: value, args: args}
	}
	// run sends messages at a time before the call, on its branch.
	run := func(ctx sdk.Context, before time.Duration, msgs ...sdk.Msg) {
		ctx = ctx.WithBlockTime(ctx.BlockTime().Add(-before))
		for _, msg := range msgs {
			_, err := m.App().MsgServiceRouter().Handler(msg)(ctx, msg)
			require.NoError(m.T, err)
		}
	}
	propose := &imotypes.MsgProposeSpend{
		Treasury: m.ana.String(), ModelId: 1, Recipient: m.eve.String(), Amount: sdk.NewCoin(m.denom, imo(10)), Note: "work",
	}
	object, execute := cellOf("objectSpend", m.dee, nil, one), cellOf("executeSpend", m.eve, nil, one)
	object.prepare = func(ctx sdk.Context) { run(ctx, 0, propose) }
	execute.later = 10 * time.Minute
	execute.prepare = func(ctx sdk.Context) {
		run(ctx, 2*time.Minute, &imotypes.MsgReleaseProceeds{Sender: m.eve.String(), OfferingId: 1})
		run(ctx, time.Minute, propose) // a minute later the treasury has vested in part
	}
	return []cell{
		cellOf("swap", m.eve, imo(1).BigInt(), one, true, imo(1).BigInt(), one, until),
		cellOf("addLiquidity", m.dee, imo(1).BigInt(), one, imo(10).BigInt(), imo(1).BigInt(), one, until),
		cellOf("removeLiquidity", m.dee, nil, one, imo(1).BigInt(), one, one, until),
		cellOf("collectPoolRevenue", m.dee, nil, one),
		cellOf("collectPoolRevenueFor", m.eve, nil, one, common.BytesToAddress(imotypes.PoolAddress(1))),
		cellOf("proposeSpend", m.ana, nil, one, m.eve.EVM(), imo(10).BigInt(), "work"),
		object, execute,
	}
}
