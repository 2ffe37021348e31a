package integration_test

import (
	"encoding/hex"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	imotypes "github.com/imochain/imod/x/imo/types"
	revsharekeeper "github.com/imochain/imod/x/revshare/keeper"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// door is one action as a message and as a call of the contract.
type door struct {
	name    string
	after   time.Duration // time that passes before
	from    chain.Account
	message sdk.Msg
	method  string
	args    []any
	value   *big.Int
	refused bool
}

// openBatch opens a BATCH of 3,000 tokens from 0.1 to 1 IMO.
func (j *job) openBatch() imotypes.Offering {
	j.T.Helper()
	start, hardCap := j.Chain.Time(), coin(imo(3000))
	ok(j.T, j.Chain.Next(j.Chain.Tx(j.ana, &imotypes.MsgCreateOffering{
		Creator: j.ana.String(), ModelId: 1, Kind: imotypes.OFFERING_KIND_BATCH, TokenName: "Tiny", TokenSymbol: "TINY",
		TotalSupply: sdk.NewCoin(j.denom, imo(5000)), SaleBps: 6000, ContributorsBps: 3000, TreasuryBps: 1000, HardCap: &hardCap,
		PaymentDenom: app.BaseDenom, Price: sdkmath.NewIntWithDecimal(1, 17), SoftCap: coin(imo(200)), MinBid: coin(imo(1)),
		OwnerCap: coin(imo(2000)), StartTime: time.Unix(0, 0).UTC(), EndTime: start.Add(120 * time.Second), CancelDeadline: start.Add(100 * time.Second),
		Tranches: []imotypes.Tranche{{ReleaseTime: start.Add(300 * time.Second), Bps: 10000}}, ExitWindow: 10 * time.Second,
		VestingDuration: 100 * time.Second, DisclosureHash: hex.EncodeToString(make([]byte, 32)),
		MinRequestPrice: coin(imo(0)), MaxRequestPrice: coin(imo(10)),
	})))
	o, _, err := j.App().IMOKeeper.Offering(j.Context(), 1)
	require.NoError(j.T, err)
	return o
}

// TestTwoDoors: one table of actions, through messages on one network and through the contract on another, leads to the
// same state after every step; what one door refuses the other refuses, and nothing changes.
func TestTwoDoors(t *testing.T) {
	byMessage, byCall := newJob(t), newJob(t)
	offering := byMessage.openBatch()
	require.Equal(t, offering, byCall.openBatch())
	for _, step := range doors(byMessage, offering) {
		for _, j := range []*job{byMessage, byCall} {
			if step.after > 0 {
				j.NextAfter(step.after)
				j.Next() // clears and settles
			}
		}
		before := byMessage.imoState()
		results := byMessage.Next(byMessage.Tx(step.from, step.message))
		result := results[len(results)-1]
		require.Equal(t, step.refused, result.Code != 0, "%s by message: %s", step.name, result.Log)

		data, err := abiOf(t, "offerings").Pack(step.method, step.args...)
		require.NoError(t, err)
		done, reason := byCall.attempt(step.from, chain.Call{To: &offeringsAddress, Value: step.value, Data: data})
		require.Equal(t, step.refused, !done, "%s by call: %s", step.name, reason)

		require.Equal(t, byMessage.imoState(), byCall.imoState(), step.name)
		if step.refused {
			require.Equal(t, before, byMessage.imoState(), step.name)
		}
		for _, who := range []chain.Account{byMessage.bo, byMessage.chi, byMessage.dee} {
			require.Equal(t, byMessage.Balance(who.Address(), byMessage.denom).String(), byCall.Balance(who.Address(), byCall.denom).String(), step.name)
		}
		escrow := imotypes.OfferingAddress(1)
		require.Equal(t, byMessage.Balance(escrow, app.BaseDenom).String(), byCall.Balance(escrow, app.BaseDenom).String(), step.name)
	}
	require.Equal(t, imotypes.OFFERING_STATUS_SUCCEEDED, byCall.offeringStatus())
	for _, j := range []*job{byMessage, byCall} {
		require.True(t, j.paidAutomatically(j.chi), "her bid asked for it")
		require.False(t, j.paidAutomatically(j.bo))
	}
}

// paidAutomatically tells whether an account is paid its revenue of the token without a claim.
func (j *job) paidAutomatically(who chain.Account) bool {
	j.T.Helper()
	res, err := revsharekeeper.NewQueryServer(j.App().RevShareKeeper).Holder(j.Context(), &revsharetypes.QueryHolderRequest{Denom: j.denom, Address: who.String()})
	require.NoError(j.T, err)
	return res.Auto != nil
}

func (j *job) offeringStatus() imotypes.OfferingStatus {
	o, _, err := j.App().IMOKeeper.Offering(j.Context(), 1)
	require.NoError(j.T, err)
	return o.Status
}

// imoGenesis is the whole state of x/imo, imoState the same as text.
func (j *job) imoGenesis() *imotypes.GenesisState {
	j.T.Helper()
	g, err := j.App().IMOKeeper.ExportGenesis(j.Context())
	require.NoError(j.T, err)
	return g
}

func (j *job) imoState() string {
	j.T.Helper()
	return string(j.App().AppCodec().MustMarshalJSON(j.imoGenesis()))
}

// doors is the table.
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
	simple := func(name string, from chain.Account, method string, refused bool, message sdk.Msg, args ...any) door {
		return door{name: name, from: from, method: method, refused: refused, message: message, args: args}
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
		collect("ok: collected", j.chi, false),
		collect("fails: collected twice", j.chi, true),
		simple("ok: collected for another", j.eve, "collectFor", false,
			&imotypes.MsgCollectAllocation{Sender: j.eve.String(), OfferingId: 1, Owner: j.bo.String()}, one, j.bo.EVM()),
		simple("ok: refunded for another", j.eve, "refundFor", false,
			&imotypes.MsgCollectRefund{Sender: j.eve.String(), OfferingId: 1, Owner: j.dee.String()}, one, j.dee.EVM()),
		refund("fails: refunded twice", j.dee, true),
		exit("ok: out with a part", j.bo, imo(10), false),
		exit("fails: more than one has", j.bo, imo(3000), true),
		simple("fails: no early round", j.bo, "exitLot", true,
			&imotypes.MsgExit{Holder: j.bo.String(), Amount: sdk.NewCoin(j.denom, imo(1)), OfferingId: 1}, one, imo(1).BigInt()),
		simple("fails: no version waits", j.bo, "objectVersion", true,
			&imotypes.MsgObjectVersion{Holder: j.bo.String(), ModelId: 1, Version: 2}, one, big.NewInt(2)),
		simple("fails: finalised twice", j.eve, "finalize", true, finalize, one),
		simple("fails: released early", j.eve, "release", true, &imotypes.MsgReleaseProceeds{Sender: j.eve.String(), OfferingId: 1}, one),
		simple("ok: released", j.eve, "release", false, &imotypes.MsgReleaseProceeds{Sender: j.eve.String(), OfferingId: 1}, one),
	}
	steps[18].after = 130 * time.Second // the end
	steps[len(steps)-1].after = 200 * time.Second
	return steps
}
