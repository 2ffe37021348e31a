package ir

// Kind is the structure of a node: how output elements depend on input elements.
// Codes are part of the encoding and never reused.
type Kind uint8

// Node kinds. "Broadcast" means: shapes are aligned at the last dimension, and a
// missing or 1-sized dimension repeats. SPEC.md gives every rule in full.
const (
	// Unary applies Op to each element of input 0. OpLeakyRelu has Floats [alpha];
	// OpClip has Floats [low, high] for f32 and Ints [low, high] for integers.
	Unary Kind = 1
	// Binary applies Op to two broadcast inputs of one type.
	Binary Kind = 2
	// Compare is Binary with a bool result.
	Compare Kind = 3
	// Where picks input 1 where input 0 (bool) is true, else input 2; broadcast.
	Where Kind = 4
	// Cast converts to the node's type: OpSaturate, or OpWrap between integers.
	Cast Kind = 5
	// Dot is the matrix product [..., M, K] x [..., K, N] with broadcast leading
	// dimensions and an optional bias as input 2, broadcast to the result.
	// f32 x f32 gives f32; integers give i32, wrapping.
	Dot Kind = 6
	// Conv is a cross-correlation of x [N, C, spatial...] with w [M, C/groups,
	// spatial...] and an optional bias [M]. Ints: see ConvAttrs. Types as for Dot.
	Conv Kind = 7
	// MaxPool and AvgPool slide a window; Ints: see PoolAttrs.
	MaxPool Kind = 9
	AvgPool Kind = 10
	// Reduce folds axes of input 0 with Op. Ints: [keep, axes ascending...].
	Reduce Kind = 11
	// ArgReduce gives the index (i64) of the extreme element along one axis.
	// Ints: [keep, axis].
	ArgReduce Kind = 12
	// Gather takes slices of input 0 along Ints [axis] at the indices (i32 or
	// i64) of input 1.
	Gather Kind = 13
	// GatherElements takes one element per index; Ints [axis].
	GatherElements Kind = 14
	// Transpose permutes dimensions; Ints is the permutation.
	Transpose Kind = 17
	// Reshape keeps the elements and their order.
	Reshape Kind = 18
	// Slice takes a regular sub-grid; Ints is (start, step) per dimension.
	Slice Kind = 19
	// Concat joins its inputs along Ints [axis].
	Concat Kind = 20
	// Pad puts a constant around input 0. Ints: before per dimension, after per
	// dimension, and for other types than f32 the constant; f32: Floats [constant].
	Pad Kind = 21
	// Resize scales by nearest neighbour: source index = floor(i*in/out) per dimension.
	Resize Kind = 22
	// Expand broadcasts input 0 to the node's shape.
	Expand Kind = 23
	// Quantize maps f32 or i32 to i8 or u8 with scale (input 1) and optional
	// zero point (input 2), both broadcast.
	Quantize Kind = 24
	// Dequantize maps integers to f32: (x - zero point) * scale.
	Dequantize Kind = 25
	// CumSum is the running sum along Ints [axis, exclusive, reverse].
	CumSum Kind = 26
)

// Op is the scalar function of a node whose Kind has several; 0 for the others.
// Codes are unique over all kinds.
type Op uint8

// Scalar functions.
const (
	// Unary.
	OpNeg        Op = 1
	OpAbs        Op = 2
	OpSqrt       Op = 3
	OpExp        Op = 4
	OpLog        Op = 5
	OpErf        Op = 6
	OpTanh       Op = 7
	OpSigmoid    Op = 8
	OpSin        Op = 9
	OpCos        Op = 10
	OpFloor      Op = 11
	OpCeil       Op = 12
	OpRound      Op = 13
	OpSign       Op = 14
	OpReciprocal Op = 15
	OpRelu       Op = 16
	OpLeakyRelu  Op = 17
	OpClip       Op = 18
	OpNot        Op = 19

	// Binary.
	OpAdd Op = 32
	OpSub Op = 33
	OpMul Op = 34
	OpDiv Op = 35
	OpMin Op = 36
	OpMax Op = 37
	OpPow Op = 38
	OpMod Op = 39 // sign of the divisor
	OpRem Op = 40 // sign of the dividend
	OpAnd Op = 41
	OpOr  Op = 42
	OpXor Op = 43
	OpShl Op = 44
	OpShr Op = 45

	// Compare.
	OpEq Op = 64
	OpNe Op = 65
	OpLt Op = 66
	OpLe Op = 67
	OpGt Op = 68
	OpGe Op = 69

	// Cast.
	OpSaturate Op = 80
	OpWrap     Op = 81

	// Reduce.
	OpSum        Op = 96
	OpMean       Op = 97
	OpProd       Op = 98
	OpReduceMax  Op = 99
	OpReduceMin  Op = 100
	OpSumSquare  Op = 101
	OpMeanSquare Op = 102

	// ArgReduce: the first or the last of equal extremes.
	OpArgMax     Op = 112
	OpArgMin     Op = 113
	OpArgMaxLast Op = 114
	OpArgMinLast Op = 115

	// AvgPool: divide by the present positions, or by all positions of the
	// padded window.
	OpPresent Op = 120
	OpPadded  Op = 121

	// Quantize: by division or by multiplication.
	OpDivScale Op = 128
	OpMulScale Op = 129
)

var kindNames = map[Kind]string{
	Unary: "unary", Binary: "binary", Compare: "compare", Where: "where", Cast: "cast", Dot: "dot", Conv: "conv",
	MaxPool: "maxpool", AvgPool: "avgpool", Reduce: "reduce", ArgReduce: "argreduce", Gather: "gather",
	GatherElements: "gatherelements", Transpose: "transpose", Reshape: "reshape", Slice: "slice", Concat: "concat",
	Pad: "pad", Resize: "resize", Expand: "expand", Quantize: "quantize", Dequantize: "dequantize", CumSum: "cumsum",
}

var opNames = map[Op]string{
	OpNeg: "neg", OpAbs: "abs", OpSqrt: "sqrt", OpExp: "exp", OpLog: "log", OpErf: "erf", OpTanh: "tanh",
	OpSigmoid: "sigmoid", OpSin: "sin", OpCos: "cos", OpFloor: "floor", OpCeil: "ceil", OpRound: "round",
	OpSign: "sign", OpReciprocal: "reciprocal", OpRelu: "relu", OpLeakyRelu: "leakyrelu", OpClip: "clip", OpNot: "not",
	OpAdd: "add", OpSub: "sub", OpMul: "mul", OpDiv: "div", OpMin: "min", OpMax: "max", OpPow: "pow", OpMod: "mod",
	OpRem: "rem", OpAnd: "and", OpOr: "or", OpXor: "xor", OpShl: "shl", OpShr: "shr",
	OpEq: "eq", OpNe: "ne", OpLt: "lt", OpLe: "le", OpGt: "gt", OpGe: "ge",
	OpSaturate: "saturate", OpWrap: "wrap",
	OpSum: "sum", OpMean: "mean", OpProd: "prod", OpReduceMax: "max", OpReduceMin: "min", OpSumSquare: "sumsquare",
	OpMeanSquare: "meansquare", OpArgMax: "argmax", OpArgMin: "argmin", OpArgMaxLast: "argmaxlast", OpArgMinLast: "argminlast",
	OpPresent: "present", OpPadded: "padded", OpDivScale: "divscale", OpMulScale: "mulscale",
}

// String is the lower-case name of the kind, or "invalid".
func (k Kind) String() string {
	if s, ok := kindNames[k]; ok {
		return s
	}
	return "invalid"
}

// String is the lower-case name of the function; empty for 0.
func (o Op) String() string { return opNames[o] }
