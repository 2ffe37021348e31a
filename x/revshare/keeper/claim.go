package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/accumulator"
	"github.com/imochain/imod/x/revshare/types"
)

// claimPlan is what a claim pays and writes.
type claimPlan struct {
	pool     rolledPool
	streams  []streamPlan
	position types.Position
	payout   sdk.Coins
	spans    int  // runs of epochs settled, for gas
	progress bool // the position moves
	complete bool // nothing is left up to the epoch asked for
}

// stream is the planned stream of a denom that the plan pays.
func (p *claimPlan) stream(denom string) *streamPlan {
	for i := range p.streams {
		if p.streams[i].denom == denom {
			return &p.streams[i]
		}
	}
	return &streamPlan{denom: denom} // not reached: a payout is of the plan's streams
}

// Claim pays holder, or the payout address it set, its revenue of all closed epochs up to
// upTo. With more than MaxClaimSpans checkpoints to settle it pays a part, and the next
// call goes on from there. Nothing to pay is an error, unless such a part was settled.
func (k *Keeper) Claim(ctx context.Context, holder sdk.AccAddress, shareDenom string, upTo uint64) (sdk.Coins, error) {
	coins, _, err := k.claim(ctx, holder, shareDenom, upTo)
	return coins, err
}

// ClaimFor pays holder on anyone's request. Refused for contracts, which could not account
// for the coins (a constant-product pool would be skimmed), unless they set a payout
// address. Once the token was bridged it is refused for accounts that never signed anything,
// too: IBC escrows are among them, their balances are not part of the eligible supply, and
// they would be paid with other holders' money.
func (k *Keeper) ClaimFor(ctx context.Context, caller, holder sdk.AccAddress, shareDenom string, upTo uint64) (sdk.Coins, error) {
	coins, _, err := k.claimFor(ctx, caller, holder, shareDenom, upTo)
	return coins, err
}

// ClaimableRevenue is exactly what Claim with the same arguments would pay now.
func (k *Keeper) ClaimableRevenue(ctx context.Context, shareDenom string, holder sdk.AccAddress, upTo uint64) (sdk.Coins, error) {
	plan, err := k.planClaim(ctx, shareDenom, holder, upTo)
	return plan.payout, err
}

// RevenueOf is the holder's revenue of a single closed epoch, claimed or not, rounded
// down; nothing while the epoch is open.
func (k *Keeper) RevenueOf(ctx context.Context, shareDenom string, holder sdk.AccAddress, epoch uint64) (sdk.Coins, error) {
	pool, err := k.roll(ctx, shareDenom)
	if err != nil {
		return nil, err
	}
	if epoch == 0 || epoch >= pool.Epoch {
		return sdk.Coins{}, nil
	}
	position, err := getOr(ctx, k.positions, collections.Join(pool.Id, holder), types.Position{})
	if err != nil {
		return nil, err
	}
	if epoch <= position.Compacted {
		return nil, errorsmod.Wrapf(types.ErrCompacted, "epoch %d, compacted through %d", epoch, position.Compacted)
	}
	marks, held, err := k.readMarks(ctx, pool, holder, epoch-1, epoch, 1)
	if err != nil {
		return nil, err
	}
	spans, err := accumulator.Spans(epoch-1, epoch, marks, held)
	if err != nil {
		return nil, err
	}
	streams, err := k.planStreams(ctx, pool)
	if err != nil {
		return nil, err
	}
	coins := sdk.Coins{}
	for _, s := range streams {
		sum, err := accumulator.Accrual(spans, k.indexLookup(ctx, pool.Id, s))
		if err != nil {
			return nil, err
		}
		units, _, err := accumulator.Split(sum)
		if err != nil {
			return nil, err
		}
		if units.IsPositive() {
			coins = append(coins, sdk.Coin{Denom: s.denom, Amount: units})
		}
	}
	return coins, nil
}

// readMarks reads the checkpoints above after, until one reaches upTo, at most limit, and
// what the account holds now if none does.
func (k *Keeper) readMarks(ctx context.Context, pool rolledPool, holder sdk.AccAddress, after, upTo uint64, limit int) ([]accumulator.Mark, types.Checkpoint, error) {
	marks, reached, err := k.iterateMarks(ctx, pool, holder, after, upTo, limit)
	if err != nil || reached {
		return marks, types.Checkpoint{}, err
	}
	now, err := k.holding(ctx, pool.ShareDenom, holder)
	return marks, now, err
}

// iterateMarks also tells whether the last mark makes what is held now irrelevant: because
// it reaches upTo, or because the list was cut.
func (k *Keeper) iterateMarks(ctx context.Context, pool rolledPool, holder sdk.AccAddress, after, upTo uint64, limit int) ([]accumulator.Mark, bool, error) {
	iter, err := k.checkpoints.Iterate(ctx, new(collections.Range[poolAccountEpoch]).
		StartExclusive(collections.Join3(pool.Id, holder, after)).
		EndInclusive(collections.Join3(pool.Id, holder, pool.Epoch)))
	if err != nil {
		return nil, false, err
	}
	defer iter.Close()
	var marks []accumulator.Mark
	for ; iter.Valid(); iter.Next() {
		if len(marks) == limit {
			return marks, true, nil
		}
		kv, err := iter.KeyValue()
		if err != nil {
			return nil, false, err
		}
		marks = append(marks, accumulator.Mark{Epoch: kv.Key.K3(), Held: kv.Value})
		if kv.Key.K3() >= upTo {
			return marks, true, nil
		}
	}
	return marks, false, nil
}

// settlement says how much a settlement does at a time, and which amounts it pays. What it
// does not pay stays owed, in the residues.
type settlement struct {
	spans int
	pays  func(denom string, units math.Int) bool
}

// planClaim plans a payment of everything that the holder does not refuse.
func (k *Keeper) planClaim(ctx context.Context, shareDenom string, holder sdk.AccAddress, upTo uint64) (claimPlan, error) {
	refused, err := getOr(ctx, k.refusals, holder, types.Refusals{})
	if err != nil {
		return claimPlan{}, err
	}
	return k.planSettlement(ctx, shareDenom, holder, upTo, settlement{
		spans: types.MaxClaimSpans, pays: func(denom string, _ math.Int) bool { return !refused.Has(denom) },
	})
}

func (k *Keeper) planSettlement(ctx context.Context, shareDenom string, holder sdk.AccAddress, upTo uint64, how settlement) (claimPlan, error) {
	pool, err := k.roll(ctx, shareDenom)
	if err != nil {
		return claimPlan{}, err
	}
	plan := claimPlan{pool: pool, payout: sdk.Coins{}, complete: true}
	plan.position, err = getOr(ctx, k.positions, collections.Join(pool.Id, holder), types.Position{})
	if err != nil || pool.Epoch == 0 {
		return plan, err
	}
	upTo = min(upTo, pool.Epoch-1)
	if upTo < plan.position.Settled || upTo == plan.position.Settled && !plan.position.HasUnits() {
		return plan, nil
	}
	marks, cut, err := k.iterateMarks(ctx, pool, holder, plan.position.Settled, upTo, how.spans)
	if err != nil {
		return plan, err
	}
	var held types.Checkpoint
	if !cut {
		if held, err = k.holding(ctx, shareDenom, holder); err != nil {
			return plan, err
		}
	}
	if n := len(marks); cut && marks[n-1].Epoch < upTo {
		upTo, plan.complete = marks[n-1].Epoch, false
	}
	spans, err := accumulator.Spans(plan.position.Settled, upTo, marks, held)
	if err != nil {
		return plan, err
	}
	if plan.streams, err = k.planStreams(ctx, pool); err != nil {
		return plan, err
	}
	plan.spans, plan.progress = len(spans), upTo > plan.position.Settled
	plan.position, plan.payout, err = k.settle(ctx, pool.Id, plan.streams, plan.position, upTo, spans, how)
	return plan, err
}

// settle takes the revenue of the spans into the residues and the whole units out of them.
func (k *Keeper) settle(
	ctx context.Context, poolID uint64, streams []streamPlan, from types.Position, upTo uint64, spans []accumulator.Span, how settlement,
) (types.Position, sdk.Coins, error) {
	to, payout := types.Position{Settled: upTo, Compacted: from.Compacted}, sdk.Coins{}
	for _, s := range streams {
		sum, err := accumulator.Accrual(spans, k.indexLookup(ctx, poolID, s))
		if err != nil {
			return to, nil, err
		}
		scaled := sum.Add(sum, from.Residue(s.denom))
		units, residue, err := accumulator.Split(scaled)
		if err != nil {
			return to, nil, err
		}
		paid := units.IsPositive() && how.pays(s.denom, units)
		if !paid {
			if residue, err = accumulator.Keep(scaled); err != nil {
				return to, nil, err
			}
		}
		if residue.IsPositive() {
			to.Residues = append(to.Residues, types.Residue{Denom: s.denom, Amount: residue})
		}
		if paid {
			payout = append(payout, sdk.Coin{Denom: s.denom, Amount: units})
		}
	}
	return to, payout, nil
}

func (k *Keeper) claim(ctx context.Context, holder sdk.AccAddress, shareDenom string, upTo uint64) (sdk.Coins, uint64, error) {
	recipient, err := k.recipient(ctx, holder)
	if err != nil {
		return nil, 0, err
	}
	return k.pay(ctx, holder, recipient, shareDenom, upTo)
}

func (k *Keeper) claimFor(ctx context.Context, caller, holder sdk.AccAddress, shareDenom string, upTo uint64) (sdk.Coins, uint64, error) {
	if caller.Equals(holder) {
		return k.claim(ctx, holder, shareDenom, upTo)
	}
	if k.isMarket(shareDenom, holder) {
		return nil, 0, errorsmod.Wrap(types.ErrClaimForRefused, "the holder is the token's market, which shares out what it earns by itself")
	}
	recipient, err := k.recipient(ctx, holder)
	if err != nil {
		return nil, 0, err
	}
	if recipient.Equals(holder) {
		if k.deps.Code.HasCode(ctx, holder) {
			return nil, 0, errorsmod.Wrap(types.ErrClaimForRefused, "the holder is a contract and set no payout address")
		}
		pool, err := k.roll(ctx, shareDenom)
		if err != nil {
			return nil, 0, err
		}
		if pool.Bridged && !k.hasSigned(ctx, holder) {
			return nil, 0, errorsmod.Wrap(types.ErrClaimForRefused, "the holder never signed a transaction, and the token was bridged")
		}
	}
	return k.pay(ctx, holder, recipient, shareDenom, upTo)
}

// pay plans a claim and carries it out.
func (k *Keeper) pay(ctx context.Context, holder, recipient sdk.AccAddress, shareDenom string, upTo uint64) (sdk.Coins, uint64, error) {
	if k.excluded(holder) {
		return nil, 0, errorsmod.Wrap(types.ErrInvalidAccount, "the holder is excluded from revenue")
	}
	plan, err := k.planClaim(ctx, shareDenom, holder, upTo)
	if err != nil {
		return nil, 0, err
	}
	if plan.payout.Empty() && (plan.complete || !plan.progress) {
		return nil, 0, errorsmod.Wrapf(types.ErrNothingToClaim, "%s up to epoch %d", shareDenom, min(upTo, plan.pool.Epoch))
	}
	return plan.payout, plan.position.Settled, k.carryOut(ctx, holder, recipient, &plan)
}

// carryOut moves the coins of a plan and books it. No foreign code runs in between, and every
// transfer is booked right behind it: one that is refused leaves books and coins equal, whoever
// swallows its error.
func (k *Keeper) carryOut(ctx context.Context, holder, recipient sdk.AccAddress, plan *claimPlan) error {
	consumeGas(ctx, types.GasSpan*uint64(plan.spans)*uint64(len(plan.streams)), "revshare: settle")
	if !plan.payout.Empty() {
		if err := k.payFromTill(ctx, holder, recipient, plan); err != nil {
			return err
		}
	}
	if err := k.savePlan(ctx, holder, plan); err != nil {
		return err
	}
	return k.emitClaimed(ctx, holder, recipient, plan.pool.ShareDenom, *plan)
}

func (k *Keeper) savePlan(ctx context.Context, holder sdk.AccAddress, plan *claimPlan) error {
	if err := k.saveRoll(ctx, &plan.pool.rolled); err != nil {
		return err
	}
	for i := range plan.streams {
		if err := k.saveStream(ctx, plan.pool.Id, &plan.streams[i]); err != nil {
			return err
		}
	}
	return k.positions.Set(ctx, collections.Join(plan.pool.Id, holder), plan.position)
}

func (k *Keeper) emitClaimed(ctx context.Context, holder, recipient sdk.AccAddress, shareDenom string, plan claimPlan) error {
	holderText, err := k.deps.AddressCodec.BytesToString(holder)
	if err != nil {
		return err
	}
	recipientText, err := k.deps.AddressCodec.BytesToString(recipient)
	if err != nil {
		return err
	}
	return emit(ctx, &types.EventRevenueClaimed{
		ShareDenom: shareDenom, Holder: holderText, Recipient: recipientText, Amount: plan.payout, Settled: plan.position.Settled,
	})
}
