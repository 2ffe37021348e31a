package drawing

import (
	"image"
	"image/color"
)

// Sheet sets pictures side by side, cols to a row, each enlarged by zoom. A
// picture is RGB values from 0 to 1, row by row.
func Sheet(pictures [][]float32, cols, zoom int) *image.RGBA {
	const gap = 2
	rows := (len(pictures) + cols - 1) / cols
	cell := Size*zoom + gap
	out := image.NewRGBA(image.Rect(0, 0, cols*cell+gap, rows*cell+gap))
	for i := range out.Pix {
		out.Pix[i] = 255
	}
	for n, p := range pictures {
		left, top := gap+n%cols*cell, gap+n/cols*cell
		for y := range Size * zoom {
			for x := range Size * zoom {
				at := 3 * (y/zoom*Size + x/zoom)
				out.SetRGBA(left+x, top+y, color.RGBA{Byte(p[at]), Byte(p[at+1]), Byte(p[at+2]), 255})
			}
		}
	}
	return out
}

// Byte rounds a value from 0 to 1 to a byte.
func Byte(v float32) uint8 { return uint8(float32(min(max(v, 0), 1)*255) + 0.5) }
