package integration_test

import (
	"encoding/hex"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/testutil/chain"
	imotypes "github.com/imochain/imod/x/imo/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// simple is a door without value.
func simple(name string, from chain.Account, method string, refused bool, message sdk.Msg, args ...any) door {
	return door{name: name, from: from, method: method, refused: refused, message: message, args: args}
}

// doors is the table: the sale, its market, its treasury.
func doors(j *job, o imotypes.Offering) []door {
	var hash [32]byte
	if _, err := hex.Decode(hash[:], []byte(o.TermsHash)); err != nil {
		panic(err)
	}
	one, price := big.NewInt(1), sdkmath.NewIntWithDecimal(1, 17)
	bid := func(name string, from chain.Account, amount sdkmath.Int, times int64, terms [32]byte, refused bool) door {
		limit := price.MulRaw(times)
		return door{name: name, from: from, refused: refused, value: amount.BigInt(), method: "placeBid",
			args: []any{one, amount.BigInt(), limit.BigInt(), terms},
			message: &imotypes.MsgPlaceBid{
				Bidder: from.String(), OfferingId: 1, Amount: coin(amount), MaxPrice: limit, TermsHash: hex.EncodeToString(terms[:]),
			}}
	}
	forOwner := func(from, owner chain.Account, amount sdkmath.Int, limit sdkmath.Int, proof [][32]byte, allowance *imotypes.Allowance, refused bool) door {
		leaf := new(big.Int)
		if allowance != nil {
			leaf = allowance.Cap.BigInt()
		}
		return door{name: "bid for another", from: from, refused: refused, value: amount.BigInt(), method: "placeBidFor",
			args: []any{one, owner.EVM(), amount.BigInt(), limit.BigInt(), hash, leaf, proof},
			message: &imotypes.MsgPlaceBid{
				Bidder: from.String(), Owner: owner.String(), OfferingId: 1, Amount: coin(amount), MaxPrice: limit,
				TermsHash: o.TermsHash, Allowance: allowance,
			}}
	}
	ownBid := func(name string, from chain.Account, amount sdkmath.Int, proof [][32]byte, allowance *imotypes.Allowance, refused bool) door {
		leaf, limit := new(big.Int), price.MulRaw(9)
		if allowance != nil {
			leaf = allowance.Cap.BigInt()
		}
		return door{name: name, from: from, refused: refused, value: amount.BigInt(), method: "placeOwnBid",
			args: []any{one, amount.BigInt(), limit.BigInt(), hash, leaf, proof, true},
			message: &imotypes.MsgPlaceBid{
				Bidder: from.String(), OfferingId: 1, Amount: coin(amount), MaxPrice: limit, TermsHash: o.TermsHash, Allowance: allowance, AutoPayout: true,
			}}
	}
	cancel := func(name string, from chain.Account, id int64, refused bool) door {
		return simple(name, from, "cancelBid", refused, &imotypes.MsgCancelBid{Owner: from.String(), OfferingId: 1, BidId: uint64(id)}, one, big.NewInt(id))
	}
	collect := func(name string, from chain.Account, refused bool) door {
		return simple(name, from, "collect", refused, &imotypes.MsgCollectAllocation{Sender: from.String(), OfferingId: 1}, one)
	}
	refund := func(name string, from chain.Account, refused bool) door {
		return simple(name, from, "refund", refused, &imotypes.MsgCollectRefund{Sender: from.String(), OfferingId: 1}, one)
	}
	exit := func(name string, from chain.Account, tokens sdkmath.Int, refused bool) door {
		return simple(name, from, "exit", refused, &imotypes.MsgExit{Holder: from.String(), Amount: sdk.NewCoin(j.denom, tokens)}, one, tokens.BigInt())
	}
	exitFor := func(from chain.Account, tokens, least sdkmath.Int) sdk.Msg {
		limit := coin(least)
		return &imotypes.MsgExit{Holder: from.String(), Amount: sdk.NewCoin(j.denom, tokens), MinPayout: &limit}
	}
	finalize := &imotypes.MsgFinalizeOffering{Sender: j.eve.String(), OfferingId: 1}
	steps := []door{
		bid("ok: a bid", j.bo, imo(200), 2, hash, false),
		ownBid("ok: a higher bid that asks for automatic payment", j.chi, imo(300), nil, nil, false),
		ownBid("fails: an allowance where there is no list", j.chi, imo(300), [][32]byte{{1}}, &imotypes.Allowance{Cap: sdkmath.OneInt(), Proof: [][]byte{common.Hash{1}.Bytes()}}, true),
		bid("fails: other terms", j.dee, imo(100), 2, common.Hash{1}, true),
		bid("fails: below the minimum", j.dee, sdkmath.OneInt(), 2, hash, true),
		bid("fails: over the cap", j.dee, imo(2001), 2, hash, true),
		bid("fails: below the floor", j.dee, imo(100), 0, hash, true),
		forOwner(j.eve, j.dee, imo(150), price, nil, nil, false),
		forOwner(j.eve, j.dee, imo(150), price, [][32]byte{{1}}, &imotypes.Allowance{Cap: sdkmath.OneInt(), Proof: [][]byte{common.Hash{1}.Bytes()}}, true),
		cancel("fails: another's bid", j.eve, 3, true),
		cancel("fails: no such bid", j.dee, 9, true),
		bid("ok: a bid to take back", j.dee, imo(50), 5, hash, false),
		cancel("ok: taken back", j.dee, 4, false),
		cancel("fails: twice", j.dee, 4, true),
		simple("fails: finalised early", j.eve, "finalize", true, finalize, one),
		collect("fails: collected early", j.bo, true),
		refund("fails: refunded early", j.bo, true),
		exit("fails: nothing sold", j.bo, imo(1), true),
		after(130*time.Second, collect("ok: collected", j.chi, false)), // the end
		collect("fails: collected twice", j.chi, true),
		simple("ok: collected for another", j.eve, "collectFor", false,
			&imotypes.MsgCollectAllocation{Sender: j.eve.String(), OfferingId: 1, Owner: j.bo.String()}, one, j.bo.EVM()),
		simple("ok: refunded for another", j.eve, "refundFor", false,
			&imotypes.MsgCollectRefund{Sender: j.eve.String(), OfferingId: 1, Owner: j.dee.String()}, one, j.dee.EVM()),
		refund("fails: refunded twice", j.dee, true),
		exit("ok: out with a part", j.bo, imo(10), false),
		exit("fails: more than one has", j.bo, imo(3000), true),
		simple("fails: out for more than it pays", j.bo, "exitAtLeast", true, exitFor(j.bo, imo(10), imo(2)), one, imo(10).BigInt(), imo(2).BigInt()),
		simple("ok: out with a limit", j.bo, "exitAtLeast", false, exitFor(j.bo, imo(10), imo(1)), one, imo(10).BigInt(), imo(1).BigInt()),
		simple("fails: no early round", j.bo, "exitLot", true,
			&imotypes.MsgExit{Holder: j.bo.String(), Amount: sdk.NewCoin(j.denom, imo(1)), OfferingId: 1}, one, imo(1).BigInt()),
		simple("fails: no version waits", j.bo, "objectVersion", true,
			&imotypes.MsgObjectVersion{Holder: j.bo.String(), ModelId: 1, Version: 2}, one, big.NewInt(2)),
		simple("fails: finalised twice", j.eve, "finalize", true, finalize, one),
		simple("fails: released early", j.eve, "release", true, &imotypes.MsgReleaseProceeds{Sender: j.eve.String(), OfferingId: 1}, one),
	}
	steps = append(steps, marketDoors(j)...)
	steps = append(steps, after(200*time.Second, simple("ok: released", j.eve, "release", false,
		&imotypes.MsgReleaseProceeds{Sender: j.eve.String(), OfferingId: 1}, one)))
	return append(steps, treasuryDoors(j)...)
}

func after(pause time.Duration, d door) door {
	d.after = pause
	return d
}

// marketDoors trade in the pool of 250 tokens and 41.7 IMO, and share what its tokens earn.
func marketDoors(j *job) []door {
	one, until := big.NewInt(1), j.Time().Add(time.Hour)
	swap := func(name string, from chain.Account, buy bool, in, least sdkmath.Int, deadline time.Time, refused bool) door {
		give, get := sdk.NewCoin(j.denom, in), coin(least)
		var value *big.Int
		if buy {
			give, get, value = coin(in), sdk.NewCoin(j.denom, least), in.BigInt()
		}
		d := simple(name, from, "swap", refused,
			&imotypes.MsgSwap{Sender: from.String(), ModelId: 1, AmountIn: give, MinOut: get, Deadline: deadline},
			one, buy, in.BigInt(), least.BigInt(), big.NewInt(deadline.Unix()))
		d.value = value
		return d
	}
	add := func(name string, tokens, payment, least sdkmath.Int, refused bool) door {
		d := simple(name, j.bo, "addLiquidity", refused,
			&imotypes.MsgAddLiquidity{
				Sender: j.bo.String(), ModelId: 1, MaxTokens: sdk.NewCoin(j.denom, tokens), MaxPayment: coin(payment), MinShares: least, Deadline: until,
			}, one, tokens.BigInt(), payment.BigInt(), least.BigInt(), big.NewInt(until.Unix()))
		d.value = payment.BigInt()
		return d
	}
	remove := func(name string, shares, least sdkmath.Int, refused bool) door {
		return simple(name, j.bo, "removeLiquidity", refused,
			&imotypes.MsgRemoveLiquidity{
				Sender: j.bo.String(), ModelId: 1, Shares: shares, MinTokens: sdk.NewCoin(j.denom, least), MinPayment: coin(sdkmath.OneInt()), Deadline: until,
			}, one, shares.BigInt(), least.BigInt(), one, big.NewInt(until.Unix()))
	}
	collect := func(name string, from chain.Account, owner sdk.AccAddress, refused bool) door {
		return simple(name, from, "collectPoolRevenueFor", refused,
			&imotypes.MsgCollectPoolRevenue{Sender: from.String(), ModelId: 1, Owner: owner.String()}, one, common.BytesToAddress(owner))
	}
	own := func(name string, refused bool) door {
		return simple(name, j.bo, "collectPoolRevenue", refused, &imotypes.MsgCollectPoolRevenue{Sender: j.bo.String(), ModelId: 1}, one)
	}
	earned := own("ok: the pool's tokens earned", false)
	earned.setup = func(j *job) {
		j.T.Helper()
		ok(j.T, j.Next(j.Tx(j.eve, &revsharetypes.MsgDeposit{Depositor: j.eve.String(), ShareDenom: j.denom, Amount: coin(imo(500))})))
		for range 24 { // the drip, and the epochs that it is shared in
			j.Next()
		}
	}
	return []door{
		swap("ok: bought", j.dee, true, imo(5), imo(20), until, false),
		swap("fails: for too little", j.dee, true, imo(5), imo(100), until, true),
		swap("fails: late", j.dee, true, imo(5), imo(1), time.Unix(1, 0).UTC(), true),
		swap("ok: sold", j.bo, false, imo(10), sdkmath.OneInt(), until, false),
		swap("fails: sold without having", j.eve, false, imo(10), sdkmath.OneInt(), until, true),
		add("ok: liquidity", imo(50), imo(20), sdkmath.OneInt(), false),
		add("fails: too few shares", imo(50), imo(20), imo(1000), true),
		remove("ok: a part back", imo(1), sdkmath.OneInt(), false),
		remove("fails: too few tokens", imo(1), imo(1000), true),
		remove("fails: more than one has", imo(1000), sdkmath.OneInt(), true),
		own("fails: nothing earned", true),
		earned,
		own("fails: twice", true),
		collect("fails: for another, who has it already", j.eve, j.bo.Address(), true),
		collect("ok: the locked position's, for the treasury", j.eve, imotypes.PoolAddress(1), false),
		collect("fails: for one without a position", j.eve, j.chi.Address(), true),
	}
}

// treasuryDoors propose two spends of ana's treasury; the first is refused by a holder of more than a fifth.
func treasuryDoors(j *job) []door {
	one, two := big.NewInt(1), big.NewInt(2)
	propose := func(name string, from chain.Account, tokens sdkmath.Int, refused bool) door {
		return simple(name, from, "proposeSpend", refused, &imotypes.MsgProposeSpend{
			Treasury: from.String(), ModelId: 1, Recipient: j.dee.String(), Amount: sdk.NewCoin(j.denom, tokens), Note: "work",
		}, one, j.dee.EVM(), tokens.BigInt(), "work")
	}
	object := func(name string, from chain.Account, spend *big.Int, refused bool) door {
		return simple(name, from, "objectSpend", refused, &imotypes.MsgObjectSpend{Holder: from.String(), SpendId: spend.Uint64()}, spend)
	}
	execute := func(name string, spend *big.Int, refused bool) door {
		return simple(name, j.eve, "executeSpend", refused, &imotypes.MsgExecuteSpend{Sender: j.eve.String(), SpendId: spend.Uint64()}, spend)
	}
	return []door{
		propose("fails: not the treasury", j.bo, imo(10), true),
		propose("fails: more than there is", j.ana, imo(501), true),
		propose("ok: proposed", j.ana, imo(10), false),
		propose("fails: one at a time", j.ana, imo(10), true),
		execute("fails: early", one, true),
		object("fails: no such spend", j.chi, two, true),
		object("fails: held nothing", j.eve, one, true),
		object("ok: objected", j.chi, one, false),
		object("fails: refused already", j.bo, one, true),
		after(40*time.Second, execute("fails: refused", one, true)),
		propose("ok: proposed again", j.ana, imo(10), false),
		after(40*time.Second, execute("ok: nobody objected", two, false)),
		execute("fails: executed twice", two, true),
	}
}
