package kernel

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/imochain/imod/inference/ir"
)

// Fold is the running value of one element that sums or compares many terms: the
// kernels' operations in the kernels' order, one term at a time, so that the work
// can stop after any term and go on from the stored value (SPEC chapter 12).
type Fold struct {
	node *ir.Node
	in   ir.DType

	f32   float32 // products of floats; extremes of floats
	f64   float64 // reductions of floats
	i64   int64   // everything on integers, in the type's own width
	index int64   // of the extreme
}

// foldForm is which of a Fold's fields carry the value.
type foldForm int

const (
	formProduct32 foldForm = iota
	formProductInt
	formWide
	formExtreme32
	formInt
	formIndex
)

// nan64Bits is the only NaN of a stored float64.
const nan64Bits = 0x7ff8000000000000

// NewFold is the value before the first term. The node is valid and of a kind
// that folds; in is the type of its first input.
func NewFold(n *ir.Node, in ir.DType) Fold {
	f := Fold{node: n, in: in}
	switch {
	case n.Kind == ir.MaxPool || n.Op == ir.OpReduceMax:
		f.f32 = -inf32
		f.i64, _ = limits(in)
	case n.Op == ir.OpReduceMin:
		f.f32 = inf32
		_, f.i64 = limits(in)
	case n.Op == ir.OpProd:
		f.f64, f.i64 = 1, 1
	}
	return f
}

func (f *Fold) form() foldForm {
	switch f.node.Kind {
	case ir.Dot, ir.Conv:
		if f.in == ir.F32 {
			return formProduct32
		}
		return formProductInt
	case ir.ArgReduce:
		return formIndex
	}
	switch {
	case f.in != ir.F32:
		return formInt
	case f.node.Kind == ir.MaxPool, f.node.Op == ir.OpReduceMax, f.node.Op == ir.OpReduceMin:
		return formExtreme32
	default:
		return formWide
	}
}

// Add takes term number index: a, and of a product its second factor b. Terms
// come in ascending order; absent ones are left out.
func (f *Fold) Add(index int64, a, b Element) {
	switch f.form() {
	case formProduct32:
		f.f32 += float32(a.F * b.F)
	case formProductInt:
		f.i64 = int64(int32(f.i64) + int32(a.I)*int32(b.I))
	case formWide:
		f.wide(float64(a.F))
	case formExtreme32:
		if v := a.F; v != v || (f.node.Op == ir.OpReduceMin && v < f.f32) || (f.node.Op != ir.OpReduceMin && v > f.f32) {
			f.f32 = v
		}
	case formInt:
		f.ints(a.I)
	default:
		f.extreme(index, a)
	}
}

func (f *Fold) wide(v float64) {
	switch f.node.Op {
	case ir.OpProd:
		f.f64 = float64(f.f64 * v)
	case ir.OpSumSquare, ir.OpMeanSquare:
		f.f64 += float64(v * v)
	default: // sums, means, running sums, average pools
		f.f64 += v
	}
}

func (f *Fold) ints(v int64) {
	op := f.node.Op
	switch f.node.Kind {
	case ir.CumSum:
		op = ir.OpSum
	case ir.MaxPool:
		op = ir.OpReduceMax
	}
	switch f.in {
	case ir.I8:
		f.i64 = int64(foldInt(op, int8(f.i64), int8(v)))
	case ir.U8:
		f.i64 = int64(foldInt(op, uint8(f.i64), uint8(v)))
	case ir.I32:
		f.i64 = int64(foldInt(op, int32(f.i64), int32(v)))
	default:
		f.i64 = foldInt(op, f.i64, v)
	}
}

func (f *Fold) extreme(index int64, a Element) {
	better := index == 0
	if f.in == ir.F32 {
		better = better || argBetter(f.node.Op, a.F, f.f32)
	} else {
		better = better || argBetter(f.node.Op, a.I, f.i64)
	}
	if better {
		f.f32, f.i64, f.index = a.F, a.I, index
	}
}

// Result is the element that the node gives after the last term. The count
// divides a mean or an average pool; the bias is added to a product.
func (f *Fold) Result(count int64, bias *Element) Element {
	switch f.form() {
	case formProduct32:
		if bias != nil {
			return Element{F: canon(f.f32 + bias.F)}
		}
		return Element{F: canon(f.f32)}
	case formProductInt:
		if bias != nil {
			return Element{I: int64(int32(f.i64) + int32(bias.I))}
		}
		return Element{I: f.i64}
	case formExtreme32:
		return Element{F: f.f32}
	case formInt:
		return Element{I: f.i64}
	case formIndex:
		return Element{I: f.index}
	}
	switch {
	case f.node.Kind == ir.AvgPool && count == 0:
		return Element{}
	case f.node.Kind == ir.AvgPool, f.node.Op == ir.OpMean, f.node.Op == ir.OpMeanSquare:
		return Element{F: narrow(f.f64 / float64(count))}
	default:
		return Element{F: narrow(f.f64)}
	}
}

// Width is the number of bytes of a stored value: 4 of a product, 16 of an index
// with its element, 8 of everything else.
func (f *Fold) Width() int {
	switch f.form() {
	case formProduct32, formProductInt:
		return 4
	case formIndex:
		return 16
	default:
		return 8
	}
}

// Append stores the value, little-endian; every NaN becomes the canonical one.
func (f *Fold) Append(b []byte) []byte {
	le := binary.LittleEndian
	switch f.form() {
	case formProduct32:
		return le.AppendUint32(b, math.Float32bits(canon(f.f32)))
	case formProductInt:
		return le.AppendUint32(b, uint32(f.i64))
	case formWide:
		if f.f64 != f.f64 {
			return le.AppendUint64(b, nan64Bits)
		}
		return le.AppendUint64(b, math.Float64bits(f.f64))
	case formExtreme32:
		return le.AppendUint64(b, uint64(math.Float32bits(canon(f.f32))))
	case formInt:
		return le.AppendUint64(b, uint64(f.i64))
	default:
		b = le.AppendUint64(b, uint64(f.index))
		if f.in == ir.F32 {
			return le.AppendUint64(b, uint64(math.Float32bits(canon(f.f32))))
		}
		return le.AppendUint64(b, uint64(f.i64))
	}
}

var errFold = errors.New("running value is not in its canonical form")

// Read restores a value that Append stored, and refuses any other bytes.
func (f *Fold) Read(b []byte) error {
	if len(b) != f.Width() {
		return errFold
	}
	le := binary.LittleEndian
	low := b[len(b)-min(8, len(b)):]
	switch f.form() {
	case formProduct32:
		f.f32 = math.Float32frombits(le.Uint32(low))
	case formProductInt:
		f.i64 = int64(int32(le.Uint32(low)))
	case formWide:
		f.f64 = math.Float64frombits(le.Uint64(low))
	case formExtreme32:
		f.f32 = math.Float32frombits(uint32(le.Uint64(low)))
	case formInt:
		f.i64 = le64(low)
	default:
		f.index = le64(b)
		f.f32, f.i64 = math.Float32frombits(uint32(le.Uint64(low))), le64(low)
	}
	if low, high := limits(f.in); f.in != ir.F32 && f.form() != formProductInt && (f.i64 < low || f.i64 > high) {
		return errFold
	}
	if f.index < 0 || string(f.Append(nil)) != string(b) {
		return errFold
	}
	return nil
}

func le64(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) }
