package keeper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/types"
)

const reportBond = 17

func (f *fixture) report(t require.TestingT, who sdk.AccAddress, c uint64, id types.TokenID) {
	_, err := f.msgs.Report(f.ctx, &types.MsgReport{
		Reporter: f.text(who), CollectionId: c, TokenId: id.String(), Reason: types.REPORT_REASON_RIGHTS, Text: "mine",
	})
	require.NoError(t, err)
}

func (f *fixture) flag(ctx sdk.Context, authority string, c uint64, id types.TokenID, flags types.Flags, upheld bool) (uint32, error) {
	resp, err := f.msgs.SetFlags(ctx, &types.MsgSetFlags{
		Authority: authority, CollectionId: c, TokenId: id.String(),
		Sensitive: flags.Sensitive, Withdrawn: flags.Withdrawn, Note: flags.Note, Upheld: upheld,
	})
	if err != nil {
		return 0, err
	}
	return resp.Decided, nil
}

// TestFlagsTouchMarketAndDisplayOnly: withdrawn content is neither listed, sold nor
// offered for, and its metadata shows nothing of it; it still belongs to its owner,
// moves, is verified, earns and can be burnt.
func TestFlagsTouchMarketAndDisplayOnly(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id := f.finalToken(t, c, 1)
	_, err := f.k.Settle(f.ctx, f.alice, c, id, output(1))
	require.NoError(t, err)
	f.list(t, c, id, coin(500))
	f.offer(t, f.carol, c, id, coin(100))
	_, err = f.flag(f.ctx, f.authority, c, id, types.Flags{Withdrawn: true, Sensitive: true, Note: "court order"}, false)
	require.NoError(t, err)

	for name, action := range map[string]func(sdk.Context) error{
		"list": func(ctx sdk.Context) error { return f.k.List(ctx, f.alice, c, id, coin(600)) },
		"buy":  func(ctx sdk.Context) error { return f.k.Buy(ctx, f.bob, c, id, coin(500)) },
		"offer": func(ctx sdk.Context) error {
			return f.k.MakeOffer(ctx, f.bob, c, id, coin(5), f.ctx.BlockTime().Add(hour))
		},
		"accept": func(ctx sdk.Context) error { return f.k.AcceptOffer(ctx, f.alice, f.carol, c, id, coin(100)) },
	} {
		branch, _ := f.ctx.CacheContext()
		require.ErrorIs(t, action(branch), types.ErrWithdrawn, name)
	}
	require.NoError(t, f.k.Unlist(f.ctx, f.alice, c, id))
	require.NoError(t, f.k.CancelOffer(f.ctx, f.carol, f.carol, c, id))
	doc := uriFields(t, f, c, id)
	require.Equal(t, true, doc["withdrawn"])
	require.Equal(t, true, doc["sensitive"])
	require.NotContains(t, doc, "content")
	info, err := f.queries.Token(f.ctx, &types.QueryTokenRequest{CollectionId: c, TokenId: id.String()})
	require.NoError(t, err)
	require.Equal(t, "court order", info.Token.Flags.Note)

	encoded, err := f.k.Prompt(f.ctx, c, id)
	require.NoError(t, err)
	verified, err := f.k.Verify(f.ctx, c, encoded, output(1))
	require.NoError(t, err)
	require.True(t, verified)
	require.NoError(t, f.k.TransferFrom(f.ctx, f.alice, f.alice, f.bob, c, id))
	f.invariants(t)

	_, err = f.flag(f.ctx, f.authority, c, id, types.Flags{}, false)
	require.NoError(t, err)
	require.NoError(t, f.k.List(f.ctx, f.bob, c, id, coin(600)))
	_, err = f.flag(f.ctx, f.authority, c, id, types.Flags{Sensitive: true}, false)
	require.NoError(t, err)
	require.NoError(t, f.k.Buy(f.ctx, f.carol, c, id, coin(600)), "sensitive content is traded")
	require.NoError(t, f.k.Burn(f.ctx, f.carol, c, id))
	f.invariants(t)
}

// TestReports: a bond is locked, returned when the report is upheld or nobody
// decides, lost when it is dismissed; nobody but governance and moderators decides.
func TestReports(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id, other := f.finalToken(t, c, 1), f.finalToken(t, c, 2)
	f.endBlock(t)
	f.report(t, f.bob, c, id)
	f.report(t, f.carol, c, id)
	require.Equal(t, int64(reportBond), f.spent(f.bob))
	listed, err := f.queries.Reports(f.ctx, &types.QueryReportsRequest{CollectionId: c, TokenId: id.String()})
	require.NoError(t, err)
	require.Len(t, listed.Reports, 2)
	for _, who := range []sdk.AccAddress{f.creator, f.alice, f.bob} {
		refused(t, f, types.ErrNotModerator, func(ctx sdk.Context) error {
			_, err := f.flag(ctx, f.text(who), c, id, types.Flags{}, true)
			return err
		})
	}
	f.setParams(t, func(p *types.Params) { p.Moderators = []string{f.text(f.creator)} })
	decided, err := f.flag(f.ctx, f.text(f.creator), c, id, types.Flags{Sensitive: true}, true)
	require.NoError(t, err)
	require.Equal(t, uint32(2), decided)
	require.Equal(t, int64(0), f.spent(f.bob)+f.spent(f.carol))

	f.report(t, f.bob, c, id)
	community := f.has(communityAccount)
	_, err = f.flag(f.ctx, f.text(f.creator), c, id, types.Flags{}, false)
	require.NoError(t, err)
	require.Equal(t, int64(reportBond), f.spent(f.bob))
	require.Equal(t, int64(reportBond), f.has(communityAccount)-community)

	f.report(t, f.carol, c, id)
	f.report(t, f.carol, c, other)
	end := func(id types.TokenID) func(sdk.Context) error {
		return func(ctx sdk.Context) error {
			_, err := f.msgs.EndReport(ctx, &types.MsgEndReport{
				Sender: f.text(f.alice), CollectionId: c, TokenId: id.String(), Reporter: f.text(f.carol),
			})
			return err
		}
	}
	refused(t, f, types.ErrReportOpen, end(id))
	require.NoError(t, f.k.Burn(f.ctx, f.alice, c, other))
	require.NoError(t, end(other)(f.ctx), "its token is gone")
	f.setParams(t, func(p *types.Params) { p.Paused = true })
	params, err := f.k.Params(f.ctx)
	require.NoError(t, err)
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + int64(params.ReportBlocks) + 1)
	require.NoError(t, end(id)(f.ctx))
	refused(t, f, types.ErrReportNotFound, end(id))
	require.Equal(t, int64(0), f.spent(f.carol))
	f.invariants(t)
}

// TestReportRefused: bad reports lock nothing, and a token has a bounded number.
func TestReportRefused(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id := f.finalToken(t, c, 1)
	report := func(who sdk.AccAddress, id types.TokenID, reason types.ReportReason, text string) func(sdk.Context) error {
		return func(ctx sdk.Context) error { _, err := f.k.Report(ctx, who, c, id, reason, text); return err }
	}
	refused(t, f, types.ErrTokenNotFound, report(f.bob, types.TokenID{1}, types.REPORT_REASON_OTHER, ""))
	refused(t, f, types.ErrInvalidReport, report(f.bob, id, types.REPORT_REASON_UNSPECIFIED, ""))
	refused(t, f, types.ErrInvalidReport, report(f.bob, id, 99, ""))
	refused(t, f, types.ErrInvalidReport, report(f.bob, id, types.REPORT_REASON_OTHER, strings.Repeat("a", types.MaxNoteLength+1)))
	refused(t, f, types.ErrInvalidReport, report(f.bob, id, types.REPORT_REASON_OTHER, "\xff"))
	f.report(t, f.bob, c, id)
	refused(t, f, types.ErrInvalidReport, report(f.bob, id, types.REPORT_REASON_OTHER, ""))
	for n := range byte(types.MaxReports - 1) {
		who := person(100 + n)
		f.fund(t, who, sdk.NewCoins(coin(reportBond)))
		f.report(t, who, c, id)
	}
	refused(t, f, types.ErrInvalidReport, report(f.carol, id, types.REPORT_REASON_OTHER, ""))
	decided, err := f.flag(f.ctx, f.authority, c, id, types.Flags{}, true)
	require.NoError(t, err)
	require.Equal(t, uint32(types.MaxReports), decided)
	f.invariants(t)
}
