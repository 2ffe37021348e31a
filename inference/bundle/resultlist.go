package bundle

import "fmt"

// resultSize is the length of one encoded result.
const resultSize = 64

// EncodeResults joins results: output root, witness, of each. It is what
// ResultsRoot hashes after its domain and count, so whoever has the list can check
// every output of a proof against the root that a chain recorded.
func EncodeResults(results []Result) []byte {
	b := make([]byte, 0, resultSize*len(results))
	for _, r := range results {
		b = append(append(b, r.OutputRoot[:]...), r.Witness[:]...)
	}
	return b
}

// DecodeResults is the inverse of EncodeResults; a proof has at most MaxVectors
// vectors.
func DecodeResults(b []byte) ([]Result, error) {
	if len(b)%resultSize != 0 || len(b) > resultSize*(MaxVectors+Challenges) {
		return nil, fmt.Errorf("%d bytes are not a list of at most %d results", len(b), MaxVectors+Challenges)
	}
	results := make([]Result, 0, len(b)/resultSize)
	for ; len(b) > 0; b = b[resultSize:] {
		results = append(results, Result{OutputRoot: Hash(b[:32]), Witness: Hash(b[32:resultSize])})
	}
	return results, nil
}
