package kernel

// productTile computes blocks of rows by one panel; see the generated functions.
// Distances are in elements.
func productTile(_ ISA, rows, _ int, c []float32, ldc int, a []float32, lda int, b []float32, ldb, _, k, blocks, flags int, colBias, rowBias *float32) {
	pc, pa, pb := &c[0], &a[0], &b[0]
	ldc, lda, ldb = 4*ldc, 4*lda, 4*ldb
	switch rows {
	case 1:
		product1x16NEON(pc, ldc, pa, lda, pb, ldb, k, blocks, flags, colBias, rowBias)
	case 2:
		product2x16NEON(pc, ldc, pa, lda, pb, ldb, k, blocks, flags, colBias, rowBias)
	case 3:
		product3x16NEON(pc, ldc, pa, lda, pb, ldb, k, blocks, flags, colBias, rowBias)
	case 4:
		product4x16NEON(pc, ldc, pa, lda, pb, ldb, k, blocks, flags, colBias, rowBias)
	case 5:
		product5x16NEON(pc, ldc, pa, lda, pb, ldb, k, blocks, flags, colBias, rowBias)
	default:
		product6x16NEON(pc, ldc, pa, lda, pb, ldb, k, blocks, flags, colBias, rowBias)
	}
}
