package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/pipeline/token"
)

// textStage continues a prompt token by token.
type textStage struct {
	d      *descriptor.Text
	tokens *token.Tokenizer
	ports  []port
	slides bool // states lose their oldest place before every step
}

// port is one input of the graph.
type port struct {
	role descriptor.Role
	decl ir.TensorDecl
	axis int // of a sliding state: where its places lie
}

func newTextStage(d *descriptor.Text, tokenizer []byte) (*textStage, error) {
	t, err := token.Unmarshal(tokenizer)
	if err != nil {
		return nil, err
	}
	if n := len(t.Tokens); uint64(n) > uint64(d.Vocabulary) {
		return nil, fmt.Errorf("tokenizer has %d tokens, the pipeline %d", n, d.Vocabulary)
	}
	if n := t.Longest(); n > int(d.TokenBytes) {
		return nil, fmt.Errorf("a token adds up to %d bytes, the pipeline says %d", n, d.TokenBytes)
	}
	if len(t.Before)+len(t.After) >= int(d.Context)/2 {
		return nil, fmt.Errorf("no place for a prompt in a context of %d", d.Context)
	}
	return &textStage{d: d, tokens: t}, nil
}

// fits compares the graph with the roles of its inputs.
func (s *textStage) fits(g *ir.Graph) error {
	if len(g.Inputs) != len(s.d.Inputs) {
		return fmt.Errorf("graph has %d inputs, the pipeline gives %d", len(g.Inputs), len(s.d.Inputs))
	}
	seen := int64(1) // tokens that go in at once
	if s.d.Form == descriptor.Window {
		seen = int64(s.d.Context)
	}
	outputs := outputDecls(g)
	scores := outputs[0]
	if n := len(scores.Shape); scores.DType != ir.F32 || n == 0 || scores.Shape[n-1] != int64(s.d.Vocabulary) ||
		int64(kernel.Elems(scores.Shape)) != seen*int64(s.d.Vocabulary) {
		return fmt.Errorf("output 0 of the graph is %s, text wants %d scores for %d tokens", scores, s.d.Vocabulary, seen)
	}
	states := 0
	for i, role := range s.d.Inputs {
		p := port{role: role, decl: g.Inputs[i], axis: -1}
		if role == descriptor.State {
			states++
			if states >= len(outputs) {
				return errors.New("graph has more states than outputs behind the first")
			}
			if err := s.pair(&p, outputs[states]); err != nil {
				return fmt.Errorf("state %d: %w", states, err)
			}
		} else if err := s.carries(&p, seen); err != nil {
			return fmt.Errorf("input %d: %w", i, err)
		}
		s.ports = append(s.ports, p)
	}
	if states+1 != len(outputs) {
		return fmt.Errorf("graph has %d outputs for %d states", len(outputs), states)
	}
	for _, p := range s.ports {
		if slides := p.axis >= 0; p.role == descriptor.State && slides != s.slides {
			return errors.New("some states grow by a place and some do not")
		}
	}
	return nil
}

// carries checks an input that holds numbers about tokens.
func (s *textStage) carries(p *port, seen int64) error {
	want, types := seen, []ir.DType{ir.I64, ir.I32}
	if p.role == descriptor.Mask {
		want, types = int64(s.d.Context), append(types, ir.F32, ir.Bool)
	}
	if int64(kernel.Elems(p.decl.Shape)) != want || !slices.Contains(types, p.decl.DType) {
		return fmt.Errorf("%s does not hold %d numbers of type %v", p.decl, want, types)
	}
	return nil
}

// pair checks that a state takes what an output gives.
func (s *textStage) pair(p *port, out ir.TensorDecl) (err error) {
	p.axis, err = SlideAxis(s.d, p.decl, out)
	s.slides = s.slides || p.axis >= 0
	return err
}

// SlideAxis tells how a state takes what an output gives: -1 for the same tensor, else
// the axis along which the output has one place more, as many as the context.
func SlideAxis(d *descriptor.Text, state, out ir.TensorDecl) (int, error) {
	if state.Equal(out) {
		return -1, nil
	}
	if state.DType == out.DType && len(state.Shape) == len(out.Shape) {
		for i, n := range out.Shape {
			less := slices.Clone(out.Shape)
			less[i]--
			if n == int64(d.Context) && slices.Equal(less, state.Shape) {
				return i, nil
			}
		}
	}
	return -1, fmt.Errorf("%s does not take %s", state, out)
}

func (s *textStage) run(ctx context.Context, p player, input []byte, seed uint64) ([]byte, []step, error) {
	ids := s.prompt(string(input))
	first := len(ids)
	w := writer{stage: s, states: s.zeros()}
	d := s.drawer(seed)
	var steps []step
	for n := 0; ; n++ {
		at := n
		if s.d.Form == descriptor.Window {
			at = len(ids) - 1
		}
		scores, err := w.step(ctx, p, n, ids, at)
		if err != nil {
			return nil, nil, err
		}
		end := false
		if at+1 == len(ids) { // else it still reads the prompt
			made, err := newStep(nil, []kernel.Tensor{scores})
			if err != nil {
				return nil, nil, err
			}
			steps = append(steps, made)
			id := d.next(scores.F32)
			ids = append(ids, id)
			end = w.write(id) || s.full(first, len(ids)-first)
		}
		if err := p.wrote(ids[first:]); err != nil {
			return nil, nil, err
		}
		if end {
			return w.output(), steps, nil
		}
	}
}

// full reports whether no token may follow so many of the prompt and drawn ones.
func (s *textStage) full(prompt, drawn int) bool {
	return drawn == int(s.d.Length) || prompt+drawn == int(s.d.Context)
}

// prompt is the ids of a prompt. It gets half of the context: what is more is left out,
// from the front of the prompt's own.
func (s *textStage) prompt(text string) []uint32 {
	ids := s.tokens.Encode(text)
	if over := len(ids) - int(s.d.Context)/2; over > 0 {
		front := len(s.tokens.Before)
		ids = slices.Delete(ids, front, front+over)
	}
	if len(ids) == 0 {
		ids = append(ids, 0) // a WordPiece prompt of blanks
	}
	return ids
}

func (s *textStage) zeros() []kernel.Tensor {
	var states []kernel.Tensor
	for _, p := range s.ports {
		if p.role == descriptor.State {
			states = append(states, kernel.New(p.decl))
		}
	}
	return states
}

// writer is the state of one answer.
type writer struct {
	stage  *textStage
	states []kernel.Tensor
	text   []byte
	from   int // where a stop text may begin that was not looked for yet
}

// step runs the graph for the token at a place and returns the scores of the next one.
func (w *writer) step(ctx context.Context, p player, n int, ids []uint32, at int) (kernel.Tensor, error) {
	s := w.stage
	inputs, state := make([]kernel.Tensor, len(s.ports)), 0
	for i, port := range s.ports {
		if port.role == descriptor.State {
			inputs[i] = w.states[state]
			state++
			continue
		}
		inputs[i] = kernel.New(port.decl)
		s.number(inputs[i], port.role, ids, at)
	}
	outputs, _, err := p.play(ctx, n, inputs)
	if err != nil {
		return kernel.Tensor{}, err
	}
	state = 0
	for _, port := range s.ports {
		if port.role != descriptor.State {
			continue
		}
		w.states[state] = outputs[1+state]
		if port.axis >= 0 {
			w.states[state] = withoutFirst(outputs[1+state], port.decl, port.axis)
		}
		state++
	}
	vocabulary := int(s.d.Vocabulary)
	last := kernel.Tensor{DType: ir.F32, Shape: []int64{int64(vocabulary)}, F32: outputs[0].F32[:vocabulary]}
	if s.d.Form == descriptor.Window {
		last.F32 = outputs[0].F32[at*vocabulary : (at+1)*vocabulary]
	}
	return last, nil
}

// number fills an input with tokens, positions or the mask.
func (s *textStage) number(t kernel.Tensor, role descriptor.Role, ids []uint32, at int) {
	id := func(i int) uint32 {
		if i < len(ids) {
			return ids[i]
		}
		return 0
	}
	n := t.Len()
	for i := range n {
		v := Number(s.d, role, s.slides, i, n, at, id)
		switch t.DType {
		case ir.I64:
			t.I64[i] = v
		case ir.I32:
			t.I32[i] = int32(v)
		case ir.F32:
			t.F32[i] = float32(v)
		default:
			t.U8[i] = uint8(v)
		}
	}
}

// withoutFirst drops the first place along an axis.
func withoutFirst(t kernel.Tensor, decl ir.TensorDecl, axis int) kernel.Tensor {
	out := kernel.New(decl)
	inner := kernel.Elems(t.Shape[axis+1:])
	from, to := int(t.Shape[axis])*inner, int(decl.Shape[axis])*inner
	for i := range kernel.Elems(t.Shape[:axis]) {
		a, b := i*from+inner, i*to
		switch t.DType {
		case ir.F32:
			copy(out.F32[b:b+to], t.F32[a:])
		case ir.I32:
			copy(out.I32[b:b+to], t.I32[a:])
		case ir.I64:
			copy(out.I64[b:b+to], t.I64[a:])
		case ir.I8:
			copy(out.I8[b:b+to], t.I8[a:])
		default:
			copy(out.U8[b:b+to], t.U8[a:])
		}
	}
	return out
}

// write adds a token to the answer and reports whether it ends here.
func (w *writer) write(id uint32) (end bool) {
	s := w.stage
	if slices.Contains(s.d.StopTokens, id) {
		return true
	}
	w.text = s.tokens.AppendText(w.text, id, len(w.text) == 0)
	at := len(w.text)
	for _, stop := range s.d.StopTexts {
		if i := strings.Index(string(w.text[w.from:]), stop); i >= 0 {
			at, end = min(at, w.from+i), true
		}
	}
	w.text = w.text[:at]
	w.from = max(0, at-descriptor.MaxStopBytes)
	return end
}

// output is the answer without bytes that are no part of valid UTF-8.
func (w *writer) output() []byte { return []byte(strings.ToValidUTF8(string(w.text), "")) }
