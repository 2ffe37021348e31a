package onnx

import (
	"errors"
	"fmt"
	"slices"

	"github.com/imochain/imod/inference/ir"
)

func movements() map[string]lowering {
	return map[string]lowering{
		"Reshape": reshape, "Flatten": flatten, "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Transpose": transpose,
		"Concat": concat, "Split": split, "Expand": expand, "Tile": tile, "Pad": pad,
		"DepthToSpace": depthToSpace, "SpaceToDepth": spaceToDepth, "Resize": resize, "Upsample": upsample,
	}
}

func reshape(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	shape, err := c.ints(1)
	if err != nil {
		return nil, err
	}
	zero, err := c.flag("allowzero", false)
	if err != nil {
		return nil, err
	}
	if len(shape) > ir.MaxRank {
		return nil, fmt.Errorf("more than %d dimensions", ir.MaxRank)
	}
	x, open, known := in[0], -1, int64(1)
	for i, d := range shape {
		switch {
		case d == -1 && open < 0:
			open = i
			continue
		case d == 0 && !zero && i < len(x.Shape):
			shape[i] = x.Shape[i]
		case d < 0 || d == 0 && !zero:
			return nil, fmt.Errorf("cannot reshape to %v", shape)
		}
		if known, err = ir.Elems([]int64{known, shape[i]}, c.limits.Graph.MaxElems); err != nil {
			return nil, err
		}
	}
	if open >= 0 {
		total := product(x.Shape)
		if known == 0 || total%known != 0 {
			return nil, fmt.Errorf("cannot reshape %v to %v", x.Shape, shape)
		}
		shape[open] = total / known
	}
	return one(c.importer.reshape(x, shape...))
}

func flatten(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	a, err := c.attrInt("axis", 1)
	if err != nil {
		return nil, err
	}
	rank := int64(len(in[0].Shape))
	if a < 0 {
		a += rank
	}
	if a < 0 || a > rank {
		return nil, errors.New("axis is out of range")
	}
	s := in[0].Shape
	return one(c.importer.reshape(in[0], product(s[:a]), product(s[a:])))
}

func squeeze(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	list, err := c.intsOf("axes", 13, 1)
	if err != nil {
		return nil, err
	}
	x := in[0]
	ax, err := axes(list, len(x.Shape))
	if err != nil {
		return nil, err
	}
	if list == nil {
		for i, d := range x.Shape {
			if d == 1 {
				ax = append(ax, int64(i))
			}
		}
	}
	for _, a := range ax {
		if x.Shape[a] != 1 {
			return nil, fmt.Errorf("dimension %d of %v is not 1", a, x.Shape)
		}
	}
	return one(c.importer.reshape(x, without(x.Shape, ax)...))
}

func unsqueeze(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	list, err := c.intsOf("axes", 13, 1)
	if err != nil {
		return nil, err
	}
	rank := len(in[0].Shape) + len(list)
	if rank > ir.MaxRank {
		return nil, fmt.Errorf("more than %d dimensions", ir.MaxRank)
	}
	ax, err := axes(list, rank)
	if err != nil {
		return nil, err
	}
	var shape []int64
	rest := in[0].Shape
	for i := range rank {
		if slices.Contains(ax, int64(i)) {
			shape = append(shape, 1)
		} else {
			shape, rest = append(shape, rest[0]), rest[1:]
		}
	}
	return one(c.importer.reshape(in[0], shape...))
}

func transpose(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	perm, err := c.attrInts("perm")
	if err != nil {
		return nil, err
	}
	if perm == nil {
		perm = upFrom(0, len(in[0].Shape))
		slices.Reverse(perm)
	}
	if len(perm) != len(in[0].Shape) {
		return nil, errors.New("perm has the wrong length")
	}
	return one(c.importer.transpose(in[0], perm...))
}

func concat(c *call) ([]*value, error) {
	if len(c.in) == 0 {
		return nil, errors.New("no inputs")
	}
	in, err := c.args(len(c.in))
	if err != nil {
		return nil, err
	}
	a, err := c.attrInt("axis", 0)
	if err != nil {
		return nil, err
	}
	ax, err := axis(a, len(in[0].Shape))
	if err != nil {
		return nil, err
	}
	return one(c.importer.concat(ax, in...))
}

// split has sizes as an attribute before set 13, as an input since, and a number
// of parts since 18.
func split(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	a, err := c.attrInt("axis", 0)
	if err != nil {
		return nil, err
	}
	x := in[0]
	ax, err := axis(a, len(x.Shape))
	if err != nil {
		return nil, err
	}
	sizes, err := c.intsOf("split", 13, 1)
	if err != nil {
		return nil, err
	}
	parts, err := c.attrInt("num_outputs", int64(len(c.node.outputs)))
	if err != nil {
		return nil, err
	}
	if sizes == nil {
		if parts < 1 || parts > int64(len(c.node.outputs)) {
			return nil, errors.New("number of outputs is wrong")
		}
		each := (x.Shape[ax] + parts - 1) / parts
		for left := x.Shape[ax]; int64(len(sizes)) < parts; left -= each {
			sizes = append(sizes, min(each, left))
		}
	}
	var outs []*value
	at := int64(0)
	for _, n := range sizes {
		if n < 0 || n > x.Shape[ax]-at {
			return nil, fmt.Errorf("cannot split %v by %v", x.Shape, sizes)
		}
		v, err := c.sliceAxis(x, ax, at, n)
		if err != nil {
			return nil, err
		}
		outs = append(outs, v)
		at += n
	}
	if at != x.Shape[ax] {
		return nil, fmt.Errorf("cannot split %v by %v", x.Shape, sizes)
	}
	return outs, nil
}

func expand(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	shape, err := c.ints(1)
	if err != nil {
		return nil, err
	}
	if shape, err = ir.Broadcast(in[0].Shape, shape); err != nil {
		return nil, err
	}
	return one(c.importer.expand(in[0], shape...))
}

func tile(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	times, err := c.ints(1)
	if err != nil {
		return nil, err
	}
	x := in[0]
	if len(times) != len(x.Shape) {
		return nil, errors.New("repeats do not fit the input")
	}
	for i, n := range times {
		if n == 1 {
			continue
		}
		if n < 1 || n > c.limits.Graph.MaxElems {
			return nil, errors.New("repeats are out of range")
		}
		shape := slices.Clone(x.Shape)
		shape[i] *= n // both below 2^31
		pre, post := product(shape[:i]), product(x.Shape[i:])
		f := c.chain()
		v := f.reshape(x, pre, 1, post)
		if f.err == nil {
			v = f.keep(c.importer.expand(v, pre, n, post))
		}
		if x = f.reshape(v, shape...); f.err != nil {
			return nil, f.err
		}
	}
	return one(x, nil)
}

// blocks reads the attributes of the two block rearrangements.
func (c *call) blocks() (x *value, b int64, err error) {
	in, err := c.args(1)
	if err != nil {
		return nil, 0, err
	}
	b, err = c.attrInt("blocksize", 0)
	if err == nil && (len(in[0].Shape) != 4 || b < 1 || b > 1<<15) {
		err = errors.New("blocksize or number of dimensions is wrong")
	}
	return in[0], b, err
}

func depthToSpace(c *call) ([]*value, error) {
	x, b, err := c.blocks()
	if err != nil {
		return nil, err
	}
	mode, err := c.attrString("mode", "DCR")
	if err != nil {
		return nil, err
	}
	n, ch, h, w := x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]
	if ch%(b*b) != 0 {
		return nil, errors.New("channels do not fit the blocks")
	}
	f := c.chain()
	switch mode {
	case "DCR":
		x = f.reshape(x, n, b, b, ch/(b*b), h, w)
		x = f.permute(x, 0, 3, 4, 1, 5, 2)
	case "CRD":
		x = f.reshape(x, n, ch/(b*b), b, b, h, w)
		x = f.permute(x, 0, 1, 4, 2, 5, 3)
	default:
		return nil, fmt.Errorf("mode %q", mode)
	}
	return f.done(f.reshape(x, n, ch/(b*b), h*b, w*b))
}

func spaceToDepth(c *call) ([]*value, error) {
	x, b, err := c.blocks()
	if err != nil {
		return nil, err
	}
	n, ch, h, w := x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]
	if h%b != 0 || w%b != 0 {
		return nil, errors.New("sizes do not fit the blocks")
	}
	f := c.chain()
	x = f.reshape(x, n, ch, h/b, b, w/b, b)
	x = f.permute(x, 0, 3, 5, 1, 2, 4)
	return f.done(f.reshape(x, n, ch*b*b, h/b, w/b))
}

func (f *chain) permute(x *value, perm ...int64) *value {
	if f.err != nil {
		return nil
	}
	return f.keep(f.b.transpose(x, perm...))
}
