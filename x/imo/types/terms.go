package types

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// MinBidTokens is how many base units of the token the smallest bid must buy, so that rounding to whole base
	// units moves the price of a bid by less than a millionth.
	MinBidTokens = 1_000_000
	// MaxVesting bounds vesting and the date of a release after the end of the sale.
	MaxVesting = 3_660 * day
	// MaxTicks bounds the prices of a book.
	MaxTicks = 4_096
	// MaxLots bounds the rounds before the public one.
	MaxLots = 3
	// DefaultTickBps is the distance of two ticks when the creator names none.
	DefaultTickBps = 100
	// MaxTranches bounds the releases of an offering.
	MaxTranches = 1

	// maxYear keeps every time of an offering within the nanoseconds of an int64, by which due work is ordered.
	maxYear = 2200

	termsDomain = "imod/terms/v1"
)

// Hash is SHA-256("imod/terms/v1" || deterministic proto bytes), in hex.
func (t Terms) Hash() (string, error) {
	bz, err := t.Marshal()
	if err != nil {
		return "", ErrInvalidTerms.Wrap(err.Error())
	}
	sum := sha256.Sum256(append([]byte(termsDomain), bz...))
	return hex.EncodeToString(sum[:]), nil
}

// Part is a share of the total supply. It is exact: the supply is a multiple of 10,000.
func (t Terms) Part(bps uint32) math.Int {
	return t.TotalSupply.Amount.MulRaw(int64(bps)).QuoRaw(BasisPoints)
}

// ForSale is the number of tokens that are sold at most in this round.
func (t Terms) ForSale() math.Int { return t.Part(t.SaleBps) }

// TopPrice is the highest tick: the hard cap divided by the tokens for sale, rounded down. Other kinds than BATCH have
// one price.
func (t Terms) TopPrice() math.Int {
	if t.Kind != OFFERING_KIND_BATCH {
		return t.Price
	}
	return t.HardCap.Amount.Mul(OneToken()).Quo(t.ForSale())
}

// SetBook fills what a message says of the book and what follows from it.
func (t *Terms) SetBook(p Params, msg *MsgCreateOffering) error {
	if bps := t.lotBps(); bps < uint64(t.SaleBps) {
		t.SaleBps -= uint32(bps) //nolint:gosec // below sale_bps
	} else if bps > 0 {
		return ErrInvalidTerms.Wrapf("lots sell %d bps of the supply, sale_bps is %d", bps, t.SaleBps)
	}
	if t.Kind == OFFERING_KIND_BATCH {
		if msg.HardCap == nil {
			return ErrInvalidTerms.Wrapf("hard_cap is missing: it sets the highest tick of a %s", t.Kind)
		}
		t.HardCap, t.TickBps = *msg.HardCap, msg.TickBps
		if t.TickBps == 0 {
			t.TickBps = DefaultTickBps
		}
		t.LateWindow, t.MaxExtensions = p.LateWindow, p.MaxExtensions
		return nil
	}
	if msg.HardCap != nil || msg.TickBps != 0 {
		return ErrInvalidTerms.Wrapf("hard_cap and tick_bps are set: a %s has one price", t.Kind)
	}
	if err := CheckAmount("price", t.Price); err != nil {
		return err
	}
	if err := CheckCoinOf("total_supply", t.TotalSupply, TokenDenom(t.ModelId)); err != nil {
		return err
	}
	if t.SaleBps > BasisPoints {
		return ErrInvalidTerms.Wrapf("sale_bps is %d, allowed are 1 to %d", t.SaleBps, BasisPoints)
	}
	t.HardCap = sdk.Coin{Denom: t.PaymentDenom, Amount: CostRoundedUp(t.ForSale(), t.Price)}
	return nil
}

// Public tells whether this is the public round, which decides the sale.
func (t Terms) Public() bool { return t.OfferingId == t.MainId }

// Members are the offerings of the sale, the public round first.
func (t Terms) Members() []uint64 {
	ids := make([]uint64, 0, MaxLots+1)
	for i := range len(t.Lots) + 1 {
		ids = append(ids, t.MainId+uint64(i)) //nolint:gosec // at most MaxLots
	}
	return ids
}

// LotTerms are the terms of an early round: those of the public one with its own book.
func (t Terms) LotTerms(i int) Terms {
	lot := t.Lots[i]
	t.OfferingId = t.MainId + 1 + uint64(i) //nolint:gosec // at most MaxLots
	t.Kind, t.SaleBps, t.Price, t.TickBps = lot.Kind, lot.SaleBps, lot.Price, 0
	t.MinBid, t.OwnerCap, t.AllowRoot = lot.MinBid, lot.OwnerCap, lot.AllowRoot
	t.StartTime, t.EndTime, t.CancelDeadline = lot.StartTime, lot.EndTime, lot.CancelDeadline
	t.LateWindow, t.MaxExtensions = 0, 0
	t.HardCap = t.Payment(CostRoundedUp(t.ForSale(), t.Price))
	return t
}

// lotBps is the part of the supply that the early rounds sell.
func (t Terms) lotBps() uint64 {
	sum := uint64(0)
	for _, lot := range t.Lots {
		sum += uint64(lot.SaleBps)
	}
	return sum
}

// Payment is a coin of the payment denom.
func (t Terms) Payment(amount math.Int) sdk.Coin { return sdk.NewCoin(t.PaymentDenom, amount) }

// Tokens is a coin of the model's token.
func (t Terms) Tokens(amount math.Int) sdk.Coin { return sdk.NewCoin(t.TotalSupply.Denom, amount) }

// Validate checks everything that follows from the terms alone.
func (t Terms) Validate() error {
	if t.OfferingId == 0 || t.ModelId == 0 || t.Version == 0 {
		return ErrInvalidTerms.Wrapf("offering %d, model %d, version %d: ids count from 1", t.OfferingId, t.ModelId, t.Version)
	}
	if lots := uint64(len(t.Lots)); lots > MaxLots || t.OfferingId < t.MainId || t.OfferingId > t.MainId+lots || t.MainId == 0 {
		return ErrInvalidTerms.Wrapf("offering %d of sale %d has %d lots, allowed are 0 to %d", t.OfferingId, t.MainId, lots, MaxLots)
	}
	for _, check := range []func() error{t.checkToken, t.checkAllocation, t.checkSale, t.checkTimes, t.checkRelease, t.checkModel, t.checkLots} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (t Terms) checkToken() error {
	if err := CheckName("token_name", t.TokenName); err != nil {
		return err
	}
	if err := CheckSymbol(t.TokenSymbol); err != nil {
		return err
	}
	if err := CheckCoinOf("total_supply", t.TotalSupply, TokenDenom(t.ModelId)); err != nil {
		return err
	}
	if t.TotalSupply.Amount.LT(OneToken()) || !t.TotalSupply.Amount.ModRaw(BasisPoints).IsZero() {
		return ErrInvalidTerms.Wrapf("total_supply is %s, must be at least 10^18 and a multiple of %d", t.TotalSupply, BasisPoints)
	}
	return nil
}

func (t Terms) checkAllocation() error {
	sum := t.lotBps() + uint64(t.ContributorsBps) + uint64(t.LiquidityBps) + uint64(t.TreasuryBps)
	if t.Public() {
		sum += uint64(t.SaleBps)
	}
	if sum > BasisPoints || t.Public() && sum != BasisPoints {
		return ErrInvalidTerms.Wrapf("sale_bps, contributors_bps, liquidity_bps and treasury_bps sum to %d, must be %d", sum, BasisPoints)
	}
	if t.SaleBps == 0 {
		return ErrInvalidTerms.Wrap("sale_bps is 0, must be positive")
	}
	if t.LiquidityBps != 0 {
		return ErrUnsupported.Wrapf("liquidity_bps is %d, must be 0 while tokens have no market on this chain", t.LiquidityBps)
	}
	return CheckContributors(t.Contributors)
}

func (t Terms) checkSale() error {
	if err := sdk.ValidateDenom(t.PaymentDenom); err != nil || IsTokenDenom(t.PaymentDenom) {
		return ErrPaymentDenom.Wrapf("%q is a model token or no denom", t.PaymentDenom)
	}
	if err := CheckAmount("price", t.Price); err != nil {
		return err
	}
	if !t.Price.IsPositive() {
		return ErrInvalidTerms.Wrap("price is 0, must be positive")
	}
	for _, c := range []struct {
		field string
		coin  sdk.Coin
	}{{"soft_cap", t.SoftCap}, {"min_bid", t.MinBid}, {"owner_cap", t.OwnerCap}} {
		if err := CheckPositive(c.field, c.coin, t.PaymentDenom); err != nil {
			return err
		}
	}
	if err := t.checkPrices(); err != nil {
		return err
	}
	if least := CostRoundedUp(math.NewInt(MinBidTokens), t.Price); t.MinBid.Amount.LT(least) {
		return ErrInvalidTerms.Wrapf("min_bid is %s, must be at least %s to buy %d base units", t.MinBid, t.Payment(least), MinBidTokens)
	}
	if t.OwnerCap.Amount.LT(t.MinBid.Amount) {
		return ErrInvalidTerms.Wrapf("owner_cap is %s, below min_bid %s", t.OwnerCap, t.MinBid)
	}
	return nil
}

// checkPrices checks the kind, the ticks and the caps that follow from them.
func (t Terms) checkPrices() error {
	if t.HardCap.Amount.IsNil() {
		return ErrInvalidTerms.Wrap("hard_cap is missing")
	}
	floor := CostRoundedUp(t.ForSale(), t.Price)
	if floor.GT(MaxAmount()) {
		return ErrInvalidTerms.Wrapf("price x tokens for sale is %s, allowed are at most 2^120", floor)
	}
	if err := CheckPositive("hard_cap", t.HardCap, t.PaymentDenom); err != nil {
		return err
	}
	switch t.Kind {
	case OFFERING_KIND_FIXED, OFFERING_KIND_PRO_RATA:
		if !t.HardCap.Amount.Equal(floor) || t.TickBps != 0 {
			return ErrInvalidTerms.Wrapf("hard_cap is %s and tick_bps %d, a %s has one price and takes %s", t.HardCap, t.TickBps, t.Kind, t.Payment(floor))
		}
	case OFFERING_KIND_BATCH:
		if !t.Public() {
			return ErrInvalidTerms.Wrapf("a lot before the public one is %s: only the public one finds a price", t.Kind)
		}
		if t.HardCap.Amount.LT(floor) {
			return ErrInvalidTerms.Wrapf("hard_cap is %s, all tokens at the floor price bring %s", t.HardCap, t.Payment(floor))
		}
		if t.TickBps < 1 || t.TickBps > BasisPoints {
			return ErrInvalidTerms.Wrapf("tick_bps is %d, allowed are 1 to %d", t.TickBps, BasisPoints)
		}
		if err := CheckAmount("hard_cap / tokens for sale", t.TopPrice()); err != nil {
			return ErrInvalidTerms.Wrap(err.Error())
		}
		if t.TickCount() > MaxTicks {
			return ErrInvalidTerms.Wrapf("price %s, hard_cap %s and tick_bps %d make more than %d ticks", t.Price, t.HardCap, t.TickBps, MaxTicks)
		}
	default:
		return ErrInvalidTerms.Wrapf("offering kind %s", t.Kind)
	}
	if !t.Public() {
		return nil
	}
	all := t.HardCap.Amount
	for i := range t.Lots {
		all = all.Add(t.LotTerms(i).HardCap.Amount)
	}
	if t.SoftCap.Amount.GT(all) {
		return ErrInvalidTerms.Wrapf("soft_cap is %s, all tokens for sale bring %s", t.SoftCap, t.Payment(all))
	}
	return nil
}

// checkLots checks the early rounds: each is whole, and they follow one another up to the public one.
func (t Terms) checkLots() error {
	if t.LateWindow < 0 || t.LateWindow > day || t.MaxExtensions > maxExtensions {
		return ErrInvalidTerms.Wrapf("late_window is %s with %d extensions, allowed are 0 to %s and %d", t.LateWindow, t.MaxExtensions, day, maxExtensions)
	}
	if t.AllowRoot != "" {
		if err := CheckHash("allow_root", t.AllowRoot); err != nil {
			return err
		}
	}
	if !t.Public() {
		return CheckHash("main_terms_hash", t.MainTermsHash)
	}
	if t.MainTermsHash != "" {
		return ErrInvalidTerms.Wrap("main_terms_hash is set in the terms of the public round")
	}
	for i := range t.Lots {
		lot := t.LotTerms(i)
		lot.MainTermsHash = t.ManifestRoot // any hash: the terms are not hashed yet
		if err := lot.Validate(); err != nil {
			return errors.Wrapf(err, "lot %d", i)
		}
		next := t.StartTime
		if i+1 < len(t.Lots) {
			next = t.Lots[i+1].StartTime
		}
		if lot.EndTime.After(next) {
			return ErrInvalidTerms.Wrapf("lot %d ends at %s, the next one starts at %s", i, stamp(lot.EndTime), stamp(next))
		}
	}
	return nil
}

func (t Terms) checkTimes() error {
	if !t.StartTime.Before(t.EndTime) {
		return ErrInvalidTerms.Wrapf("end_time %s is not after start_time %s", stamp(t.EndTime), stamp(t.StartTime))
	}
	if t.StartTime.Year() < 1970 || t.EndTime.Year() > maxYear {
		return ErrInvalidTerms.Wrapf("start_time %s and end_time %s, allowed are the years 1970 to %d", stamp(t.StartTime), stamp(t.EndTime), maxYear)
	}
	if t.CancelDeadline.Before(t.StartTime) || t.CancelDeadline.After(t.EndTime) {
		return ErrInvalidTerms.Wrapf("cancel_deadline %s is not between start_time %s and end_time %s",
			stamp(t.CancelDeadline), stamp(t.StartTime), stamp(t.EndTime))
	}
	return nil
}

func (t Terms) checkRelease() error {
	if t.ExitWindow < 0 || t.ExitWindow > maxParamDuration {
		return ErrInvalidTerms.Wrapf("exit_window is %s, allowed are 0 to %s", t.ExitWindow, maxParamDuration)
	}
	if n := len(t.Tranches); n < 1 || n > MaxTranches {
		return ErrUnsupported.Wrapf("%d tranches, supported is %d", n, MaxTranches)
	}
	sum, earliest := uint64(0), t.EndTime.Add(t.ExitWindow)
	for i, tranche := range t.Tranches {
		if tranche.ReleaseTime.Before(earliest) || tranche.ReleaseTime.After(t.EndTime.Add(MaxVesting)) {
			return ErrInvalidTerms.Wrapf("tranche %d has release_time %s, allowed are %s to %s",
				i, stamp(tranche.ReleaseTime), stamp(earliest), stamp(t.EndTime.Add(MaxVesting)))
		}
		if tranche.Bps == 0 {
			return ErrInvalidTerms.Wrapf("tranche %d has 0 bps, must be positive", i)
		}
		sum, earliest = sum+uint64(tranche.Bps), tranche.ReleaseTime.Add(t.ExitWindow)
	}
	if sum != BasisPoints {
		return ErrInvalidTerms.Wrapf("tranches sum to %d bps, must be %d", sum, BasisPoints)
	}
	if t.VestingDuration < 0 || t.VestingDuration > MaxVesting {
		return ErrInvalidTerms.Wrapf("vesting_duration is %s, allowed are 0 to %s", t.VestingDuration, MaxVesting)
	}
	if t.VestingCliff < 0 || t.VestingCliff > t.VestingDuration {
		return ErrInvalidTerms.Wrapf("vesting_cliff is %s, allowed are 0 to vesting_duration %s", t.VestingCliff, t.VestingDuration)
	}
	return nil
}

func (t Terms) checkModel() error {
	if err := CheckHash("manifest_root", t.ManifestRoot); err != nil {
		return err
	}
	if err := CheckHash("disclosure_hash", t.DisclosureHash); err != nil {
		return err
	}
	if err := CheckCoin("min_request_price", t.MinRequestPrice); err != nil {
		return err
	}
	if err := CheckCoinOf("max_request_price", t.MaxRequestPrice, t.MinRequestPrice.Denom); err != nil {
		return err
	}
	if t.MinRequestPrice.Amount.GT(t.MaxRequestPrice.Amount) {
		return ErrInvalidTerms.Wrapf("min_request_price %s is above max_request_price %s", t.MinRequestPrice, t.MaxRequestPrice)
	}
	if t.PriceWindow < 0 || t.PriceWindow > maxParamDuration {
		return ErrInvalidTerms.Wrapf("price_window is %s, allowed are 0 to %s", t.PriceWindow, maxParamDuration)
	}
	if t.IncomeProtocolBps > maxProtocolBps || t.ProceedsProtocolBps > maxProtocolBps {
		return ErrInvalidTerms.Wrapf("income_protocol_bps %d and proceeds_protocol_bps %d, allowed are 0 to %d",
			t.IncomeProtocolBps, t.ProceedsProtocolBps, maxProtocolBps)
	}
	return nil
}

// ValidateNew checks what new terms owe to the parameters, the model and the clock; Validate holds for ever, this only
// at creation.
func (t Terms) ValidateNew(p Params, m Model, now time.Time) error {
	if err := p.CheckPaymentDenom(t.PaymentDenom); err != nil {
		return err
	}
	if t.StartTime.Before(now) || t.StartTime.After(now.Add(p.MaxSaleLead)) {
		return ErrInvalidTerms.Wrapf("start_time is %s, allowed are %s to %s", stamp(t.StartTime), stamp(now), stamp(now.Add(p.MaxSaleLead)))
	}
	if d := t.EndTime.Sub(t.StartTime); d < p.MinSaleDuration || d > p.MaxSaleDuration {
		return ErrInvalidTerms.Wrapf("sale lasts %s, allowed are %s to %s", d, p.MinSaleDuration, p.MaxSaleDuration)
	}
	latest := t.EndTime.Add(-p.CancelGap)
	if latest.Before(t.StartTime) {
		latest = t.StartTime
	}
	if t.CancelDeadline.After(latest) {
		return ErrInvalidTerms.Wrapf("cancel_deadline is %s, must be at most %s", stamp(t.CancelDeadline), stamp(latest))
	}
	if t.ExitWindow < p.MinExitWindow {
		return ErrInvalidTerms.Wrapf("exit_window is %s, must be at least %s", t.ExitWindow, p.MinExitWindow)
	}
	if m.Price.Denom != t.MinRequestPrice.Denom {
		return ErrInvalidTerms.Wrapf("min_request_price is in %s, the model's price is in %s", t.MinRequestPrice.Denom, m.Price.Denom)
	}
	if m.Price.Amount.LT(t.MinRequestPrice.Amount) || m.Price.Amount.GT(t.MaxRequestPrice.Amount) {
		return ErrInvalidTerms.Wrapf("the model's price %s is not between min_request_price %s and max_request_price %s",
			m.Price, t.MinRequestPrice, t.MaxRequestPrice)
	}
	return nil
}

// stamp prints a time as messages carry it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
