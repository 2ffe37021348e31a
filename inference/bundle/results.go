package bundle

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/imochain/imod/inference/bundle/descriptor"
)

// Challenges is how many inputs a proof of model draws from the beacon.
const Challenges = 4

// Challenge draws challenge number index of a proof: an input of the pipeline's
// type and a seed, from the stream of ("imod/challenge/v1" ‖ beacon ‖ manifest root
// ‖ index, 4 bytes). The manifest must be valid.
func (m *Manifest) Challenge(beacon [32]byte, index int) (input []byte, seed uint64) {
	root := m.Root()
	key := append([]byte("imod/challenge/v1"), beacon[:]...)
	key = append(key, root[:]...)
	key = binary.BigEndian.AppendUint32(key, uint32(index))
	s := descriptor.NewStream(key)
	seed = s.Uint64()
	return m.Pipeline.Sample(s), seed
}

// Result is what a run of a vector or a challenge gave.
type Result struct {
	OutputRoot Hash
	Witness    Hash
}

// ResultsRoot commits to the results of all vectors, then all challenges:
// SHA-256("imod/results/v1" ‖ count, 4 bytes ‖ output root ‖ witness ...).
func ResultsRoot(results []Result) Hash {
	return hashResults("imod/results/v1", results, func(b []byte, r Result) []byte {
		return append(append(b, r.OutputRoot[:]...), r.Witness[:]...)
	})
}

// ProofWitness is the witness of a whole proof: SHA-256("imod/proof-witness/v1" ‖
// count, 4 bytes ‖ witness ...).
func ProofWitness(results []Result) Hash {
	return hashResults("imod/proof-witness/v1", results, func(b []byte, r Result) []byte {
		return append(b, r.Witness[:]...)
	})
}

func hashResults(domain string, results []Result, add func([]byte, Result) []byte) Hash {
	b := binary.BigEndian.AppendUint32([]byte(domain), uint32(len(results)))
	for _, r := range results {
		b = add(b, r)
	}
	return sha256.Sum256(b)
}

// ProofOutputRoot is the output root of a proof: SHA-256(results root ‖ custody
// digest), the digest being 32 zero bytes until custody is asked for.
func ProofOutputRoot(resultsRoot, custody Hash) Hash {
	return sha256.Sum256(append(resultsRoot[:], custody[:]...))
}

// Reason says why a model cannot be run. Only reasons that every runner must find
// are refusals; whatever depends on the machine (bytes that could not be fetched,
// memory, time) is silence.
type Reason uint8

// Reasons of refusal.
const (
	// ReasonGraph: the graph does not decode, is not valid or not the one named.
	ReasonGraph Reason = 1
	// ReasonWeights: the weights do not fit the graph's declarations.
	ReasonWeights Reason = 2
	// ReasonPipeline: the graph's inputs and outputs do not fit the pipeline.
	ReasonPipeline Reason = 3
	// ReasonCost: work units or peak memory differ from the manifest's.
	ReasonCost Reason = 4
	// ReasonVector: a test vector gives another result.
	ReasonVector Reason = 5
	// ReasonRun: a run fails.
	ReasonRun Reason = 6
	// ReasonInput: the input is not one the pipeline takes.
	ReasonInput Reason = 7
	// ReasonDispute: a result could not be disputed; of models that executors answer for.
	ReasonDispute Reason = 8
)

// String describes the reason.
func (r Reason) String() string {
	switch r {
	case ReasonGraph:
		return "graph is invalid"
	case ReasonWeights:
		return "weights do not fit the graph"
	case ReasonPipeline:
		return "graph does not fit the pipeline"
	case ReasonCost:
		return "cost differs from the manifest"
	case ReasonVector:
		return "a test vector gives another result"
	case ReasonRun:
		return "the run fails"
	case ReasonInput:
		return "the input is refused"
	case ReasonDispute:
		return "results could not be disputed"
	default:
		return fmt.Sprintf("reason %d", uint8(r))
	}
}

// Refusal is the error of a model that cannot be run, for a reason that every
// runner finds.
type Refusal struct {
	Reason Reason
	Err    error
}

// Refuse returns a Refusal.
func Refuse(reason Reason, err error) error { return &Refusal{Reason: reason, Err: err} }

// Error implements error.
func (r *Refusal) Error() string {
	if r.Reason == ReasonInput { // the cause says it already
		return r.Err.Error()
	}
	return fmt.Sprintf("%s: %v", r.Reason, r.Err)
}

// Unwrap gives the cause.
func (r *Refusal) Unwrap() error { return r.Err }

// RefusedRoot is the results root of a refusal: SHA-256("imod/refused/v1" ‖ reason).
func RefusedRoot(r Reason) Hash {
	return sha256.Sum256(append([]byte("imod/refused/v1"), byte(r)))
}
