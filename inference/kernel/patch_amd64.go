package kernel

// fillRows is fillRowsScalar with vectors. The wider sets use it too.
func fillRows(isa ISA, dst []float32, dstStep int, x []float32, offset, step, count int, mask uint32, index *[panelWidth]int32) {
	switch {
	case isa < AVX2:
		fillRowsScalar(dst, dstStep, x, offset, step, count, mask, index)
	case mask == 1<<panelWidth-1 && index == nil:
		copyRowsAVX2(&dst[0], 4*dstStep, &x[0], 4*offset, 4*step, count)
	default:
		gatherRowsAVX2(&dst[0], 4*dstStep, &x[0], 4*offset, 4*step, count, mask, index)
	}
}
