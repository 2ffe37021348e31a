package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Bits of the flags argument of a product.
const (
	flagAdd    = 1 // start from what c holds instead of +0
	flagFinish = 2 // add biases and make NaN canonical
)

// products writes one function per register tile.
func (s set) products() {
	for _, t := range s.tiles {
		s.product(t)
	}
}

// product: c[r][j] += sum over k ascending of a[r][k]*b[k][j], for rows blocks
// of t.rows rows, one after the other, and t.panels panels of columns.
func (s set) product(t tile) {
	name := fmt.Sprintf("product%dx%d%s", t.rows, t.panels*panel, s.suffix)
	TEXT(name, NOSPLIT, "func(c *float32, ldc int, a *float32, lda int, b *float32, ldb, nextPanel, k, blocks, flags int, colBias, rowBias *float32)")
	Doc(fmt.Sprintf("%s computes blocks of %d rows by %d columns. Distances are in bytes.", name, t.rows, t.panels*panel))
	Pragma("noescape")
	p := productState{set: s, tile: t, vectors: t.panels * panel / s.width}
	p.write()
}

type productState struct {
	set
	tile
	vectors int // per row

	acc            [][]reg.VecVirtual
	a, b           []reg.Register // row groups of three, panels
	lda, ldb, ldb3 reg.Register
}

func (p *productState) write() {
	p.allocate()
	Label("block")
	p.start()
	p.pointers()
	p.loop()
	p.end()
	p.nextBlock()
}

// allocate gives every sum of the tile a register.
func (p *productState) allocate() {
	p.acc = make([][]reg.VecVirtual, p.rows)
	for r := range p.acc {
		p.acc[r] = make([]reg.VecVirtual, p.vectors)
		for v := range p.acc[r] {
			p.acc[r][v] = p.vec()
		}
	}
}

// nextBlock goes to the next block of rows. Its pointers live in the arguments:
// the loop needs all registers.
func (p *productState) nextBlock() {
	p.step("c", "ldc")
	p.step("a", "lda")
	blocks := Load(Param("blocks"), GP64())
	SUBQ(operand.Imm(1), blocks)
	Store(blocks, Param("blocks"))
	JNZ(operand.LabelRef("block"))
	VZEROUPPER()
	RET()
}

// step moves a pointer argument down by the tile's rows.
func (p *productState) step(pointer, distance string) {
	d := Load(Param(distance), GP64())
	IMUL3Q(operand.U8(uint8(p.rows)), d, d)
	at := Load(Param(pointer), GP64())
	ADDQ(d, at)
	Store(at, Param(pointer))
}

// eachOut visits the tile's elements in memory, a row pointer at a time.
func (p *productState) eachOut(f func(r, v int, m operand.Mem)) {
	ldc := Load(Param("ldc"), GP64())
	row := Load(Param("c"), GP64())
	for r := range p.rows {
		for v := range p.vectors {
			f(r, v, operand.Mem{Base: row, Disp: 4 * p.width * v})
		}
		if r+1 < p.rows {
			ADDQ(ldc, row)
		}
	}
}

func (p *productState) start() {
	flags := Load(Param("flags"), GP64())
	TESTQ(operand.U32(flagAdd), flags)
	JZ(operand.LabelRef("zero"))
	p.eachOut(func(r, v int, m operand.Mem) { VMOVUPS(m, p.acc[r][v]) })
	JMP(operand.LabelRef("ready"))
	Label("zero")
	for r := range p.rows {
		for v := range p.vectors {
			p.clear(p.acc[r][v])
		}
	}
	Label("ready")
}

func (s set) clear(v reg.VecVirtual) {
	if s.width == 16 {
		VPXORD(v, v, v)
		return
	}
	VXORPS(v, v, v)
}

// pointers sets one pointer per three rows of a, and one per panel of b.
func (p *productState) pointers() {
	p.lda = Load(Param("lda"), GP64())
	p.ldb = Load(Param("ldb"), GP64())
	p.ldb3 = GP64()
	LEAQ(operand.Mem{Base: p.ldb, Index: p.ldb, Scale: 2}, p.ldb3.(reg.GPVirtual))
	p.leftPointers()
	p.rightPointers()
}

func (p *productState) leftPointers() {
	p.a = nil
	for r := 0; r < p.rows; r += 3 {
		at := GP64()
		if r == 0 {
			Load(Param("a"), at)
		} else {
			LEAQ(operand.Mem{Base: p.a[len(p.a)-1], Index: p.lda, Scale: 2}, at)
			ADDQ(p.lda, at)
		}
		p.a = append(p.a, at)
	}
}

func (p *productState) rightPointers() {
	p.b = nil
	next := reg.Register(nil)
	if p.panels > 1 {
		next = Load(Param("nextPanel"), GP64())
	}
	for q := range p.panels {
		at := GP64()
		if q == 0 {
			Load(Param("b"), at)
		} else {
			LEAQ(operand.Mem{Base: p.b[q-1], Index: next, Scale: 1}, at)
		}
		p.b = append(p.b, at)
	}
}

func (p *productState) loop() {
	k := Load(Param("k"), GP64())
	SUBQ(operand.Imm(4), k)
	JL(operand.LabelRef("tail"))
	Label("four")
	for u := range 4 {
		p.term(u)
	}
	p.advance(4)
	SUBQ(operand.Imm(4), k)
	JGE(operand.LabelRef("four"))
	Label("tail")
	ADDQ(operand.Imm(4), k)
	JZ(operand.LabelRef("done"))
	Label("one")
	p.term(0)
	p.advance(1)
	SUBQ(operand.Imm(1), k)
	JNZ(operand.LabelRef("one"))
	Label("done")
}

func (p *productState) advance(n int) {
	for _, a := range p.a {
		ADDQ(operand.Imm(uint64(4*n)), a)
	}
	for _, b := range p.b {
		if n == 4 {
			LEAQ(operand.Mem{Base: b, Index: p.ldb, Scale: 4}, b.(reg.GPVirtual))
			continue
		}
		ADDQ(p.ldb, b)
	}
}

// row is where step u of a panel of b lies.
func (p *productState) row(q, u, v int) operand.Mem {
	m := operand.Mem{Base: p.b[q], Disp: 4 * p.width * v}
	switch u {
	case 1, 2:
		m.Index, m.Scale = p.ldb, uint8(u)
	case 3:
		m.Index, m.Scale = p.ldb3, 1
	}
	return m
}

func (p *productState) left(r, u int) operand.Mem {
	m := operand.Mem{Base: p.a[r/3], Disp: 4 * u}
	if r%3 > 0 {
		m.Index, m.Scale = p.lda, uint8(r%3)
	}
	return m
}

// term adds one term to every sum of the tile. With few rows the columns come
// straight from memory; with many they are kept in registers.
func (p *productState) term(u int) {
	perPanel := panel / p.width
	if p.rows <= 2 {
		var x []reg.VecVirtual
		for r := range p.rows {
			x = append(x, p.vec())
			VBROADCASTSS(p.left(r, u), x[r])
		}
		for v := range p.vectors {
			m := p.row(v/perPanel, u, v%perPanel)
			for r := range p.rows {
				t := p.vec()
				VMULPS(m, x[r], t)
				VADDPS(t, p.acc[r][v], p.acc[r][v])
			}
		}
		return
	}
	b := make([]reg.VecVirtual, p.vectors)
	for v := range b {
		b[v] = p.vec()
		VMOVUPS(p.row(v/perPanel, u, v%perPanel), b[v])
	}
	for r := range p.rows {
		x := p.vec()
		VBROADCASTSS(p.left(r, u), x)
		for v := range b {
			if p.fused {
				VFMADD231PS(b[v], x, p.acc[r][v])
				continue
			}
			t := p.vec()
			VMULPS(b[v], x, t)
			VADDPS(t, p.acc[r][v], p.acc[r][v])
		}
	}
}

// end stores the tile; when the sum is complete, with biases and canonical NaN.
func (p *productState) end() {
	flags := Load(Param("flags"), GP64())
	TESTQ(operand.U32(flagFinish), flags)
	JZ(operand.LabelRef("store"))
	p.bias()
	p.canonical()
	Label("store")
	p.eachOut(func(r, v int, m operand.Mem) { VMOVUPS(p.acc[r][v], m) })
}

func (p *productState) bias() {
	cols := Load(Param("colBias"), GP64())
	TESTQ(cols, cols)
	JZ(operand.LabelRef("nocols"))
	for v := range p.vectors {
		b := p.vec()
		VMOVUPS(operand.Mem{Base: cols, Disp: 4 * p.width * v}, b)
		for r := range p.rows {
			VADDPS(b, p.acc[r][v], p.acc[r][v])
		}
	}
	Label("nocols")
	rows := Load(Param("rowBias"), GP64())
	TESTQ(rows, rows)
	JZ(operand.LabelRef("norows"))
	for r := range p.rows {
		b := p.vec()
		VBROADCASTSS(operand.Mem{Base: rows, Disp: 4 * r}, b)
		for v := range p.vectors {
			VADDPS(b, p.acc[r][v], p.acc[r][v])
		}
	}
	ADDQ(operand.Imm(uint64(4*p.rows)), rows)
	Store(rows, Param("rowBias"))
	Label("norows")
}

// canonical replaces every NaN of the tile.
func (p *productState) canonical() {
	nan := p.canonicalNaN()
	for r := range p.rows {
		for v := range p.vectors {
			p.fixNaN(p.acc[r][v], nan)
		}
	}
}

// canonicalNaN is a vector of 7fc00000.
func (s set) canonicalNaN() reg.VecVirtual {
	g, nan := GP32(), s.vec()
	MOVL(operand.U32(0x7fc00000), g)
	if s.width == 16 {
		VPBROADCASTD(g, nan)
		return nan
	}
	x := XMM()
	VMOVD(g, x)
	VBROADCASTSS(x, nan)
	return nan
}

func (s set) fixNaN(x, nan reg.VecVirtual) {
	const unordered = 3
	if s.width == 16 {
		k := K()
		VCMPPS(operand.Imm(unordered), x, x, k)
		VMOVAPS(nan, k, x)
		return
	}
	m := s.vec()
	VCMPPS(operand.Imm(unordered), x, x, m)
	VBLENDVPS(m, nan, x, x)
}
