package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// packing writes the functions that fill panels. They are bound by memory, so
// AVX2 serves the wider sets too.
func packing() {
	copyRows()
	gatherRows()
}

// rowLoop walks count rows: dst by dstStep, src (plus offset) by srcStep.
func rowLoop(label string, row func(src, dst reg.Register)) {
	dst, dstStep := Load(Param("dst"), GP64()), Load(Param("dstStep"), GP64())
	src, srcStep := Load(Param("src"), GP64()), Load(Param("srcStep"), GP64())
	count, offset := Load(Param("count"), GP64()), Load(Param("offset"), GP64())
	ADDQ(offset, src)
	Label(label)
	row(src, dst)
	ADDQ(srcStep, src)
	ADDQ(dstStep, dst)
	SUBQ(operand.Imm(1), count)
	JNZ(operand.LabelRef(label))
	VZEROUPPER()
	RET()
}

// laneMasks expands the argument mask to two vectors of all ones and zeros.
func laneMasks() (low, high reg.VecVirtual) {
	bits := GLOBL("laneBits", NOPTR|RODATA)
	for i := range 8 {
		DATA(4*i, operand.U32(1<<i))
	}
	m := Load(Param("mask"), GP32())
	x, y := XMM(), XMM()
	low, high = YMM(), YMM()
	VMOVD(m, x)
	VPBROADCASTD(x, low)
	SHRL(operand.Imm(8), m)
	VMOVD(m, y)
	VPBROADCASTD(y, high)
	lanes := YMM()
	VMOVDQU(bits, lanes)
	for _, v := range []reg.VecVirtual{low, high} {
		VPAND(lanes, v, v)
		VPCMPEQD(lanes, v, v)
	}
	return low, high
}

func copyRows() {
	TEXT("copyRowsAVX2", NOSPLIT, "func(dst *float32, dstStep int, src *float32, offset, srcStep, count int)")
	Doc("copyRowsAVX2 copies rows of 16 floats. Distances are in bytes.")
	Pragma("noescape")
	rowLoop("row", func(src, dst reg.Register) {
		a, b := YMM(), YMM()
		VMOVUPS(operand.Mem{Base: src}, a)
		VMOVUPS(operand.Mem{Base: src, Disp: 32}, b)
		VMOVUPS(a, operand.Mem{Base: dst})
		VMOVUPS(b, operand.Mem{Base: dst, Disp: 32})
	})
}

func gatherRows() {
	TEXT("gatherRowsAVX2", NOSPLIT, "func(dst *float32, dstStep int, src *float32, offset, srcStep, count int, mask uint32, index *[16]int32)")
	Doc("gatherRowsAVX2 fills rows of 16 floats from the given indices; lanes that are not in mask become 0.", "Without an index the source is contiguous. What is masked out is not read.")
	Pragma("noescape")
	low, high := laneMasks()
	index := Load(Param("index"), GP64())
	TESTQ(index, index)
	JZ(operand.LabelRef("contiguous"))
	i, j := YMM(), YMM()
	VMOVDQU(operand.Mem{Base: index}, i)
	VMOVDQU(operand.Mem{Base: index, Disp: 32}, j)
	rowLoop("row", func(src, dst reg.Register) {
		for h, at := range []reg.VecVirtual{i, j} {
			m, v := YMM(), YMM()
			VMOVDQA([]reg.VecVirtual{low, high}[h], m)
			VXORPS(v, v, v)
			VGATHERDPS(m, operand.Mem{Base: src, Index: at, Scale: 4}, v)
			VMOVUPS(v, operand.Mem{Base: dst, Disp: 32 * h})
		}
	})
	Label("contiguous")
	rowLoop("masked", func(src, dst reg.Register) {
		a, b := YMM(), YMM()
		VMASKMOVPS(operand.Mem{Base: src}, low, a)
		VMASKMOVPS(operand.Mem{Base: src, Disp: 32}, high, b)
		VMOVUPS(a, operand.Mem{Base: dst})
		VMOVUPS(b, operand.Mem{Base: dst, Disp: 32})
	})
}
