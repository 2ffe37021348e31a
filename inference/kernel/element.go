package kernel

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/imochain/imod/inference/ir"
)

// Element is one element of a tensor: F of an f32, I of every other type.
type Element struct {
	F float32
	I int64
}

// At is element i; the index must be in range.
func (t Tensor) At(i int) Element {
	switch t.DType {
	case ir.F32:
		return Element{F: t.F32[i]}
	case ir.I32:
		return Element{I: int64(t.I32[i])}
	case ir.I64:
		return Element{I: t.I64[i]}
	case ir.I8:
		return Element{I: int64(t.I8[i])}
	default:
		return Element{I: int64(t.U8[i])}
	}
}

// Scalar is a tensor of rank 0 that holds the element.
func (e Element) Scalar(d ir.DType) Tensor {
	t := New(ir.TensorDecl{DType: d})
	switch d {
	case ir.F32:
		t.F32[0] = e.F
	case ir.I32:
		t.I32[0] = int32(e.I)
	case ir.I64:
		t.I64[0] = e.I
	case ir.I8:
		t.I8[0] = int8(e.I)
	default:
		t.U8[0] = uint8(e.I)
	}
	return t
}

// Append appends the element as commitments hash it; see Tensor.AppendBytes.
func (e Element) Append(b []byte, d ir.DType) []byte {
	switch d {
	case ir.F32:
		return binary.LittleEndian.AppendUint32(b, math.Float32bits(e.F))
	case ir.I32:
		return binary.LittleEndian.AppendUint32(b, uint32(e.I))
	case ir.I64:
		return binary.LittleEndian.AppendUint64(b, uint64(e.I))
	default:
		return append(b, uint8(e.I))
	}
}

// ReadElement reads what Append wrote: exactly the bytes of one element. Bool
// bytes other than 0 and 1 and NaN bits other than the canonical ones are refused.
func ReadElement(b []byte, d ir.DType) (Element, error) {
	if int64(len(b)) != d.Size() {
		return Element{}, fmt.Errorf("element of %d bytes, want %d", len(b), d.Size())
	}
	switch d {
	case ir.F32:
		bits := binary.LittleEndian.Uint32(b)
		f := math.Float32frombits(bits)
		if f != f && bits != nanBits {
			return Element{}, fmt.Errorf("non-canonical NaN %08x", bits)
		}
		return Element{F: f}, nil
	case ir.I32:
		return Element{I: int64(int32(binary.LittleEndian.Uint32(b)))}, nil
	case ir.I64:
		return Element{I: int64(binary.LittleEndian.Uint64(b))}, nil
	case ir.I8:
		return Element{I: int64(int8(b[0]))}, nil
	default:
		if d == ir.Bool && b[0] > 1 {
			return Element{}, fmt.Errorf("%d is not a bool", b[0])
		}
		return Element{I: int64(b[0])}, nil
	}
}

// At is element i of the tensor in panels, as it was before Pack.
func (p *Panels) At(i int) Element {
	m, k, c := i/(p.k*p.n), i/p.n%p.k, i%p.n
	q, c := c/panelWidth, c%panelWidth
	if p.f32 != nil {
		return Element{F: p.panel(m, q)[k*panelWidth+c]}
	}
	at := (m*p.panels()+q)*p.pairs()*2*panelWidth + k/2*2*panelWidth + 2*c + k%2
	if p.i8 != nil {
		return Element{I: int64(p.i8[at])}
	}
	return Element{I: int64(p.i16[at])}
}
