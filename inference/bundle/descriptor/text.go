package descriptor

import (
	"fmt"

	"github.com/imochain/imod/inference/bundle/internal/wire"
)

// Bounds of a vocabulary.
const (
	MaxVocabulary = 1024
	MaxTokenBytes = 32
)

// Text continues a prompt token by token. The descriptor is fixed so that files
// keep their bytes; Validate refuses it until a version runs it.
type Text struct {
	// Tokens is the vocabulary in index order.
	Tokens []string `json:"tokens"`
	// Context is the fixed length of the cache in tokens.
	Context uint16 `json:"context"`
	// Length is the largest number of tokens to write.
	Length uint16 `json:"length"`
	// Temperature is in thousandths; 0 picks the most likely token.
	Temperature uint16 `json:"temperature"`
	// TopK is how many of the most likely tokens are drawn from; 0 is all.
	TopK uint16 `json:"top_k"`
}

var _ Pipeline = (*Text)(nil)

// Kind implements Pipeline.
func (*Text) Kind() Kind { return KindText }

// MediaType implements Pipeline.
func (*Text) MediaType() string { return "text/plain; charset=utf-8" }

// Validate implements Pipeline.
func (*Text) Validate() error { return fmt.Errorf("pipeline %s: %w", KindText, ErrUnsupported) }

// ValidateInput implements Pipeline.
func (t *Text) ValidateInput([]byte) error { return t.Validate() }

// InputBound implements Pipeline.
func (*Text) InputBound() uint32 { return 0 }

// OutputBound implements Pipeline.
func (*Text) OutputBound() uint32 { return 0 }

// Sample implements Pipeline; there is no valid input to draw.
func (*Text) Sample(*Stream) []byte { return nil }

func (t *Text) appendTo(b []byte) []byte {
	b = appendTexts(b, t.Tokens)
	b = wire.U16(b, t.Context)
	b = wire.U16(b, t.Length)
	b = wire.U16(b, t.Temperature)
	return wire.U16(b, t.TopK)
}

func decodeText(r *wire.Reader) *Text {
	return &Text{
		Tokens:      decodeTexts(r, MaxVocabulary, MaxTokenBytes, "tokens"),
		Context:     r.U16("context"),
		Length:      r.U16("length"),
		Temperature: r.U16("temperature"),
		TopK:        r.U16("top k"),
	}
}
