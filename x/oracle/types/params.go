package types

import (
	"cosmossdk.io/math"
)

const (
	// FreeOutputBytes is the largest output that may be stored without having been paid for.
	FreeOutputBytes = 1024
	// MaxOpenRequests is the highest cap of pending requests: what extensions of 4 KiB carry.
	MaxOpenRequests = 150
	// MaxOpenProofs is the highest cap of versions under proof.
	MaxOpenProofs = 32
	// MaxQueuedProofs caps the versions under proof and those that wait for it.
	MaxQueuedProofs = 1000
	// MaxOpenCustodies is the highest cap of models whose holders are counted at once.
	MaxOpenCustodies = 32
	// MaxHolders bounds the validators whose chunks a node asks its sidecar for at once.
	MaxHolders = 256
	// MaxInputBytes is the highest cap of an input.
	MaxInputBytes = 64 << 10
	// MaxStoredBytes is the highest cap of a stored output.
	MaxStoredBytes = 256 << 10
	// maxProposerBps is the highest part of a network fee that the proposer may get.
	maxProposerBps = 1000
	// minCallbackGas is what the cheapest useful call needs; maxCallbackGas is a third of a block.
	minCallbackGas, maxCallbackGas = 21_000, 20_000_000
	// maxCallbackDataBytes is the highest cap of what a callback hands back.
	maxCallbackDataBytes = 4096
	// maxBatch is the highest cap of a batch.
	maxBatch = 64
	// minRetention leaves time to fetch, mint and settle a result.
	minRetention = 1000
	// maxProvisionsBps is the highest part of the block provisions that may go by attestation score.
	maxProvisionsBps = 5000
	// minBlocks is the shortest life of a subject: it is final in the second block after its own.
	minBlocks = 3
)

// MaxAmount is 2^120, the most that any amount may be where it enters.
func MaxAmount() math.Int { return math.NewIntWithDecimal(1, 0).MulRaw(1 << 60).MulRaw(1 << 60) }

// DefaultParams returns the parameters of a new chain.
func DefaultParams() Params {
	return Params{
		UnitPrice:         math.NewInt(100_000_000),        // 20 million multiply-adds cost 0.002 IMO
		BytePrice:         math.NewInt(10_000_000_000_000), // 1 KiB costs 0.01 IMO
		ProposerBps:       200,
		MaxOpenRequests:   MaxOpenRequests,
		MaxOpenWorkUnits:  50_000_000_000,
		MaxOpenProofs:     16,
		MaxInputBytes:     16 << 10,
		MaxStoredBytes:    64 << 10,
		RequestBlocks:     60,
		ProofBlocks:       300,
		PayoutBlocks:      100,
		PerformanceBlocks: 1000,

		MaxCallbackGas:       5_000_000,
		MaxCallbackDataBytes: 1024,
		CallbackGasPrice:     math.NewInt(10_000_000_000),      // ten times the floor of the fee market
		CallbackPremium:      math.NewInt(100_000_000_000_000), // 0.0001 IMO in the first turn
		CallbackBlocks:       10_000,
		MaxBatch:             16,
		BeaconDelayBlocks:    20,
		BeaconStaleBlocks:    100,

		MaxProofBytes:       8 << 30,
		MaxProofWorkUnits:   1 << 44,
		ProofGraceBlocks:    5,
		ProofOpenBlocks:     20,
		CustodyEpochBlocks:  1000,
		CustodyCommitBlocks: 30,
		MaxOpenCustodies:    8,
		CustodyOpenings:     16,
		RetentionBlocks:     604_800, // a week of one-second blocks
		ProvisionsBps:       1000,

		Optimistic: DefaultOptimisticParams(),
	}
}

// Validate checks every parameter against its bounds.
func (p Params) Validate() error {
	maxPrice := math.NewIntWithDecimal(1, 24)
	for _, price := range []struct {
		name  string
		value math.Int
	}{{"unit_price", p.UnitPrice}, {"byte_price", p.BytePrice}, {"callback_gas_price", p.CallbackGasPrice}, {"callback_premium", p.CallbackPremium}} {
		if price.value.IsNil() || price.value.IsNegative() || price.value.GT(maxPrice) {
			return ErrInvalidParams.Wrapf("%s must be 0 to %s aimo", price.name, maxPrice)
		}
	}
	for _, bound := range []struct {
		name             string
		value, low, high uint64
	}{
		{"proposer_bps", uint64(p.ProposerBps), 0, maxProposerBps},
		{"max_open_requests", uint64(p.MaxOpenRequests), 1, MaxOpenRequests},
		{"max_open_work_units", p.MaxOpenWorkUnits, 1, 1 << 62},
		{"max_open_proofs", uint64(p.MaxOpenProofs), 1, MaxOpenProofs},
		{"max_input_bytes", uint64(p.MaxInputBytes), 1, MaxInputBytes},
		{"max_stored_bytes", uint64(p.MaxStoredBytes), FreeOutputBytes, MaxStoredBytes},
		{"request_blocks", uint64(p.RequestBlocks), minBlocks, 100_000},
		{"proof_blocks", uint64(p.ProofBlocks), minBlocks, 1_000_000},
		{"payout_blocks", uint64(p.PayoutBlocks), 1, 100_000},
		{"performance_blocks", uint64(p.PerformanceBlocks), 10, 1_000_000},
		{"max_callback_gas", p.MaxCallbackGas, minCallbackGas, maxCallbackGas},
		{"max_callback_data_bytes", uint64(p.MaxCallbackDataBytes), 0, maxCallbackDataBytes},
		{"callback_blocks", uint64(p.CallbackBlocks), 100, 1_000_000},
		{"max_batch", uint64(p.MaxBatch), 1, maxBatch},
		{"beacon_delay_blocks", uint64(p.BeaconDelayBlocks), 2, 100_000},
		{"beacon_stale_blocks", uint64(p.BeaconStaleBlocks), 1, 100_000},
		{"max_proof_bytes", p.MaxProofBytes, 1, 1 << 40},
		{"max_proof_work_units", p.MaxProofWorkUnits, 1, 1 << 60},
		{"proof_grace_blocks", uint64(p.ProofGraceBlocks), 0, 1000},
		{"proof_open_blocks", uint64(p.ProofOpenBlocks), 2, 1000},
		{"custody_epoch_blocks", uint64(p.CustodyEpochBlocks), 50, 1_000_000},
		{"custody_commit_blocks", uint64(p.CustodyCommitBlocks), 2, 10_000},
		{"max_open_custodies", uint64(p.MaxOpenCustodies), 1, MaxOpenCustodies},
		{"custody_openings", uint64(p.CustodyOpenings), 1, 64},
		{"retention_blocks", uint64(p.RetentionBlocks), minRetention, 100_000_000},
		{"provisions_bps", uint64(p.ProvisionsBps), 0, maxProvisionsBps},
	} {
		if bound.value < bound.low || bound.value > bound.high {
			return ErrInvalidParams.Wrapf("%s is %d, must be %d to %d", bound.name, bound.value, bound.low, bound.high)
		}
	}
	return p.Optimistic.Validate()
}
