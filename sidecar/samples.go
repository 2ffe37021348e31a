package sidecar

import (
	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/sidecar/worker"
	"github.com/imochain/imod/x/oracle/types"
)

// resultsMedia marks the results of a proof in a store of outputs. Media types of
// outputs come from descriptors, which know no such type.
const resultsMedia = "application/x-imod-results"

// keep stores what a run put out: the output of a request, or the results of a proof
// with the outputs of its challenges.
func (d *dispatcher) keep(result *types.WorkResult, reply worker.Reply) error {
	if len(reply.Output) > 0 {
		if err := d.outputs.put(reply.OutputRoot, reply.Output, reply.MediaType); err != nil {
			return err
		}
	}
	for _, output := range reply.Challenges {
		if err := d.samples.put(merkle.BytesRoot(output), output, reply.MediaType); err != nil {
			return err
		}
	}
	if len(reply.Results) == 0 {
		return nil
	}
	return d.samples.put([32]byte(result.OutputRoot), reply.Results, resultsMedia)
}

// rootOf is the root under which an output is kept.
func rootOf(output []byte, mediaType string) [32]byte {
	if mediaType != resultsMedia {
		return merkle.BytesRoot(output)
	}
	results, err := bundle.DecodeResults(output)
	if err != nil {
		return [32]byte{} // nothing has this root
	}
	return bundle.ProofOutputRoot(bundle.ResultsRoot(results), bundle.Hash{})
}
