package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// erfPieces are the polynomials of kernel/erf.go, lowest power first; piece 0 is
// the Taylor series in z, two degrees shorter.
var erfPieces = [8][11]float64{
	0: {
		0x1.20dd750429b6dp+0, -0x1.812746b0379e7p-2, 0x1.ce2f21a042be2p-4, -0x1.b82ce31288b51p-6, 0x1.565bcd0e6a53fp-8,
		-0x1.c02db40040b86p-11, 0x1.f9a326f9b89b7p-14, -0x1.f4d25c3e0c2ebp-17, 0x1.b9e6c9dc651a3p-20,
	},
	1: {
		0x1.6c1c9759d0e5fp-1, 0x1.492e42d79af0ap-1, -0x1.edc5644358601p-2, 0x1.b6e856f884cd9p-6,
		0x1.349b5eb5a0577p-3, -0x1.b429b8110db66p-5, -0x1.b84799c97a713p-6, 0x1.2def5ae5f4191p-6,
		0x1.2dd8566f65b84p-9, -0x1.fa417c01ddd10p-9, 0x1.60b9795a53b4bp-13,
	},
	2: {
		0x1.d8865d98abe01p-1, 0x1.e4652fadaf147p-3, -0x1.2ebf3dcca188fp-2, 0x1.571d01e936acbp-3,
		-0x1.93a9a6fba807dp-8, -0x1.8281ffbb86e22p-5, 0x1.5cfff2e80dbb5p-6, 0x1.dbb5ae5ba731bp-9,
		-0x1.755d9882f40a2p-8, 0x1.af7c8265d0ec9p-11, 0x1.9b3f6891eb78ep-11,
	},
	3: {
		0x1.f92d077f8d56dp-1, 0x1.b05530321df77p-5, -0x1.7a4a8a2bd0a5bp-4, 0x1.7148c3d75f48ap-4,
		-0x1.8a0da5619c848p-5, 0x1.b2224d784576bp-8, 0x1.25b3a3a1d00d9p-7, -0x1.8d0f8c2bb600fp-8,
		0x1.7e5fc6de99801p-11, 0x1.d4257135639e1p-11, -0x1.c3f9057326902p-12,
	},
	4: {
		0x1.ff404760319b4p-1, 0x1.d4143a9eb9b3fp-8, -0x1.074b60f8ef23bp-6, 0x1.63ef61ada9eccp-6,
		-0x1.38a983139ba61p-6, 0x1.5d3b40ad066d7p-7, -0x1.7cae45233f92ep-9, -0x1.5fe0b15cdaed6p-11,
		0x1.0612e3882bc25p-10, -0x1.779cc0aff17e6p-12, -0x1.00ba02add0f6ep-16,
	},
	5: {
		0x1.fff2cfb0453d9p-1, 0x1.3360ccd0dadcap-11, -0x1.a6a519a122fc2p-10, 0x1.69cf46dbc0a44p-9,
		-0x1.ab0c2731f05c1p-9, 0x1.69356f2381d69p-9, -0x1.b2756220c2fe6p-10, 0x1.52cc6ece25739p-11,
		-0x1.754995bd44647p-14, -0x1.35f0f3fdd7fbbp-14, 0x1.cba93f52c4f07p-15,
	},
	6: {
		0x1.ffff6f9f67e55p-1, 0x1.e9b5e8c785d9fp-16, -0x1.8de3cd27ab05fp-14, 0x1.9aa48b38b364ep-13,
		-0x1.2c7d5f5e28e06p-12, 0x1.490a1190a8536p-12, -0x1.14543e792cdb9p-12, 0x1.64906a83ea82dp-13,
		-0x1.568a713e85e0bp-14, 0x1.aa54ec177efa1p-16, -0x1.0ca448b2514afp-19,
	},
	7: {
		0x1.fffffc2f171e3p-1, 0x1.d9371e76943d0p-21, -0x1.bba3ac4ee140cp-19, 0x1.0b6a758a899d5p-17,
		-0x1.d06f57c786977p-17, 0x1.3437b3fa88326p-16, -0x1.4357d039a648cp-16, 0x1.10ea831f75b78p-16,
		-0x1.755eff579586fp-17, 0x1.a2d4499b6dc3ap-18, -0x1.5f61cd2db161dp-19,
	},
}

// erf evaluates one polynomial per lane: below 1/2 in z = a*a, elsewhere in the
// distance t from the middle of the piece. The leading coefficients of piece 0
// are +0, and adding terms to +0 leaves what the shorter sum is.
func (s set) erf(c *constants) {
	name := "erf" + s.suffix
	table := s.erfTable()
	TEXT(name, NOSPLIT, "func(dst, src *float32, n int)")
	Doc(fmt.Sprintf("%s needs n to be a positive multiple of %d.", name, 2*s.width))
	Pragma("noescape")
	f := &lanes{set: s, c: c, dst: Load(Param("dst"), GP64()), src: Load(Param("src"), GP64())}
	n := Load(Param("n"), GP64())
	Label("block")
	for i := range 2 {
		f.erfVector(i, table)
	}
	ADDQ(operand.U32(uint32(8*s.width)), f.src)
	ADDQ(operand.U32(uint32(8*s.width)), f.dst)
	SUBQ(operand.U32(uint32(2*s.width)), n)
	JNZ(operand.LabelRef("block"))
	VZEROUPPER()
	RET()
}

// erfTable holds, per power, the eight coefficients: with AVX2 the low words of
// all and then the high words, else the whole numbers. Both take 64 bytes.
func (s set) erfTable() operand.Mem {
	m := GLOBL("erfTable"+s.suffix, NOPTR|RODATA)
	for k := range 11 {
		if s.width == 16 {
			for i := range 8 {
				DATA(64*k+8*i, operand.U64(math.Float64bits(erfPieces[i][k])))
			}
			continue
		}
		for half := range 2 {
			for i := range 8 {
				DATA(64*k+32*half+4*i, operand.U32(uint32(math.Float64bits(erfPieces[i][k])>>(32*half))))
			}
		}
	}
	return m
}

// widen gives the two chains of a vector. With AVX2 they hold the elements
// 0, 1, 4, 5 and 2, 3, 6, 7, as the interleaving of the table's halves wants.
func (f *lanes) widen(v reg.VecVirtual) [2]reg.VecVirtual {
	w := [2]reg.VecVirtual{f.vec(), f.vec()}
	if f.width == 16 {
		h := YMM()
		VCVTPS2PD(v.(reg.Vec).AsY(), w[0])
		VEXTRACTF64X4(operand.U8(1), v, h)
		VCVTPS2PD(h, w[1])
		return w
	}
	o, h := YMM(), XMM()
	VPERMQ(operand.U8(0xd8), v, o)
	VCVTPS2PD(o.AsX(), w[0])
	VEXTRACTF128(operand.U8(1), o, h)
	VCVTPS2PD(h, w[1])
	return w
}

func (f *lanes) erfVector(i int, table operand.Mem) {
	x, a := f.vec(), f.vec()
	VMOVUPS(f.whole(f.src, i), x)
	VMOVUPS(x, a)
	f.and(f.c.u32(0x7fffffff), a)
	// The piece as float32: floor of a+a; both are exact. Lanes from 4 on take
	// any piece.
	piece := f.vec()
	VADDPS(a, a, piece)
	if f.width == 16 {
		VRNDSCALEPS(operand.U8(1), piece, piece)
	} else {
		VROUNDPS(operand.U8(1), piece, piece)
	}
	index := f.vec()
	VCVTTPS2DQ(piece, index)
	wide, pieces := f.widen(a), f.widen(piece)
	var v, p [2]reg.VecVirtual
	for h := range v {
		// t = a - (2i+1)/4, exact up to its last step as in the definition.
		t := pieces[h]
		VADDPD(t, t, t)
		VADDPD(f.c.f64(1), t, t)
		VMULPD(f.c.f64(0.25), t, t)
		v[h] = f.vec()
		VSUBPD(t, wide[h], v[h])
		z := f.vec()
		VMULPD(wide[h], wide[h], z)
		f.smaller(wide[h], z, v[h])
	}
	for k := 10; k >= 0; k-- {
		c := f.coefficients(table.Offset(64*k), index)
		for h := range p {
			if k == 10 {
				p[h] = c[h]
				continue
			}
			VMULPD(v[h], p[h], p[h])
			VADDPD(c[h], p[h], p[h])
		}
	}
	for h := range p {
		scaled := f.vec()
		VMULPD(wide[h], p[h], scaled)
		f.smaller(wide[h], scaled, p[h])
	}
	y := f.narrow(p[0], p[1])
	if f.width == 8 {
		VPERMQ(operand.U8(0xd8), y, y)
	}
	f.where(y, a, atLeast, f.c.f32(4), f.c.f32(1))
	f.and(f.c.u32(0x7fffffff), y)
	sign := x
	f.and(f.c.u32(0x80000000), sign)
	f.or(sign, y)
	f.nan(y, a)
	VMOVUPS(y, f.whole(f.dst, i))
}

// smaller replaces lanes of v by w where a < 1/2.
func (f *lanes) smaller(a, w, v reg.VecVirtual) {
	if f.width == 16 {
		k := K()
		VCMPPD(operand.U8(less), f.c.f64(0.5), a, k)
		VMOVAPD(w, k, v)
		return
	}
	m := f.vec()
	VCMPPD(operand.U8(less), f.c.f64(0.5), a, m)
	VBLENDVPD(m, w, v, v)
}

// coefficients looks up one power's coefficient of both chains.
func (f *lanes) coefficients(row operand.Mem, index reg.VecVirtual) [2]reg.VecVirtual {
	c := [2]reg.VecVirtual{f.vec(), f.vec()}
	if f.width == 16 {
		// VPERMPD takes indices of 64 bits.
		h := YMM()
		low, high := f.vec(), f.vec()
		VPMOVZXDQ(index.(reg.Vec).AsY(), low)
		VEXTRACTI64X4(operand.U8(1), index, h)
		VPMOVZXDQ(h, high)
		VPERMPD(row, low, c[0])
		VPERMPD(row, high, c[1])
		return c
	}
	low, high := f.vec(), f.vec()
	VPERMPS(row, index, low)
	VPERMPS(row.Offset(32), index, high)
	VUNPCKLPS(high, low, c[0])
	VUNPCKHPS(high, low, c[1])
	return c
}
