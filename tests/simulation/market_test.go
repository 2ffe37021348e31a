package simulation_test

import (
	"time"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	imokeeper "github.com/imochain/imod/x/imo/keeper"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// marketOperations trade in the pools of sold tokens, release proceeds, and spend treasuries.
var marketOperations = []operation{
	{"Swap", swap},
	{"AddLiquidity", addLiquidity},
	{"RemoveLiquidity", removeLiquidity},
	{"CollectPoolRevenue", collectPoolRevenue},
	{"ReleaseProceeds", releaseProceeds},
	{"ProposeSpend", proposeSpend}, // one at a time of a model: twice, so that little time passes between them
	{"ProposeSpend", proposeSpend},
	{"ObjectSpend", objectSpend},
	{"ObjectSpend", objectSpend},
	{"ExecuteSpend", executeSpend},
}

func (w *world) imo() imotypes.QueryServer { return imokeeper.NewQueryServer(w.App().IMOKeeper) }

// pool draws a pool that exists.
func (w *world) pool() (imotypes.Pool, bool) {
	res, err := w.imo().Pool(w.Context(), &imotypes.QueryPoolRequest{ModelId: w.model()})
	if err != nil {
		return imotypes.Pool{}, false
	}
	return res.Pool, true
}

// holder draws an account that has some of a denom, and a part of it.
func (w *world) holder(denom string) (chain.Account, sdkmath.Int, bool) {
	for range 4 {
		who := w.account()
		if part := w.Balance(who.Address(), denom).QuoRaw(2 + w.rng.Int64N(20)); part.IsPositive() {
			return who, part, true
		}
	}
	return w.account(), sdkmath.ZeroInt(), false
}

func (w *world) soon() time.Time { return w.Time().Add(time.Minute) }

func swap(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	p, ok := w.pool()
	if !ok {
		return from, nil
	}
	in, out := amount(1+w.rng.Int64N(300)), p.Tokens.Denom
	if w.rng.IntN(2) == 0 {
		seller, part, ok := w.holder(p.Tokens.Denom)
		if !ok {
			return from, nil
		}
		from, in, out = seller, sdk.NewCoin(p.Tokens.Denom, part), p.Payment.Denom
	}
	return from, &imotypes.MsgSwap{
		Sender: from.String(), ModelId: p.ModelId, AmountIn: in, MinOut: sdk.NewCoin(out, sdkmath.OneInt()), Deadline: w.soon(),
	}
}

func addLiquidity(w *world) (chain.Account, sdk.Msg) {
	p, ok := w.pool()
	if !ok {
		return w.account(), nil
	}
	from, part, ok := w.holder(p.Tokens.Denom)
	if !ok {
		return from, nil
	}
	return from, &imotypes.MsgAddLiquidity{
		Sender: from.String(), ModelId: p.ModelId, MaxTokens: sdk.NewCoin(p.Tokens.Denom, part), MaxPayment: amount(1 + w.rng.Int64N(1000)),
		MinShares: sdkmath.OneInt(), Deadline: w.soon(),
	}
}

// position draws a position of one of the accounts.
func (w *world) position() (chain.Account, imotypes.Position, bool) {
	res, err := w.imo().Positions(w.Context(), &imotypes.QueryPositionsRequest{ModelId: w.model()})
	if err != nil || len(res.Positions) == 0 {
		return w.account(), imotypes.Position{}, false
	}
	p := res.Positions[w.rng.IntN(len(res.Positions))]
	for _, owner := range w.Accounts {
		if owner.String() == p.Owner {
			return owner, p, true
		}
	}
	return w.account(), p, false // the pool's own
}

func removeLiquidity(w *world) (chain.Account, sdk.Msg) {
	from, p, ok := w.position()
	part := sdkmath.ZeroInt()
	if ok {
		part = p.Shares.QuoRaw(1 + w.rng.Int64N(5))
	}
	if !part.IsPositive() {
		return from, nil
	}
	return from, &imotypes.MsgRemoveLiquidity{Sender: from.String(), ModelId: p.ModelId, Shares: part, Deadline: w.soon()}
}

// collectPoolRevenue asks for anybody's position, the pool's own too.
func collectPoolRevenue(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	_, p, _ := w.position()
	if p.Owner == "" {
		return from, nil
	}
	return from, &imotypes.MsgCollectPoolRevenue{Sender: from.String(), ModelId: p.ModelId, Owner: p.Owner}
}

func releaseProceeds(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	return from, &imotypes.MsgReleaseProceeds{Sender: from.String(), OfferingId: w.id(creators)}
}

// proposeSpend proposes for the treasury of a model, which is its creator's and vests within the run.
func proposeSpend(w *world) (chain.Account, sdk.Msg) {
	owner := w.Accounts[w.rng.IntN(creators)]
	model := w.modelOf(owner)
	if model%2 == 0 { // none, or one whose treasury does not vest
		return owner, nil
	}
	return owner, &imotypes.MsgProposeSpend{
		Treasury: owner.String(), ModelId: model, Recipient: w.account().String(), Note: "work",
		Amount: sdk.NewCoin(imotypes.TokenDenom(model), sdkmath.NewIntWithDecimal(1+w.rng.Int64N(3), app.Decimals-1)),
	}
}

// spend draws a spend that is proposed and whose window is over, or is not.
func (w *world) spend(over bool) (imotypes.Spend, bool) {
	first := w.rng.IntN(creators)
	for i := range creators {
		res, err := w.imo().Spends(w.Context(), &imotypes.QuerySpendsRequest{ModelId: uint64(2 + (first+i)%creators)})
		if err != nil || len(res.Spends) == 0 {
			continue
		}
		last := res.Spends[len(res.Spends)-1]
		if last.Status == imotypes.SPEND_STATUS_PROPOSED && w.Time().Before(last.DecideTime) != over {
			return last, true
		}
	}
	return imotypes.Spend{}, false
}

func objectSpend(w *world) (chain.Account, sdk.Msg) {
	s, ok := w.spend(false)
	if !ok || w.rng.IntN(3) == 0 { // some spends must pass
		return w.account(), nil
	}
	from, _, _ := w.holder(s.Amount.Denom)
	return from, &imotypes.MsgObjectSpend{Holder: from.String(), SpendId: s.Id}
}

func executeSpend(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	s, ok := w.spend(true)
	if !ok {
		return from, nil
	}
	return from, &imotypes.MsgExecuteSpend{Sender: from.String(), SpendId: s.Id}
}
