package main

import "github.com/imochain/imod/models/internal/learn"

// plan is what a run depends on besides the program.
type plan struct {
	steps, batch int
	rate         float64
}

func (p plan) header() []float64 { return []float64{float64(p.steps), float64(p.batch), p.rate} }

// save writes the state after a number of steps.
func (n *net) save(path string, p plan, step int) error {
	return learn.Save(path, p.header(), step, n.params, n.m1, n.m2)
}

// load reads a saved state and returns its step, 0 if there is none.
func (n *net) load(path string, p plan) (int, error) {
	return learn.Load(path, p.header(), n.params, n.m1, n.m2)
}
