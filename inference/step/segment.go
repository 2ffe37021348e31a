package step

import (
	"errors"
	"fmt"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/merkle"
)

// Terms is the most terms of a sum that one move computes. A sum of more is cut
// into segments of so many; after each but the last its running value is stored.
const Terms = 16

var errElement = errors.New("no such element")

func check(r *ir.Record, index int64) error {
	if index < 0 || index >= elems(r.Node.Out.Shape) {
		return fmt.Errorf("%w: %d of %v", errElement, index, r.Node.Out)
	}
	return nil
}

// Segments is the number of segments of an element: 1 unless its node sums.
func Segments(r *ir.Record, index int64) (int64, error) {
	if err := check(r, index); err != nil || !folds(r.Node.Kind) {
		return 1, err
	}
	t, err := termsOf(r, index)
	if err != nil {
		return 0, err
	}
	return max((t.count+Terms-1)/Terms, 1), nil
}

// Segment computes one segment of an element. Before is the stored running value
// in front of it, and empty for the first. It returns the running value after it,
// and for the last segment the element's bytes. It reads at most 2*Terms+1
// elements. The record is one that ir.DecodeRecord or ir.Graph.Record gave.
func Segment(r *ir.Record, index, segment int64, before []byte, from Reader) ([]byte, error) {
	count, err := Segments(r, index)
	if err != nil {
		return nil, err
	}
	if segment < 0 || segment >= count {
		return nil, fmt.Errorf("%w: segment %d of %d", errElement, segment, count)
	}
	if !folds(r.Node.Kind) {
		if len(before) != 0 {
			return nil, errors.New("an element without a sum has no running value")
		}
		e, err := single(r, index, from)
		return e.Append(nil, r.Node.Out.DType), err
	}
	t, err := termsOf(r, index)
	if err != nil {
		return nil, err
	}
	f := kernel.NewFold(&r.Node, r.Sources[0].Decl.DType)
	switch {
	case segment > 0:
		if err := f.Read(before); err != nil {
			return nil, err
		}
	case len(before) != 0:
		return nil, errors.New("the first segment has no running value in front of it")
	}
	if err := t.add(&f, segment*Terms, min((segment+1)*Terms, t.count), from); err != nil {
		return nil, err
	}
	if segment < count-1 {
		return f.Append(nil), nil
	}
	e, err := t.result(&f, from)
	return e.Append(nil, r.Node.Out.DType), err
}

// add takes terms [lo, hi).
func (t *terms) add(f *kernel.Fold, lo, hi int64, from Reader) error {
	product := t.r.Node.Kind == ir.Dot || t.r.Node.Kind == ir.Conv
	for k := lo; k < hi; k++ {
		a, b, present := t.term(k)
		if !present {
			continue
		}
		x, err := from.Element(0, a)
		if err != nil {
			return err
		}
		var w kernel.Element
		if product {
			if w, err = from.Element(1, b); err != nil {
				return err
			}
		}
		f.Add(k, x, w)
	}
	return nil
}

func (t *terms) result(f *kernel.Fold, from Reader) (kernel.Element, error) {
	var bias *kernel.Element
	if at, ok := t.bias(); ok {
		e, err := from.Element(2, at)
		if err != nil {
			return kernel.Element{}, err
		}
		bias = &e
	}
	return f.Result(t.divisor(), bias), nil
}

// Compute computes a whole element. It reads two elements per term of its sum,
// however many there are: for checks outside the chain.
func Compute(r *ir.Record, index int64, from Reader) (kernel.Element, error) {
	if err := check(r, index); err != nil {
		return kernel.Element{}, err
	}
	if !folds(r.Node.Kind) {
		return single(r, index, from)
	}
	t, err := termsOf(r, index)
	if err != nil {
		return kernel.Element{}, err
	}
	f := kernel.NewFold(&r.Node, r.Sources[0].Decl.DType)
	if err := t.add(&f, 0, t.count, from); err != nil {
		return kernel.Element{}, err
	}
	return t.result(&f, from)
}

// States are the running values of an element between its segments, one after the
// other: the bytes of a tensor u8[segments-1, width]. Empty for one segment.
func States(r *ir.Record, index int64, from Reader) (data []byte, dims []uint64, err error) {
	count, err := Segments(r, index)
	if err != nil || count == 1 {
		return nil, nil, err
	}
	t, err := termsOf(r, index)
	if err != nil {
		return nil, nil, err
	}
	f := kernel.NewFold(&r.Node, r.Sources[0].Decl.DType)
	for s := range count - 1 {
		if err := t.add(&f, s*Terms, (s+1)*Terms, from); err != nil {
			return nil, nil, err
		}
		data = f.Append(data)
	}
	return data, stateDims(r, count), nil
}

// StatesRoot commits to the running values.
func StatesRoot(data []byte, dims []uint64) (merkle.Hash, error) {
	return merkle.TensorRoot(merkle.U8, dims, data)
}

func stateDims(r *ir.Record, segments int64) []uint64 {
	f := kernel.NewFold(&r.Node, r.Sources[0].Decl.DType)
	return []uint64{uint64(segments - 1), uint64(f.Width())}
}
