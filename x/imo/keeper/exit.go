package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/tranche"
	"github.com/imochain/imod/x/imo/types"
)

// Exit burns a holder's tokens for their part of the net assets of the public round, and at least for a limit; the zero
// coin is none. Nothing else stops it while a tranche is unreleased.
func (k *Keeper) Exit(ctx context.Context, holder sdk.AccAddress, burnt, least sdk.Coin) (sdk.Coin, error) {
	var none sdk.Coin
	m, err := k.ModelByDenom(ctx, burnt.Denom)
	if err != nil {
		return none, err
	}
	if m.SoldOfferingId == 0 {
		return none, types.ErrNothingToExit.Wrapf("the token of model %d is not sold", m.Id)
	}
	if err := types.CheckPositive("amount", burnt, m.TokenDenom); err != nil {
		return none, err
	}
	if err := k.checkRecipient("holder", holder); err != nil {
		return none, err
	}
	o, t, err := k.offering(ctx, m.SoldOfferingId)
	if err != nil {
		return none, err
	}
	market, h, err := k.openMarket(ctx, m.Id)
	if err != nil {
		return none, err
	}
	assets, err := k.assets(ctx, o, t, market)
	if err != nil {
		return none, err
	}
	d, err := tranche.Exit(t, o, market, assets, burnt.Amount)
	if err != nil {
		return none, err
	}
	if err := checkLeast("min_payout", t.Payment(d.Payout()), least); err != nil {
		return none, err
	}
	if err := k.leave(ctx, holder, o, t, d, burnt); err != nil {
		return none, err
	}
	if market.Exists() {
		err = k.leavePool(ctx, h, d, holder)
	}
	return t.Payment(d.Payout()), err
}

// ExitLot burns a holder's locked tokens of an early round for their part of that round's unreleased proceeds, and at
// least for a limit; the zero coin is none.
func (k *Keeper) ExitLot(ctx context.Context, holder sdk.AccAddress, id uint64, burnt, least sdk.Coin) (sdk.Coin, error) {
	var none sdk.Coin
	c, err := k.claimOf(ctx, id, holder)
	if err != nil {
		return none, err
	}
	o, t := c.offering, c.terms
	if t.Public() {
		return none, types.ErrNothingToExit.Wrapf("offering_id %d is no lot: its tokens exit from the wallet", id)
	}
	if o.Status != types.OFFERING_STATUS_SUCCEEDED {
		return none, types.ErrOfferingNotSold.Wrapf("offering %d is %s", id, o.Status)
	}
	if err := types.CheckPositive("amount", burnt, t.TotalSupply.Denom); err != nil {
		return none, err
	}
	if burnt.Amount.GT(c.locked) {
		return none, types.ErrLocked.Wrapf("amount is %s, %s are locked for %s in offering %d", burnt, t.Tokens(c.locked), c.allocation.Owner, id)
	}
	if err := k.checkRecipient("holder", holder); err != nil {
		return none, err
	}
	d, err := tranche.Exit(t, o, tranche.Market{}, lotAssets(o), burnt.Amount)
	if err != nil {
		return none, err
	}
	if err := checkLeast("min_payout", t.Payment(d.Payout()), least); err != nil {
		return none, err
	}
	// The tokens are handed out and burnt at once, so that revshare sees an ordinary burn.
	if err := k.revshare.MaterializeLazy(ctx, burnt.Denom, holder, burnt.Amount); err != nil {
		return none, err
	}
	o.HandedOut = o.HandedOut.Add(burnt.Amount)
	c.allocation.Collected = c.allocation.Collected.Add(burnt.Amount)
	if err := k.allocations.Set(ctx, collections.Join(id, holder), c.allocation); err != nil {
		return none, err
	}
	if err := k.bank.SendCoins(ctx, k.moduleAddress(), holder, sdk.NewCoins(burnt)); err != nil {
		return none, err
	}
	return t.Payment(d.Payout()), k.leave(ctx, holder, o, t, d, burnt)
}

// leave burns tokens of the wallet and pays what the escrow gives for them.
func (k *Keeper) leave(ctx context.Context, holder sdk.AccAddress, o types.Offering, t types.Terms, d tranche.Departure, burnt sdk.Coin) error {
	text, err := k.text(holder)
	if err != nil {
		return err
	}
	o.Exited, o.Burnt = o.Exited.Add(d.Escrow), o.Burnt.Add(burnt.Amount)
	if err := k.offerings.Set(ctx, o.Id, o); err != nil {
		return err
	}
	if err := k.revshare.Burn(ctx, holder, burnt); err != nil {
		return err
	}
	if escrow := t.Payment(d.Escrow); escrow.IsPositive() {
		if err := k.bank.SendCoins(ctx, types.OfferingAddress(o.Id), holder, sdk.NewCoins(escrow)); err != nil {
			return err
		}
	}
	return emit(ctx, &types.EventExited{OfferingId: o.Id, Holder: text, Burnt: burnt, Payout: t.Payment(d.Payout())})
}

// leavePool takes an exit's part out of the locked position: its payment goes to the holder, its tokens are burnt.
func (k *Keeper) leavePool(ctx context.Context, h holding, d tranche.Departure, holder sdk.AccAddress) error {
	if err := k.resize(ctx, h, d.Pool, d.Shares.Neg()); err != nil {
		return err
	}
	if tokens := sdk.NewCoin(h.pool.Tokens.Denom, d.Tokens); tokens.IsPositive() {
		if err := k.revshare.Burn(ctx, h.owner, tokens); err != nil {
			return err
		}
	}
	if payment := sdk.NewCoin(h.pool.Payment.Denom, d.Payment); payment.IsPositive() {
		return k.bank.SendCoins(ctx, h.owner, holder, sdk.NewCoins(payment))
	}
	return nil
}

// openMarket returns the market of a token for an exit, with its locked position settled; the zero values without one.
func (k *Keeper) openMarket(ctx context.Context, modelID uint64) (tranche.Market, holding, error) {
	h, err := k.openPosition(ctx, modelID, types.PoolAddress(modelID))
	if errors.Is(err, types.ErrPoolNotFound) {
		return tranche.Market{}, holding{}, nil
	}
	return tranche.Market{Pool: h.pool, Total: h.shares.Total, Locked: h.position.Shares}, h, err
}

// viewMarket is openMarket for queries: it settles nothing.
func (k *Keeper) viewMarket(ctx context.Context, modelID uint64) (tranche.Market, error) {
	p, err := k.pool(ctx, modelID)
	if errors.Is(err, types.ErrPoolNotFound) {
		return tranche.Market{}, nil
	}
	if err != nil {
		return tranche.Market{}, err
	}
	s, err := k.market.shares.Get(ctx, modelID)
	if err != nil {
		return tranche.Market{}, err
	}
	locked, err := k.market.positions.Get(ctx, collections.Join(modelID, types.PoolAddress(modelID)))
	return tranche.Market{Pool: p, Total: s.Total, Locked: locked.Shares}, err
}

// assets are what the tokens are worth that can exit into the public round's proceeds: the supply without those that
// others hold locked until the last release, contributors, treasury, buyers of early rounds, and without those in the
// market's locked position. Hence it counts whatever is unburnt, whoever burnt the rest and why.
func (k *Keeper) assets(ctx context.Context, o types.Offering, t types.Terms, m tranche.Market) (tranche.Assets, error) {
	locked := book.Locked(t)
	for _, id := range t.Members()[1:] {
		lot, err := k.offerings.Get(ctx, id)
		if err != nil {
			return tranche.Assets{}, err
		}
		locked = locked.Add(lot.Minted.Sub(lot.HandedOut))
	}
	return tranche.Net(o, m, k.bank.GetSupply(ctx, t.TotalSupply.Denom).Amount, locked), nil
}

// lotAssets are what the locked tokens of an early round are worth: its own proceeds.
func lotAssets(o types.Offering) tranche.Assets {
	return tranche.Assets{Unreleased: tranche.Unreleased(o), Payment: math.ZeroInt(), Circulating: o.Minted.Sub(o.HandedOut)}
}

// trancheAssets are those of any offering; nothing before it succeeded.
func (k *Keeper) trancheAssets(ctx context.Context, o types.Offering, t types.Terms, m tranche.Market) (tranche.Assets, error) {
	switch {
	case o.Status != types.OFFERING_STATUS_SUCCEEDED:
		return tranche.Assets{Unreleased: math.ZeroInt(), Payment: math.ZeroInt(), Circulating: math.ZeroInt()}, nil
	case !t.Public():
		return lotAssets(o), nil
	default:
		return k.assets(ctx, o, t, m)
	}
}
