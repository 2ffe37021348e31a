package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/types"
)

// Report complains about the content of a token and locks a bond. A token has a
// bounded number of open reports, an account at most one of them.
func (k *Keeper) Report(
	ctx context.Context, reporter sdk.AccAddress, collectionID uint64, id types.TokenID, reason types.ReportReason, text string,
) (types.Report, error) {
	params, err := k.openParams(ctx)
	if err != nil {
		return types.Report{}, err
	}
	report := types.Report{
		Reason: reason, Text: text, Bond: params.ReportBond, LastHeight: height(ctx) + int64(params.ReportBlocks),
	}
	if report.Reporter, err = k.text(reporter); err != nil {
		return types.Report{}, err
	}
	if err := report.ValidateBasic(); err != nil {
		return types.Report{}, err
	}
	if err := k.checkRecipient(collectionID, reporter); err != nil {
		return types.Report{}, err
	}
	if _, err := k.Token(ctx, collectionID, id); err != nil {
		return types.Report{}, err
	}
	open, err := k.openReports(ctx, collectionID, id)
	if err != nil {
		return types.Report{}, err
	}
	if len(open) >= types.MaxReports {
		return types.Report{}, types.ErrInvalidReport.Wrapf("token %s has %d open reports already", id, len(open))
	}
	key := tokenAccountKeyOf(collectionID, id, reporter)
	twice, err := k.reports.Has(ctx, key)
	if err != nil {
		return types.Report{}, err
	}
	if twice {
		return types.Report{}, types.ErrInvalidReport.Wrapf("%s has reported token %s already", report.Reporter, id)
	}
	if err := k.reports.Set(ctx, key, report); err != nil {
		return types.Report{}, err
	}
	if err := k.toEscrow(ctx, collectionID, reporter, report.Bond); err != nil {
		return types.Report{}, err
	}
	return report, emit(ctx, &types.EventReported{
		CollectionId: collectionID, TokenId: id.String(), Reporter: report.Reporter, Reason: reason,
	})
}

// SetFlags sets how content is shown and decides the open reports about it: upheld
// ones return their bonds, dismissed ones lose them to the community pool.
func (k *Keeper) SetFlags(
	ctx context.Context, authority string, collectionID uint64, id types.TokenID, flags types.Flags, upheld bool,
) (decided int, err error) {
	if err := k.requireModerator(ctx, authority); err != nil {
		return 0, err
	}
	if err := flags.ValidateBasic(); err != nil {
		return 0, err
	}
	if _, err := k.Token(ctx, collectionID, id); err != nil {
		return 0, err
	}
	flags.Height = height(ctx)
	if flags.None() {
		err = k.flags.Remove(ctx, keyOf(collectionID, id))
	} else {
		err = k.flags.Set(ctx, keyOf(collectionID, id), flags)
	}
	if err != nil {
		return 0, err
	}
	if err := k.contentChanged(ctx, collectionID, id, types.Unlogged{Metadata: true}); err != nil {
		return 0, err
	}
	open, err := k.openReports(ctx, collectionID, id)
	if err != nil {
		return 0, err
	}
	for _, reporter := range open {
		if err := k.endReport(ctx, collectionID, id, reporter, upheld); err != nil {
			return 0, err
		}
	}
	return len(open), emit(ctx, &types.EventFlagsSet{
		CollectionId: collectionID, TokenId: id.String(), Flags: flags, Authority: authority,
	})
}

// EndReport returns the bond of a report that was not decided in time, or whose
// token is gone. It works while the module is paused.
func (k *Keeper) EndReport(ctx context.Context, reporter sdk.AccAddress, collectionID uint64, id types.TokenID) error {
	report, err := k.reports.Get(ctx, tokenAccountKeyOf(collectionID, id, reporter))
	if errors.Is(err, collections.ErrNotFound) {
		return types.ErrReportNotFound.Wrapf("about %s in collection %d", id, collectionID)
	}
	if err != nil {
		return err
	}
	if height(ctx) <= report.LastHeight {
		exists, err := k.ownerships.Has(ctx, keyOf(collectionID, id))
		if err != nil {
			return err
		}
		if exists {
			return types.ErrReportOpen.Wrapf("until block %d", report.LastHeight)
		}
	}
	return k.endReport(ctx, collectionID, id, reporter, true)
}

// endReport removes a report; its bond goes back or to the community pool.
func (k *Keeper) endReport(ctx context.Context, collectionID uint64, id types.TokenID, reporter sdk.AccAddress, returned bool) error {
	key := tokenAccountKeyOf(collectionID, id, reporter)
	report, err := k.reports.Get(ctx, key)
	if err != nil {
		return err
	}
	if err := k.reports.Remove(ctx, key); err != nil {
		return err
	}
	escrow := types.EscrowAddress(collectionID)
	switch {
	case returned:
		err = k.pay(ctx, collectionID, escrow, reporter, report.Bond)
	case report.Bond.IsPositive():
		err = k.community.FundCommunityPool(ctx, sdk.NewCoins(report.Bond), escrow)
	}
	if err != nil {
		return err
	}
	return emit(ctx, &types.EventReportEnded{
		CollectionId: collectionID, TokenId: id.String(), Reporter: report.Reporter, Returned: returned,
	})
}

// openReports lists who reported a token: at most types.MaxReports accounts.
func (k *Keeper) openReports(ctx context.Context, collectionID uint64, id types.TokenID) ([]sdk.AccAddress, error) {
	var open []sdk.AccAddress
	err := k.reports.Walk(ctx, collections.NewSuperPrefixedTripleRange[uint64, []byte, sdk.AccAddress](collectionID, id.Bytes()),
		func(key tokenAccountKey, _ types.Report) (bool, error) {
			open = append(open, key.K3())
			return len(open) >= types.MaxReports, nil
		})
	return open, err
}

// Flags reads what is flagged of a token; nothing is the zero value.
func (k *Keeper) Flags(ctx context.Context, collectionID uint64, id types.TokenID) (types.Flags, error) {
	flags, err := k.flags.Get(ctx, keyOf(collectionID, id))
	if errors.Is(err, collections.ErrNotFound) {
		return types.Flags{}, nil
	}
	return flags, err
}

// requireTradable refuses the native market to withdrawn content.
func (k *Keeper) requireTradable(ctx context.Context, collectionID uint64, id types.TokenID) error {
	flags, err := k.Flags(ctx, collectionID, id)
	if err != nil {
		return err
	}
	if flags.Withdrawn {
		return types.ErrWithdrawn.Wrapf("token %s", id)
	}
	return nil
}

// requireModerator fails unless the account is governance or a moderator.
func (k *Keeper) requireModerator(ctx context.Context, authority string) error {
	addr, err := k.account(authority)
	if err != nil {
		return err
	}
	text, err := k.text(addr)
	if err != nil {
		return err
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	if text != k.authority && !slices.Contains(params.Moderators, text) {
		return types.ErrNotModerator.Wrap(text)
	}
	return nil
}
