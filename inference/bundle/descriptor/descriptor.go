package descriptor

import (
	"errors"
	"fmt"

	"github.com/imochain/imod/inference/bundle/internal/wire"
)

// Bounds of every pipeline.
const (
	MaxInput  = 1 << 20 // bytes of a raw input
	MaxOutput = 4 << 20 // bytes of a raw output
	MaxPorts  = 16      // tensors on either side
)

// Errors that callers match.
var (
	// ErrInvalid marks a descriptor that breaks a rule.
	ErrInvalid = errors.New("pipeline is invalid")
	// ErrInput marks an input that the pipeline does not take.
	ErrInput = errors.New("input is refused")
)

// Kind is the type of a pipeline; codes are part of the encoding.
type Kind uint8

// Kinds of pipelines.
const (
	KindTensor   Kind = 1
	KindClassify Kind = 2
	KindText     Kind = 3
	KindImage    Kind = 4
)

// String is the name used in pipeline files and messages.
func (k Kind) String() string {
	switch k {
	case KindTensor:
		return "tensor"
	case KindClassify:
		return "classify"
	case KindText:
		return "text"
	case KindImage:
		return "image"
	default:
		return fmt.Sprintf("pipeline %d", uint8(k))
	}
}

// Pipeline is one of *Tensor, *Classify, *Text and *Image.
type Pipeline interface {
	// Kind tells which.
	Kind() Kind
	// Validate checks every rule of the descriptor.
	Validate() error
	// ValidateInput checks raw input bytes; it is pure and cheap.
	ValidateInput(input []byte) error
	// Sample draws a valid input from a stream of random bytes.
	Sample(s *Stream) []byte
	// InputBound and OutputBound are the largest raw input and output in bytes.
	InputBound() uint32
	OutputBound() uint32
	// Work is the work units of a run, from those of one run of the graph.
	Work(graph uint64) uint64
	// MediaType describes the raw output bytes.
	MediaType() string

	appendTo(b []byte) []byte
}

// Encode appends the canonical encoding of p.
func Encode(b []byte, p Pipeline) []byte { return p.appendTo(wire.U8(b, uint8(p.Kind()))) }

// Decode reads a descriptor. It checks form, not rules: call Validate.
func Decode(r *wire.Reader) Pipeline {
	switch kind := Kind(r.U8("pipeline kind")); kind {
	case KindTensor:
		return decodeTensor(r)
	case KindClassify:
		return decodeClassify(r)
	case KindText:
		return decodeText(r)
	case KindImage:
		return decodeImage(r)
	default:
		r.Fail("unknown pipeline kind %d", uint8(kind))
		return nil
	}
}

func invalidf(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...))
}

func inputf(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrInput, fmt.Sprintf(format, args...))
}
