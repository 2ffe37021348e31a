package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// Element types of the ONNX schema that occur here.
const (
	onnxFloat    = 1
	onnxUint8    = 2
	onnxInt8     = 3
	onnxInt32    = 6
	onnxInt64    = 7
	onnxBool     = 9
	onnxFloat16  = 10
	onnxDouble   = 11
	onnxBfloat16 = 16
)

const maxRank = ir.MaxRank

func float32frombits(b uint32) float32 { return math.Float32frombits(b) }

var typeNames = map[int64]string{
	4: "uint16", 5: "int16", 8: "string", onnxFloat16: "float16", onnxDouble: "float64", 12: "uint32", 13: "uint64",
	14: "complex64", 15: "complex128", onnxBfloat16: "bfloat16",
}

// dtypeOf maps an ONNX element type to the IR's, or errs with its name.
func dtypeOf(t int64) (ir.DType, error) {
	switch t {
	case onnxFloat:
		return ir.F32, nil
	case onnxUint8:
		return ir.U8, nil
	case onnxInt8:
		return ir.I8, nil
	case onnxInt32:
		return ir.I32, nil
	case onnxInt64:
		return ir.I64, nil
	case onnxBool:
		return ir.Bool, nil
	}
	if s := typeNames[t]; s != "" {
		return 0, fmt.Errorf("element type %s is not supported", s)
	}
	return 0, fmt.Errorf("element type %d is not supported", t)
}

// tensorProto is a tensor message, its data still encoded.
type tensorProto struct {
	name     string
	dtype    int64
	dims     []int64
	raw      []byte
	hasRaw   bool
	lists    [][]byte // packed payloads of the typed list, in order
	listKind protowire.Number
	external bool
	file     externalFile
}

func parseTensor(b []byte) (t tensorProto, err error) {
	err = fields(b, func(v field) error {
		var err error
		switch v.id {
		case 1:
			t.dims, err = v.appendInts(t.dims)
			if len(t.dims) > maxRank {
				err = fmt.Errorf("more than %d dimensions", maxRank)
			}
		case 2:
			t.dtype, err = v.int()
		case 3:
			err = errors.New("segmented tensors are not supported")
		case 4, 5, 7, 10:
			err = t.addList(v)
		case 6, 11:
			err = errors.New("element type is not supported")
		case 8:
			t.name, err = v.text()
		case 9:
			t.raw, err = v.message()
			t.hasRaw = true
		case 13:
			t.external = true
			err = t.file.add(v)
		case 14:
			t.external = t.external || v.num != 0
		}
		return err
	})
	if err != nil {
		err = fmt.Errorf("tensor %q: %w", t.name, err)
	}
	return t, err
}

// addList keeps a chunk of a typed list; unpacked elements are re-encoded.
func (t *tensorProto) addList(v field) error {
	if t.listKind != 0 && t.listKind != v.id {
		return errors.New("two lists of elements")
	}
	t.listKind = v.id
	b := v.data
	switch v.kind {
	case protowire.VarintType:
		b = protowire.AppendVarint(nil, v.num)
	case protowire.Fixed32Type:
		b = protowire.AppendFixed32(nil, uint32(v.num))
	case protowire.Fixed64Type:
		b = protowire.AppendFixed64(nil, v.num)
	}
	t.lists = append(t.lists, b)
	return nil
}

// DecodeTensor reads a TensorProto of at most maxElems elements, as used for
// test vectors. 16-bit floats are widened; float64 is accepted where float32
// holds every value exactly.
func DecodeTensor(b []byte, maxElems int64) (kernel.Tensor, error) {
	p, err := parseTensor(b)
	if err != nil {
		return kernel.Tensor{}, err
	}
	return p.decode(maxElems)
}

func (t *tensorProto) decode(maxElems int64) (kernel.Tensor, error) {
	out, err := t.elements(maxElems)
	if err != nil {
		return kernel.Tensor{}, fmt.Errorf("tensor %q: %w", t.name, err)
	}
	return out, nil
}

func (t *tensorProto) elements(maxElems int64) (kernel.Tensor, error) {
	n, err := ir.Elems(t.dims, maxElems)
	if err != nil {
		return kernel.Tensor{}, err
	}
	if t.external {
		return kernel.Tensor{}, errExternal
	}
	d, width, err := t.stored()
	if err != nil {
		return kernel.Tensor{}, err
	}
	data := t.raw
	if !t.hasRaw {
		// Lists hold at least one byte per element, so this cannot be more than
		// eight times the file.
		if data, err = t.unlist(width); err != nil {
			return kernel.Tensor{}, err
		}
	}
	if int64(len(data)) != n*width {
		return kernel.Tensor{}, fmt.Errorf("%d bytes of data for %d elements", len(data), n)
	}
	out := kernel.New(ir.TensorDecl{DType: d, Shape: t.dims})
	return out, t.fill(out, data)
}

// stored is the type that the elements become, and the bytes each has in the file.
func (t *tensorProto) stored() (d ir.DType, width int64, err error) {
	switch t.dtype {
	case onnxFloat16, onnxBfloat16:
		return ir.F32, 2, nil
	case onnxDouble:
		return ir.F32, 8, nil
	}
	d, err = dtypeOf(t.dtype)
	return d, d.Size(), err
}

// unlist turns a typed list into little-endian elements of the given width.
func (t *tensorProto) unlist(width int64) ([]byte, error) {
	var out []byte
	for _, b := range t.lists {
		switch t.listKind {
		case 4, 10: // floats and doubles are little-endian already
			if (t.listKind == 4) != (width == 4 && t.dtype == onnxFloat) || (t.listKind == 10) != (t.dtype == onnxDouble) {
				return nil, errors.New("list of the wrong type")
			}
			out = append(out, b...)
		default:
			if t.dtype == onnxFloat || t.dtype == onnxDouble || (t.listKind == 7) != (t.dtype == onnxInt64) {
				return nil, errors.New("list of the wrong type")
			}
			for len(b) > 0 {
				x, n := protowire.ConsumeVarint(b)
				if n < 0 {
					return nil, errWire
				}
				b = b[n:]
				var le [8]byte
				binary.LittleEndian.PutUint64(le[:], x)
				out = append(out, le[:width]...)
			}
		}
	}
	return out, nil
}

func (t *tensorProto) fill(out kernel.Tensor, data []byte) error {
	for i := range out.F32 {
		switch t.dtype {
		case onnxFloat16:
			out.F32[i] = half(binary.LittleEndian.Uint16(data[2*i:]))
		case onnxBfloat16:
			out.F32[i] = float32frombits(uint32(binary.LittleEndian.Uint16(data[2*i:])) << 16)
		case onnxDouble:
			v := math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:]))
			if v == v && float64(float32(v)) != v {
				return errors.New("float64 value does not fit float32")
			}
			out.F32[i] = float32(v)
		default:
			out.F32[i] = float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		}
		if out.F32[i] != out.F32[i] {
			out.F32[i] = float32frombits(0x7fc00000)
		}
	}
	for i := range out.I32 {
		out.I32[i] = int32(binary.LittleEndian.Uint32(data[4*i:]))
	}
	for i := range out.I64 {
		out.I64[i] = int64(binary.LittleEndian.Uint64(data[8*i:]))
	}
	for i := range out.I8 {
		out.I8[i] = int8(data[i])
	}
	copy(out.U8, data)
	return out.CheckCanonical()
}

// half widens an IEEE half-precision number exactly.
func half(h uint16) float32 {
	sign, exp, frac := uint32(h>>15)<<31, uint32(h>>10&31), uint32(h&1023)
	switch exp {
	case 31:
		return float32frombits(sign | 0x7f800000 | frac<<13)
	case 0:
		v := float32(frac) * 0x1p-24
		return float32frombits(math.Float32bits(v) | sign)
	default:
		return float32frombits(sign | (exp+112)<<23 | frac<<13)
	}
}
