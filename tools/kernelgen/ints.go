package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Integer products take pairs of terms: the left operand as int16, the right as
// panels of pairs, int8 or int16. Products and sums are exact modulo 2^32, so the
// order of terms cannot matter.

// intProducts writes the integer tiles. With vnni one instruction multiplies a
// pair and adds it.
func (s set) intProducts() {
	for _, t := range s.tiles {
		for _, bits := range []int{8, 16} {
			s.intProduct(t, bits)
		}
	}
}

func (s set) intProduct(t tile, bits int) {
	name := fmt.Sprintf("intProduct%dx%dB%d%s", t.rows, t.panels*panel, bits, s.suffix)
	TEXT(name, NOSPLIT, "func(c *int32, ldc int, a *int16, lda int, b *byte, nextPanel, pairs, blocks, flags int)")
	Doc(fmt.Sprintf("%s computes blocks of %d rows by %d columns over pairs of terms. Distances are in bytes.", name, t.rows, t.panels*panel))
	Pragma("noescape")
	p := intState{productState: productState{set: s, tile: t, vectors: t.panels * panel / s.width}, bits: bits}
	p.allocate()
	Label("block")
	p.start()
	p.lda = Load(Param("lda"), GP64())
	p.leftPointers()
	p.rightPointers()
	pairs := Load(Param("pairs"), GP64())
	Label("pair")
	p.pair()
	for _, a := range p.a {
		ADDQ(operand.Imm(4), a)
	}
	for _, b := range p.b {
		ADDQ(operand.U32(uint32(panel*2*bits/8)), b)
	}
	SUBQ(operand.Imm(1), pairs)
	JNZ(operand.LabelRef("pair"))
	p.eachOut(func(r, v int, m operand.Mem) { VMOVUPS(p.acc[r][v], m) })
	p.nextBlock()
}

type intState struct {
	productState
	bits int
}

// right loads vector v of a pair of rows: columns in order, two int16 each.
func (p *intState) right(v int) reg.VecVirtual {
	perPanel := panel / p.width
	x := p.vec()
	m := operand.Mem{Base: p.b[v/perPanel], Disp: p.width * 2 * p.bits / 8 * (v % perPanel)}
	if p.bits == 8 {
		VPMOVSXBW(m, x)
	} else {
		VMOVUPS(m, x)
	}
	return x
}

func (p *intState) pair() {
	if p.rows <= 2 {
		var x []reg.VecVirtual
		for r := range p.rows {
			x = append(x, p.vec())
			VPBROADCASTD(p.left(r, 0), x[r])
		}
		for v := range p.vectors {
			b := p.right(v)
			for r := range p.rows {
				p.addPair(x[r], b, p.acc[r][v])
			}
		}
		return
	}
	b := make([]reg.VecVirtual, p.vectors)
	for v := range b {
		b[v] = p.right(v)
	}
	for r := range p.rows {
		x := p.vec()
		VPBROADCASTD(p.left(r, 0), x)
		for v := range b {
			p.addPair(x, b[v], p.acc[r][v])
		}
	}
}

func (p *intState) addPair(a, b, acc reg.VecVirtual) {
	if p.vnni {
		VPDPWSSD(b, a, acc)
		return
	}
	t := p.vec()
	VPMADDWD(b, a, t)
	VPADDD(t, acc, acc)
}

// widening writes the conversions of the left operand.
func widening() {
	for _, signed := range []bool{false, true} {
		name, typ := "widenU8AVX2", "uint8"
		if signed {
			name, typ = "widenI8AVX2", "int8"
		}
		TEXT(name, NOSPLIT, fmt.Sprintf("func(dst *int16, src *%s, n int)", typ))
		Doc(name + " needs n to be a positive multiple of 16.")
		Pragma("noescape")
		dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
		Label("vector")
		x := YMM()
		if signed {
			VPMOVSXBW(operand.Mem{Base: src}, x)
		} else {
			VPMOVZXBW(operand.Mem{Base: src}, x)
		}
		VMOVDQU(x, operand.Mem{Base: dst})
		ADDQ(operand.Imm(16), src)
		ADDQ(operand.Imm(32), dst)
		SUBQ(operand.Imm(16), n)
		JNZ(operand.LabelRef("vector"))
		VZEROUPPER()
		RET()
	}
}
