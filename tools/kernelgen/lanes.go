package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// chains is how many vectors of float64 a scalar function works on at once: the
// steps of a polynomial wait for each other, so that many must be under way.
const chains = 8

// constants collects the numbers that the functions read from memory.
type constants struct {
	name  string
	seen  map[uint64]int
	order []uint64
	lanes int
	mem   operand.Mem
}

func newConstants(name string, lanes int) *constants {
	return &constants{name: name, seen: map[uint64]int{}, lanes: lanes, mem: operand.NewDataAddr(operand.Symbol{Name: name, Static: true}, 0)}
}

// bits is a memory operand that holds the pattern in every 64-bit lane.
func (c *constants) bits(b uint64) operand.Mem {
	i, ok := c.seen[b]
	if !ok {
		i = len(c.order)
		c.seen[b] = i
		c.order = append(c.order, b)
	}
	return c.mem.Offset(8 * c.lanes * i)
}

func (c *constants) f64(x float64) operand.Mem { return c.bits(math.Float64bits(x)) }

func (c *constants) f32(x float64) operand.Mem {
	b := uint64(math.Float32bits(float32(x)))
	return c.bits(b<<32 | b)
}

func (c *constants) u32(b uint32) operand.Mem { return c.bits(uint64(b)<<32 | uint64(b)) }

// emit writes the table.
func (c *constants) emit() {
	GLOBL(c.name, NOPTR|RODATA)
	for i, b := range c.order {
		for l := range c.lanes {
			DATA(8*(c.lanes*i+l), operand.U64(b))
		}
	}
}

// scalars writes the functions of one argument that need float64.
func (s set) scalars() {
	c := newConstants("wideConstants"+s.suffix, s.width/2)
	s.function(c, "exp", (*lanes).load, (*lanes).finishExp)
	s.function(c, "sigmoid", (*lanes).minus, (*lanes).finishSigmoid)
	s.function(c, "tanh", (*lanes).twice, (*lanes).finishTanh)
	s.erf(c)
	c.emit()
}

// function writes a loop over blocks of chains half vectors. The loop is a
// pipeline: while the polynomials of one block are evaluated, whose steps wait
// for each other, the arguments of the next are reduced. What passes between the
// two stages lies in one of two buffers that change places.
func (s set) function(c *constants, name string, argument func(f *lanes, i int, v reg.Register), finish func(f *lanes, p []reg.Register)) {
	block := chains * s.width / 2
	name += s.suffix
	// The buffers are too large for a function that must not grow the stack.
	TEXT(name, 0, "func(dst, src *float32, n int)")
	Doc(fmt.Sprintf("%s needs n to be a positive multiple of %d.", name, block))
	Pragma("noescape")
	f := &lanes{set: s, c: c, dst: Load(Param("dst"), GP64()), src: Load(Param("src"), GP64())}
	for i := range chains {
		f.fixed = append(f.fixed, registers[s.width][i])
	}
	f.now, f.then, f.ahead = GP64(), GP64(), GP64()
	buffers := AllocLocal(2 * f.buffer())
	LEAQ(buffers, f.now)
	LEAQ(buffers.Offset(f.buffer()), f.then)
	n := Load(Param("n"), GP64())
	MOVQ(f.src, f.ahead)
	for _, op := range f.reduce(f.now, argument) {
		op()
	}
	Label("block")
	// The last block is reduced once more instead of what lies behind it.
	MOVQ(f.src, f.ahead)
	next := GP64()
	LEAQ(operand.Mem{Base: f.src, Disp: 4 * block}, next)
	CMPQ(n, operand.U32(uint32(block)))
	CMOVQGT(next, f.ahead)
	finish(f, f.polynomial(f.reduce(f.then, argument)))
	XCHGQ(f.now, f.then)
	ADDQ(operand.U32(uint32(4*block)), f.src)
	ADDQ(operand.U32(uint32(4*block)), f.dst)
	SUBQ(operand.U32(uint32(block)), n)
	JNZ(operand.LabelRef("block"))
	VZEROUPPER()
	RET()
}

// lanes is a block of arguments under way.
type lanes struct {
	set
	// fixed are the registers of the polynomials.
	fixed    []reg.Register
	c        *constants
	dst, src reg.Register
	// now and then are the buffers of this block and the next, ahead the next arguments.
	now, then, ahead reg.GPVirtual
}

// buffer is the size of a block's reduced arguments and scales.
func (f *lanes) buffer() int { return 2 * chains * 4 * f.width }

// reduced and scale are where those of a chain lie in a buffer.
func (f *lanes) reduced(base reg.Register, i int) operand.Mem {
	return operand.Mem{Base: base, Disp: 4 * f.width * i}
}

func (f *lanes) scale(base reg.Register, i int) operand.Mem {
	return operand.Mem{Base: base, Disp: 4 * f.width * (chains + i)}
}

// half is where half vector i of the block lies in memory: width/2 floats.
func (f *lanes) half(base reg.Register, i int) operand.Mem {
	return operand.Mem{Base: base, Disp: 2 * f.width * i}
}

// whole is where vector i lies: width floats, two chains.
func (f *lanes) whole(base reg.Register, i int) operand.Mem {
	return operand.Mem{Base: base, Disp: 4 * f.width * i}
}

var expTerms = []float64{
	0x1.ae64567f544e4p-26, 0x1.27e4fb7789f5cp-22, 0x1.71de3a556c734p-19, 0x1.a01a01a01a01ap-16, 0x1.a01a01a01a01ap-13,
	0x1.6c16c16c16c17p-10, 0x1.1111111111111p-7, 0x1.5555555555555p-5, 0x1.5555555555555p-3, 0.5, 1, 1,
}

// reduce splits the exponents of all chains into k and r, and stores r and 2^k.
// It returns its instructions one by one, to be mixed with others.
func (f *lanes) reduce(to reg.Register, argument func(f *lanes, i int, v reg.Register)) []func() {
	var ops []func()
	for i := range chains {
		r, k, t := f.vec(), f.vec(), f.vec()
		ops = append(ops,
			func() { argument(f, i, r) },
			func() { VMULPD(f.c.f64(0x1.71547652b82fep+0), r, k) },
			func() { VADDPD(f.c.f64(0.5), k, k) },
			func() { f.floorPD(k) },
			func() { VMULPD(f.c.f64(0x1.62e42fefp-1), k, t) },
			func() { VSUBPD(t, r, r) },
			func() { VMULPD(f.c.f64(0x1.473de6af278edp-34), k, t) },
			func() { VSUBPD(t, r, r) },
			func() { VMOVUPD(r, f.reduced(to, i)) },
			// The low bits of k + 1023 + 2^52 are k + 1023, the exponent of 2^k.
			func() { VADDPD(f.c.f64(0x1p52+1023), k, k) },
			func() { VPSLLQ(operand.U8(52), k, k) },
			func() { VMOVUPD(k, f.scale(to, i)) },
		)
	}
	return ops
}

// polynomial is e^x of every chain of the present block, with other instructions
// in between.
func (f *lanes) polynomial(others []func()) []reg.Register {
	p := f.fixed
	slots := chains * (len(expTerms) - 1)
	done, slot := 0, 0
	mix := func() {
		slot++
		for ; done < len(others)*slot/slots; done++ {
			others[done]()
		}
	}
	for i := range p {
		VMOVUPD(f.c.f64(expTerms[0]), p[i])
	}
	for _, term := range expTerms[1:] {
		c := f.vec()
		VMOVUPD(f.c.f64(term), c)
		for i := range p {
			VMULPD(f.reduced(f.now, i), p[i], p[i])
		}
		for i := range p {
			VADDPD(c, p[i], p[i])
			mix()
		}
	}
	for i := range p {
		VMULPD(f.scale(f.now, i), p[i], p[i])
	}
	return p
}

func (f *lanes) floorPD(v reg.VecVirtual) {
	if f.width == 16 {
		VRNDSCALEPD(operand.U8(1), v, v)
		return
	}
	VROUNDPD(operand.U8(1), v, v)
}

// narrow rounds chains 2i and 2i+1 to one vector of float32.
func (f *lanes) narrow(low, high reg.Register) reg.VecVirtual {
	// The register is cleared so that it counts as written as a whole.
	v := f.vec()
	f.clear(v)
	if f.width == 16 {
		b := YMM()
		VCVTPD2PS(low, v.(reg.Vec).AsY())
		VCVTPD2PS(high, b)
		VINSERTF64X4(operand.U8(1), b, v, v)
		return v
	}
	b := XMM()
	VCVTPD2PSY(low, v.(reg.Vec).AsX())
	VCVTPD2PSY(high, b)
	VINSERTF128(operand.U8(1), b, v, v)
	return v
}

// Predicates of VCMPPS: ordered, false with NaN, and the one that is true with NaN.
const (
	less       = 0x11
	atLeast    = 0x1d
	more       = 0x1e
	unordered  = 3
	notLess    = 0x15
	notAtLeast = 0x19
)

// where replaces lanes of v by c where x compares with limit as told. The
// constant operand comes second: x pred limit.
func (f *lanes) where(v, x reg.VecVirtual, predicate uint8, limit, c operand.Op) {
	if f.width == 16 {
		k := K()
		VCMPPS(operand.U8(predicate), limit, x, k)
		VMOVUPS(c, k, v)
		return
	}
	m := f.vec()
	VCMPPS(operand.U8(predicate), limit, x, m)
	VBLENDVPS(m, c, v, v)
}

func (f *lanes) nan(v, x reg.VecVirtual) { f.where(v, x, unordered, x, f.c.u32(0x7fc00000)) }

// load widens half vector i of the next arguments.
func (f *lanes) load(i int, v reg.Register) { VCVTPS2PD(f.half(f.ahead, i), v) }

func (f *lanes) finishExp(p []reg.Register) {
	for i := range chains / 2 {
		y, x := f.narrow(p[2*i], p[2*i+1]), f.vec()
		VMOVUPS(f.whole(f.src, i), x)
		f.where(y, x, more, f.c.f32(89), f.c.u32(0x7f800000))
		f.where(y, x, less, f.c.f32(-104), f.c.u32(0))
		f.nan(y, x)
		VMOVUPS(y, f.whole(f.dst, i))
	}
}

// minus is the argument of the sigmoid's exponential, twice that of tanh's.
func (f *lanes) minus(i int, v reg.Register) {
	f.load(i, v)
	f.xor(f.c.bits(1<<63), v)
}

func (f *lanes) twice(i int, v reg.Register) {
	f.load(i, v)
	f.and(f.c.bits(noSign), v)
	VADDPD(v, v, v)
}

func (f *lanes) finishSigmoid(p []reg.Register) {
	for i := range p {
		VADDPD(f.c.f64(1), p[i], p[i])
	}
	for i := range p {
		one := f.vec()
		VMOVUPD(f.c.f64(1), one)
		VDIVPD(p[i], one, p[i])
	}
	for i := range chains / 2 {
		y, x := f.narrow(p[2*i], p[2*i+1]), f.vec()
		VMOVUPS(f.whole(f.src, i), x)
		f.where(y, x, more, f.c.f32(104), f.c.f32(1))
		f.where(y, x, less, f.c.f32(-104), f.c.u32(0))
		f.nan(y, x)
		VMOVUPS(y, f.whole(f.dst, i))
	}
}

func (f *lanes) xor(m operand.Op, v reg.Register) {
	if f.width == 16 {
		VPXORQ(m, v, v)
		return
	}
	VXORPD(m, v, v)
}

func (f *lanes) and(m operand.Op, v reg.Register) {
	if f.width == 16 {
		VPANDQ(m, v, v)
		return
	}
	VANDPD(m, v, v)
}

func (f *lanes) or(m operand.Op, v reg.Register) {
	if f.width == 16 {
		VPORQ(m, v, v)
		return
	}
	VORPD(m, v, v)
}

const noSign = 1<<63 - 1

func (f *lanes) finishTanh(p []reg.Register) {
	for i := range p {
		VADDPD(f.c.f64(1), p[i], p[i])
	}
	for i := range p {
		t := f.vec()
		VMOVUPD(f.c.f64(2), t)
		VDIVPD(p[i], t, p[i])
		VMOVUPD(f.c.f64(1), t)
		VSUBPD(p[i], t, p[i])
	}
	for i := range chains / 2 {
		a, x := f.vec(), f.vec()
		y := f.narrow(p[2*i], p[2*i+1])
		VMOVUPS(f.whole(f.src, i), x)
		VMOVUPS(x, a)
		f.and(f.c.u32(0x7fffffff), a)
		f.tanhSmall(i, y, a)
		f.where(y, a, atLeast, f.c.f32(10), f.c.f32(1))
		f.and(f.c.u32(0x7fffffff), y)
		f.nan(y, a)
		// NaN keeps its canonical sign, everything else takes that of x.
		sign := f.vec()
		VMOVUPS(x, sign)
		f.and(f.c.u32(0x80000000), sign)
		f.where(sign, a, unordered, a, f.c.u32(0))
		f.or(sign, y)
		VMOVUPS(y, f.whole(f.dst, i))
	}
}

// tanhSmall replaces lanes below 2^-6 by the odd polynomial, if there are any.
func (f *lanes) tanhSmall(i int, y, a reg.VecVirtual) {
	skip := fmt.Sprintf("large%d", i)
	limit := f.c.f32(0x1p-6)
	mask := reg.VecVirtual(nil)
	k := reg.OpmaskVirtual(nil)
	if f.width == 16 {
		k = K()
		VCMPPS(operand.U8(less), limit, a, k)
		KORTESTW(k, k)
	} else {
		mask = f.vec()
		VCMPPS(operand.U8(less), limit, a, mask)
		VPTEST(mask, mask)
	}
	JZ(operand.LabelRef(skip))
	var q [2]reg.VecVirtual
	for h := range q {
		wide := f.vec()
		VCVTPS2PD(f.half(f.src, 2*i+h), wide)
		f.and(f.c.bits(noSign), wide)
		z := f.vec()
		VMULPD(wide, wide, z)
		q[h] = f.vec()
		VMULPD(f.c.f64(-0x1.ba1ba1ba1ba1cp-5), z, q[h])
		VADDPD(f.c.f64(0x1.1111111111111p-3), q[h], q[h])
		VMULPD(z, q[h], q[h])
		VADDPD(f.c.f64(-0x1.5555555555555p-2), q[h], q[h])
		VMULPD(z, q[h], q[h])
		VADDPD(f.c.f64(1), q[h], q[h])
		VMULPD(wide, q[h], q[h])
	}
	small := f.narrow(q[0], q[1])
	if f.width == 16 {
		VMOVAPS(small, k, y)
	} else {
		VBLENDVPS(mask, small, y, y)
	}
	Label(skip)
}

var registers = map[int][]reg.Register{
	8: {
		reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
		reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
	},
	16: {
		reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7,
		reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
	},
}
