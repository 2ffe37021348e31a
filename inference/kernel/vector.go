package kernel

import "github.com/imochain/imod/inference/ir"

// vectorBlock is a number of elements that every vector function can do at once.
const vectorBlock = 64

// operandForm tells which operand of a pair is one value for all elements.
type operandForm int

const (
	bothVectors operandForm = iota
	scalarRight
	scalarLeft
)

// unaryVector is unary32 with vectors. The last elements go through a buffer of
// a whole block. It reports whether there is such a function.
func unaryVector(isa ISA, n *ir.Node, x, y []float32) bool {
	var p, q float32
	switch n.Op {
	case ir.OpLeakyRelu:
		p = n.Floats[0]
	case ir.OpClip:
		p, q = n.Floats[0], n.Floats[1]
	}
	if len(y) == 0 {
		return true
	}
	whole := len(y) / vectorBlock * vectorBlock
	if whole > 0 && !vectorUnary(isa, n.Op, &y[0], &x[0], whole, p, q) {
		return false
	}
	if whole == len(y) {
		return true
	}
	var buf [vectorBlock]float32
	copy(buf[:], x[whole:len(y)])
	if !vectorUnary(isa, n.Op, &buf[0], &buf[0], vectorBlock, p, q) {
		return false
	}
	copy(y[whole:], buf[:])
	return true
}

// rowVector is row32 with vectors: strides of 0 and 1.
func rowVector(isa ISA, op ir.Op, y, a, b []float32, sa, sb int) bool {
	form := bothVectors
	switch {
	case len(y) == 0:
		return true
	case sa == 0 && sb == 1:
		form = scalarLeft
	case sa == 1 && sb == 0:
		form = scalarRight
	case sa != 1 || sb != 1:
		return false
	}
	whole := len(y) / vectorBlock * vectorBlock
	if whole > 0 && !vectorPair(isa, op, form, &y[0], &a[0], &b[0], whole) {
		return false
	}
	if whole == len(y) {
		return true
	}
	var x, z [vectorBlock]float32
	copy(x[:], a[whole*sa:])
	copy(z[:], b[whole*sb:])
	if !vectorPair(isa, op, form, &x[0], &x[0], &z[0], vectorBlock) {
		return false
	}
	copy(y[whole:], x[:])
	return true
}
