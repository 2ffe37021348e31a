package types

import "cosmossdk.io/math"

const (
	// MinPanel is the fewest executors that may reproduce a version.
	MinPanel = 5
	// MaxPanel is the most executors of one panel.
	MaxPanel = 32
	// MaxExecutors is the highest cap of registered executors: a draw walks over those of one model.
	MaxExecutors = 1000
	// MaxExecutorModels is how many models one executor may say it holds.
	MaxExecutorModels = 64
	// MaxCapacity is the most jobs that one executor may do at once.
	MaxCapacity = 1000
	// MaxAttempts is how many executors are drawn for one request before it expires.
	MaxAttempts = 3
	// MaxMissed is how many jobs in a row an executor may miss before it gets no more.
	MaxMissed = 3
	// basisPoints is the whole.
	basisPoints = 10_000
)

// DefaultOptimisticParams returns the figures of a new chain. One-second blocks: a window of an hour, clocks of twelve
// hours, three weeks of unbonding.
func DefaultOptimisticParams() OptimisticParams {
	return OptimisticParams{
		JobBond:         math.NewIntWithDecimal(10, 18),
		ChallengeBond:   math.NewIntWithDecimal(2, 18),
		MissedPenalty:   math.NewIntWithDecimal(1, 17),
		MaxExecutors:    200,
		MaxOpen:         1000,
		WaitBlocks:      7200,
		JobBlocks:       300,
		WindowBlocks:    3600,
		ClockBlocks:     43_200,
		ClockIncrement:  10,
		OpenBlocks:      20,
		UnbondingBlocks: 1_814_400,
		ExecutorBps:     8000,
		AuditBps:        1000,
		ProofExecutors:  7,
		ProofMatches:    MinPanel,
		ProofJobBlocks:  600,
		AuditChanceBps:  1000,
		Auditors:        2,
	}
}

// Validate checks every figure against its bounds, and those that hang together.
func (p OptimisticParams) Validate() error {
	for _, amount := range []struct {
		name  string
		value math.Int
		low   math.Int
		high  math.Int
	}{
		{"job_bond", p.JobBond, math.OneInt(), MaxAmount()},
		{"challenge_bond", p.ChallengeBond, math.OneInt(), MaxAmount()},
		{"missed_penalty", p.MissedPenalty, math.ZeroInt(), p.JobBond},
	} {
		if amount.value.IsNil() || amount.value.LT(amount.low) || amount.value.GT(amount.high) {
			return ErrInvalidParams.Wrapf("%s must be %s to %s aimo", amount.name, amount.low, amount.high)
		}
	}
	for _, bound := range []struct {
		name             string
		value, low, high uint32
	}{
		{"max_executors", p.MaxExecutors, MinPanel, MaxExecutors},
		{"max_open", p.MaxOpen, 1, 10_000},
		{"wait_blocks", p.WaitBlocks, 10, 1_000_000},
		{"job_blocks", p.JobBlocks, minBlocks, 100_000},
		{"window_blocks", p.WindowBlocks, minBlocks, 1_000_000},
		{"clock_blocks", p.ClockBlocks, 10, 1_000_000},
		{"clock_increment", p.ClockIncrement, 1, 1000},
		{"open_blocks", p.OpenBlocks, 2, 1000},
		{"unbonding_blocks", p.UnbondingBlocks, 1, 10_000_000},
		{"executor_bps", p.ExecutorBps, 0, basisPoints},
		{"audit_bps", p.AuditBps, 0, basisPoints - min(p.ExecutorBps, basisPoints)},
		{"proof_executors", p.ProofExecutors, MinPanel, MaxPanel},
		{"proof_matches", p.ProofMatches, MinPanel, p.ProofExecutors},
		{"proof_job_blocks", p.ProofJobBlocks, minBlocks, 1_000_000},
		{"audit_chance_bps", p.AuditChanceBps, 0, basisPoints},
		{"auditors", p.Auditors, 1, 16},
	} {
		if bound.value < bound.low || bound.value > bound.high {
			return ErrInvalidParams.Wrapf("%s is %d, must be %d to %d", bound.name, bound.value, bound.low, bound.high)
		}
	}
	return nil
}
