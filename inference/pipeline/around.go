package pipeline

import (
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/kernel"
)

// What stands here is what pipelines do around the graph, piece by piece: for checks of
// single pieces of a run (package inference/step/frame).

// Elements reads an input tensor in its encoding from its part of the raw input.
func Elements(in descriptor.Input, raw []byte) (kernel.Tensor, error) { return elements(in, raw) }

// Labels is the raw output of a classification from all its scores.
func Labels(d *descriptor.Classify, scores kernel.Tensor) []byte {
	return classifyStage{d}.output([]kernel.Tensor{scores})
}

// Number is element i of n of a text graph's input that tells about tokens, in the run
// for the token at a place. Id gives the token at a place, 0 behind the last one. Slides
// says that states lose their oldest place before every step (FORMAT.md 7).
func Number(d *descriptor.Text, role descriptor.Role, slides bool, i, n, at int, id func(int) uint32) int64 {
	switch {
	case role == descriptor.Mask:
		if !slides && i <= at || slides && i >= n-1-at {
			return 1
		}
		return 0
	case role == descriptor.Positions && d.Form == descriptor.Step:
		return int64(at)
	case role == descriptor.Positions:
		return int64(i)
	case d.Form == descriptor.Step:
		return int64(id(at))
	default:
		return int64(id(i))
	}
}

// Text is a text pipeline without its graph.
type Text struct{ stage *textStage }

// NewText reads the tokenizer and checks that it fits the pipeline.
func NewText(d *descriptor.Text, tokenizer []byte) (*Text, error) {
	s, err := newTextStage(d, tokenizer)
	if err != nil {
		return nil, err
	}
	return &Text{s}, nil
}

// Prompt is the ids of a prompt, at least one and at most half of the context.
func (t *Text) Prompt(input []byte) []uint32 { return t.stage.prompt(string(input)) }

// Draw is the token with a number, counted from 0, that follows these scores.
func (t *Text) Draw(seed, number uint64, scores []float32) uint32 {
	d := t.stage.drawer(seed)
	d.stream.Skip(8 * number)
	return d.next(scores)
}

// Ended reports whether no token follows those drawn, of which there may be none.
func (t *Text) Ended(prompt int, drawn []uint32) bool {
	w := writer{stage: t.stage}
	for i, id := range drawn {
		if w.write(id) || t.stage.full(prompt, i+1) {
			return true
		}
	}
	return false
}

// Output is the raw output of all tokens drawn.
func (t *Text) Output(drawn []uint32) []byte {
	w := writer{stage: t.stage}
	for _, id := range drawn {
		if w.write(id) {
			break
		}
	}
	return w.output()
}
