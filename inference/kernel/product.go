package kernel

// Flags of productTile.
const (
	productAdd    = 1 // start from what c holds instead of +0
	productFinish = 2 // add biases and make NaN canonical
)

// tileRows is the largest number of rows of a register tile, for a tile of one
// panel or of several.
func tileRows(isa ISA, panels int) int {
	if isa >= AVX512 && panels > 1 {
		return 12
	}
	return 6
}

// tilePanels is how many panels a tile of so many rows has at most: few rows
// need more columns to keep the adders busy.
func tilePanels(isa ISA, rows int) int {
	if isa == NEON {
		return 1
	}
	wide := 1
	if isa >= AVX512 {
		wide = 2
	}
	switch rows {
	case 1:
		return 4 * wide
	case 2:
		return 2 * wide
	default:
		return wide
	}
}

// product is one block of a matrix product: rows by panels of c, terms in
// ascending k. Distances are in elements.
type product struct {
	isa              ISA
	c, a, b          []float32
	ldc, lda         int
	ldb, next        int // between rows of b, and between its panels
	rows, panels, k  int
	flags            int
	colBias, rowBias []float32 // one or none of them
}

// run cuts the block into register tiles. A panel stays in the first-level cache
// while the rows pass by.
func (p *product) run() {
	for q := 0; q < p.panels; {
		n := tilePanels(p.isa, p.rows)
		if q+n > p.panels {
			n = 1
		}
		p.tiles(q, n)
		q += n
	}
}

// tiles computes panels [q, q+n) of the block. The rows are shared evenly
// between tiles, so that no tile is left with very few.
func (p *product) tiles(q, n int) {
	m := tileRows(p.isa, n)
	tiles := (p.rows + m - 1) / m
	low, more := p.rows/tiles, p.rows%tiles
	p.blocks(q, n, 0, low+1, more)
	p.blocks(q, n, more*(low+1), low, tiles-more)
}

func (p *product) blocks(q, n, r, rows, blocks int) {
	if blocks == 0 {
		return
	}
	var cols, sums *float32
	if p.colBias != nil {
		cols = &p.colBias[q*panelWidth]
	}
	if p.rowBias != nil {
		sums = &p.rowBias[r]
	}
	productTile(p.isa, rows, n, p.c[r*p.ldc+q*panelWidth:], p.ldc, p.a[r*p.lda:], p.lda, p.b[q*p.next:], p.ldb, p.next, p.k, blocks, p.flags, cols, sums)
}
