package keeper

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/imochain/imod/x/imo/types"
)

// offering returns an offering with its terms.
func (k *Keeper) offering(ctx context.Context, id uint64) (types.Offering, types.Terms, error) {
	o, err := k.offerings.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return o, types.Terms{}, types.ErrOfferingNotFound.Wrapf("offering %d", id)
	}
	if err != nil {
		return o, types.Terms{}, err
	}
	t, err := k.terms.Get(ctx, id)
	return o, t, err
}

// Offering returns an offering with its terms.
func (k *Keeper) Offering(ctx context.Context, id uint64) (types.Offering, types.Terms, error) {
	return k.offering(ctx, id)
}

// CreateOffering freezes the terms of a sale, and makes the token's pool, metadata and address the first time.
func (k *Keeper) CreateOffering(ctx context.Context, creator sdk.AccAddress, msg *types.MsgCreateOffering) (types.Offering, types.Terms, error) {
	var none types.Offering
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	params, err := k.params.Get(ctx)
	if err != nil {
		return none, types.Terms{}, err
	}
	if params.Paused {
		return none, types.Terms{}, types.ErrPaused
	}
	if k.tokenHooks == nil {
		return none, types.Terms{}, types.ErrHooksMissing.Wrap("nothing registers tokens")
	}
	m, err := k.ownModel(ctx, creator, msg.ModelId)
	if err != nil {
		return none, types.Terms{}, err
	}
	if err := k.checkSellable(ctx, m); err != nil {
		return none, types.Terms{}, err
	}
	t, err := k.newTerms(sdkCtx, params, m, creator, msg)
	if err != nil {
		return none, t, err
	}
	if t.OfferingId, err = k.offeringID(ctx, msg); err != nil {
		return none, t, err
	}
	t.MainId = t.OfferingId
	if err := t.Validate(); err != nil {
		return none, t, err
	}
	if err := t.ValidateNew(params, m, sdkCtx.BlockTime()); err != nil {
		return none, t, err
	}
	o, err := k.openOffering(ctx, t)
	if err != nil {
		return none, t, err
	}
	for i := range t.Lots {
		lot := t.LotTerms(i)
		lot.MainTermsHash = o.TermsHash
		if err := lot.ValidateNew(params, m, sdkCtx.BlockTime()); err != nil {
			return none, t, errorsmod.Wrapf(err, "lot %d", i)
		}
		if _, err := next(ctx, k.offeringSequence); err != nil {
			return none, t, err
		}
		if _, err := k.openOffering(ctx, lot); err != nil {
			return none, t, err
		}
	}
	return o, t, k.createToken(ctx, m, t)
}

// offeringID gives the next id and compares it with the one that allow lists were made for.
func (k *Keeper) offeringID(ctx context.Context, msg *types.MsgCreateOffering) (uint64, error) {
	id, err := next(ctx, k.offeringSequence)
	if err != nil {
		return 0, err
	}
	listed := msg.AllowRoot != "" || slices.ContainsFunc(msg.Lots, func(l types.Lot) bool { return l.AllowRoot != "" })
	if id != msg.ExpectedId && (listed || msg.ExpectedId != 0) {
		return 0, types.ErrExpectedID.Wrapf("expected_id is %d, the next id is %d", msg.ExpectedId, id)
	}
	return id, nil
}

// checkSellable refuses a model that is not proved, earns nothing by its licence, or has a token or a running sale.
func (k *Keeper) checkSellable(ctx context.Context, m types.Model) error {
	if err := m.Servable(); err != nil {
		return err
	}
	if types.NonCommercial(m.Licence) {
		return types.ErrNonCommercial.Wrapf("licence %q of model %d", m.Licence, m.Id)
	}
	bound, _, err := k.boundingTerms(ctx, m)
	if err != nil {
		return err
	}
	if bound || m.SoldOfferingId != 0 {
		return types.ErrModelInUse.Wrapf("model %d has offering %d", m.Id, m.OfferingId)
	}
	return nil
}

func (k *Keeper) newTerms(ctx sdk.Context, p types.Params, m types.Model, creator sdk.AccAddress, msg *types.MsgCreateOffering) (types.Terms, error) {
	v, err := k.version(ctx, m.Id, m.LatestVersion)
	if err != nil {
		return types.Terms{}, err
	}
	treasury, err := k.accountOr("treasury", msg.Treasury, creator)
	if err != nil {
		return types.Terms{}, err
	}
	if err := k.checkRecipient("treasury", treasury); err != nil {
		return types.Terms{}, err
	}
	treasuryText, err := k.text(treasury)
	if err != nil {
		return types.Terms{}, err
	}
	start := msg.StartTime
	if !start.After(time.Unix(0, 0)) {
		start = ctx.BlockTime()
	}
	t := types.Terms{
		ModelId:             m.Id,
		Version:             m.LatestVersion,
		ManifestRoot:        v.ManifestRoot,
		Creator:             m.Creator,
		Kind:                msg.Kind,
		TokenName:           msg.TokenName,
		TokenSymbol:         msg.TokenSymbol,
		TotalSupply:         msg.TotalSupply,
		SaleBps:             msg.SaleBps,
		ContributorsBps:     msg.ContributorsBps,
		LiquidityBps:        msg.LiquidityBps,
		TreasuryBps:         msg.TreasuryBps,
		Treasury:            treasuryText,
		Contributors:        m.Contributors,
		PaymentDenom:        msg.PaymentDenom,
		Price:               msg.Price,
		SoftCap:             msg.SoftCap,
		MinBid:              msg.MinBid,
		OwnerCap:            msg.OwnerCap,
		StartTime:           start,
		EndTime:             msg.EndTime,
		CancelDeadline:      msg.CancelDeadline,
		Tranches:            msg.Tranches,
		ExitWindow:          msg.ExitWindow,
		VestingCliff:        msg.VestingCliff,
		VestingDuration:     msg.VestingDuration,
		DisclosureHash:      msg.DisclosureHash,
		MinRequestPrice:     msg.MinRequestPrice,
		MaxRequestPrice:     msg.MaxRequestPrice,
		PriceWindow:         p.PriceWindow,
		IncomeProtocolBps:   m.IncomeProtocolBps,
		ProceedsProtocolBps: p.ProceedsProtocolBps,

		AllowRoot: msg.AllowRoot, Lots: msg.Lots, PoolFeeBps: msg.PoolFeeBps, LiquidityProceedsBps: msg.LiquidityProceedsBps,
		TreasuryWindow: p.MinTreasuryWindow, ObjectionBps: p.ObjectionBps, VersionDelay: p.VersionDelay,
	}
	if msg.TreasuryWindow != nil {
		t.TreasuryWindow = *msg.TreasuryWindow
	}
	return t, t.SetBook(p, msg)
}

// openOffering stores terms and state and queues the start.
func (k *Keeper) openOffering(ctx context.Context, t types.Terms) (types.Offering, error) {
	hash, err := t.Hash()
	if err != nil {
		return types.Offering{}, err
	}
	escrow, err := k.text(types.OfferingAddress(t.OfferingId))
	if err != nil {
		return types.Offering{}, err
	}
	o := types.NewOffering(t, hash, escrow)
	if err := k.terms.Set(ctx, o.Id, t); err != nil {
		return o, err
	}
	if err := emit(ctx, &types.EventOfferingCreated{
		OfferingId: o.Id, ModelId: o.ModelId, Creator: t.Creator, TermsHash: hash, StartTime: t.StartTime, EndTime: t.EndTime,
	}); err != nil {
		return o, err
	}
	if t.StartTime.After(sdk.UnwrapSDKContext(ctx).BlockTime()) {
		err = k.requeue(ctx, &o, &t.StartTime)
	} else {
		err = k.start(ctx, &o, t)
	}
	if err != nil {
		return o, err
	}
	return o, k.offerings.Set(ctx, o.Id, o)
}

// createToken writes the token's metadata, which a second offering after a failed first one may rename, and makes its
// pool and address once. The pool exists before any token does.
func (k *Keeper) createToken(ctx context.Context, m types.Model, t types.Terms) error {
	denom := t.TotalSupply.Denom
	if supply := k.bank.GetSupply(ctx, denom); supply.IsPositive() {
		return types.ErrModelInUse.Wrapf("%s exist already", supply)
	}
	metadata := banktypes.Metadata{
		Description: fmt.Sprintf("Revenue share token of model %d", m.Id),
		DenomUnits: []*banktypes.DenomUnit{
			{Denom: denom, Exponent: 0},
			{Denom: types.DisplayDenom(m.Id), Exponent: types.TokenDecimals},
		},
		Base:    denom,
		Display: types.DisplayDenom(m.Id),
		Name:    t.TokenName,
		Symbol:  t.TokenSymbol,
		URI:     m.MetadataUri,
		URIHash: t.ManifestRoot,
	}
	if err := metadata.Validate(); err != nil {
		return types.ErrInvalidTerms.Wrap(err.Error())
	}
	k.bank.SetDenomMetaData(ctx, metadata)
	has, err := k.revshare.HasPool(ctx, denom)
	if err != nil {
		return err
	}
	if !has {
		if err := k.revshare.CreatePool(ctx, denom); err != nil {
			return err
		}
	}
	first := m.TokenDenom == ""
	m.TokenDenom, m.OfferingId = denom, t.OfferingId
	if err := k.models.Set(ctx, m.Id, m); err != nil {
		return err
	}
	if !first {
		return nil
	}
	return k.tokenHooks.AfterTokenCreated(ctx, m.Id, denom)
}

// CancelOffering withdraws an offering in which no bid stands. The model may be offered again.
func (k *Keeper) CancelOffering(ctx context.Context, creator sdk.AccAddress, id uint64) error {
	o, t, err := k.offering(ctx, id)
	if err != nil {
		return err
	}
	text, err := k.text(creator)
	if err != nil {
		return err
	}
	if t.Creator != text {
		return types.ErrNotCreator.Wrapf("offering %d belongs to %s, the signer is %s", id, t.Creator, text)
	}
	if !o.Running() {
		return types.ErrOfferingSettled.Wrapf("offering %d is %s", id, o.Status)
	}
	if !t.Public() {
		return types.ErrInvalidTerms.Wrapf("offering_id %d is a lot: offering %d is cancelled with all its lots", id, t.MainId)
	}
	rounds, err := k.rounds(ctx, t)
	if err != nil {
		return err
	}
	for _, r := range rounds {
		if r.offering.StandingBids != 0 {
			return types.ErrHasBids.Wrapf("offering %d has %d", r.offering.Id, r.offering.StandingBids)
		}
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	for _, r := range rounds {
		o := r.offering
		if err := k.requeue(ctx, &o, nil); err != nil {
			return err
		}
		o.Status, o.SettledTime = types.OFFERING_STATUS_CANCELLED, &now
		if err := k.offerings.Set(ctx, o.Id, o); err != nil {
			return err
		}
		if err := emit(ctx, &types.EventOfferingCancelled{OfferingId: o.Id}); err != nil {
			return err
		}
	}
	return nil
}

// round is one offering of a sale with its terms.
type round struct {
	offering types.Offering
	terms    types.Terms
}

// rounds returns all offerings of a sale, the public one first.
func (k *Keeper) rounds(ctx context.Context, t types.Terms) ([]round, error) {
	ids := t.Members()
	rounds := make([]round, len(ids))
	for i, id := range ids {
		var err error
		if rounds[i].offering, rounds[i].terms, err = k.offering(ctx, id); err != nil {
			return nil, err
		}
	}
	return rounds, nil
}
