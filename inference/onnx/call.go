package onnx

import (
	"errors"
	"fmt"
	"slices"

	"github.com/imochain/imod/inference/ir"
)

// call is one ONNX node being lowered.
type call struct {
	*importer
	node *nodeProto
	env  *scope
	in   []*value
	read map[string]bool // attributes that were understood
}

// lowering turns a node into values for its outputs; nil for outputs it cannot give.
type lowering func(*call) ([]*value, error)

// lowerings is filled by init, because lowering a subgraph looks things up in it.
var lowerings map[string]lowering

func init() {
	lowerings = map[string]lowering{}
	for _, table := range []map[string]lowering{
		elementwise(), activations(), products(), pools(), reductions(), normalisations(), movements(), indexing(), shapes(), quantised(), attentions(),
	} {
		for op, f := range table {
			lowerings[op] = f
		}
	}
}

// Operators lists the supported operators, sorted.
func Operators() []string {
	var ops []string
	for op := range lowerings {
		ops = append(ops, op)
	}
	slices.Sort(ops)
	return ops
}

func one(v *value, err error) ([]*value, error) {
	if err != nil {
		return nil, err
	}
	return []*value{v}, nil
}

func (c *call) chain() *chain { return &chain{b: &c.builder} }

// opt is an input that may be absent.
func (c *call) opt(i int) *value {
	if i < len(c.in) {
		return c.in[i]
	}
	return nil
}

// args returns the first n inputs, all of which must be present.
func (c *call) args(n int) ([]*value, error) {
	for i := range n {
		if c.opt(i) == nil {
			return nil, fmt.Errorf("input %d is missing", i)
		}
	}
	return c.in[:n], nil
}

func (c *call) attr(name string, kind int64) (*attrProto, error) {
	a := c.node.attrs[name]
	c.read[name] = true
	if a != nil && a.kind != 0 && a.kind != kind {
		return nil, fmt.Errorf("attribute %q has the wrong type", name)
	}
	return a, nil
}

func (c *call) attrInt(name string, def int64) (int64, error) {
	a, err := c.attr(name, 2)
	if a == nil || err != nil {
		return def, err
	}
	return a.i, nil
}

func (c *call) attrFloat(name string, def float32) (float32, error) {
	a, err := c.attr(name, 1)
	if a == nil || err != nil {
		return def, err
	}
	return a.f, nil
}

func (c *call) attrString(name, def string) (string, error) {
	a, err := c.attr(name, 3)
	if a == nil || err != nil {
		return def, err
	}
	if len(a.s) > maxName {
		return "", fmt.Errorf("attribute %q is too long", name)
	}
	return string(a.s), nil
}

// attrInts is nil if the attribute is absent.
func (c *call) attrInts(name string) ([]int64, error) {
	a, err := c.attr(name, 7)
	if a == nil || err != nil {
		return nil, err
	}
	if len(a.ints) == 0 {
		return []int64{}, nil
	}
	return a.ints, nil
}

// flag is a 0/1 attribute.
func (c *call) flag(name string, def bool) (bool, error) {
	d := int64(0)
	if def {
		d = 1
	}
	v, err := c.attrInt(name, d)
	return v != 0, err
}

// ints is the content of an integer input that must be constant; nil if absent.
func (c *call) ints(i int) ([]int64, error) {
	v := c.opt(i)
	if v == nil {
		return nil, nil
	}
	if v.data == nil {
		return nil, fmt.Errorf("input %d decides a shape and must be constant: shapes are static here; fix open dimensions with --dim, or export with constant shapes", i)
	}
	switch v.DType {
	case ir.I64:
		return append([]int64{}, v.data.I64...), nil
	case ir.I32:
		out := []int64{}
		for _, x := range v.data.I32 {
			out = append(out, int64(x))
		}
		return out, nil
	default:
		return nil, fmt.Errorf("input %d is not of an integer type", i)
	}
}

// intsOf reads a list that is an attribute in older operator sets and an input
// since the given one.
func (c *call) intsOf(attr string, since int64, input int) ([]int64, error) {
	if c.opset < since {
		return c.attrInts(attr)
	}
	return c.ints(input)
}

// axis makes an axis non-negative.
func axis(a int64, rank int) (int, error) {
	if a < 0 {
		a += int64(rank)
	}
	if a < 0 || a >= int64(rank) {
		return 0, fmt.Errorf("axis is outside rank %d", rank)
	}
	return int(a), nil
}

// axes makes a list of axes non-negative, sorted, unique.
func axes(list []int64, rank int) ([]int64, error) {
	if len(list) > ir.MaxRank {
		return nil, errors.New("too many axes")
	}
	out := make([]int64, 0, len(list))
	for _, a := range list {
		x, err := axis(a, rank)
		if err != nil {
			return nil, err
		}
		if slices.Contains(out, int64(x)) {
			return nil, errors.New("axis appears twice")
		}
		out = append(out, int64(x))
	}
	slices.Sort(out)
	return out, nil
}

// product multiplies dimensions that were bounded before.
func product(dims []int64) int64 {
	n := int64(1)
	for _, d := range dims {
		n *= d
	}
	return n
}
