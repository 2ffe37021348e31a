package main

import "golang.org/x/sys/cpu"

// gemmTile computes a tile of 4 rows and 16 columns with AVX2: c += a*b over
// k. Strides are in bytes. The bits are those of gemmPlain.
//
//go:noescape
func gemmTile(k int, a *float32, ars, acs int, b *float32, ldb int, c *float32, ldc int)

// gemmFast computes the columns that fill whole tiles and returns their number.
func gemmFast(m, n, k int, a []float32, ars, acs int, b []float32, ldb int, c []float32, ldc int) int {
	wide, high := n&^15, m&^3
	if !cpu.X86.HasAVX2 || wide == 0 {
		return 0
	}
	_ = a[(m-1)*ars+(k-1)*acs]
	_ = b[(k-1)*ldb+n-1]
	_ = c[(m-1)*ldc+n-1]
	for i := 0; i < high; i += 4 {
		for j := 0; j < wide; j += 16 {
			gemmTile(k, &a[i*ars], 4*ars, 4*acs, &b[j], 4*ldb, &c[i*ldc+j], 4*ldc)
		}
	}
	if high < m {
		gemmPlain(m-high, wide, k, a[high*ars:], ars, acs, b, ldb, c[high*ldc:], ldc)
	}
	return wide
}
