package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/types"
)

// bookTicks reads the ticks of one offering.
type bookTicks struct {
	k   *Keeper
	ctx context.Context
	id  uint64
}

// Above implements book.Ticks.
func (b bookTicks) Above(number uint32) (types.BookTick, bool, error) {
	return b.first(collections.NewPrefixedPairRange[uint64, uint32](b.id).StartExclusive(number))
}

// Below implements book.Ticks.
func (b bookTicks) Below(number uint32) (types.BookTick, bool, error) {
	return b.first(collections.NewPrefixedPairRange[uint64, uint32](b.id).EndExclusive(number).Descending())
}

// At implements book.Ticks.
func (b bookTicks) At(number uint32) (types.BookTick, bool, error) {
	tick, err := b.k.ticks.Get(b.ctx, collections.Join(b.id, number))
	if errors.Is(err, collections.ErrNotFound) {
		return tick, false, nil
	}
	return tick, err == nil, err
}

func (b bookTicks) first(r collections.Ranger[collections.Pair[uint64, uint32]]) (types.BookTick, bool, error) {
	iterator, err := b.k.ticks.Iterate(b.ctx, r)
	if err != nil {
		return types.BookTick{}, false, err
	}
	defer iterator.Close()
	if !iterator.Valid() {
		return types.BookTick{}, false, nil
	}
	tick, err := iterator.Value()
	return tick, err == nil, err
}

// moveTick puts a deposit on a tick (bids = 1) or takes it off (bids = -1), and brings the margin up to date.
func (k *Keeper) moveTick(ctx context.Context, t types.Terms, o *types.Offering, number uint32, price, change math.Int, bids int64) error {
	ticks := bookTicks{k, ctx, o.Id}
	tick, ok, err := ticks.At(number)
	if err != nil {
		return err
	}
	if !ok {
		tick = types.BookTick{OfferingId: o.Id, Number: number, Price: price, Deposited: math.ZeroInt()}
	}
	tick.Deposited = tick.Deposited.Add(change)
	tick.Bids += uint64(bids) //nolint:gosec // wraps back: a standing bid is on its tick
	key := collections.Join(o.Id, number)
	if tick.Bids == 0 {
		err = k.ticks.Remove(ctx, key)
	} else {
		err = k.ticks.Set(ctx, key, tick)
	}
	if err != nil {
		return err
	}
	o.Margin, err = book.MoveMargin(t, o.Margin, ticks, number, change)
	return err
}

// filling clears the book of an offering as it stands.
func (k *Keeper) filling(ctx context.Context, o types.Offering, t types.Terms) (book.Filling, error) {
	at, price, err := k.marginTick(ctx, o)
	if err != nil {
		return book.Filling{}, err
	}
	return book.NewFilling(t, o.Margin, at, price), nil
}

// clearing tells how an offering would settle as it stands.
func (k *Keeper) clearing(ctx context.Context, o types.Offering, t types.Terms) (book.Clearing, error) {
	at, price, err := k.marginTick(ctx, o)
	if err != nil {
		return book.Clearing{}, err
	}
	return book.Clear(t, o, at, price), nil
}

// marginTick returns deposits and price of the margin's tick, both 0 without one.
func (k *Keeper) marginTick(ctx context.Context, o types.Offering) (at, price math.Int, err error) {
	tick, ok, err := bookTicks{k, ctx, o.Id}.At(o.Margin.Tick)
	if err != nil || !ok {
		return math.ZeroInt(), math.ZeroInt(), err
	}
	return tick.Deposited, tick.Price, nil
}

// extend moves the end of an offering whose clearing price a late bid or cancel moved. The caller stores the offering.
func (k *Keeper) extend(ctx context.Context, t types.Terms, o *types.Offering, before book.Clearing) error {
	after, err := k.clearing(ctx, *o, t)
	if err != nil {
		return err
	}
	extended, moved := book.Extend(t, *o, before, after, blockTime(ctx))
	if !moved {
		return nil
	}
	*o = extended
	return emit(ctx, &types.EventOfferingExtended{OfferingId: o.Id, EndTime: o.EndTime, Extensions: o.Extensions})
}
