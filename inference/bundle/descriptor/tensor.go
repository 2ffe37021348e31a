package descriptor

import "github.com/imochain/imod/inference/bundle/internal/wire"

// Tensor takes the raw elements of the graph's inputs, one after the other, and
// gives the raw elements of its outputs. The seed has no effect.
type Tensor struct {
	Inputs  []Input `json:"inputs"`
	Outputs []Shape `json:"outputs"`
}

var _ Pipeline = (*Tensor)(nil)

// Kind implements Pipeline.
func (*Tensor) Kind() Kind { return KindTensor }

// Work implements Pipeline.
func (*Tensor) Work(graph uint64) uint64 { return graph }

// MediaType implements Pipeline.
func (*Tensor) MediaType() string { return "application/octet-stream" }

// Validate implements Pipeline.
func (t *Tensor) Validate() error {
	if n := len(t.Inputs); n < 1 || n > MaxPorts {
		return invalidf("%d inputs, allowed are 1 to %d", n, MaxPorts)
	}
	if n := len(t.Outputs); n < 1 || n > MaxPorts {
		return invalidf("%d outputs, allowed are 1 to %d", n, MaxPorts)
	}
	var in, out uint64
	for _, p := range t.Inputs {
		if err := p.validate("input"); err != nil {
			return err
		}
		in += p.size()
	}
	for _, p := range t.Outputs {
		if err := p.validate(MaxOutput, "output"); err != nil {
			return err
		}
		out += p.Size()
	}
	if in > MaxInput {
		return invalidf("inputs have %d bytes, allowed are %d", in, MaxInput)
	}
	if out > MaxOutput {
		return invalidf("outputs have %d bytes, allowed are %d", out, MaxOutput)
	}
	return nil
}

// InputBound implements Pipeline.
func (t *Tensor) InputBound() uint32 {
	var n uint64
	for _, p := range t.Inputs {
		n += p.size()
	}
	return uint32(n)
}

// OutputBound implements Pipeline.
func (t *Tensor) OutputBound() uint32 {
	var n uint64
	for _, p := range t.Outputs {
		n += p.Size()
	}
	return uint32(n)
}

// ValidateInput implements Pipeline.
func (t *Tensor) ValidateInput(input []byte) error {
	_, err := t.Split(input)
	return err
}

// Split checks the raw input and cuts it into one slice per graph input.
func (t *Tensor) Split(input []byte) ([][]byte, error) {
	if want := t.InputBound(); uint64(len(input)) != uint64(want) {
		return nil, inputf("%d bytes, the model takes %d", len(input), want)
	}
	parts := make([][]byte, len(t.Inputs))
	for i, p := range t.Inputs {
		n := p.size()
		parts[i], input = input[:n:n], input[n:]
		if err := p.check(parts[i], "input"); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// Sample implements Pipeline.
func (t *Tensor) Sample(s *Stream) []byte {
	b := make([]byte, 0, t.InputBound())
	for _, p := range t.Inputs {
		b = p.sample(b, s)
	}
	return b
}

func (t *Tensor) appendTo(b []byte) []byte {
	b = wire.U16(b, uint16(len(t.Inputs)))
	for _, p := range t.Inputs {
		b = appendInput(b, p)
	}
	b = wire.U16(b, uint16(len(t.Outputs)))
	for _, p := range t.Outputs {
		b = AppendShape(b, p)
	}
	return b
}

func decodeTensor(r *wire.Reader) *Tensor {
	t := &Tensor{}
	for range r.Count(MaxPorts, 11, "inputs") {
		t.Inputs = append(t.Inputs, decodeInput(r))
	}
	for range r.Count(MaxPorts, 2, "outputs") {
		t.Outputs = append(t.Outputs, DecodeShape(r))
	}
	return t
}
