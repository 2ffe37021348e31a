package display

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"google.golang.org/grpc/codes"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/x/aigc/content"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// challengeList is the JSON of the challenges of a proof. With it anybody recomputes
// what the validators stand behind: results_root from results
// (inference/bundle/FORMAT.md, section 6), and every input and seed from the beacon.
type challengeList struct {
	ChainID         string      `json:"chain_id"`
	ModelID         string      `json:"model_id"`
	Version         uint32      `json:"version"`
	ManifestRoot    string      `json:"manifest_root"`
	Beacon          string      `json:"beacon"`
	SubmittedHeight string      `json:"submitted_height"`
	DecidedHeight   string      `json:"decided_height"`
	ResultsRoot     string      `json:"results_root"`
	Witness         string      `json:"witness"`
	Vectors         int         `json:"vectors"`
	Count           int         `json:"count"`
	Results         []result    `json:"results"`
	Challenges      []challenge `json:"challenges"`
}

type result struct {
	OutputRoot string `json:"output_root"`
	Witness    string `json:"witness"`
}

type challenge struct {
	N          int    `json:"n"`
	Input      string `json:"input"` // hex
	Prompt     string `json:"prompt,omitempty"`
	Seed       string `json:"seed"`
	OutputRoot string `json:"output_root"`
	URL        string `json:"url"`
}

// proofOf reads the proof that a path names.
func (s *server) proofOf(r *http.Request) (proof, error) {
	model, err := number(r, "id", 64)
	if err != nil {
		return proof{}, err
	}
	version, err := number(r, "version", 32)
	if err != nil {
		return proof{}, err
	}
	if version == 0 {
		return proof{}, failure{http.StatusBadRequest, codes.InvalidArgument, "version counts from 1"}
	}
	return s.proof(r.Context(), model, uint32(version))
}

// challenges serves the list.
func (s *server) challenges(r *http.Request) (answer, error) {
	p, err := s.proofOf(r)
	if err != nil {
		return answer{}, err
	}
	v, witness := p.version, bundle.ProofWitness(p.results)
	list := challengeList{
		ChainID: s.ChainID, ModelID: strconv.FormatUint(v.ModelId, 10), Version: v.Version, ManifestRoot: v.ManifestRoot,
		Beacon:          hex.EncodeToString(p.beacon[:]),
		SubmittedHeight: strconv.FormatInt(v.SubmittedHeight, 10), DecidedHeight: strconv.FormatInt(v.DecidedHeight, 10),
		ResultsRoot: hex.EncodeToString(p.resultsRoot[:]), Witness: hex.EncodeToString(witness[:]),
		Vectors: len(p.manifest.Vectors), Count: bundle.Challenges,
	}
	for _, x := range p.results {
		list.Results = append(list.Results, result{hex.EncodeToString(x.OutputRoot[:]), hex.EncodeToString(x.Witness[:])})
	}
	for n := range bundle.Challenges {
		input, seed := p.manifest.Challenge(p.beacon, n)
		out := p.challenge(n).OutputRoot
		list.Challenges = append(list.Challenges, challenge{
			N: n, Input: hex.EncodeToString(input), Prompt: promptOf(p.manifest.Pipeline, input), Seed: strconv.FormatUint(seed, 10),
			OutputRoot: hex.EncodeToString(out[:]),
			URL:        fmt.Sprintf("/imod/oracle/v1/models/%d/versions/%d/challenges/%d", v.ModelId, v.Version, n),
		})
	}
	body, err := json.Marshal(list)
	return answer{body: body, mediaType: "application/json"}, err
}

// challenge serves the output of one challenge.
func (s *server) challenge(r *http.Request) (answer, error) {
	n, err := number(r, "n", 16)
	if err != nil {
		return answer{}, err
	}
	if n >= bundle.Challenges {
		return answer{}, failure{http.StatusNotFound, codes.NotFound, fmt.Sprintf("a proof has challenges 0 to %d", bundle.Challenges-1)}
	}
	p, err := s.proofOf(r)
	if err != nil {
		return answer{}, err
	}
	root := p.challenge(int(n)).OutputRoot
	if err := s.refuse(root); err != nil {
		return answer{}, err
	}
	output, err := s.output(r.Context(), root, bytesRoot)
	if err != nil {
		return answer{}, err
	}
	manifestRoot, err := hash(p.version.ManifestRoot)
	if err != nil {
		return answer{}, err
	}
	input, seed := p.manifest.Challenge(p.beacon, int(n))
	return render(p.manifest.Pipeline, output, content.Provenance{
		ChainID: s.ChainID, Challenge: strconv.FormatUint(n, 10), Beacon: p.beacon[:], ModelID: p.version.ModelId, Version: p.version.Version,
		ManifestRoot: manifestRoot, Seed: seed, Prompt: promptOf(p.manifest.Pipeline, input),
		OutputRoot: root, TrustClass: trust(oracletypes.TrustClass_TRUST_CLASS_ATTESTED),
	})
}
