package inference_test

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"flag"
	"fmt"
	"hash"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
)

// fewRuns are done in every test run; `make test-inference-long` does 100,000.
const (
	fewRuns = 1_000
)

var runs = flag.Int("runs", fewRuns, "random (graph, input) runs whose outputs are hashed")

//go:embed testdata/random.txt
var goldenRuns string

// TestRandomRuns hashes the outputs of random graphs on random inputs, for every
// instruction set of the machine. The digest is the same on every architecture
// (SPEC chapter 11): amd64 with each set, arm64, s390x, wasm.
func TestRandomRuns(t *testing.T) {
	isas := kernel.ISAs()
	sums := make([]hash.Hash, len(isas))
	for i := range sums {
		sums[i] = sha256.New()
	}
	for seed := range uint64(*runs) {
		p := kerneltest.Random(seed, 5+int(seed%30))
		if len(p.Graph.Outputs) > 64 {
			continue // more than a graph may have
		}
		for i, isa := range isas {
			prog, err := engine.Load(p.Graph, p.Weights, engine.WithISA(isa), engine.WithWorkers(1+int(seed%2)))
			require.NoError(t, err, "seed %d", seed)
			outs, last, err := prog.Run(t.Context(), p.Inputs)
			require.NoError(t, err, "seed %d", seed)
			for _, x := range append(outs, last...) {
				sums[i].Write(x.AppendBytes(nil))
			}
			require.Equal(t, sums[0].Sum(nil), sums[i].Sum(nil), "seed %d: %s differs from %s", seed, isa, isas[0])
		}
	}
	line := fmt.Sprintf("%s  %d random runs", hex.EncodeToString(sums[0].Sum(nil)), *runs)
	if *update {
		keep := ""
		for l := range strings.Lines(goldenRuns) {
			if !strings.HasSuffix(strings.TrimSpace(l), fmt.Sprintf("  %d random runs", *runs)) {
				keep += l
			}
		}
		require.NoError(t, os.WriteFile("testdata/random.txt", []byte(keep+line+"\n"), 0o644))
		return
	}
	require.Contains(t, goldenRuns, line)
	t.Logf("%d runs by %v", *runs, isas)
}
