package sidecar

import (
	"fmt"
	"math"
	"time"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/x/oracle/types"
)

// ModelLimits are limits of one model, named by its id, by the root of one version's manifest, or both.
// Zero values mean those of every model.
type ModelLimits struct {
	Model  uint64
	Root   bundle.Hash
	Memory uint64 // of the worker, in bytes
	// RunTime and ProofTime bound one request and one proof.
	RunTime, ProofTime time.Duration
}

func (m ModelLimits) names(model uint64, root bundle.Hash) bool {
	return (m.Model == 0 || m.Model == model) && (m.Root == bundle.Hash{} || m.Root == root)
}

func (m ModelLimits) check() error {
	if m.Model == 0 && m.Root == (bundle.Hash{}) {
		return fmt.Errorf("limits of no model")
	}
	if m.Memory != 0 && m.Memory < MinWorkerMemory {
		return fmt.Errorf("worker memory of model %d is %d bytes, at least %d are needed", m.Model, m.Memory, uint64(MinWorkerMemory))
	}
	return nil
}

// bounds are what one run may use.
type bounds struct {
	memory uint64
	wall   time.Duration
	cpu    uint64 // seconds over all cores
}

// bounds returns what a run of a model may use; of several entries for a model the last counts.
func (c Config) bounds(kind types.SubjectKind, model uint64, root bundle.Hash) bounds {
	proof := kind == types.SubjectKind_SUBJECT_KIND_PROOF
	b := bounds{memory: c.Worker.Memory, wall: c.RunTime}
	if proof {
		b.wall = c.ProofTime
	}
	for _, m := range c.PerModel {
		if !m.names(model, root) {
			continue
		}
		if m.Memory != 0 {
			b.memory = m.Memory
		}
		switch {
		case proof && m.ProofTime > 0:
			b.wall = m.ProofTime
		case !proof && m.RunTime > 0:
			b.wall = m.RunTime
		}
	}
	// The clock ends a run first; processor time bounds one whose clock stands still.
	b.cpu = uint64(math.Ceil(b.wall.Seconds()))*uint64(c.Worker.Threads) + 1
	return b
}
