package keeper

import (
	"encoding/hex"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/receipt"
	"github.com/imochain/imod/x/oracle/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// decide makes a subject final in state, then books it. The booking is arithmetic in
// memory and cannot fail, so state and ledger stay together.
func (b *ballot) decide(ctx sdk.Context, e entry, w attestation.Weighing) error {
	if b.ledger == nil {
		l, err := b.k.openLedger(ctx, b.round)
		if err != nil {
			return err
		}
		b.ledger = l
	}
	switch e.Kind {
	case attestation.Request:
		return b.decideRequest(ctx, e, w)
	default:
		return types.ErrInvalidState.Wrapf("subject of kind %d", e.Kind)
	}
}

func (b *ballot) decideRequest(ctx sdk.Context, e entry, w attestation.Weighing) error {
	r := e.request
	if r.Status != types.RequestStatus_REQUEST_STATUS_PENDING {
		return types.ErrInvalidState.Wrapf("request %d is %s", r.Id, r.Status)
	}
	r.Status = types.RequestStatus_REQUEST_STATUS_FINAL
	r.TrustClass = types.TrustClass_TRUST_CLASS_ATTESTED
	r.OutputRoot, r.Witness = e.result.Output[:], e.result.Witness[:]
	r.FinalHeight = ctx.BlockHeight()
	r.Attested = b.ledger.attestedBy(w)
	err := b.branch(ctx, func(ctx sdk.Context) error {
		if err := b.k.closeRequest(ctx, r, e.stored); err != nil {
			return err
		}
		ctx.EventManager().EmitEvent((&types.EventRequestFinalized{
			RequestId: r.Id, ModelId: r.ModelId, OutputRoot: hex.EncodeToString(r.OutputRoot),
			TrustClass: r.TrustClass, MatchedPower: w.Matched, TotalPower: w.Total,
		}).Event())
		return nil
	})
	if err != nil {
		return err
	}
	b.ledger.finals = append(b.ledger.finals, r)
	b.ledger.pay(r.NetworkFee.Amount, r.ProposerBps, b.round, w)
	b.ledger.count(b.round, w)
	return nil
}

// closeRequest takes a decided or expired request and its stored bindings out of the open list. The
// totals are the caller's.
func (k *Keeper) closeRequest(ctx sdk.Context, r types.Request, stored []bindingKey) error {
	if err := k.clearBindings(ctx, stored); err != nil {
		return err
	}
	if err := k.open.Remove(ctx, collections.Join3(r.DeadlineHeight, uint32(attestation.Request), r.Id)); err != nil {
		return err
	}
	if err := k.closed.Set(ctx, collections.Join(r.FinalHeight, r.Id)); err != nil {
		return err
	}
	if err := k.callbackRequestClosed(ctx, r); err != nil {
		return err
	}
	return k.requests.Set(ctx, r.Id, r)
}

// payModels hands each model the prices of all its requests that became final, in the order in which
// the models first came, and says who asked.
func (k *Keeper) payModels(ctx sdk.Context, l *ledger) error {
	type account struct {
		model uint64
		denom string
	}
	sums, payers := make(map[account]math.Int), make(map[account][]revsharetypes.PaidBy)
	var order []account
	for _, r := range l.finals {
		at := account{r.ModelId, r.ModelPrice.Denom}
		sum, ok := sums[at]
		if !ok {
			sum = math.ZeroInt()
			order = append(order, at)
		}
		sums[at] = sum.Add(r.ModelPrice.Amount)
		payers[at] = append(payers[at], revsharetypes.PaidBy{Address: r.Requester, Amount: r.ModelPrice.Amount})
	}
	for _, at := range order {
		if err := k.payModel(ctx, at.model, sdk.NewCoin(at.denom, sums[at]), payers[at]); err != nil {
			return err
		}
	}
	return k.recordUsage(ctx, l)
}

// recordUsage tells the registry what each model answered in this block and what that paid to the network, in the order
// in which the models first came.
func (k *Keeper) recordUsage(ctx sdk.Context, l *ledger) error {
	requests, fees := make(map[uint64]uint64), make(map[uint64]math.Int)
	var order []uint64
	for _, r := range l.finals {
		if requests[r.ModelId]++; requests[r.ModelId] == 1 {
			order, fees[r.ModelId] = append(order, r.ModelId), math.ZeroInt()
		}
		fees[r.ModelId] = fees[r.ModelId].Add(r.NetworkFee.Amount)
	}
	for _, id := range order {
		if err := k.models.RecordUsage(ctx, id, requests[id], sdk.NewCoin(imotypes.BaseDenom, fees[id])); err != nil {
			return err
		}
	}
	return nil
}

// payModel hands a model its price together with what is held for it in the same denom. If that
// fails the result still stands: the income is held and goes out with the model's next one.
func (k *Keeper) payModel(ctx sdk.Context, modelID uint64, price sdk.Coin, payers []revsharetypes.PaidBy) error {
	if price.IsZero() {
		return nil
	}
	at := collections.Join(modelID, price.Denom)
	held, err := getOr(ctx, k.heldIncomes, at, math.ZeroInt())
	if err != nil {
		return err
	}
	due := sdk.NewCoin(price.Denom, price.Amount.Add(held))
	if held.IsPositive() { // nobody remembers whose it was
		payers = append(payers, revsharetypes.PaidBy{Amount: held})
	}
	err = isolate(ctx, func(ctx sdk.Context) error {
		return k.models.PayModelIncome(ctx, types.EscrowAddress(), modelID, due,
			uint32(revsharetypes.SourceKind_SOURCE_KIND_INFERENCE), payers...)
	})
	switch {
	case err == nil && held.IsZero():
		return nil
	case err == nil:
		return k.heldIncomes.Remove(ctx, at)
	}
	ctx.Logger().Error("model income is held", "model", modelID, "amount", due, "error", err)
	if err := k.heldIncomes.Set(ctx, at, due.Amount); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&types.EventIncomeHeld{ModelId: modelID, Amount: due})
}

// setReceiptRoot commits to the requests that this block made final, in id order.
func (k *Keeper) setReceiptRoot(ctx sdk.Context, finals []types.Request) error {
	if len(finals) == 0 {
		return nil
	}
	receipts, err := receiptsOf(finals)
	if err != nil {
		return err
	}
	root, _ := receipt.Root(receipts, -1)
	return k.receiptRoots.Set(ctx, ctx.BlockHeight(), types.ReceiptRoot{
		Height: ctx.BlockHeight(), Root: root[:], Count: uint32(len(receipts)),
	})
}
