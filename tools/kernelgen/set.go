package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// panel is the number of columns of a packed panel, in every instruction set.
const panel = 16

// set is an instruction set: how wide its vectors are, which tiles fit into its
// registers, and what ends its functions' names.
type set struct {
	suffix string
	width  int // float32 lanes of a vector
	vec    func() reg.VecVirtual
	vnni   bool
	fused  bool // for the benchmark of what the order rule costs, nothing else
	tiles  []tile
}

// tile is the shape of a register tile: rows of the left operand, panels of the right.
type tile struct{ rows, panels int }

var sets = map[string]set{
	"avx2": {
		suffix: "AVX2", width: 8, vec: YMM,
		tiles: []tile{{1, 1}, {1, 4}, {2, 1}, {2, 2}, {3, 1}, {4, 1}, {5, 1}, {6, 1}},
	},
	"avx512": {
		suffix: "AVX512", width: 16, vec: ZMM,
		tiles: []tile{
			{1, 1}, {1, 8}, {2, 1}, {2, 4}, {3, 1}, {4, 1}, {5, 1}, {6, 1},
			{3, 2}, {4, 2}, {5, 2}, {6, 2}, {7, 2}, {8, 2}, {9, 2}, {10, 2}, {11, 2}, {12, 2},
		},
	},
}

func init() {
	v := sets["avx512"]
	v.suffix, v.vnni = "AVX512VNNI", true
	sets["avx512vnni"] = v
	f := sets["avx2"]
	f.tiles = []tile{{6, 1}}
	sets["ordered"] = f
	f.suffix, f.fused = "FMA", true
	sets["fused"] = f
}
