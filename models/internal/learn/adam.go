package learn

import "math"

// Adam moves parameters by the rule of Kingma and Ba (2015), with the weights' decay
// kept apart from the gradient (Loshchilov and Hutter, 2019).
type Adam struct {
	Keep1, Keep2 float32 // shares of the moments that stay at each step
	Decay        float32 // share of a parameter that is lost per step and unit of rate
	M, V         []float32
}

// NewAdam returns the rule for n parameters.
func NewAdam(n int, keep1, keep2, decay float32) *Adam {
	return &Adam{Keep1: keep1, Keep2: keep2, Decay: decay, M: make([]float32, n), V: make([]float32, n)}
}

// Move adjusts the parameters to the gradients of a step, counted from 0.
func (a *Adam) Move(params, grads []float32, step int, rate float32) {
	fix1 := 1 / (1 - power(float64(a.Keep1), step+1))
	fix2 := 1 / (1 - power(float64(a.Keep2), step+1))
	Split(len(params), func(from, to int) {
		for i := from; i < to; i++ {
			g := grads[i]
			a.M[i] = float32(a.M[i]*a.Keep1) + float32(g*(1-a.Keep1))
			a.V[i] = float32(a.V[i]*a.Keep2) + float32(float32(g*g)*(1-a.Keep2))
			root := float32(math.Sqrt(float64(float32(a.V[i] * fix2))))
			by := float32(a.M[i]*fix1)/(root+1e-8) + float32(a.Decay*params[i])
			params[i] -= float32(rate * by)
		}
	})
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

// Schedule is the learning rate at a step: a linear warm-up, then a fall along a
// parabola to a fiftieth of the peak.
func Schedule(step, warm, total int, peak float64) float32 {
	if step < warm {
		return float32(peak * float64(step+1) / float64(warm))
	}
	left := 1 - float64(step)/float64(total)
	return float32(peak * (0.02 + float64(0.98*float64(left*left))))
}
