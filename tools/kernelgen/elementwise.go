package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// elementwise writes the functions that need no float64.
func (s set) elementwise() {
	c := newConstants("narrowConstants"+s.suffix, s.width/2)
	f := &lanes{set: s, c: c}
	for _, op := range []string{"add", "sub", "mul", "div", "max", "min"} {
		for _, form := range []string{"VV", "VS", "SV"} {
			f.pair(op, form)
		}
	}
	f.map1("relu", func(x, y, _, _ reg.VecVirtual) {
		f.zero(y)
		VMAXPS(y, x, y) // the second of equal or unordered ones: +0
	})
	f.map1("leakyRelu", func(x, y, alpha, _ reg.VecVirtual) {
		t := f.vec()
		VMULPS(x, alpha, t)
		VMOVAPS(x, y)
		f.where(y, x, less, f.c.u32(0), t)
	})
	f.map1("clip", func(x, y, low, high reg.VecVirtual) {
		VMAXPS(x, low, y)
		VMINPS(y, high, y)
	})
	f.map1("neg", func(x, y, _, _ reg.VecVirtual) {
		VMOVAPS(x, y)
		f.xor(f.c.u32(1<<31), y)
	})
	f.map1("abs", func(x, y, _, _ reg.VecVirtual) {
		VMOVAPS(x, y)
		f.and(f.c.u32(1<<31-1), y)
	})
	f.map1("sqrt", func(x, y, _, _ reg.VecVirtual) { VSQRTPS(x, y) })
	f.map1("reciprocal", func(x, y, _, _ reg.VecVirtual) {
		VMOVUPS(f.c.f32(1), y)
		VDIVPS(x, y, y)
	})
	c.emit()
	s.sumRows("sumRows", false)
	s.sumRows("sumSquareRows", true)
	s.extremeRow("maxRow", true)
	s.extremeRow("minRow", false)
}

func (s set) zero(v reg.VecVirtual) { s.clear(v) }

// pair writes a function of two operands: vectors, or one of them a scalar that
// stays the same.
func (f *lanes) pair(op, form string) {
	name := op + form + f.suffix
	TEXT(name, NOSPLIT, "func(dst, a, b *float32, n int)")
	Doc(fmt.Sprintf("%s needs n to be a positive multiple of %d.", name, f.width))
	Pragma("noescape")
	dst, a, b := Load(Param("dst"), GP64()), Load(Param("a"), GP64()), Load(Param("b"), GP64())
	n := Load(Param("n"), GP64())
	nan := f.canonicalNaN()
	x, y := f.vec(), f.vec()
	if form == "SV" {
		VBROADCASTSS(operand.Mem{Base: a}, x)
	}
	if form == "VS" {
		VBROADCASTSS(operand.Mem{Base: b}, y)
	}
	Label("vector")
	if form != "SV" {
		VMOVUPS(operand.Mem{Base: a}, x)
		ADDQ(operand.U32(uint32(4*f.width)), a)
	}
	if form != "VS" {
		VMOVUPS(operand.Mem{Base: b}, y)
		ADDQ(operand.U32(uint32(4*f.width)), b)
	}
	r := f.vec()
	switch op {
	case "add":
		VADDPS(y, x, r)
	case "sub":
		VSUBPS(y, x, r)
	case "mul":
		VMULPS(y, x, r)
	case "div":
		VDIVPS(y, x, r)
	case "max":
		VMAXPS(x, y, r) // y if y > x, else x
	case "min":
		VMINPS(x, y, r)
	}
	if op == "max" || op == "min" {
		f.where(r, x, unordered, y, nan)
	} else {
		f.fixNaN(r, nan)
	}
	VMOVUPS(r, operand.Mem{Base: dst})
	ADDQ(operand.U32(uint32(4*f.width)), dst)
	SUBQ(operand.U32(uint32(f.width)), n)
	JNZ(operand.LabelRef("vector"))
	VZEROUPPER()
	RET()
}

// map1 writes a function of one operand with up to two parameters.
func (f *lanes) map1(name string, body func(x, y, p, q reg.VecVirtual)) {
	name += f.suffix
	TEXT(name, NOSPLIT, "func(dst, src *float32, n int, p, q float32)")
	Doc(fmt.Sprintf("%s needs n to be a positive multiple of %d.", name, f.width))
	Pragma("noescape")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	n := Load(Param("n"), GP64())
	nan := f.canonicalNaN()
	var params [2]reg.VecVirtual
	for i, param := range []string{"p", "q"} {
		m, err := Param(param).Resolve()
		if err != nil {
			panic(err)
		}
		params[i] = f.vec()
		VBROADCASTSS(m.Addr, params[i])
	}
	Label("vector")
	x, y := f.vec(), f.vec()
	VMOVUPS(operand.Mem{Base: src}, x)
	body(x, y, params[0], params[1])
	f.where(y, x, unordered, x, nan)
	f.fixNaN(y, nan)
	VMOVUPS(y, operand.Mem{Base: dst})
	ADDQ(operand.U32(uint32(4*f.width)), src)
	ADDQ(operand.U32(uint32(4*f.width)), dst)
	SUBQ(operand.U32(uint32(f.width)), n)
	JNZ(operand.LabelRef("vector"))
	VZEROUPPER()
	RET()
}
