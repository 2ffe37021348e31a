// Package pack builds bundles on the model builder's machine: it reads the
// builder's description of a model, checks it against the graph, runs the test
// vectors and writes their results into the manifest.
//
// Surface: Spec, ParseSpec, Source, Build.
package pack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/pipeline/token"
)

// Spec is what a builder writes about a model. Shapes are taken from the graph.
type Spec struct {
	Name     string       `json:"name"`
	Summary  string       `json:"summary"`
	Licence  string       `json:"licence"`
	Domain   string       `json:"domain"`
	Pipeline PipelineSpec `json:"pipeline"`
	Vectors  []VectorSpec `json:"vectors"`
}

// PipelineSpec holds exactly one of its fields.
type PipelineSpec struct {
	Tensor   *TensorSpec   `json:"tensor,omitempty"`
	Classify *ClassifySpec `json:"classify,omitempty"`
	Text     *TextSpec     `json:"text,omitempty"`
	Image    *ImageSpec    `json:"image,omitempty"`
}

// TensorSpec gives the domain of every graph input, in order.
type TensorSpec struct {
	Inputs []DomainSpec `json:"inputs"`
}

// ClassifySpec gives the domain of the graph's one input and the labels in the
// order of its scores. Scores is how many labels are answered with their scores; 0
// answers with the best label alone.
type ClassifySpec struct {
	Input  DomainSpec `json:"input"`
	Labels []string   `json:"labels"`
	Scores uint16     `json:"scores,omitempty"`
}

// DomainSpec bounds the elements of an input, ends included. Integers default to
// the whole range of their type. Encoding is "raw" (default) or "bytes": one byte
// per element, read as b / 255.
type DomainSpec struct {
	Low      *json.Number `json:"low,omitempty"`
	High     *json.Number `json:"high,omitempty"`
	Encoding string       `json:"encoding,omitempty"`
}

// ImageSpec is the grammar of prompts. Every entry of Words is a word followed by
// its synonyms, separated by blanks. An empty Default makes a slot required.
type ImageSpec struct {
	Latent      uint16     `json:"latent"`
	LatentRange float32    `json:"latent_range"`
	Separators  []string   `json:"separators"`
	Fillers     []string   `json:"fillers"`
	Slots       []SlotSpec `json:"slots"`
}

// SlotSpec is one attribute of the picture.
type SlotSpec struct {
	Name    string   `json:"name"`
	Group   uint8    `json:"group"`
	Default string   `json:"default,omitempty"`
	Words   []string `json:"words"`
}

// VectorSpec is one test vector: the input as a prompt, in hexadecimal, or as a
// number from which an input is drawn out of the declared domain.
type VectorSpec struct {
	Prompt string  `json:"prompt,omitempty"`
	Hex    string  `json:"hex,omitempty"`
	Sample *uint64 `json:"sample,omitempty"`
	Seed   uint64  `json:"seed"`
}

// maxSpec bounds a description's size in bytes.
const maxSpec = 1 << 20

// ParseSpec reads a description as JSON; unknown fields are refused.
func ParseSpec(b []byte) (*Spec, error) {
	if len(b) > maxSpec {
		return nil, fmt.Errorf("model description has %d bytes, allowed are %d", len(b), maxSpec)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	s := &Spec{}
	if err := d.Decode(s); err != nil {
		return nil, fmt.Errorf("model description: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("model description: more than one document")
	}
	return s, nil
}

// check makes sure that exactly one pipeline is described.
func (s PipelineSpec) check() error {
	given := 0
	for _, is := range []bool{s.Tensor != nil, s.Classify != nil, s.Text != nil, s.Image != nil} {
		if is {
			given++
		}
	}
	if given != 1 {
		return fmt.Errorf("pipeline: exactly one of tensor, classify, text, image is needed, %d are given", given)
	}
	return nil
}

// descriptor joins the description with the graph's shapes and, for text, the tokenizer.
func (s PipelineSpec) descriptor(g *ir.Graph, tokens *token.Tokenizer) (descriptor.Pipeline, error) {
	switch {
	case s.Tensor != nil:
		return s.Tensor.descriptor(g)
	case s.Classify != nil:
		return s.Classify.descriptor(g)
	case s.Image != nil:
		return s.Image.descriptor(g)
	default:
		return s.Text.descriptor(g, tokens)
	}
}

func (s TensorSpec) descriptor(g *ir.Graph) (descriptor.Pipeline, error) {
	if len(s.Inputs) != len(g.Inputs) {
		return nil, fmt.Errorf("pipeline: %d inputs are described, the graph has %d", len(s.Inputs), len(g.Inputs))
	}
	d := &descriptor.Tensor{}
	for i, in := range s.Inputs {
		p, err := in.input(g.Inputs[i])
		if err != nil {
			return nil, fmt.Errorf("pipeline: input %d: %w", i, err)
		}
		d.Inputs = append(d.Inputs, p)
	}
	for _, id := range g.Outputs {
		d.Outputs = append(d.Outputs, shape(g.Decl(id)))
	}
	return d, nil
}

func (s ClassifySpec) descriptor(g *ir.Graph) (descriptor.Pipeline, error) {
	if len(g.Inputs) != 1 {
		return nil, fmt.Errorf("pipeline: classify takes one input, the graph has %d", len(g.Inputs))
	}
	in, err := s.Input.input(g.Inputs[0])
	if err != nil {
		return nil, fmt.Errorf("pipeline: input: %w", err)
	}
	return &descriptor.Classify{Input: in, Labels: s.Labels, Scores: s.Scores}, nil
}

func (s ImageSpec) descriptor(g *ir.Graph) (descriptor.Pipeline, error) {
	if len(g.Outputs) != 1 || len(g.Decl(g.Outputs[0]).Shape) != 4 {
		return nil, errors.New("pipeline: image needs one output [1, 3, height, width]")
	}
	out := g.Decl(g.Outputs[0]).Shape
	if out[2] > descriptor.MaxSide || out[3] > descriptor.MaxSide {
		return nil, fmt.Errorf("pipeline: picture of %dx%d, sides are 1 to %d", out[3], out[2], descriptor.MaxSide)
	}
	d := &descriptor.Image{
		Height: uint16(out[2]), Width: uint16(out[3]),
		Latent: s.Latent, LatentRange: s.LatentRange,
		Separators: s.Separators, Fillers: s.Fillers,
	}
	for _, slot := range s.Slots {
		p := descriptor.Slot{Name: slot.Name, Group: slot.Group, Default: descriptor.Required}
		for i, words := range slot.Words {
			entry := strings.Fields(words)
			p.Entries = append(p.Entries, entry)
			if slot.Default != "" && len(entry) > 0 && entry[0] == slot.Default {
				p.Default = uint16(i)
			}
		}
		if slot.Default != "" && p.Default == descriptor.Required {
			return nil, fmt.Errorf("pipeline: slot %q: default %q is not the first word of an entry", slot.Name, slot.Default)
		}
		d.Slots = append(d.Slots, p)
	}
	return d, nil
}

func shape(d ir.TensorDecl) descriptor.Shape {
	s := descriptor.Shape{DType: byte(d.DType)}
	for _, n := range d.Shape {
		s.Dims = append(s.Dims, uint64(n))
	}
	return s
}

func (s DomainSpec) input(d ir.TensorDecl) (descriptor.Input, error) {
	in := descriptor.Input{Shape: shape(d)}
	switch s.Encoding {
	case "", "raw":
		in.Encoding = descriptor.Raw
	case "bytes":
		in.Encoding = descriptor.Bytes
	default:
		return in, fmt.Errorf("encoding %q is neither raw nor bytes", s.Encoding)
	}
	if in.DType == merkle.F32 {
		return in, s.floats(&in)
	}
	return in, s.ints(&in)
}

func (s DomainSpec) floats(in *descriptor.Input) error {
	if in.Encoding == descriptor.Bytes && s.Low == nil && s.High == nil {
		in.Low, in.High = 0, 1
		return nil
	}
	if s.Low == nil || s.High == nil {
		return errors.New("low and high are needed for elements of type f32")
	}
	low, err := s.Low.Float64()
	if err != nil {
		return err
	}
	high, err := s.High.Float64()
	if err != nil {
		return err
	}
	in.Low, in.High = float32(low), float32(high)
	return nil
}

func (s DomainSpec) ints(in *descriptor.Input) (err error) {
	in.LowInt, in.HighInt = descriptor.IntRange(in.DType)
	if s.Low != nil {
		if in.LowInt, err = s.Low.Int64(); err != nil {
			return err
		}
	}
	if s.High != nil {
		if in.HighInt, err = s.High.Int64(); err != nil {
			return err
		}
	}
	return nil
}
