//go:build !amd64 && !arm64

package kernel

// productTile is never reached: no fast instruction set is detected here.
func productTile(ISA, int, int, []float32, int, []float32, int, []float32, int, int, int, int, int, *float32, *float32) {
}
