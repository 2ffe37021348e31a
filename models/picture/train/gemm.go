package main

// gemm adds to c, m by n with rows ldc apart, the product of a, whose element
// (i, p) is a[i*ars+p*acs], and b, k by n with rows ldb apart. Every element
// is summed in ascending p, each product rounded first.
func gemm(m, n, k int, a []float32, ars, acs int, b []float32, ldb int, c []float32, ldc int) {
	if m == 0 || n == 0 || k == 0 {
		return
	}
	wide := gemmFast(m, n, k, a, ars, acs, b, ldb, c, ldc)
	if wide < n {
		gemmPlain(m, n-wide, k, a, ars, acs, b[wide:], ldb, c[wide:], ldc)
	}
}

// gemmPlain is gemm in plain Go.
func gemmPlain(m, n, k int, a []float32, ars, acs int, b []float32, ldb int, c []float32, ldc int) {
	for i := range m {
		row := c[i*ldc : i*ldc+n]
		at := i * ars
		p := 0
		for ; p+4 <= k; p += 4 {
			a0, a1, a2, a3 := a[at], a[at+acs], a[at+2*acs], a[at+3*acs]
			at += 4 * acs
			b0, b1 := b[p*ldb:][:n], b[(p+1)*ldb:][:n]
			b2, b3 := b[(p+2)*ldb:][:n], b[(p+3)*ldb:][:n]
			for j, v := range row {
				v += float32(a0 * b0[j])
				v += float32(a1 * b1[j])
				v += float32(a2 * b2[j])
				row[j] = v + float32(a3*b3[j])
			}
		}
		for ; p < k; p++ {
			v := a[at]
			at += acs
			for j, w := range b[p*ldb:][:n] {
				row[j] += float32(v * w)
			}
		}
	}
}

// transpose writes b, the transpose of a of m rows and n columns.
func transpose(m, n int, a, b []float32) {
	for i := range m {
		for j := range n {
			b[j*m+i] = a[i*n+j]
		}
	}
}
