package types

import (
	"fmt"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/oracle/dispute"
)

// validateOptimistic checks executors, jobs, panels, claims and games. That bonds and what holds them agree is checked
// when they are written.
func (g *GenesisState) validateOptimistic() error {
	executors := make(map[string]bool, len(g.Executors))
	for _, e := range g.Executors {
		if executors[e.Address] || badAmount(e.Bond) || badAmount(e.Reserved) || e.Reserved.GT(e.Bond) || len(e.Models) > MaxExecutorModels {
			return ErrInvalidGenesis.Wrapf("executor %s", e.Address)
		}
		executors[e.Address] = true
	}
	jobs := make(map[string]bool, len(g.Jobs))
	for _, j := range g.Jobs {
		key := fmt.Sprintf("%s/%d/%s", j.Kind, j.Id, j.Executor)
		if !executors[j.Executor] || jobs[key] || badAmount(j.Bond) || badAmount(j.Penalty) {
			return ErrInvalidGenesis.Wrapf("job %s", key)
		}
		jobs[key] = true
	}
	panels := make(map[string]bool, len(g.Panels))
	for _, p := range g.Panels {
		key := fmt.Sprintf("%s/%d", p.Kind, p.Id)
		if panels[key] || len(p.ManifestRoot) != 32 || len(p.InputRoot) != 32 || len(p.Seats) > MaxPanel {
			return ErrInvalidGenesis.Wrapf("panel %s", key)
		}
		if err := validateFee(p.Fee, FeeDenom); err != nil {
			return ErrInvalidGenesis.Wrapf("panel %s: %v", key, err)
		}
		panels[key] = true
	}
	return g.validateClaims(executors)
}

func (g *GenesisState) validateClaims(executors map[string]bool) error {
	claims := make(map[uint64]Claim, len(g.Claims))
	var last uint64
	for _, c := range g.Claims {
		open := c.Status == ClaimStatus_CLAIM_STATUS_OPEN || c.Status == ClaimStatus_CLAIM_STATUS_FALLEN
		if c.Id <= last || c.Id > g.DisputeTotals.LastClaim || open && !executors[c.Executor] || len(c.OutputRoot) != 32 ||
			badAmount(c.Bond) || badAmount(c.ChallengeBond) {
			return ErrInvalidGenesis.Wrapf("claim %d", c.Id)
		}
		if len(c.State) > 0 {
			if _, err := dispute.DecodeClaim(c.State); err != nil {
				return ErrInvalidGenesis.Wrapf("claim %d: %v", c.Id, err)
			}
		} else if open {
			return ErrInvalidGenesis.Wrapf("open claim %d has no state", c.Id)
		}
		last, claims[c.Id] = c.Id, c
	}
	for _, r := range g.Requests {
		if c, ok := claims[r.ClaimId]; r.ClaimId != 0 && !r.Closed() && (!ok || c.RequestId != r.Id) {
			return ErrInvalidGenesis.Wrapf("request %d names claim %d", r.Id, r.ClaimId)
		}
	}
	last = 0
	for _, d := range g.Disputes {
		_, known := claims[d.ClaimId]
		open := d.Status == DisputeStatus_DISPUTE_STATUS_OPEN
		if d.Id <= last || d.Id > g.DisputeTotals.LastDispute || badAmount(d.Bond) || !known && (open || d.Bond.IsPositive()) {
			return ErrInvalidGenesis.Wrapf("dispute %d", d.Id)
		}
		if open {
			if _, err := dispute.DecodeGame(d.Game); err != nil {
				return ErrInvalidGenesis.Wrapf("dispute %d: %v", d.Id, err)
			}
		}
		last = d.Id
	}
	for _, kept := range g.Kept {
		if _, ok := claims[kept.ClaimId]; !ok || len(kept.Key) == 0 {
			return ErrInvalidGenesis.Wrapf("what is kept of claim %d", kept.ClaimId)
		}
	}
	return nil
}

func badAmount(amount math.Int) bool {
	return amount.IsNil() || amount.IsNegative() || amount.GT(MaxAmount())
}
