//go:build !amd64

package kernel

func fillRows(_ ISA, dst []float32, dstStep int, x []float32, offset, step, count int, mask uint32, index *[panelWidth]int32) {
	fillRowsScalar(dst, dstStep, x, offset, step, count, mask, index)
}
