package ir

// SemanticsV1 is the only version of the numeric rules so far. A new version
// gets a new number; graphs carry the number they were built for.
const SemanticsV1 = 1

// MaxRank is the largest number of dimensions of any tensor.
const MaxRank = 8

// DType is the element type of a tensor. Codes are part of the encoding.
type DType uint8

// Element types. Bool elements are bytes that are 0 or 1.
const (
	F32  DType = 1
	I8   DType = 2
	U8   DType = 3
	I32  DType = 4
	I64  DType = 5
	Bool DType = 6
)

// Valid reports whether the code names an element type.
func (d DType) Valid() bool { return d >= F32 && d <= Bool }

// Size is the number of bytes of one element in memory and in the bundle.
func (d DType) Size() int64 {
	switch d {
	case F32, I32:
		return 4
	case I64:
		return 8
	default:
		return 1
	}
}

// IsInt reports whether the type is an integer; Bool is not.
func (d DType) IsInt() bool { return d == I8 || d == U8 || d == I32 || d == I64 }

// String is the name used in messages and listings.
func (d DType) String() string {
	switch d {
	case F32:
		return "f32"
	case I8:
		return "i8"
	case U8:
		return "u8"
	case I32:
		return "i32"
	case I64:
		return "i64"
	case Bool:
		return "bool"
	default:
		return "invalid"
	}
}

// TensorDecl declares a tensor without its data: element type and static,
// row-major shape. Rank 0 is a scalar.
type TensorDecl struct {
	DType DType
	Shape []int64
}

// Node is one primitive operation with exactly one output. What Op, Ints and
// Floats mean depends on Kind and is documented there.
type Node struct {
	Kind   Kind
	Op     Op
	Inputs []uint32 // value ids, each smaller than the node's own
	Ints   []int64
	Floats []float32
	Out    TensorDecl // stated, and checked against the inferred one
}

// Graph is a whole program. Weights are declared here and delivered apart, in
// this order, so that many graphs can share a weights file.
type Graph struct {
	Semantics uint32
	Inputs    []TensorDecl
	Weights   []TensorDecl
	Nodes     []Node
	Outputs   []uint32 // value ids of nodes
}

// FirstWeight is the value id of weight 0.
func (g *Graph) FirstWeight() uint32 { return uint32(len(g.Inputs)) }

// FirstNode is the value id of node 0.
func (g *Graph) FirstNode() uint32 { return uint32(len(g.Inputs) + len(g.Weights)) }

// Decl returns the declaration of a value. The id must be in range.
func (g *Graph) Decl(id uint32) TensorDecl {
	i := int(id)
	if i < len(g.Inputs) {
		return g.Inputs[i]
	}
	i -= len(g.Inputs)
	if i < len(g.Weights) {
		return g.Weights[i]
	}
	return g.Nodes[i-len(g.Weights)].Out
}
