package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sumRows adds up eight rows at once, one float64 lane each: every row's order
// stays ascending. Only AVX2 is used, the wider sets have nothing to win.
func (s set) sumRows(name string, square bool) {
	if s.width != 8 {
		return
	}
	name += s.suffix
	TEXT(name, NOSPLIT, "func(sums *[8]float64, src *float32, rowStep, n int)")
	Doc(fmt.Sprintf("%s adds n columns, a positive multiple of 4, of eight rows to sums. The distance of rows is in bytes.", name))
	Pragma("noescape")
	sums := Load(Param("sums"), GP64())
	var base [2]reg.GPVirtual // rows 0 and 4
	step := Load(Param("rowStep"), GP64())
	step3 := GP64()
	LEAQ(operand.Mem{Base: step, Index: step, Scale: 2}, step3)
	base[0], base[1] = GP64(), GP64()
	Load(Param("src"), base[0])
	LEAQ(operand.Mem{Base: base[0], Index: step, Scale: 4}, base[1])
	n := Load(Param("n"), GP64())
	acc := [2]reg.VecVirtual{YMM(), YMM()}
	for h := range acc {
		VMOVUPD(operand.Mem{Base: sums, Disp: 32 * h}, acc[h])
	}
	Label("four")
	var columns [2][4]reg.VecVirtual
	for h := range acc {
		columns[h] = transpose4([4]operand.Mem{
			{Base: base[h]},
			{Base: base[h], Index: step, Scale: 1},
			{Base: base[h], Index: step, Scale: 2},
			{Base: base[h], Index: step3, Scale: 1},
		})
		ADDQ(operand.Imm(16), base[h])
	}
	for j := range 4 {
		for h := range acc {
			wide := YMM()
			VCVTPS2PD(columns[h][j], wide)
			if square {
				VMULPD(wide, wide, wide)
			}
			VADDPD(wide, acc[h], acc[h])
		}
	}
	SUBQ(operand.Imm(4), n)
	JNZ(operand.LabelRef("four"))
	for h := range acc {
		VMOVUPD(acc[h], operand.Mem{Base: sums, Disp: 32 * h})
	}
	VZEROUPPER()
	RET()
}

// transpose4 loads four floats of each row and returns them as columns.
func transpose4(rows [4]operand.Mem) (columns [4]reg.VecVirtual) {
	var r [4]reg.VecVirtual
	for i := range r {
		r[i] = XMM()
		VMOVUPS(rows[i], r[i])
	}
	a, b, c, d := XMM(), XMM(), XMM(), XMM()
	VUNPCKLPS(r[1], r[0], a) // 00 10 01 11
	VUNPCKHPS(r[1], r[0], b)
	VUNPCKLPS(r[3], r[2], c)
	VUNPCKHPS(r[3], r[2], d)
	for i, p := range [4][2]reg.VecVirtual{{a, c}, {a, c}, {b, d}, {b, d}} {
		columns[i] = XMM()
		if i%2 == 0 {
			VMOVLHPS(p[1], p[0], columns[i])
		} else {
			VMOVHLPS(p[0], p[1], columns[i])
		}
	}
	return columns
}

// extremeRow finds the largest or smallest of a row, and whether there is a NaN.
// Which zero comes first is not kept: the caller looks again if the result is 0.
func (s set) extremeRow(name string, largest bool) {
	if s.width != 8 {
		return
	}
	name += s.suffix
	TEXT(name, NOSPLIT, "func(src *float32, n int, lanes *[8]float32) (nan uint32)")
	Doc(fmt.Sprintf("%s folds n elements, a positive multiple of 32, into eight lanes.", name))
	Pragma("noescape")
	src, n := Load(Param("src"), GP64()), Load(Param("n"), GP64())
	var best [4]reg.VecVirtual
	for i := range best {
		best[i] = YMM()
		VMOVUPS(operand.Mem{Base: src, Disp: 32 * i}, best[i])
	}
	bad := YMM()
	VXORPS(bad, bad, bad)
	pick := func(x operand.Op, y reg.VecVirtual) {
		if largest {
			VMAXPS(x, y, y)
		} else {
			VMINPS(x, y, y)
		}
	}
	Label("vectors")
	for i := range best {
		x, m := YMM(), YMM()
		VMOVUPS(operand.Mem{Base: src, Disp: 32 * i}, x)
		VCMPPS(operand.U8(unordered), x, x, m)
		VORPS(m, bad, bad)
		pick(x, best[i])
	}
	ADDQ(operand.U32(128), src)
	SUBQ(operand.Imm(32), n)
	JNZ(operand.LabelRef("vectors"))
	pick(best[1], best[0])
	pick(best[3], best[2])
	pick(best[2], best[0])
	VMOVUPS(best[0], operand.Mem{Base: Load(Param("lanes"), GP64())})
	nan := GP32()
	VMOVMSKPS(bad, nan)
	Store(nan, ReturnIndex(0))
	VZEROUPPER()
	RET()
}
