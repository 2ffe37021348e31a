package onnx

import (
	"errors"
	"slices"
	"strings"

	"github.com/imochain/imod/inference/ir"
)

// labelled is a value whose dimensions have letters.
type labelled struct {
	v      *value
	labels []byte
}

// einsum is lowered operand by operand from the left: labels that nothing later
// needs are summed, common ones become the matrices of a Dot. Repeated labels in
// one operand and "..." are refused.
func einsum(c *call) ([]*value, error) {
	if len(c.in) == 0 {
		return nil, errors.New("no inputs")
	}
	in, err := c.args(len(c.in))
	if err != nil {
		return nil, err
	}
	eq, err := c.attrString("equation", "")
	if err != nil {
		return nil, err
	}
	terms, out, err := parseEinsum(eq, in)
	if err != nil {
		return nil, err
	}
	f := c.chain()
	acc := terms[0]
	for i, t := range terms {
		need := slices.Clone(out)
		for _, later := range terms[i+1:] {
			need = append(need, later.labels...)
		}
		if i > 0 {
			acc = f.contract(acc, t, need)
		}
		acc = f.sumOut(acc, need)
	}
	acc = f.arrange(acc, out)
	return f.done(acc.v)
}

func parseEinsum(eq string, in []*value) (terms []labelled, out []byte, err error) {
	eq = strings.ReplaceAll(eq, " ", "")
	left, right, explicit := strings.Cut(eq, "->")
	parts := strings.Split(left, ",")
	if len(parts) != len(in) {
		return nil, nil, errors.New("equation does not fit the inputs")
	}
	size, times := map[byte]int64{}, map[byte]int{}
	for i, p := range parts {
		if len(p) != len(in[i].Shape) {
			return nil, nil, errors.New("equation does not fit the inputs")
		}
		for d := range len(p) {
			l := p[d]
			if (l < 'a' || l > 'z') && (l < 'A' || l > 'Z') || strings.IndexByte(p, l) != d {
				return nil, nil, errors.New("equation has repeated or unknown labels")
			}
			if n, ok := size[l]; ok && n != in[i].Shape[d] {
				return nil, nil, errors.New("dimensions of one label differ")
			}
			size[l] = in[i].Shape[d]
			times[l]++
		}
		terms = append(terms, labelled{in[i], []byte(p)})
	}
	if !explicit {
		for l := byte('A'); l <= 'z'; l++ {
			if times[l] == 1 {
				out = append(out, l)
			}
		}
		return terms, out, nil
	}
	for d := range len(right) {
		if times[right[d]] == 0 || strings.IndexByte(right, right[d]) != d {
			return nil, nil, errors.New("output has repeated or unknown labels")
		}
	}
	return terms, []byte(right), nil
}

// sumOut reduces the labels that are not needed.
func (f *chain) sumOut(x labelled, need []byte) labelled {
	var axes []int64
	var rest []byte
	for d, l := range x.labels {
		if slices.Contains(need, l) {
			rest = append(rest, l)
		} else {
			axes = append(axes, int64(d))
		}
	}
	if len(axes) == 0 || f.err != nil {
		return x
	}
	return labelled{f.keep(f.b.reduce(ir.OpSum, x.v, false, axes...)), rest}
}

// arrange permutes dimensions into the order of labels.
func (f *chain) arrange(x labelled, labels []byte) labelled {
	if f.err != nil {
		return x
	}
	perm := make([]int64, len(labels))
	for i, l := range labels {
		perm[i] = int64(slices.Index(x.labels, l))
	}
	return labelled{f.permute(x.v, perm...), labels}
}

// contract multiplies two operands: labels of both that are needed later are
// batches, the others of both are summed by the Dot.
func (f *chain) contract(x, y labelled, need []byte) labelled {
	x, y = f.sumOut(x, append(slices.Clone(need), y.labels...)), f.sumOut(y, append(slices.Clone(need), x.labels...))
	if f.err != nil {
		return x
	}
	var batch, inner, left, right []byte
	for _, l := range x.labels {
		switch both := slices.Contains(y.labels, l); {
		case both && slices.Contains(need, l):
			batch = append(batch, l)
		case both:
			inner = append(inner, l)
		default:
			left = append(left, l)
		}
	}
	for _, l := range y.labels {
		if !slices.Contains(x.labels, l) {
			right = append(right, l)
		}
	}
	a, b := f.arrange(x, slices.Concat(batch, left, inner)), f.arrange(y, slices.Concat(batch, inner, right))
	if f.err != nil {
		return x
	}
	nb, nl, ni := len(batch), len(left), len(inner)
	dims, m, k := a.v.Shape[:nb], a.v.Shape[nb:nb+nl], a.v.Shape[nb+nl:]
	n := b.v.Shape[nb+ni:]
	shape := slices.Concat(dims, m, n)
	p := f.reshape(a.v, product(dims), product(m), product(k))
	q := f.reshape(b.v, product(dims), product(k), product(n))
	if f.err != nil {
		return x
	}
	return labelled{f.reshape(f.keep(f.b.dot(p, q)), shape...), slices.Concat(batch, left, right)}
}
