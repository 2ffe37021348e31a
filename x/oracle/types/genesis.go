package types

import (
	"fmt"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
)

// DefaultGenesis returns the state of a new chain.
func DefaultGenesis() *GenesisState {
	return &GenesisState{
		Params: DefaultParams(),
		Totals: Totals{CommunityTally: math.ZeroInt()},

		Provisions: NoProvisions(),
	}
}

// Validate checks every record by itself and against those it names.
func (g *GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	if g.Totals.CommunityTally.IsNil() || g.Totals.CommunityTally.IsNegative() {
		return ErrInvalidGenesis.Wrap("community tally")
	}
	if err := g.Provisions.Validate(); err != nil {
		return err
	}
	open, err := g.validateSubjects()
	if err != nil {
		return err
	}
	if err := g.validateBindings(open); err != nil {
		return err
	}
	if err := g.validateOpened(open); err != nil {
		return err
	}
	if err := g.validateCallbacks(); err != nil {
		return err
	}
	if err := g.validateOptimistic(); err != nil {
		return err
	}
	return g.validateMoney()
}

// validateSubjects returns the open subjects.
func (g *GenesisState) validateSubjects() (map[attestation.Key]bool, error) {
	open := make(map[attestation.Key]bool)
	var last uint64
	for _, r := range g.Requests {
		if r.Id <= last || r.Id > g.Totals.LastRequestId {
			return nil, ErrInvalidGenesis.Wrapf("request %d: ids ascend to %d", r.Id, g.Totals.LastRequestId)
		}
		last = r.Id
		s, err := r.Subject()
		if err != nil {
			return nil, err
		}
		if err := validateFee(r.NetworkFee, FeeDenom); err != nil {
			return nil, ErrInvalidGenesis.Wrapf("request %d: %v", r.Id, err)
		}
		if err := validateFee(r.ModelPrice, ""); err != nil {
			return nil, ErrInvalidGenesis.Wrapf("request %d: %v", r.Id, err)
		}
		switch r.Status {
		case RequestStatus_REQUEST_STATUS_PENDING:
			if !r.Optimistic {
				open[s.Key] = true
			}
		case RequestStatus_REQUEST_STATUS_ASSERTED, RequestStatus_REQUEST_STATUS_DISPUTED:
			if !r.Optimistic || r.ClaimId == 0 {
				return nil, ErrInvalidGenesis.Wrapf("request %d is %s without a claim", r.Id, r.Status)
			}
		case RequestStatus_REQUEST_STATUS_FINAL:
			if len(r.OutputRoot) != 32 || len(r.Witness) != 32 || r.FinalHeight <= 0 {
				return nil, ErrInvalidGenesis.Wrapf("final request %d has no result", r.Id)
			}
		case RequestStatus_REQUEST_STATUS_EXPIRED:
		default:
			return nil, ErrInvalidGenesis.Wrapf("request %d has status %s", r.Id, r.Status)
		}
	}
	return open, g.validateTrials(open)
}

func (g *GenesisState) validateBindings(open map[attestation.Key]bool) error {
	seen := make(map[string]bool, len(g.Bindings))
	for _, b := range g.Bindings {
		address, err := sdk.ConsAddressFromBech32(b.Validator)
		if err != nil || len(address) != attestation.AddressSize {
			return ErrInvalidGenesis.Wrapf("binding of validator %s", b.Validator)
		}
		if b.Kind < 0 || b.Kind > 255 || !open[attestation.Key{Kind: attestation.Kind(b.Kind), ID: b.Id}] {
			return ErrInvalidGenesis.Wrapf("binding for subject %s %d, which is not open", b.Kind, b.Id)
		}
		if len(b.Value) != 0 && len(b.Value) != attestation.BindingSize {
			return ErrInvalidGenesis.Wrapf("binding of %d bytes", len(b.Value))
		}
		key := fmt.Sprintf("%d/%d/%s", b.Kind, b.Id, b.Validator)
		if seen[key] {
			return ErrInvalidGenesis.Wrapf("binding %s is there twice", key)
		}
		seen[key] = true
	}
	return nil
}

func (g *GenesisState) validateMoney() error {
	numbers, addresses := make(map[uint64]bool), make(map[string]bool)
	for _, v := range g.Validators {
		address, err := sdk.ConsAddressFromBech32(v.Address)
		if err != nil || len(address) != attestation.AddressSize || addresses[v.Address] {
			return ErrInvalidGenesis.Wrapf("validator %s", v.Address)
		}
		if v.Number == 0 || v.Number > g.Totals.LastValidator || numbers[v.Number] {
			return ErrInvalidGenesis.Wrapf("validator number %d", v.Number)
		}
		if v.Tally.IsNil() || v.Tally.IsNegative() {
			return ErrInvalidGenesis.Wrapf("tally of validator %s", v.Address)
		}
		numbers[v.Number], addresses[v.Address] = true, true
	}
	credits := make(map[string]bool)
	for _, c := range g.Credits {
		key := c.Owner + "/" + c.Amount.Denom
		if err := validateFee(c.Amount, ""); err != nil || credits[key] {
			return ErrInvalidGenesis.Wrapf("credit %s", key)
		}
		credits[key] = true
	}
	held := make(map[string]bool)
	for _, h := range g.HeldIncomes {
		key := fmt.Sprintf("%d/%s", h.ModelId, h.Amount.Denom)
		if err := validateFee(h.Amount, ""); err != nil || held[key] {
			return ErrInvalidGenesis.Wrapf("held income %s", key)
		}
		held[key] = true
	}
	var last int64
	for _, r := range g.ReceiptRoots {
		if r.Height <= last || len(r.Root) != 32 || r.Count == 0 {
			return ErrInvalidGenesis.Wrapf("receipt root of block %d", r.Height)
		}
		last = r.Height
	}
	return nil
}

// validateFee checks a coin; an empty denom stands for any.
func validateFee(coin sdk.Coin, denom string) error {
	if coin.Amount.IsNil() {
		return ErrInvalidGenesis.Wrap("coin without amount")
	}
	if err := coin.Validate(); err != nil {
		return err
	}
	if denom != "" && coin.Denom != denom {
		return ErrInvalidGenesis.Wrapf("coin %s, must be in %s", coin, denom)
	}
	return nil
}
