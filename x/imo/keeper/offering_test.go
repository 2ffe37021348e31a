package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/imochain/imod/x/imo/types"
)

func TestCreateOffering(t *testing.T) {
	f := newFixture(t)
	creator := account(1)
	model := f.model(creator, "a", types.Contributor{Address: text(account(2)), Weight: 2}, types.Contributor{Address: text(account(3)), Weight: 1})
	msg := f.goodOffering(creator, model)
	msg.StartTime = time.Time{}
	f.at(7 * time.Second)
	res, err := f.msg.CreateOffering(f.ctx, msg)
	require.NoError(t, err)
	require.EqualValues(t, 1, res.OfferingId)
	require.Equal(t, "model-1", res.TokenDenom)
	require.Equal(t, text(types.OfferingAddress(1)), res.Escrow)

	got, err := f.query.Offering(f.ctx, &types.QueryOfferingRequest{Id: 1})
	require.NoError(t, err)
	require.Equal(t, types.OFFERING_STATUS_OPEN, got.Offering.Status)
	require.Equal(t, f.ctx.BlockTime(), got.Terms.StartTime, "unset is at once")
	want, err := got.Terms.Hash()
	require.NoError(t, err)
	require.Equal(t, want, res.TermsHash)
	require.EqualValues(t, 500, got.Terms.IncomeProtocolBps)
	require.Equal(t, 30*24*time.Hour, got.Terms.PriceWindow)

	metadata, ok := f.bank.GetDenomMetaData(f.ctx, "model-1")
	require.True(t, ok)
	require.NoError(t, metadata.Validate())
	require.Equal(t, "Sample token", metadata.Name)
	require.Equal(t, "SMPL", metadata.Symbol)
	require.Equal(t, got.Terms.ManifestRoot, metadata.URIHash)
	require.EqualValues(t, 18, metadata.DenomUnits[1].Exponent)
	require.True(t, f.revshare.pools["model-1"])
	require.Equal(t, []string{"model-1"}, f.tokens.created)
	denom, ok, err := f.keeper.TokenDenom(f.ctx, model)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, "model-1", denom)
	require.True(t, f.bank.GetSupply(f.ctx, "model-1").IsZero())
	f.invariants()

	t.Run("ok: a second offering after a failed one renames the token and makes no second pool", func(t *testing.T) {
		f.endBlock(saleTime)
		again := f.goodOffering(creator, model)
		again.TokenSymbol = "NEXT"
		id, _ := f.offer(again)
		require.EqualValues(t, 2, id)
		metadata, _ := f.bank.GetDenomMetaData(f.ctx, "model-1")
		require.Equal(t, "NEXT", metadata.Symbol)
		require.Equal(t, []string{"model-1"}, f.tokens.created)
		f.invariants()
	})
}

// TestCreateOfferingBadInput: each error names the thing, the limit and the value, and nothing is stored.
func TestCreateOfferingBadInput(t *testing.T) {
	coin := sdk.NewInt64Coin
	for name, tc := range map[string]struct {
		change func(m *types.MsgCreateOffering)
		before func(f *fixture)
		want   error
		says   string
	}{
		"unknown model":         {change: func(m *types.MsgCreateOffering) { m.ModelId = 9 }, want: types.ErrModelNotFound, says: "model 9"},
		"another signer":        {change: func(m *types.MsgCreateOffering) { m.Creator = text(account(5)) }, want: types.ErrNotCreator, says: text(account(5))},
		"kind unset":            {change: func(m *types.MsgCreateOffering) { m.Kind = 0 }, want: types.ErrInvalidTerms, says: "kind"},
		"kind batch":            {change: func(m *types.MsgCreateOffering) { m.Kind = types.OFFERING_KIND_BATCH }, want: types.ErrInvalidTerms, says: "hard_cap"},
		"symbol":                {change: func(m *types.MsgCreateOffering) { m.TokenSymbol = "smpl" }, want: types.ErrInvalidText, says: `"smpl"`},
		"symbol reserved":       {change: func(m *types.MsgCreateOffering) { m.TokenSymbol = "IMO" }, want: types.ErrInvalidText, says: "reserved"},
		"name":                  {change: func(m *types.MsgCreateOffering) { m.TokenName = "" }, want: types.ErrInvalidText, says: "token_name"},
		"supply of another":     {change: func(m *types.MsgCreateOffering) { m.TotalSupply.Denom = "model-2" }, want: types.ErrInvalidCoin, says: `"model-2", must be "model-1"`},
		"supply below one":      {change: func(m *types.MsgCreateOffering) { m.TotalSupply.Amount = whole(1).SubRaw(10_000) }, want: types.ErrInvalidTerms, says: "at least 10^18"},
		"supply uneven":         {change: func(m *types.MsgCreateOffering) { m.TotalSupply.Amount = whole(1).AddRaw(1) }, want: types.ErrInvalidTerms, says: "multiple of 10000"},
		"supply over the bound": {change: func(m *types.MsgCreateOffering) { m.TotalSupply.Amount = types.MaxAmount().AddRaw(1) }, want: types.ErrInvalidCoin, says: "2^120"},
		"parts do not sum":      {change: func(m *types.MsgCreateOffering) { m.SaleBps = 5_999 }, want: types.ErrInvalidTerms, says: "sum to 9999, must be 10000"},
		"parts overflow":        {change: func(m *types.MsgCreateOffering) { m.SaleBps, m.TreasuryBps = 1<<32-1, 7_001 }, want: types.ErrInvalidTerms, says: "sale_bps"},
		"nothing for sale":      {change: func(m *types.MsgCreateOffering) { m.SaleBps, m.TreasuryBps = 0, 7_000 }, want: types.ErrInvalidTerms, says: "sale_bps is 0"},
		"liquidity":             {change: func(m *types.MsgCreateOffering) { m.SaleBps, m.LiquidityBps, m.TreasuryBps = 1_000, 6_000, 0 }, want: types.ErrInvalidTerms, says: "liquidity_bps is 6000"},
		"treasury is a module":  {change: func(m *types.MsgCreateOffering) { m.Treasury = text(authtypes.NewModuleAddress("gov")) }, want: types.ErrRecipient, says: "treasury"},
		"denom not allowed":     {change: pay("uatom"), want: types.ErrPaymentDenom, says: `"uatom", allowed are [aimo uusdc]`},
		"denom is a token":      {change: pay("model-1"), want: types.ErrPaymentDenom, says: "model-1"},
		"denom differs":         {change: func(m *types.MsgCreateOffering) { m.SoftCap.Denom = usdc }, want: types.ErrInvalidCoin, says: `soft_cap has denom "uusdc", must be "aimo"`},
		"price zero":            {change: func(m *types.MsgCreateOffering) { m.Price = math.ZeroInt() }, want: types.ErrInvalidTerms, says: "price is 0"},
		"price missing":         {change: func(m *types.MsgCreateOffering) { m.Price = math.Int{} }, want: types.ErrInvalidCoin, says: "price is missing"},
		"price over the bound":  {change: func(m *types.MsgCreateOffering) { m.Price = types.MaxAmount() }, want: types.ErrInvalidTerms, says: "2^120"},
		"soft cap zero":         {change: func(m *types.MsgCreateOffering) { m.SoftCap = coin(aimo, 0) }, want: types.ErrInvalidCoin, says: "soft_cap is 0"},
		"soft cap too high":     {change: func(m *types.MsgCreateOffering) { m.SoftCap = coin(aimo, 600_001) }, want: types.ErrInvalidTerms, says: "soft_cap is 600001aimo, all tokens for sale bring 600000aimo"},
		"min bid buys dust":     {change: func(m *types.MsgCreateOffering) { m.Price, m.MinBid = whole(1), coin(aimo, 999_999) }, want: types.ErrInvalidTerms, says: "must be at least 1000000aimo"},
		"cap below min bid":     {change: func(m *types.MsgCreateOffering) { m.OwnerCap = coin(aimo, 9) }, want: types.ErrInvalidTerms, says: "owner_cap is 9aimo, below min_bid 10aimo"},
		"starts in the past":    {change: func(m *types.MsgCreateOffering) { m.StartTime = begin.Add(-1) }, want: types.ErrInvalidTerms, says: "start_time is 2029-12-31"},
		"starts too late": {change: func(m *types.MsgCreateOffering) {
			shift(m, 91*24*time.Hour)
		}, want: types.ErrInvalidTerms, says: "start_time is 2030-04-02"},
		"ends before it starts": {change: func(m *types.MsgCreateOffering) { m.EndTime = m.StartTime }, want: types.ErrInvalidTerms, says: "end_time"},
		"ends in 2201":          {change: func(m *types.MsgCreateOffering) { m.EndTime = m.EndTime.AddDate(171, 0, 0) }, want: types.ErrInvalidTerms, says: "1970 to 2200"},
		"lasts too short": {change: func(m *types.MsgCreateOffering) {
			m.EndTime = m.StartTime.Add(9 * time.Second)
			m.CancelDeadline = m.StartTime
		}, want: types.ErrInvalidTerms, says: "lasts 9s, allowed are 10s"},
		"cancel before start":   {change: func(m *types.MsgCreateOffering) { m.CancelDeadline = m.StartTime.Add(-1) }, want: types.ErrInvalidTerms, says: "cancel_deadline"},
		"cancel too late":       {change: func(m *types.MsgCreateOffering) { m.CancelDeadline = m.EndTime.Add(-99 * time.Second) }, want: types.ErrInvalidTerms, says: "cancel_deadline is 2030-01-01T00:15:01Z, must be at most 2030-01-01T00:15:00Z"},
		"exit window too short": {change: func(m *types.MsgCreateOffering) { m.ExitWindow = exitTime - 1 }, want: types.ErrInvalidTerms, says: "must be at least 1m40s"},
		"exit window negative":  {change: func(m *types.MsgCreateOffering) { m.ExitWindow = -1 }, want: types.ErrInvalidTerms, says: "exit_window is -1ns"},
		"release before window": {change: func(m *types.MsgCreateOffering) { m.Tranches[0].ReleaseTime = m.EndTime.Add(exitTime - 1) }, want: types.ErrInvalidTerms, says: "tranche 0 has release_time"},
		"release in 11 years":   {change: func(m *types.MsgCreateOffering) { m.Tranches[0].ReleaseTime = m.EndTime.AddDate(11, 0, 0) }, want: types.ErrInvalidTerms, says: "tranche 0 has release_time 2041"},
		"no tranche":            {change: func(m *types.MsgCreateOffering) { m.Tranches = nil }, want: types.ErrInvalidTerms, says: "0 tranches, allowed are 1 to 24"},
		"two tranches":          {change: func(m *types.MsgCreateOffering) { m.Tranches = append(m.Tranches, m.Tranches...) }, want: types.ErrInvalidTerms, says: "tranche 1 has release_time"},
		"tranche not whole":     {change: func(m *types.MsgCreateOffering) { m.Tranches[0].Bps = 9_999 }, want: types.ErrInvalidTerms, says: "9999 bps"},
		"vesting too long":      {change: func(m *types.MsgCreateOffering) { m.VestingDuration = types.MaxVesting + 1 }, want: types.ErrInvalidTerms, says: "vesting_duration"},
		"cliff beyond vesting":  {change: func(m *types.MsgCreateOffering) { m.VestingCliff = m.VestingDuration + 1 }, want: types.ErrInvalidTerms, says: "vesting_cliff"},
		"disclosure":            {change: func(m *types.MsgCreateOffering) { m.DisclosureHash = "abc" }, want: types.ErrInvalidHash, says: "disclosure_hash has 3 characters, must be 64"},
		"request price denom": {change: func(m *types.MsgCreateOffering) {
			m.MinRequestPrice, m.MaxRequestPrice = coin(usdc, 1), coin(usdc, 1_000)
		}, want: types.ErrInvalidTerms, says: "min_request_price is in uusdc"},
		"request price outside":  {change: func(m *types.MsgCreateOffering) { m.MinRequestPrice = coin(aimo, 101) }, want: types.ErrInvalidTerms, says: "100aimo is not between"},
		"request price reversed": {change: func(m *types.MsgCreateOffering) { m.MaxRequestPrice = coin(aimo, 9) }, want: types.ErrInvalidTerms, says: "is above max_request_price"},
		"paused":                 {before: func(f *fixture) { f.pause() }, want: types.ErrPaused},
		"running offering":       {before: func(f *fixture) { f.offer(f.goodOffering(account(1), 1)) }, want: types.ErrModelInUse, says: "model 1 has offering 1"},
		"sold": {before: func(f *fixture) {
			id, hash := f.offer(f.goodOffering(account(1), 1))
			f.bid(id, hash, account(10), 100_000)
			f.endBlock(saleTime)
			require.Equal(f.t, types.OFFERING_STATUS_SUCCEEDED, f.offering(id).Status)
		}, want: types.ErrModelInUse, says: "model 1 has offering 1"},
		"not proved": {before: func(f *fixture) { f.register(account(1), goodModel(account(1), "pending")) },
			change: func(m *types.MsgCreateOffering) { m.ModelId, m.TotalSupply.Denom = 2, "model-2" }, want: types.ErrNotReproduced, says: "model 2"},
		"non-commercial": {before: func(f *fixture) {
			msg, manifest := goodModel(account(1), "nc"), draft(account(1), "nc")
			manifest.Licence = "CC-BY-NC-4.0"
			msg.Manifest, msg.Price = manifest.Encode(), sdk.Coin{}
			id := f.register(account(1), msg)
			require.NoError(f.t, f.keeper.RecordProof(f.ctx, id, 1, types.ProofOutcome_PROOF_OUTCOME_REPRODUCED))
		}, change: func(m *types.MsgCreateOffering) { m.ModelId, m.TotalSupply.Denom = 2, "model-2" }, want: types.ErrNonCommercial, says: "CC-BY-NC-4.0"},
	} {
		t.Run("fails: "+name, func(t *testing.T) {
			f := newFixture(t)
			f.model(account(1), "a")
			if tc.before != nil {
				tc.before(f)
			}
			before := f.export()
			msg := f.goodOffering(account(1), 1)
			if tc.change != nil {
				tc.change(msg)
			}
			b := f.branch(t)
			_, err := b.msg.CreateOffering(b.ctx, msg)
			require.ErrorIs(t, err, tc.want)
			require.ErrorContains(t, err, tc.says)
			require.Equal(t, before, f.export())
			require.Equal(t, f.bank.GetAllDenomMetaData(f.ctx), b.bank.GetAllDenomMetaData(b.ctx))
		})
	}
}

func pay(denom string) func(m *types.MsgCreateOffering) {
	return func(m *types.MsgCreateOffering) {
		m.PaymentDenom, m.SoftCap.Denom, m.MinBid.Denom, m.OwnerCap.Denom = denom, denom, denom, denom
	}
}

func shift(m *types.MsgCreateOffering, by time.Duration) {
	m.StartTime, m.EndTime, m.CancelDeadline = m.StartTime.Add(by), m.EndTime.Add(by), m.CancelDeadline.Add(by)
	m.Tranches[0].ReleaseTime = m.Tranches[0].ReleaseTime.Add(by)
}

func TestCancelOffering(t *testing.T) {
	cancel := func(f *fixture, by sdk.AccAddress, id uint64) error {
		_, err := f.msg.CancelOffering(f.ctx, &types.MsgCancelOffering{Creator: text(by), OfferingId: id})
		return err
	}
	f := newFixture(t)
	id, hash := f.openSale()
	require.ErrorIs(t, cancel(f, account(2), id), types.ErrNotCreator)
	require.ErrorIs(t, cancel(f, account(1), 9), types.ErrOfferingNotFound)
	b := f.bid(id, hash, account(10), 1_000)
	require.ErrorIs(t, cancel(f, account(1), id), types.ErrHasBids)
	_, err := f.msg.CancelBid(f.ctx, &types.MsgCancelBid{Owner: text(account(10)), OfferingId: id, BidId: b.BidId})
	require.NoError(t, err)
	require.NoError(t, cancel(f, account(1), id))
	require.Equal(t, types.OFFERING_STATUS_CANCELLED, f.offering(id).Status)
	require.ErrorIs(t, cancel(f, account(1), id), types.ErrOfferingSettled)
	f.fund(account(10), sdk.NewInt64Coin(aimo, 1_000))
	_, err = f.msg.PlaceBid(f.ctx, bidOf(id, hash, account(10), 1_000))
	require.ErrorIs(t, err, types.ErrOfferingNotOpen)
	_, err = finalize(f, id)
	require.ErrorIs(t, err, types.ErrOfferingSettled)
	f.invariants()
	f.offer(f.goodOffering(account(1), f.offering(id).ModelId))
}

// TestParamChangeMidway: what an offering and a model were created with holds, whatever governance sets later.
func TestParamChangeMidway(t *testing.T) {
	f := newFixture(t)
	id, hash := f.openSale()
	terms := func() types.Terms {
		res, err := f.query.Offering(f.ctx, &types.QueryOfferingRequest{Id: id})
		require.NoError(t, err)
		return res.Terms
	}
	before := terms()
	p := testParams()
	p.PaymentDenoms = []string{usdc}
	p.IncomeProtocolBps, p.ProceedsProtocolBps = 5_000, 5_000
	p.MinExitWindow, p.MinSaleDuration, p.MaxSaleDuration = 300*24*time.Hour, time.Hour, time.Hour
	p.PriceWindow, p.RegistrationDeposit = 0, sdk.NewInt64Coin(aimo, 5)
	_, err := f.msg.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.authority, Params: p})
	require.NoError(t, err)
	require.Equal(t, before, terms())

	f.bid(id, hash, account(10), 100_000)
	f.fund(account(9), sdk.NewInt64Coin(aimo, 1_000))
	model := f.offering(id).ModelId
	require.NoError(t, f.keeper.PayModelIncome(f.ctx, account(9), model, sdk.NewInt64Coin(aimo, 1_000), 1))
	require.EqualValues(t, 50, f.balance(communityAccount, aimo), "5 %, as at registration")
	f.endBlock(saleTime)
	require.Equal(t, types.OFFERING_STATUS_SUCCEEDED, f.offering(id).Status)
	f.endBlock(saleTime + exitTime)
	_, err = f.msg.ReleaseProceeds(f.ctx, &types.MsgReleaseProceeds{Sender: text(account(40)), OfferingId: id})
	require.NoError(t, err)
	require.EqualValues(t, 50+2_000, f.balance(communityAccount, aimo), "2 %, as in the terms")
	f.invariants()
}
