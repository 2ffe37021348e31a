package main

import "math"

const (
	keep1 = 0.9
	keep2 = 0.99
	tiny  = 1e-9
)

// adjust moves the parameters by Adam's rule.
func (n *net) adjust(step int, rate float32) {
	fix1 := 1 / (1 - power(keep1, step+1))
	fix2 := 1 / (1 - power(keep2, step+1))
	at := 0
	for _, d := range n.layers {
		for i := range d.in {
			from := at + i*d.out
			if d.sees != nil && i < features && !d.sees[i] {
				continue
			}
			by := rate
			if d.from != nil && i >= d.offset() {
				by *= d.rate
			}
			n.move(from, from+d.out, by, fix1, fix2)
		}
		n.move(at+d.in*d.out, at+d.size(), rate, fix1, fix2)
		at += d.size()
	}
}

func (n *net) move(from, to int, rate, fix1, fix2 float32) {
	p, g, m, v := n.params[from:to], n.grads[from:to], n.m1[from:to], n.m2[from:to]
	for i, x := range g {
		m[i] = float32(m[i]*keep1) + float32(x*(1-keep1))
		v[i] = float32(v[i]*keep2) + float32(float32(x*x)*(1-keep2))
		root := float32(math.Sqrt(float64(float32(v[i] * fix2))))
		p[i] -= float32(rate * (float32(m[i]*fix1) / (root + tiny)))
	}
}

// power is b to the n-th, by multiplication.
func power(b float64, n int) float32 {
	out := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			out *= b
		}
		b *= b
	}
	return float32(out)
}

// schedule is the learning rate at a step: a short warm-up, then a fall along
// a parabola, to a fourteenth of the peak at the end.
func schedule(step, total int, peak float64) float32 {
	if step < 500 {
		return float32(peak * float64(step+1) / 500)
	}
	left := 1 - float64(step)/float64(total+total/3)
	return float32(peak * (0.01 + float64(0.99*float64(left*left))))
}
