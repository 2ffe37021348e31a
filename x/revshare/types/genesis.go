package types

import (
	"math"

	errorsmod "cosmossdk.io/errors"
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// DefaultGenesis is a chain without pools.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams()}
}

// Validate checks what import relies on: ranges, order, and that every stream's books are
// exact.
func (gs GenesisState) Validate() error {
	if err := gs.Params.Validate(); err != nil {
		return err
	}
	if err := gs.validateClock(); err != nil {
		return err
	}
	denoms := make(map[string]bool, len(gs.Pools))
	for i, p := range gs.Pools {
		if p.Pool.Id != uint64(i)+1 || denoms[p.Pool.ShareDenom] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "pool %d of %s at place %d", p.Pool.Id, p.Pool.ShareDenom, i+1)
		}
		denoms[p.Pool.ShareDenom] = true
		if err := p.Validate(); err != nil {
			return errorsmod.Wrapf(err, "pool %s", p.Pool.ShareDenom)
		}
	}
	if err := gs.validatePayouts(); err != nil {
		return err
	}
	return gs.validateRefusals()
}

func (gs GenesisState) validateRefusals() error {
	seen := make(map[string]bool, len(gs.Refusals))
	for _, r := range gs.Refusals {
		if r.Holder == "" || len(r.Refusals.Denoms) == 0 || seen[r.Holder] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "refusals of %q", r.Holder)
		}
		seen[r.Holder] = true
		if err := r.Refusals.Validate(); err != nil {
			return err
		}
	}
	return nil
}

// StartClock is the clock to store: a chain that begins has none yet and numbers epochs
// from 0 by the parameters.
func (gs GenesisState) StartClock() Clock {
	if gs.Clock.EpochBlocks == 0 {
		return NewClock(gs.Params.EpochBlocks)
	}
	return gs.Clock
}

func (gs GenesisState) validateClock() error {
	if gs.Clock.EpochBlocks == 0 && (gs.Clock != Clock{} || len(gs.Pools) > 0) {
		return errorsmod.Wrap(ErrInvalidGenesis, "clock without epoch_blocks")
	}
	if clock := gs.StartClock(); clock.EpochBlocks != gs.Params.EpochBlocks {
		return errorsmod.Wrapf(ErrInvalidGenesis, "clock.epoch_blocks %d differs from params.epoch_blocks %d",
			clock.EpochBlocks, gs.Params.EpochBlocks)
	}
	return gs.StartClock().Validate()
}

func (gs GenesisState) validatePayouts() error {
	seen := make(map[string]bool, len(gs.Payouts))
	for _, p := range gs.Payouts {
		if p.Holder == "" || p.Payout == "" || seen[p.Holder] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "payout of %q", p.Holder)
		}
		seen[p.Holder] = true
	}
	return nil
}

// Validate checks one pool.
func (p GenesisPool) Validate() error {
	pool := p.Pool
	if err := sdk.ValidateDenom(pool.ShareDenom); err != nil {
		return errorsmod.Wrap(ErrInvalidGenesis, err.Error())
	}
	if !validBps(pool.ClaimableBps) || !validBps(pool.RedeemCapBps) || pool.DripEpochs == 0 || pool.DripEpochs > MaxDripEpochs ||
		!ValidAmount(pool.MinEligible) || !nonNegative(pool.Eligible) {
		return errorsmod.Wrap(ErrInvalidGenesis, "terms out of range")
	}
	if pool.CreatedEpoch > pool.Epoch || pool.Epoch > math.MaxInt32 {
		return errorsmod.Wrapf(ErrInvalidGenesis, "epoch %d, created in %d", pool.Epoch, pool.CreatedEpoch)
	}
	inForce, last := sdkmath.ZeroInt(), uint64(0)
	for _, s := range p.Supplies {
		if s.Epoch <= last || s.Epoch > pool.Epoch || !nonNegative(s.Amount) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "supply of epoch %d", s.Epoch)
		}
		inForce, last = s.Amount, s.Epoch
	}
	if !inForce.Equal(pool.Eligible) {
		return errorsmod.Wrapf(ErrInvalidGenesis, "eligible %s, last supply %s", pool.Eligible, inForce)
	}
	if p.Window != nil {
		if err := p.Window.Validate(); err != nil {
			return err
		}
	}
	for i, s := range p.Streams {
		if i > 0 && p.Streams[i-1].Denom >= s.Denom {
			return errorsmod.Wrapf(ErrInvalidGenesis, "stream %s out of order", s.Denom)
		}
		if err := s.validate(pool.Epoch); err != nil {
			return errorsmod.Wrapf(err, "stream %s", s.Denom)
		}
	}
	seen := make(map[string]bool, len(p.Accounts))
	for _, a := range p.Accounts {
		if a.Address == "" || seen[a.Address] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "account %q", a.Address)
		}
		seen[a.Address] = true
		if err := a.validate(pool.Epoch); err != nil {
			return errorsmod.Wrapf(err, "account %s", a.Address)
		}
	}
	return nil
}

func (s GenesisStream) validate(epoch uint64) error {
	if err := sdk.ValidateDenom(s.Denom); err != nil {
		return errorsmod.Wrap(ErrInvalidGenesis, err.Error())
	}
	if err := s.Stream.CheckIdentity(); err != nil {
		return err
	}
	if s.Stream.Epoch > epoch || s.Stream.Deposited.GT(MaxAmount()) {
		return errorsmod.Wrapf(ErrInvalidGenesis, "epoch %d, deposited %s", s.Stream.Epoch, s.Stream.Deposited)
	}
	if err := s.Stream.CheckSchedule(s.Expiries); err != nil {
		return err
	}
	end := uint64(0)
	for _, g := range s.Segments {
		x := g.Segment
		if g.Epoch < end || g.Epoch > epoch || x.Epochs == 0 || x.Epochs > epoch || g.Epoch+x.Epochs > s.Stream.Epoch ||
			!nonNegative(x.Index, x.Carry, x.Rate, x.Lump) || !ValidAmount(x.Eligible) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "segment of epoch %d", g.Epoch)
		}
		end = g.Epoch + x.Epochs
	}
	kind := SourceKind_SOURCE_KIND_UNSPECIFIED
	for _, e := range s.Earnings {
		if _, known := SourceKind_name[int32(e.Kind)]; !known || e.Kind <= kind || !nonNegative(e.Amount) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "earnings of kind %d", e.Kind)
		}
		kind = e.Kind
	}
	if s.Redemption != nil {
		if err := s.Redemption.Validate(); err != nil {
			return err
		}
	}
	if err := s.validateTills(); err != nil {
		return err
	}
	last := uint32(0)
	for _, d := range s.Days {
		place := DayPlace(d.Kind, d.Total.Day)
		if _, known := SourceKind_name[int32(d.Kind)]; !known || place <= last || !nonNegative(d.Total.Amount) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "earnings of kind %d on day %d", d.Kind, d.Total.Day)
		}
		last = place
	}
	return s.Payers.Validate()
}

// validateTills: what lies in the tills was paid to them by the stream.
func (s GenesisStream) validateTills() error {
	sum := sdkmath.ZeroInt()
	for i, t := range s.Tills {
		if t.Till >= Tills || i > 0 && s.Tills[i-1].Till >= t.Till || !ValidAmount(t.Amount) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "till %d", t.Till)
		}
		sum = sum.Add(t.Amount)
	}
	if sum.GT(s.Stream.Paid) {
		return errorsmod.Wrapf(ErrInvalidGenesis, "%s in the tills, %s paid to them", sum, s.Stream.Paid)
	}
	return nil
}

func (a GenesisAccount) validate(epoch uint64) error {
	if p := a.Position; p != nil {
		if p.Settled >= max(epoch, 1) || p.Compacted > p.Settled {
			return errorsmod.Wrapf(ErrInvalidGenesis, "settled %d in epoch %d", p.Settled, epoch)
		}
		for i, r := range p.Residues {
			if (i > 0 && p.Residues[i-1].Denom >= r.Denom) || !nonNegative(r.Amount) {
				return errorsmod.Wrapf(ErrInvalidGenesis, "residue of %s", r.Denom)
			}
		}
	}
	if a.Auto != nil && (a.Auto.Failures >= MaxAutoFailures || a.Auto.Idle > MaxAutoBackoff) {
		return errorsmod.Wrapf(ErrInvalidGenesis, "automatic payment with %d failures, %d idle", a.Auto.Failures, a.Auto.Idle)
	}
	for i, c := range a.Checkpoints {
		if (i > 0 && a.Checkpoints[i-1].Epoch >= c.Epoch) || c.Epoch > epoch || !nonNegative(c.Checkpoint.Balance, c.Checkpoint.Lazy) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "checkpoint of epoch %d", c.Epoch)
		}
	}
	return nil
}
