package onnx

import (
	"errors"

	"github.com/imochain/imod/inference/ir"
)

func reductions() map[string]lowering {
	m := map[string]lowering{"ArgMax": argOp(ir.OpArgMax, ir.OpArgMaxLast), "ArgMin": argOp(ir.OpArgMin, ir.OpArgMinLast), "CumSum": cumSum}
	for name, op := range map[string]ir.Op{
		"ReduceSum": ir.OpSum, "ReduceMean": ir.OpMean, "ReduceMax": ir.OpReduceMax, "ReduceMin": ir.OpReduceMin,
		"ReduceProd": ir.OpProd, "ReduceSumSquare": ir.OpSumSquare,
	} {
		m[name] = reduceOp(name, func(f *chain, x *value, keep bool, axes []int64) *value {
			if x.DType != ir.Bool {
				return f.keep(f.b.reduce(op, x, keep, axes...))
			}
			// The smallest and the largest of 0 and 1 are and, or.
			v := f.keep(f.b.cast(x, ir.U8))
			if f.err == nil {
				v = f.keep(f.b.reduce(op, v, keep, axes...))
			}
			if f.err != nil {
				return nil
			}
			return f.keep(f.b.cast(v, ir.Bool))
		})
	}
	m["ReduceL1"] = reduceOp("ReduceL1", func(f *chain, x *value, keep bool, axes []int64) *value {
		if x = f.un(ir.OpAbs, x); f.err != nil {
			return nil
		}
		return f.keep(f.b.reduce(ir.OpSum, x, keep, axes...))
	})
	m["ReduceL2"] = reduceOp("ReduceL2", func(f *chain, x *value, keep bool, axes []int64) *value {
		v := f.keep(f.b.reduce(ir.OpSumSquare, x, keep, axes...))
		return f.un(ir.OpSqrt, v)
	})
	m["ReduceLogSum"] = reduceOp("ReduceLogSum", func(f *chain, x *value, keep bool, axes []int64) *value {
		return f.un(ir.OpLog, f.keep(f.b.reduce(ir.OpSum, x, keep, axes...)))
	})
	m["ReduceLogSumExp"] = reduceOp("ReduceLogSumExp", logSumExp)
	return m
}

// logSumExp shifts by the largest element, so that nothing overflows.
func logSumExp(f *chain, x *value, keep bool, axes []int64) *value {
	top := f.red(ir.OpReduceMax, x, axes...)
	e := f.un(ir.OpExp, f.bin(ir.OpSub, x, top))
	v := f.bin(ir.OpAdd, f.un(ir.OpLog, f.red(ir.OpSum, e, axes...)), top)
	if f.err != nil || keep {
		return v
	}
	return f.reshape(v, without(v.Shape, axes)...)
}

// without drops dimensions.
func without(shape, axes []int64) []int64 {
	var out []int64
	drop := map[int64]bool{}
	for _, a := range axes {
		drop[a] = true
	}
	for i, d := range shape {
		if !drop[int64(i)] {
			out = append(out, d)
		}
	}
	return out
}

func reduceOp(name string, f func(*chain, *value, bool, []int64) *value) lowering {
	since := int64(18)
	if name == "ReduceSum" {
		since = 13
	}
	return func(c *call) ([]*value, error) {
		in, err := c.args(1)
		if err != nil {
			return nil, err
		}
		x := in[0]
		list, err := c.intsOf("axes", since, 1)
		if err != nil {
			return nil, err
		}
		keep, err := c.flag("keepdims", true)
		if err != nil {
			return nil, err
		}
		noop, err := c.flag("noop_with_empty_axes", false)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 && noop {
			return one(x, nil)
		}
		ch := c.chain()
		if len(x.Shape) == 0 {
			x = ch.reshape(x, 1)
			keep = false
		}
		if ch.err != nil {
			return nil, ch.err
		}
		ax, err := axes(list, len(x.Shape))
		if err != nil {
			return nil, err
		}
		if len(ax) == 0 {
			ax = upFrom(0, len(x.Shape))
		}
		return ch.done(f(ch, x, keep, ax))
	}
}

func argOp(first, last ir.Op) lowering {
	return func(c *call) ([]*value, error) {
		in, err := c.args(1)
		if err != nil {
			return nil, err
		}
		a, err := c.attrInt("axis", 0)
		if err != nil {
			return nil, err
		}
		keep, err := c.attrInt("keepdims", 1)
		if err != nil {
			return nil, err
		}
		sel, err := c.flag("select_last_index", false)
		if err != nil {
			return nil, err
		}
		ax, err := axis(a, len(in[0].Shape))
		if err != nil {
			return nil, err
		}
		op := first
		if sel {
			op = last
		}
		return one(c.emit(ir.Node{Kind: ir.ArgReduce, Op: op, Ints: []int64{keep, int64(ax)}}, in[0]))
	}
}

func cumSum(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	list, err := c.ints(1)
	if err != nil {
		return nil, err
	}
	if len(list) != 1 {
		return nil, errors.New("axis must be one number")
	}
	ax, err := axis(list[0], len(in[0].Shape))
	if err != nil {
		return nil, err
	}
	exclusive, err := c.attrInt("exclusive", 0)
	if err != nil {
		return nil, err
	}
	reverse, err := c.attrInt("reverse", 0)
	if err != nil {
		return nil, err
	}
	return one(c.emit(ir.Node{Kind: ir.CumSum, Ints: []int64{int64(ax), exclusive, reverse}}, in[0]))
}
