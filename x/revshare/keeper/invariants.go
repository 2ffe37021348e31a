package keeper

import (
	"context"
	"math/big"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/accumulator"
	"github.com/imochain/imod/x/revshare/types"
)

// CheckInvariants checks the books of every pool, for tests and simulation.
func (k *Keeper) CheckInvariants(ctx context.Context) error {
	pools, err := collect(ctx, k.pools, nil, 0)
	if err != nil {
		return err
	}
	for _, kv := range pools {
		if err := k.CheckPool(ctx, kv.Key); err != nil {
			return err
		}
	}
	return nil
}

// CheckPool checks one pool: per denom the stored stream and the stream accounted to the
// running epoch both keep deposited = paid + pending + carry + owed exactly, the expiries
// add up to the rate, the sources to the deposits, and the account has the coins.
func (k *Keeper) CheckPool(ctx context.Context, shareDenom string) error {
	pool, err := k.roll(ctx, shareDenom)
	if err != nil {
		return err
	}
	stored, err := collect(ctx, k.streams, collections.NewPrefixedPairRange[uint64, string](pool.Id), 0)
	if err != nil {
		return err
	}
	for _, kv := range stored {
		if err := k.checkStream(ctx, pool, kv.Key.K2(), kv.Value); err != nil {
			return errorsmod.Wrapf(err, "pool %s, denom %s", shareDenom, kv.Key.K2())
		}
	}
	return nil
}

func (k *Keeper) checkStream(ctx context.Context, pool rolledPool, denom string, stored types.Stream) error {
	if err := stored.CheckIdentity(); err != nil {
		return err
	}
	expiries, err := k.exportExpiries(ctx, pool.Id, denom)
	if err != nil {
		return err
	}
	if err := stored.CheckSchedule(expiries); err != nil {
		return err
	}
	plan, err := k.planStream(ctx, pool, denom, stored)
	if err != nil {
		return err
	}
	if err := plan.Stream.CheckIdentity(); err != nil {
		return err
	}
	sources, err := k.exportEarnings(ctx, pool.Id, denom)
	if err != nil {
		return err
	}
	total := new(big.Int)
	for _, s := range sources {
		total.Add(total, s.Amount.BigInt())
	}
	pot, err := getOr(ctx, k.redemptions, collections.Join(pool.Id, denom), types.NewRedemption())
	if err != nil {
		return err
	}
	if err := pot.Validate(); err != nil {
		return err
	}
	if in := stored.Deposited.Add(stored.Held).Add(pot.Deposited); total.Cmp(in.BigInt()) != 0 {
		return errorsmod.Wrapf(types.ErrInvariant, "sources add up to %s, deposits, held and redeemable to %s", total, in)
	}
	books, err := k.solvency(ctx, pool, plan)
	if err != nil {
		return err
	}
	if !books.Solvent {
		return errorsmod.Wrapf(types.ErrInvariant, "balance %s does not cover the books by %s", books.Balance, books.Surplus)
	}
	return nil
}

// books are what the account of a pool holds of a denom, and what has to lie there.
type books struct {
	stream     types.Stream
	redemption types.Redemption
	held       math.Int
}

// surplus is what lies in the account beyond what the books say; 0 without gifts.
func (b books) surplus() math.Int {
	return b.held.Sub(b.stream.Deposited.Sub(b.stream.Paid)).Sub(b.stream.Held).Sub(b.redemption.Balance())
}

// balance tells whether the identity is exact and the coins are there.
func (b books) balance() bool {
	return b.stream.CheckIdentity() == nil && !b.surplus().IsNegative()
}

func (k *Keeper) poolBooks(ctx context.Context, pool rolledPool, plan streamPlan) (books, error) {
	redemption, err := getOr(ctx, k.redemptions, collections.Join(pool.Id, plan.denom), types.NewRedemption())
	return books{
		stream: plan.Stream, redemption: redemption, held: k.deps.Bank.GetBalance(ctx, pool.account(), plan.denom).Amount,
	}, err
}

// checkBooks refuses a payment in a denom whose books do not balance. One breached pool stops, and
// only that one: others keep their coins in accounts of their own.
func (k *Keeper) checkBooks(ctx context.Context, pool rolledPool, plan streamPlan) error {
	b, err := k.poolBooks(ctx, pool, plan)
	if err != nil {
		return err
	}
	if !b.balance() {
		return errorsmod.Wrapf(types.ErrPoolBreached, "%s in %s: surplus %s", pool.ShareDenom, plan.denom, b.surplus())
	}
	return nil
}

// solvency is the public form of the invariant, tills included: a pool is solvent when identity and
// coins say so. It moves nothing.
func (k *Keeper) solvency(ctx context.Context, pool rolledPool, plan streamPlan) (types.DenomSolvency, error) {
	b, err := k.poolBooks(ctx, pool, plan)
	if err != nil {
		return types.DenomSolvency{}, err
	}
	tills, err := k.readTills(ctx, pool.Id, plan.denom)
	if err != nil {
		return types.DenomSolvency{}, err
	}
	s, solvent, balance, surplus := takeBack(plan.Stream, tills), b.balance(), b.held, b.surplus()
	for _, kv := range tills {
		lies := k.deps.Bank.GetBalance(ctx, till{pool: pool.Id, number: kv.Key.K3()}.account(), plan.denom).Amount
		balance, surplus = balance.Add(lies), surplus.Add(lies.Sub(kv.Value))
		solvent = solvent && lies.GTE(kv.Value)
	}
	return types.DenomSolvency{
		Denom: plan.denom, Deposited: s.Deposited, Paid: s.Paid, Pending: s.Pending(), CarryScaled: s.Carry, OwedScaled: s.Owed,
		Held: s.Held, Redeemable: b.redemption.Balance(), Balance: balance, Surplus: surplus, Solvent: solvent && s.CheckIdentity() == nil,
	}, nil
}

// takeBack is a stream as if its tills were empty: what lies in them is owed and not paid.
func takeBack(s types.Stream, tills []collections.KeyValue[poolDenomKind, math.Int]) types.Stream {
	for _, kv := range tills {
		s.Paid = s.Paid.Sub(kv.Value)
		s.Owed = s.Owed.Add(math.NewIntFromBigInt(types.Scaled(kv.Value)))
	}
	return s
}

// HolderTotal is what one account has earned in one denom and not been paid, scaled.
type HolderTotal struct {
	Denom  string
	Scaled *big.Int
}

// HolderTotals is an account's unpaid revenue of all closed epochs, exact. It walks every
// checkpoint: for tests and simulation.
func (k *Keeper) HolderTotals(ctx context.Context, shareDenom string, holder sdk.AccAddress) ([]HolderTotal, error) {
	pool, err := k.roll(ctx, shareDenom)
	if err != nil {
		return nil, err
	}
	streams, err := k.planStreams(ctx, pool)
	if err != nil {
		return nil, err
	}
	return k.holderTotals(ctx, pool, streams, holder)
}

func (k *Keeper) holderTotals(ctx context.Context, pool rolledPool, streams []streamPlan, holder sdk.AccAddress) ([]HolderTotal, error) {
	position, err := getOr(ctx, k.positions, collections.Join(pool.Id, holder), types.Position{})
	if err != nil {
		return nil, err
	}
	var spans []accumulator.Span
	if pool.Epoch > 0 && pool.Epoch-1 > position.Settled {
		upTo := pool.Epoch - 1
		marks, held, err := k.readMarks(ctx, pool, holder, position.Settled, upTo, int(pool.Epoch)+1)
		if err != nil {
			return nil, err
		}
		if spans, err = accumulator.Spans(position.Settled, upTo, marks, held); err != nil {
			return nil, err
		}
	}
	out := make([]HolderTotal, len(streams))
	for i, s := range streams {
		sum, err := accumulator.Accrual(spans, k.indexLookup(ctx, pool.Id, s))
		if err != nil {
			return nil, err
		}
		out[i] = HolderTotal{Denom: s.denom, Scaled: sum.Add(sum, position.Residue(s.denom))}
	}
	return out, nil
}

// CheckHolders checks that the unpaid revenue of all holders adds up to what the pool says
// it owes, and returns the difference. holders must name every account that ever held the
// token; what IBC escrows were given beyond their escrow stays unclaimed, so the sum may be
// below, never above.
func (k *Keeper) CheckHolders(ctx context.Context, shareDenom string, holders []sdk.AccAddress) ([]HolderTotal, error) {
	pool, err := k.roll(ctx, shareDenom)
	if err != nil {
		return nil, err
	}
	streams, err := k.planStreams(ctx, pool)
	if err != nil {
		return nil, err
	}
	left := make([]HolderTotal, len(streams))
	for i, s := range streams {
		tills, err := k.readTills(ctx, pool.Id, s.denom)
		if err != nil {
			return nil, err
		}
		left[i] = HolderTotal{Denom: s.denom, Scaled: takeBack(s.Stream, tills).Owed.BigInt()}
	}
	for _, holder := range holders {
		totals, err := k.holderTotals(ctx, pool, streams, holder)
		if err != nil {
			return nil, err
		}
		for i := range left {
			left[i].Scaled.Sub(left[i].Scaled, totals[i].Scaled)
		}
	}
	for _, l := range left {
		if l.Scaled.Sign() < 0 {
			return left, errorsmod.Wrapf(types.ErrInvariant, "holders of %s earned %s (scaled, %s) more than is owed", shareDenom, l.Scaled, l.Denom)
		}
	}
	return left, nil
}

// exportExpiries reads the expiries of a stream, ascending.
func (k *Keeper) exportExpiries(ctx context.Context, poolID uint64, denom string) ([]types.GenesisSupply, error) {
	kvs, err := collect(ctx, k.expiries, collections.NewSuperPrefixedTripleRange[uint64, string, uint64](poolID, denom), 0)
	if err != nil {
		return nil, err
	}
	out := make([]types.GenesisSupply, len(kvs))
	for i, kv := range kvs {
		out[i] = types.GenesisSupply{Epoch: kv.Key.K3(), Amount: kv.Value}
	}
	return out, nil
}

// exportEarnings reads the deposits of a stream by kind, ascending.
func (k *Keeper) exportEarnings(ctx context.Context, poolID uint64, denom string) ([]types.SourceTotal, error) {
	kvs, err := collect(ctx, k.earnings, collections.NewSuperPrefixedTripleRange[uint64, string, uint32](poolID, denom), 0)
	if err != nil {
		return nil, err
	}
	out := make([]types.SourceTotal, len(kvs))
	for i, kv := range kvs {
		out[i] = types.SourceTotal{Kind: types.SourceKind(kv.Key.K3()), Amount: kv.Value}
	}
	return out, nil
}
