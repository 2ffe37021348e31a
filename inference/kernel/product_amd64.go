package kernel

import "unsafe"

// productTile computes blocks of rows by panels; see the generated functions.
// Distances are in elements. There is a function for every number of rows up to
// tileRows, with one panel or tilePanels of them.
func productTile(isa ISA, rows, panels int, c []float32, ldc int, a []float32, lda int, b []float32, ldb, next, k, blocks, flags int, colBias, rowBias *float32) {
	if isa >= AVX512 {
		productTileAVX512(rows, panels, &c[0], 4*ldc, &a[0], 4*lda, &b[0], 4*ldb, 4*next, k, blocks, flags, colBias, rowBias)
		return
	}
	productTileAVX2(rows, panels, &c[0], 4*ldc, &a[0], 4*lda, &b[0], 4*ldb, 4*next, k, blocks, flags, colBias, rowBias)
}

// intTile is productTile for integers: the left operand as int16, the right one
// as panels of pairs of int8 or, if that slice is nil, int16.
func intTile(isa ISA, rows, panels int, c []int32, ldc int, a []int16, lda int, b8 []int8, b16 []int16, next, pairs, blocks, flags int) {
	if b8 != nil {
		b := (*byte)(unsafe.Pointer(&b8[0]))
		switch isa {
		case AVX512VNNI:
			intTileB8AVX512VNNI(rows, panels, &c[0], 4*ldc, &a[0], 2*lda, b, next, pairs, blocks, flags)
		case AVX512:
			intTileB8AVX512(rows, panels, &c[0], 4*ldc, &a[0], 2*lda, b, next, pairs, blocks, flags)
		default:
			intTileB8AVX2(rows, panels, &c[0], 4*ldc, &a[0], 2*lda, b, next, pairs, blocks, flags)
		}
		return
	}
	b := (*byte)(unsafe.Pointer(&b16[0]))
	switch isa {
	case AVX512VNNI:
		intTileB16AVX512VNNI(rows, panels, &c[0], 4*ldc, &a[0], 2*lda, b, 2*next, pairs, blocks, flags)
	case AVX512:
		intTileB16AVX512(rows, panels, &c[0], 4*ldc, &a[0], 2*lda, b, 2*next, pairs, blocks, flags)
	default:
		intTileB16AVX2(rows, panels, &c[0], 4*ldc, &a[0], 2*lda, b, 2*next, pairs, blocks, flags)
	}
}

// vectorInts says that there are integer tiles.
const vectorInts = true

// widen converts elements to int16; i32 ones must fit.
func widen[T narrowInt](dst []int16, src []T) {
	whole := len(src) &^ 15
	if whole > 0 {
		switch x := any(src).(type) {
		case []uint8:
			widenU8AVX2(&dst[0], &x[0], whole)
		case []int8:
			widenI8AVX2(&dst[0], &x[0], whole)
		default:
			whole = 0
		}
	}
	for i := whole; i < len(src); i++ {
		dst[i] = int16(src[i])
	}
}
