package types

import (
	"slices"
	"time"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// BasisPoints is the whole in basis points.
	BasisPoints = 10_000

	day              = 24 * time.Hour
	maxParamDuration = 366 * day
	maxProtocolBps   = 5_000
	maxPaymentDenoms = 16
	maxExtensions    = 100
	maxObjectionBps  = 5_000
)

// DefaultParams returns the parameters of a new main network.
func DefaultParams() Params {
	return Params{
		RegistrationDeposit: sdk.NewCoin(BaseDenom, math.NewIntWithDecimal(10, 18)),
		FeePerByte:          math.NewInt(100_000_000_000), // 5 MB cost half an IMO
		FeePerWorkUnit:      math.NewInt(1_000_000_000),   // 20 million work units, run 8 times, cost 0.16 IMO

		VerificationMultiplierBps: BasisPoints,
		MaxBundleBytes:            512 << 20,
		MaxWorkUnits:              4_000_000_000,
		MaxPeakMemory:             1 << 30,
		PaymentDenoms:             []string{BaseDenom},
		IncomeProtocolBps:         500,
		ProceedsProtocolBps:       200,
		MinSaleDuration:           time.Hour,
		MaxSaleDuration:           90 * day,
		MaxSaleLead:               90 * day,
		CancelGap:                 day,
		MinExitWindow:             7 * day,
		PriceWindow:               30 * day,
		LateWindow:                10 * time.Minute,
		MaxExtensions:             12,
		MaxFirstTrancheBps:        2_000,
		MinTreasuryWindow:         7 * day,
		ObjectionBps:              2_000,
		VersionDelay:              14 * day,
	}
}

// Validate checks every parameter against its bounds.
func (p Params) Validate() error {
	if err := CheckCoinOf("registration_deposit", p.RegistrationDeposit, BaseDenom); err != nil {
		return ErrInvalidParams.Wrap(err.Error())
	}
	if err := checkRate("fee_per_byte", p.FeePerByte); err != nil {
		return err
	}
	if err := checkRate("fee_per_work_unit", p.FeePerWorkUnit); err != nil {
		return err
	}
	if err := checkPaymentDenoms(p.PaymentDenoms); err != nil {
		return err
	}
	if err := p.checkForeignDenoms(); err != nil {
		return err
	}
	for _, b := range []struct {
		name             string
		value, low, high uint64
	}{
		{"max_bundle_bytes", p.MaxBundleBytes, 1, 1 << 40},
		{"max_work_units", p.MaxWorkUnits, 1, 1 << 40},
		{"max_peak_memory", p.MaxPeakMemory, 1, 1 << 40},
		{"verification_multiplier_bps", uint64(p.VerificationMultiplierBps), 1, 100 * BasisPoints},
		{"income_protocol_bps", uint64(p.IncomeProtocolBps), 0, maxProtocolBps},
		{"proceeds_protocol_bps", uint64(p.ProceedsProtocolBps), 0, maxProtocolBps},
		{"max_extensions", uint64(p.MaxExtensions), 0, maxExtensions},
		{"max_first_tranche_bps", uint64(p.MaxFirstTrancheBps), 1, BasisPoints},
		{"objection_bps", uint64(p.ObjectionBps), 1, maxObjectionBps},
	} {
		if b.value < b.low || b.value > b.high {
			return ErrInvalidParams.Wrapf("%s is %d, allowed are %d to %d", b.name, b.value, b.low, b.high)
		}
	}
	for _, b := range []struct {
		name             string
		value, low, high time.Duration
	}{
		{"min_sale_duration", p.MinSaleDuration, time.Second, maxParamDuration},
		{"max_sale_duration", p.MaxSaleDuration, p.MinSaleDuration, maxParamDuration},
		{"max_sale_lead", p.MaxSaleLead, 0, maxParamDuration},
		{"cancel_gap", p.CancelGap, 0, maxParamDuration},
		{"min_exit_window", p.MinExitWindow, 0, maxParamDuration},
		{"price_window", p.PriceWindow, 0, maxParamDuration},
		{"late_window", p.LateWindow, 0, day},
		{"min_treasury_window", p.MinTreasuryWindow, 0, maxParamDuration},
		{"version_delay", p.VersionDelay, 0, maxParamDuration},
	} {
		if b.value < b.low || b.value > b.high {
			return ErrInvalidParams.Wrapf("%s is %s, allowed are %s to %s", b.name, b.value, b.low, b.high)
		}
	}
	return nil
}

func checkRate(field string, rate math.Int) error {
	if rate.IsNil() || rate.IsNegative() || rate.GT(math.NewInt(1<<32).MulRaw(1<<32)) {
		return ErrInvalidParams.Wrapf("%s is %s, allowed are 0 to 2^64", field, rate)
	}
	return nil
}

func checkPaymentDenoms(denoms []string) error {
	if len(denoms) < 1 || len(denoms) > maxPaymentDenoms {
		return ErrInvalidParams.Wrapf("%d payment_denoms, allowed are 1 to %d", len(denoms), maxPaymentDenoms)
	}
	for i, denom := range denoms {
		if err := sdk.ValidateDenom(denom); err != nil {
			return ErrInvalidParams.Wrapf("payment_denoms has %q: %s", denom, err)
		}
		if IsTokenDenom(denom) {
			return ErrInvalidParams.Wrapf("payment_denoms has the model token %q", denom)
		}
		if slices.Contains(denoms[:i], denom) {
			return ErrInvalidParams.Wrapf("payment_denoms has %q twice", denom)
		}
	}
	return nil
}

// CheckPaymentDenom refuses a denom that governance did not allow for payments.
func (p Params) CheckPaymentDenom(denom string) error {
	if !slices.Contains(p.PaymentDenoms, denom) {
		return ErrPaymentDenom.Wrapf("%q, allowed are %v", denom, p.PaymentDenoms)
	}
	return nil
}

// VerificationFee is what the proof of a version costs: every validator fetches the bundle once and runs the model
// for every vector and challenge. A part of a unit counts as a whole one.
func (p Params) VerificationFee(totalBytes, workUnits, runs uint64) (sdk.Coin, error) {
	bytesPart := p.FeePerByte.Mul(math.NewIntFromUint64(totalBytes))
	workPart := p.FeePerWorkUnit.Mul(math.NewIntFromUint64(workUnits)).Mul(math.NewIntFromUint64(runs))
	fee := bytesPart.Add(workPart).MulRaw(int64(p.VerificationMultiplierBps)).AddRaw(BasisPoints - 1).QuoRaw(BasisPoints)
	if fee.GT(MaxAmount()) {
		return sdk.Coin{}, ErrLimit.Wrapf("verification fee is %s, allowed are at most 2^120", fee)
	}
	return sdk.NewCoin(BaseDenom, fee), nil
}
