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

// Exit burns a holder's tokens for their part of the net assets. Nothing stops it while a tranche is unreleased.
func (k *Keeper) Exit(ctx context.Context, holder sdk.AccAddress, burnt sdk.Coin) (sdk.Coin, error) {
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
	text, err := k.text(holder)
	if err != nil {
		return none, err
	}
	market, h, err := k.openMarket(ctx, m.Id)
	if err != nil {
		return none, err
	}
	d, err := tranche.Exit(t, o, market, k.assets(ctx, o, t, market), burnt.Amount)
	if err != nil {
		return none, err
	}

	o.Exited = o.Exited.Add(d.Escrow)
	o.Burnt = o.Burnt.Add(burnt.Amount)
	if err := k.offerings.Set(ctx, o.Id, o); err != nil {
		return none, err
	}
	if err := k.revshare.Burn(ctx, holder, burnt); err != nil {
		return none, err
	}
	if market.Exists() {
		if err := k.leavePool(ctx, h, d, holder); err != nil {
			return none, err
		}
	}
	if escrow := t.Payment(d.Escrow); escrow.IsPositive() {
		if err := k.bank.SendCoins(ctx, types.OfferingAddress(o.Id), holder, sdk.NewCoins(escrow)); err != nil {
			return none, err
		}
	}
	payout := t.Payment(d.Payout())
	return payout, emit(ctx, &types.EventExited{OfferingId: o.Id, Holder: text, Burnt: burnt, Payout: payout})
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

// assets are what the tokens that can exit are worth. Locked tokens cannot leave the module account before the last
// release, hence the rest of the supply is what holders have, whoever burnt some of it and why.
func (k *Keeper) assets(ctx context.Context, o types.Offering, t types.Terms, m tranche.Market) tranche.Assets {
	if o.Status != types.OFFERING_STATUS_SUCCEEDED {
		return tranche.Assets{Unreleased: math.ZeroInt(), Payment: math.ZeroInt(), Circulating: math.ZeroInt()}
	}
	return tranche.Net(o, m, k.bank.GetSupply(ctx, t.TotalSupply.Denom).Amount, book.Locked(t))
}
