package step_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
	"github.com/imochain/imod/inference/step"
)

// patterns is a reader without data: elements follow from their position. It checks
// that nothing outside an input is read, and counts.
type patterns struct {
	t     *testing.T
	r     *ir.Record
	reads int
}

func (p *patterns) Element(input int, index int64) (kernel.Element, error) {
	p.reads++
	d := p.r.Sources[input].Decl
	n := int64(1)
	for _, s := range d.Shape {
		n *= s
	}
	if index < 0 || index >= n {
		p.t.Fatalf("reads element %d of %v", index, d)
	}
	raw := make([]byte, d.DType.Size())
	for i := range raw {
		raw[i] = byte(index>>i) * byte(input+3)
	}
	if d.DType == ir.Bool {
		raw[0] &= 1
	}
	if e, err := kernel.ReadElement(raw, d.DType); err == nil {
		return e, nil
	}
	return kernel.Element{}, errors.New("a NaN")
}

// FuzzSegment: any record that decodes can be computed at any place: no panic, no read
// outside an input, at most 33 reads (SAFETY 26, 41).
func FuzzSegment(f *testing.F) {
	var seen []string
	for _, c := range kerneltest.All() {
		name := c.Node.Kind.String() + c.Node.Op.String() + c.In[0].DType.String()
		if slices.Contains(seen, name) {
			continue
		}
		seen = append(seen, name)
		out, err := kernel.Exec(&c.Node, c.In)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(record(f, c.Node, c.In, out.Decl()).Encode(), int64(1), int64(0), []byte{})
	}
	f.Fuzz(func(t *testing.T, raw []byte, element, segment int64, before []byte) {
		r, err := ir.DecodeRecord(raw, ir.DefaultLimits())
		if err != nil {
			return
		}
		if string(r.Encode()) != string(raw) {
			t.Fatalf("a second encoding of %x", r.Encode())
		}
		p := &patterns{t: t, r: r}
		_, _ = step.Segment(r, element, segment, before, p)
		if p.reads > 2*step.Terms+1 {
			t.Fatalf("%d reads", p.reads)
		}
	})
}
