package pack

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/inference/pipeline/token"
)

// Source is what a bundle is built from.
type Source struct {
	Graph *ir.Graph
	// Weights are the little-endian bytes of the graph's weights, in order.
	Weights [][]byte
	// ONNXHash is the SHA-256 of the file the graph was imported from.
	ONNXHash [32]byte
	// Tokenizer is the tokenizer.json of a text model, empty for others.
	Tokenizer []byte
	// Card is the model card.
	Card []byte
	// Creator is the account that will register the model.
	Creator [20]byte
}

// DefaultVectors is how many test vectors are drawn when none are described.
const DefaultVectors = 4

// Build makes a bundle and proves to itself that it runs: every test vector is run
// and the finished bundle is opened anew and checked.
func Build(ctx context.Context, spec *Spec, src Source) (*bundle.Bundle, error) {
	if err := spec.Pipeline.check(); err != nil {
		return nil, err
	}
	tokens, err := src.tokens(spec)
	if err != nil {
		return nil, err
	}
	p, err := spec.Pipeline.descriptor(src.Graph, tokens)
	if err != nil {
		return nil, err
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	cost, err := src.Graph.Cost()
	if err != nil {
		return nil, err
	}
	m := bundle.Manifest{
		Semantics: src.Graph.Semantics, Creator: src.Creator,
		Name: spec.Name, Summary: spec.Summary, Licence: spec.Licence, Domain: spec.Domain,
		IRRoot: src.Graph.Root(), ONNXHash: src.ONNXHash,
		WorkUnits: p.Work(uint64(cost.WorkUnits)), PeakMemory: uint64(cost.PeakBytes),
		MaxInputBytes: p.InputBound(), MaxOutputBytes: p.OutputBound(),
		Pipeline: p,
	}
	if m.Vectors, err = spec.vectors(p); err != nil {
		return nil, err
	}
	parts := bundle.Parts{IR: src.Graph.Encode(), Weights: src.Weights, Card: src.Card}
	for _, d := range src.Graph.Weights {
		parts.Shapes = append(parts.Shapes, shape(d))
	}
	if tokens != nil {
		b := tokens.Marshal()
		parts.Shapes = append(parts.Shapes, descriptor.Shape{DType: merkle.U8, Dims: []uint64{uint64(len(b))}})
		parts.Weights = append(slices.Clip(parts.Weights), b)
	}
	b, err := bundle.New(m, parts)
	if err != nil {
		return nil, err
	}
	if err := runVectors(ctx, b); err != nil {
		return nil, err
	}
	if _, err := bundle.DecodeManifest(b.Manifest.Encode()); err != nil {
		return nil, err
	}
	return b, Check(ctx, b)
}

// tokens reads the tokenizer of a text model.
func (src *Source) tokens(spec *Spec) (*token.Tokenizer, error) {
	if spec.Pipeline.Text == nil {
		if len(src.Tokenizer) > 0 {
			return nil, errors.New("a tokenizer for a pipeline that reads no text")
		}
		return nil, nil //nolint:nilnil // no tokenizer is no error
	}
	if len(src.Tokenizer) == 0 {
		return nil, errors.New("a text pipeline needs a tokenizer.json")
	}
	return token.Parse(src.Tokenizer)
}

// Check loads a bundle and runs a proof of model on it, with a beacon of zeros.
func Check(ctx context.Context, b *bundle.Bundle) error {
	r, err := pipeline.New(b)
	if err != nil {
		return err
	}
	_, err = r.Prove(ctx, [32]byte{})
	return err
}

func runVectors(ctx context.Context, b *bundle.Bundle) error {
	r, err := pipeline.New(b)
	if err != nil {
		return err
	}
	for i := range b.Manifest.Vectors {
		v := &b.Manifest.Vectors[i]
		res, err := r.Run(ctx, v.Input, v.Seed)
		if err != nil {
			return fmt.Errorf("test vector %d: %w", i, err)
		}
		v.OutputRoot, v.Witness = res.OutputRoot, res.Witness
	}
	return nil
}

func (s *Spec) vectors(p descriptor.Pipeline) ([]bundle.Vector, error) {
	specs := s.Vectors
	if len(specs) == 0 {
		for n := range uint64(DefaultVectors) {
			specs = append(specs, VectorSpec{Sample: &n, Seed: n})
		}
	}
	var vectors []bundle.Vector
	for i, v := range specs {
		input, err := v.input(p)
		if err != nil {
			return nil, fmt.Errorf("test vector %d: %w", i, err)
		}
		vectors = append(vectors, bundle.Vector{Input: input, Seed: v.Seed})
	}
	return vectors, nil
}

func (v VectorSpec) input(p descriptor.Pipeline) ([]byte, error) {
	switch {
	case v.Prompt != "" && v.Hex == "" && v.Sample == nil:
		return []byte(v.Prompt), nil
	case v.Hex != "" && v.Prompt == "" && v.Sample == nil:
		return hex.DecodeString(v.Hex)
	case v.Sample != nil && v.Prompt == "" && v.Hex == "":
		key := binary.BigEndian.AppendUint64([]byte("imod/vector/v1"), *v.Sample)
		return p.Sample(descriptor.NewStream(key)), nil
	default:
		return nil, errors.New("exactly one of prompt, hex, sample is needed")
	}
}
