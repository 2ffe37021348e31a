package pack

import (
	"errors"
	"fmt"
	"slices"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/pipeline/token"
)

// TextSpec says how a text model is fed and how its tokens are chosen. What the graph
// and the tokenizer tell is not repeated.
type TextSpec struct {
	// Inputs are the roles of the graph's inputs in order: tokens, positions, mask,
	// state. Inputs behind the list are states.
	Inputs []string `json:"inputs"`
	// Context is how many tokens the model can see; a window graph tells it.
	Context uint16 `json:"context,omitempty"`
	// Length is how many tokens are written at most.
	Length uint16 `json:"length"`
	// MaxPrompt is the largest prompt in bytes; 0 is 1024.
	MaxPrompt uint16 `json:"max_prompt,omitempty"`
	// Temperature and TopP are in thousandths. A TopP of 0 is 1000: all tokens.
	Temperature uint16 `json:"temperature"`
	TopK        uint16 `json:"top_k,omitempty"`
	TopP        uint16 `json:"top_p,omitempty"`
	// Stop lists texts that end the answer. A text that is a special token of the
	// tokenizer stands for that token.
	Stop []string `json:"stop,omitempty"`
	// Words are what the prompts of a proof of model are made of; without them there is
	// a list of plain English ones.
	Words []string `json:"words,omitempty"`
}

// plainWords serve models whose builder gives none.
var plainWords = []string{
	"the", "and", "was", "one", "day", "night", "house", "water", "old", "small", "good", "under", "over", "they", "who", "why",
	"when", "where", "light", "stone", "bread", "road", "hand", "word", "red", "green", "two", "three", "went", "saw", "said", "again",
}

var roles = map[string]descriptor.Role{
	"tokens": descriptor.Tokens, "positions": descriptor.Positions, "mask": descriptor.Mask, "state": descriptor.State,
}

func (s TextSpec) descriptor(g *ir.Graph, tokens *token.Tokenizer) (descriptor.Pipeline, error) {
	d := &descriptor.Text{
		Form: descriptor.Step, Context: s.Context, Length: s.Length, Prompt: s.MaxPrompt, TokenBytes: uint16(tokens.Longest()),
		Temperature: s.Temperature, TopK: s.TopK, TopP: s.TopP, Words: s.Words,
	}
	if d.Prompt == 0 {
		d.Prompt = 1024
	}
	if d.TopP == 0 {
		d.TopP = 1000
	}
	if len(d.Words) == 0 {
		d.Words = plainWords
	}
	if len(s.Inputs) > len(g.Inputs) {
		return nil, fmt.Errorf("pipeline: %d inputs are described, the graph has %d", len(s.Inputs), len(g.Inputs))
	}
	for i, in := range g.Inputs {
		role := descriptor.State
		if i < len(s.Inputs) {
			var ok bool
			if role, ok = roles[s.Inputs[i]]; !ok {
				return nil, fmt.Errorf("pipeline: input %d: %q is none of tokens, positions, mask, state", i, s.Inputs[i])
			}
		}
		d.Inputs = append(d.Inputs, role)
		if n := elements(in); role == descriptor.Tokens && n > 1 {
			if n > 0xffff || d.Context != 0 && int64(d.Context) != n {
				return nil, fmt.Errorf("pipeline: context of %d, the graph takes %d tokens", d.Context, n)
			}
			d.Form, d.Context = descriptor.Window, uint16(n)
		}
	}
	out := g.Decl(g.Outputs[0]).Shape
	if len(out) == 0 || out[len(out)-1] > descriptor.MaxVocabulary {
		return nil, errors.New("pipeline: output 0 of the graph gives no scores of tokens")
	}
	d.Vocabulary = uint32(out[len(out)-1])
	for _, text := range s.Stop {
		if id, ok := tokens.SpecialID(text); ok {
			d.StopTokens = append(d.StopTokens, id)
		} else {
			d.StopTexts = append(d.StopTexts, text)
		}
	}
	slices.Sort(d.StopTokens)
	return d, nil
}

func elements(d ir.TensorDecl) int64 {
	n := int64(1)
	for _, s := range d.Shape {
		n *= s
	}
	return n
}
