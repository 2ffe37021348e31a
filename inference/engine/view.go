package engine

import "github.com/imochain/imod/inference/kernel"

// View is what one run left in the program's memory. It is valid, and its tensors
// may be read, until the function that got it returns.
type View struct{ s *session }

// Output is the graph's i-th output.
func (v View) Output(i int) kernel.Tensor { return v.s.values[v.s.p.graph.Outputs[i]] }

// copy is a copy of a value that the caller may keep.
func (v View) copy(id uint32) kernel.Tensor {
	if x := v.s.p.panels(id); x != nil {
		return x.Unpack(v.s.p.graph.Decl(id))
	}
	return v.s.values[id].Clone()
}
