package drawing

import (
	"math"
	"slices"
)

type point struct{ x, y float64 }

// mul rounds the product before anything is added to it: without the
// conversion some platforms would fuse the two operations.
func mul(a, b float64) float64 { return float64(a * b) }

// subRows is the number of scan lines per row of pixels. Along a scan line
// coverage is exact.
const subRows = 5

type span struct{ from, to float64 }

type crossing struct {
	x    float64
	wind int
}

// raster computes how much of each pixel a union of polygons covers.
type raster struct {
	cover     [Pixels]float32
	top, end  int // rows touched
	lines     [Size * subRows][]span
	crossings []crossing
}

// fill sets cover to the union of the polygons, given in pixels.
func (r *raster) fill(polys [][]point) {
	clear(r.cover[r.top*Size : r.end*Size])
	r.top, r.end = Size, 0
	for _, p := range polys {
		r.scan(p)
	}
	if r.end < r.top {
		r.top, r.end = 0, 0
	}
	for y := r.top; y < r.end; y++ {
		row := r.cover[y*Size : (y+1)*Size]
		for k := y * subRows; k < (y+1)*subRows; k++ {
			r.emit(row, r.lines[k])
			r.lines[k] = r.lines[k][:0]
		}
	}
}

// scan adds the spans of one polygon (filled by nonzero winding).
func (r *raster) scan(p []point) {
	low, high := p[0].y, p[0].y
	for _, q := range p[1:] {
		low, high = min(low, q.y), max(high, q.y)
	}
	first := max(0, int(math.Floor(mul(low, subRows))))
	last := min(Size*subRows, int(math.Ceil(mul(high, subRows))))
	if first >= last {
		return
	}
	for k := first; k < last; k++ {
		y := (float64(k) + 0.5) / subRows
		r.crossings = r.crossings[:0]
		a := p[len(p)-1]
		for _, b := range p {
			if (a.y <= y) != (b.y <= y) {
				wind := 1
				if b.y <= y {
					wind = -1
				}
				x := a.x + mul((y-a.y)/(b.y-a.y), b.x-a.x)
				r.crossings = append(r.crossings, crossing{x, wind})
			}
			a = b
		}
		r.add(k)
	}
	r.top = min(r.top, first/subRows)
	r.end = max(r.end, (last+subRows-1)/subRows)
}

// add turns the crossings of scan line k into spans.
func (r *raster) add(k int) {
	slices.SortFunc(r.crossings, func(a, b crossing) int {
		switch {
		case a.x < b.x:
			return -1
		case a.x > b.x:
			return 1
		}
		return a.wind - b.wind
	})
	wind, from := 0, 0.0
	for _, c := range r.crossings {
		if wind == 0 {
			from = c.x
		}
		if wind += c.wind; wind == 0 && c.x > from {
			r.lines[k] = append(r.lines[k], span{from, c.x})
		}
	}
}

// emit adds the union of the spans of one scan line to a row of pixels.
func (r *raster) emit(row []float32, spans []span) {
	slices.SortFunc(spans, func(a, b span) int {
		switch {
		case a.from < b.from:
			return -1
		case a.from > b.from:
			return 1
		}
		return 0
	})
	reached := 0.0
	for _, s := range spans {
		from, to := max(s.from, reached), min(s.to, Size)
		if to <= from {
			continue
		}
		reached = to
		for x := int(from); x < Size && float64(x) < to; x++ {
			part := min(to, float64(x+1)) - max(from, float64(x))
			row[x] += float32(part / subRows)
		}
	}
}
