package kerneltest

import (
	"fmt"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// Case is one node with its inputs.
type Case struct {
	Name string
	Node ir.Node
	In   []kernel.Tensor
}

// All is a fixed list that reaches every kind, every function and every type it
// is defined for.
func All() []Case {
	s := Source(7641)
	var c []Case
	for _, f := range []func(*Source) []Case{scalars, products, windows, reductions, moves, quantised} {
		c = append(c, f(&s)...)
	}
	return c
}

var numeric = []ir.DType{ir.F32, ir.I8, ir.U8, ir.I32, ir.I64}

func shapeOf(d ir.DType, shape ...int64) ir.TensorDecl { return ir.TensorDecl{DType: d, Shape: shape} }

func scalars(s *Source) []Case {
	var c []Case
	for op := ir.OpNeg; op <= ir.OpNot; op++ {
		for _, d := range append(numeric, ir.Bool) {
			n := ir.Node{Kind: ir.Unary, Op: op}
			switch {
			case op == ir.OpLeakyRelu:
				n.Floats = []float32{0.01}
			case op == ir.OpClip && d == ir.F32:
				n.Floats = []float32{-1.5, 6}
			case op == ir.OpClip:
				n.Ints = []int64{1, 6}
			}
			c = append(c, Case{fmt.Sprintf("%s %s", op, d), n, []kernel.Tensor{s.Tensor(d, 3, 1000)}})
		}
	}
	shapes := [][2][]int64{{{7, 11, 13}, {7, 11, 13}}, {{7, 1, 13}, {11, 1}}, {{}, {5}}, {{2, 3, 4, 5}, {3, 1, 1}}, {{1}, {1, 1}}}
	for i, pair := range shapes {
		for op := ir.OpAdd; op <= ir.OpShr; op++ {
			for _, d := range append(numeric, ir.Bool) {
				in := []kernel.Tensor{s.Tensor(d, pair[0]...), s.Tensor(d, pair[1]...)}
				c = append(c, Case{fmt.Sprintf("%s %s %d", op, d, i), ir.Node{Kind: ir.Binary, Op: op}, in})
			}
		}
		for op := ir.OpEq; op <= ir.OpGe; op++ {
			for _, d := range append(numeric, ir.Bool) {
				in := []kernel.Tensor{s.Tensor(d, pair[0]...), s.Tensor(d, pair[1]...)}
				c = append(c, Case{fmt.Sprintf("%s %s %d", op, d, i), ir.Node{Kind: ir.Compare, Op: op}, in})
			}
		}
		for _, d := range append(numeric, ir.Bool) {
			in := []kernel.Tensor{s.Tensor(ir.Bool, pair[1]...), s.Tensor(d, pair[0]...), s.Tensor(d, pair[1]...)}
			c = append(c, Case{fmt.Sprintf("where %s %d", d, i), ir.Node{Kind: ir.Where}, in})
		}
	}
	for _, from := range append(numeric, ir.Bool) {
		for _, to := range append(numeric, ir.Bool) {
			for _, op := range []ir.Op{ir.OpSaturate, ir.OpWrap} {
				n := ir.Node{Kind: ir.Cast, Op: op, Out: shapeOf(to, 500)}
				c = append(c, Case{fmt.Sprintf("cast %s %s to %s", op, from, to), n, []kernel.Tensor{s.Tensor(from, 500)}})
			}
		}
	}
	return defined(c)
}

// defined keeps the cases whose function exists for their type.
func defined(c []Case) []Case {
	var keep []Case
	for _, x := range c {
		decls := make([]ir.TensorDecl, len(x.In))
		for i, t := range x.In {
			decls[i] = t.Decl()
		}
		if _, err := ir.Infer(&x.Node, decls); err == nil {
			keep = append(keep, x)
		}
	}
	return keep
}

func products(s *Source) []Case {
	var c []Case
	for i, sh := range [][3][]int64{
		{{5, 7}, {7, 3}, nil},
		{{1, 300}, {300, 600}, {600}},
		{{67, 131}, {131, 259}, {67, 1}},
		{{2, 3, 5, 4}, {4, 6}, {6}},
		{{2, 1, 5, 4}, {3, 4, 6}, {2, 1, 1, 6}},
		{{33, 1}, {1, 33}, {1}},
		{{40, 9}, {9, 1}, nil},
	} {
		for _, d := range []ir.DType{ir.F32, ir.I8, ir.U8, ir.I32} {
			for _, e := range []ir.DType{ir.F32, ir.I8, ir.U8, ir.I32} {
				in := []kernel.Tensor{s.operand(d, i, sh[0]...), s.operand(e, i, sh[1]...)}
				if sh[2] != nil {
					sum := ir.I32
					if d == ir.F32 {
						sum = ir.F32
					}
					in = append(in, s.operand(sum, i, sh[2]...))
				}
				c = append(c, Case{fmt.Sprintf("dot %s %s %d", d, e, i), ir.Node{Kind: ir.Dot}, in})
			}
		}
	}
	return defined(c)
}

// operand is ordinary in even cases and wild in odd ones, so that sums are both
// meaningful and full of infinities and NaN.
func (s *Source) operand(d ir.DType, i int, shape ...int64) kernel.Tensor {
	if d == ir.F32 && i%2 == 0 {
		return s.Normal(shape...)
	}
	return s.Tensor(d, shape...)
}

func windows(s *Source) []Case {
	var c []Case
	for i, x := range []struct {
		in, w []int64
		a     ir.ConvAttrs
	}{
		{[]int64{1, 3, 9, 8}, []int64{4, 3, 3, 3}, ir.ConvAttrs{Groups: 1, Strides: []int64{1, 1}, Before: []int64{1, 1}, After: []int64{1, 1}, Dilations: []int64{1, 1}}},
		{[]int64{2, 4, 19, 21}, []int64{6, 2, 3, 5}, ir.ConvAttrs{Groups: 2, Strides: []int64{2, 3}, Before: []int64{0, 2}, After: []int64{3, 1}, Dilations: []int64{2, 1}}},
		{[]int64{1, 8, 12, 12}, []int64{8, 1, 3, 3}, ir.ConvAttrs{Groups: 8, Strides: []int64{1, 1}, Before: []int64{1, 1}, After: []int64{1, 1}, Dilations: []int64{1, 1}}},
		{[]int64{1, 16, 20, 20}, []int64{40, 16, 1, 1}, ir.ConvAttrs{Groups: 1, Strides: []int64{1, 1}, Before: []int64{0, 0}, After: []int64{0, 0}, Dilations: []int64{1, 1}}},
		{[]int64{2, 3, 50}, []int64{5, 3, 7}, ir.ConvAttrs{Groups: 1, Strides: []int64{2}, Before: []int64{3}, After: []int64{9}, Dilations: []int64{1}}},
		{[]int64{1, 2, 5, 6, 7}, []int64{3, 2, 2, 3, 2}, ir.ConvAttrs{Groups: 1, Strides: []int64{1, 2, 1}, Before: []int64{1, 0, 1}, After: []int64{0, 2, 1}, Dilations: []int64{1, 1, 2}}},
		{[]int64{1, 1, 3, 3}, []int64{2, 1, 2, 2}, ir.ConvAttrs{Groups: 1, Strides: []int64{1, 1}, Before: []int64{5, 5}, After: []int64{5, 5}, Dilations: []int64{1, 1}}},
	} {
		for _, d := range []ir.DType{ir.F32, ir.I8, ir.U8, ir.I32} {
			for _, e := range []ir.DType{ir.F32, ir.I8} {
				in := []kernel.Tensor{s.Tensor(d, x.in...), s.operand(e, i, x.w...)}
				if i%2 == 0 {
					sum := ir.I32
					if d == ir.F32 {
						sum = ir.F32
					}
					in = append(in, s.Tensor(sum, x.w[0]))
				}
				c = append(c, Case{fmt.Sprintf("conv %s %s %d", d, e, i), ir.Node{Kind: ir.Conv, Ints: x.a.Ints()}, in})
			}
		}
	}
	for i, x := range []struct {
		in, out []int64
		a       ir.PoolAttrs
	}{
		{[]int64{1, 3, 8, 8}, []int64{1, 3, 4, 4}, ir.PoolAttrs{Window: []int64{2, 2}, Strides: []int64{2, 2}, Before: []int64{0, 0}, After: []int64{0, 0}, Dilations: []int64{1, 1}}},
		{[]int64{2, 2, 9, 10}, []int64{2, 2, 5, 5}, ir.PoolAttrs{Window: []int64{3, 3}, Strides: []int64{2, 2}, Before: []int64{1, 1}, After: []int64{1, 1}, Dilations: []int64{1, 1}}},
		{[]int64{2, 2, 9, 10}, []int64{2, 2, 5, 6}, ir.PoolAttrs{Window: []int64{3, 2}, Strides: []int64{2, 2}, Before: []int64{1, 1}, After: []int64{1, 0}, Dilations: []int64{1, 1}}},
		{[]int64{1, 1, 17}, []int64{1, 1, 13}, ir.PoolAttrs{Window: []int64{3}, Strides: []int64{1}, Before: []int64{0}, After: []int64{0}, Dilations: []int64{2}}},
		{[]int64{1, 2, 4, 5, 6}, []int64{1, 2, 3, 3, 3}, ir.PoolAttrs{Window: []int64{2, 3, 2}, Strides: []int64{2, 2, 3}, Before: []int64{1, 1, 1}, After: []int64{1, 1, 1}, Dilations: []int64{1, 1, 1}}},
		{[]int64{1, 1, 3}, []int64{1, 1, 8}, ir.PoolAttrs{Window: []int64{2}, Strides: []int64{1}, Before: []int64{3}, After: []int64{3}, Dilations: []int64{1}}},
	} {
		for _, d := range numeric {
			n := ir.Node{Kind: ir.MaxPool, Ints: x.a.Ints(), Out: shapeOf(d, x.out...)}
			c = append(c, Case{fmt.Sprintf("maxpool %s %d", d, i), n, []kernel.Tensor{s.Tensor(d, x.in...)}})
		}
		for _, op := range []ir.Op{ir.OpPresent, ir.OpPadded} {
			n := ir.Node{Kind: ir.AvgPool, Op: op, Ints: x.a.Ints(), Out: shapeOf(ir.F32, x.out...)}
			c = append(c, Case{fmt.Sprintf("avgpool %s %d", op, i), n, []kernel.Tensor{s.operand(ir.F32, i, x.in...)}})
		}
	}
	return defined(c)
}

func reductions(s *Source) []Case {
	var c []Case
	for i, x := range []struct {
		in, axes []int64
	}{
		{[]int64{3, 50}, []int64{1}}, {[]int64{50, 3}, []int64{0}}, {[]int64{2, 3, 4, 5}, []int64{1, 3}},
		{[]int64{2, 3, 4, 5}, []int64{0, 1, 2, 3}}, {[]int64{4, 1, 6}, []int64{1}}, {[]int64{4, 5, 6}, []int64{0, 2}},
	} {
		for _, d := range numeric {
			for keep := range int64(2) {
				for op := ir.OpSum; op <= ir.OpMeanSquare; op++ {
					n := ir.Node{Kind: ir.Reduce, Op: op, Ints: append([]int64{keep}, x.axes...)}
					c = append(c, Case{fmt.Sprintf("reduce %s %s %d keep %d", op, d, i, keep), n, []kernel.Tensor{s.operand(d, i, x.in...)}})
				}
				if len(x.axes) > 1 {
					continue
				}
				for op := ir.OpArgMax; op <= ir.OpArgMinLast; op++ {
					n := ir.Node{Kind: ir.ArgReduce, Op: op, Ints: []int64{keep, x.axes[0]}}
					c = append(c, Case{fmt.Sprintf("%s %s %d keep %d", op, d, i, keep), n, []kernel.Tensor{s.Tensor(d, x.in...)}})
				}
			}
		}
	}
	for i, ints := range [][]int64{{0, 0, 0}, {1, 1, 0}, {2, 0, 1}, {1, 1, 1}} {
		for _, d := range numeric {
			c = append(c, Case{fmt.Sprintf("cumsum %s %d", d, i), ir.Node{Kind: ir.CumSum, Ints: ints}, []kernel.Tensor{s.operand(d, 0, 3, 7, 5)}})
		}
	}
	return defined(c)
}

func quantised(s *Source) []Case {
	var c []Case
	scale := func(shape ...int64) kernel.Tensor {
		t := s.Normal(shape...)
		for i := range t.F32 {
			t.F32[i] = 0.01 + float32(t.F32[i]*t.F32[i])
		}
		return t
	}
	for i, p := range [][]int64{{}, {3, 1}, {1, 3, 7}} {
		for _, narrow := range []ir.DType{ir.I8, ir.U8} {
			for _, wide := range []ir.DType{ir.F32, ir.I32} {
				for _, op := range []ir.Op{ir.OpDivScale, ir.OpMulScale} {
					n := ir.Node{Kind: ir.Quantize, Op: op, Out: shapeOf(narrow, 2, 3, 7)}
					in := []kernel.Tensor{s.Tensor(wide, 2, 3, 7), scale(p...), s.Tensor(narrow, p...)}
					c = append(c, Case{fmt.Sprintf("quantize %s %s %s %d", op, wide, narrow, i), n, in})
				}
			}
		}
		for _, d := range []ir.DType{ir.I8, ir.U8, ir.I32} {
			n := ir.Node{Kind: ir.Dequantize, Out: shapeOf(ir.F32, 2, 3, 7)}
			in := []kernel.Tensor{s.Tensor(d, 2, 3, 7), scale(p...), s.Tensor(d, p...)}
			c = append(c, Case{fmt.Sprintf("dequantize %s %d", d, i), n, in[:2+i%2]})
		}
	}
	return defined(c)
}
