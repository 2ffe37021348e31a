package display

import (
	"context"
	"net/http"

	"google.golang.org/grpc/codes"

	"github.com/imochain/imod/inference/bundle"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// proof is what the chain and the sidecar know of the proof of a version.
type proof struct {
	version  imotypes.Version
	manifest *bundle.Manifest
	// beacon is the randomness from which the challenges were drawn.
	beacon [32]byte
	// resultsRoot is what more than 2/3 of the voting power stand behind.
	resultsRoot bundle.Hash
	// results lead to the results root: vectors, then challenges.
	results []bundle.Result
}

// proof reads the proof of a reproduced version. The results come from the sidecar,
// which keeps them under the root that the node attested.
func (s *server) proof(ctx context.Context, model uint64, version uint32) (proof, error) {
	v, manifest, err := s.manifest(ctx, model, version)
	if err != nil {
		return proof{}, err
	}
	switch v.Status {
	case imotypes.MODEL_STATUS_REPRODUCED, imotypes.MODEL_STATUS_REPRODUCED_BY_EXECUTORS:
	case imotypes.MODEL_STATUS_PENDING:
		return proof{}, failure{http.StatusConflict, codes.FailedPrecondition, "the version is under proof; ask again in a few seconds"}
	default:
		return proof{}, failure{http.StatusNotFound, codes.NotFound, "the version was not reproduced by the validators, so there are no outputs"}
	}
	resp, err := s.oracle.ProofRecord(ctx, &oracletypes.QueryProofRecordRequest{ModelId: model, Version: version})
	if err != nil {
		return proof{}, err
	}
	record := resp.Record
	if len(record.Beacon) != 32 || len(record.ResultsRoot) != 32 {
		return proof{}, failure{http.StatusNotFound, codes.NotFound, "the proof of this version ended without results"}
	}
	p := proof{version: v, manifest: manifest, beacon: [32]byte(record.Beacon), resultsRoot: bundle.Hash(record.ResultsRoot)}
	// The sidecar keeps the results under the root with a custody digest of zero bytes.
	list, err := s.output(ctx, bundle.ProofOutputRoot(p.resultsRoot, bundle.Hash{}), resultsOutput)
	if err != nil {
		return proof{}, err
	}
	if p.results, err = bundle.DecodeResults(list); err != nil {
		return proof{}, err
	}
	if len(p.results) != len(manifest.Vectors)+bundle.Challenges {
		return proof{}, notHere("the sidecar's results are not those of this version")
	}
	return p, nil
}

// challenge is the result of a challenge by its number.
func (p proof) challenge(n int) bundle.Result { return p.results[len(p.manifest.Vectors)+n] }

// resultsOutput is the output root of a proof with these results.
func resultsOutput(list []byte) (bundle.Hash, error) {
	results, err := bundle.DecodeResults(list)
	return bundle.ProofOutputRoot(bundle.ResultsRoot(results), bundle.Hash{}), err
}
