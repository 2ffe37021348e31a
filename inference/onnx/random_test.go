package onnx_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
	"github.com/imochain/imod/inference/onnx"
)

// TestRandomNodes gives every operator inputs and attributes that nobody would
// write: wrong ranks, types, counts, constants, empty lists. Nothing panics, and
// what is accepted runs.
func TestRandomNodes(t *testing.T) {
	l := onnx.DefaultLimits()
	l.MaxConstBytes, l.MaxFoldWork = 1<<22, 1<<24
	l.Graph.MaxElems, l.Graph.MaxMACs, l.Graph.MaxWork = 1<<18, 1<<24, 1<<16
	rounds := 300
	if testing.Short() {
		rounds = 60
	}
	accepted := 0
	for k, op := range onnx.Operators() {
		for round := range rounds {
			s := kerneltest.Source(uint64(k)<<32 + uint64(round))
			n := randomNode(&s, op)
			m, err := onnx.Import(n.file(), onnx.Options{Limits: &l})
			for n.forget(err) {
				m, err = onnx.Import(n.file(), onnx.Options{Limits: &l})
			}
			if err != nil {
				continue
			}
			accepted++
			p, err := engine.Load(m.Graph, m.Weights, engine.WithLimits(l.Graph))
			if err != nil {
				t.Fatalf("%s, round %d: imported but not loadable: %v", op, round, err)
			}
			var in []kernel.Tensor
			for _, d := range m.Graph.Inputs {
				in = append(in, s.Tensor(d.DType, d.Shape...))
			}
			if _, _, err := p.Run(t.Context(), in); err != nil {
				t.Fatalf("%s, round %d: imported but not runnable: %v", op, round, err)
			}
		}
	}
	t.Logf("%d random nodes accepted", accepted)
	if accepted < rounds {
		t.Errorf("only %d random nodes are accepted", accepted)
	}
}

var onnxTypes = map[int64]ir.DType{1: ir.F32, 2: ir.U8, 3: ir.I8, 6: ir.I32, 7: ir.I64, 9: ir.Bool}

// oddNode is a model of one node.
type oddNode struct {
	opset  int64
	op     string
	fields []message
	in     []string
	attrs  map[string]message
}

func (n *oddNode) file() []byte {
	var attrs []message
	for _, name := range attrNames {
		if a := n.attrs[name]; a != nil {
			attrs = append(attrs, a)
		}
	}
	return model(n.opset, append(append([]message{}, n.fields...), node(n.op, n.in, names("y"), attrs...), output("y"))...)
}

// forget drops an attribute that the operator does not know.
func (n *oddNode) forget(err error) bool {
	if err == nil || !strings.Contains(err.Error(), "is not supported") {
		return false
	}
	for name := range n.attrs {
		if strings.Contains(err.Error(), fmt.Sprintf("attribute %q is not supported", name)) {
			delete(n.attrs, name)
			return true
		}
	}
	return false
}

var attrNames = []string{
	"axis", "axes", "keepdims", "perm", "alpha", "beta", "to", "mode", "pads", "strides", "dilations", "kernel_shape", "group", "auto_pad", "ceil_mode",
	"blocksize", "size", "num_groups", "split", "num_outputs", "starts", "ends", "direction", "k", "upper", "nearest_mode",
	"coordinate_transformation_mode", "output_shape", "output_padding", "epsilon", "transB", "exclusive", "start", "end", "p",
	"q_num_heads", "kv_num_heads", "equation", "largest", "interleaved", "num_heads", "batch_dims", "reduction", "is_causal",
}

func randomNode(s *kerneltest.Source, op string) *oddNode {
	opset := kerneltest.Pick[int64](s, 9, 11, 13, 17, 18, 21, 23)
	var fields []message
	var in []string
	shape := randomShape(s)
	for i := range 1 + s.Below(5) {
		name := fmt.Sprintf("i%d", i)
		if s.Below(8) == 0 {
			in = append(in, "")
			continue
		}
		in = append(in, name)
		if s.Below(3) > 0 { // related shapes are more often valid
			shape = randomShape(s)
		}
		dtype := kerneltest.Pick[int64](s, 1, 1, 1, 1, 1, 7, 7, 2, 3, 6, 9)
		if s.Below(2) == 0 {
			fields = append(fields, constantOf(s, name, dtype, shape))
			continue
		}
		dims := make([]any, len(shape))
		for j, d := range shape {
			dims[j] = int(d)
		}
		fields = append(fields, port(11, name, dtype, dims...))
	}
	n := &oddNode{opset: opset, op: op, fields: fields, in: in, attrs: map[string]message{}}
	for _, name := range attrNames {
		if s.Below(4) == 0 {
			n.attrs[name] = randomAttr(s, name)
		}
	}
	return n
}

func randomShape(s *kerneltest.Source) []int64 {
	shape := make([]int64, s.Below(6))
	for i := range shape {
		shape[i] = kerneltest.Pick[int64](s, 1, 1, 2, 3, 4, 4, 8)
	}
	return shape
}

// constantOf is an initializer with small values, possibly empty.
func constantOf(s *kerneltest.Source, name string, dtype int64, shape []int64) message {
	if s.Below(3) == 0 {
		shape = []int64{s.Below(5)}
	}
	t := s.Tensor(onnxTypes[dtype], shape...)
	for i := range t.I64 {
		t.I64[i] = kerneltest.Pick[int64](s, -2, -1, 0, 1, 1, 2, 3, 4, 1<<40)
	}
	return message{}.bytes(5, tensorHead(name, dtype, shape).bytes(9, t.AppendBytes(nil)))
}

func randomAttr(s *kerneltest.Source, name string) message {
	small := func() int64 { return kerneltest.Pick[int64](s, -3, -1, 0, 1, 1, 2, 2, 3, 5, 1<<40) }
	switch name {
	case "mode", "auto_pad", "direction", "nearest_mode", "coordinate_transformation_mode", "equation":
		return attrText(name, kerneltest.Pick(s, "", "SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET", "reflect", "edge", "wrap", "constant", "linear", "nearest", "cubic",
			"LEFT", "RIGHT", "CRD", "DCR", "floor", "ceil", "align_corners", "half_pixel", "ij,jk->ik", "i->"))
	case "alpha", "beta", "epsilon":
		return attrFloat(name, float32(small())/2)
	case "axes", "perm", "pads", "strides", "dilations", "kernel_shape", "split", "starts", "ends", "output_shape", "output_padding":
		var v []int64
		for range s.Below(6) {
			v = append(v, small())
		}
		return attrInts(name, v...)
	default:
		return attrInt(name, small())
	}
}
