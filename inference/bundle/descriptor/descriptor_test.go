package descriptor_test

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/bundle/internal/wire"
	"github.com/imochain/imod/inference/merkle"
)

func f32Input(dims ...uint64) descriptor.Input {
	return descriptor.Input{Shape: descriptor.Shape{DType: merkle.F32, Dims: dims}, Encoding: descriptor.Raw, Low: -1, High: 2}
}

func intInput(dtype byte, low, high int64) descriptor.Input {
	return descriptor.Input{Shape: descriptor.Shape{DType: dtype, Dims: []uint64{16}}, Encoding: descriptor.Raw, LowInt: low, HighInt: high}
}

func samples() map[string]descriptor.Pipeline {
	pixels := descriptor.Input{Shape: descriptor.Shape{DType: merkle.F32, Dims: []uint64{1, 1, 28, 28}}, Encoding: descriptor.Bytes, High: 1}
	return map[string]descriptor.Pipeline{
		"tensor": &descriptor.Tensor{
			Inputs: []descriptor.Input{
				f32Input(1, 3), intInput(merkle.I8, -3, 7), intInput(merkle.U8, 0, 255), intInput(merkle.I32, math.MinInt32, math.MaxInt32),
				intInput(merkle.I64, math.MinInt64, math.MaxInt64), intInput(merkle.Bool, 0, 1), pixels,
			},
			Outputs: []descriptor.Shape{{DType: merkle.F32, Dims: []uint64{2, 2}}, {DType: merkle.I64}},
		},
		"classify": &descriptor.Classify{Input: pixels, Labels: []string{"zero", "one", "two or more"}},
		"scores":   &descriptor.Classify{Input: pixels, Labels: []string{"yes", "no"}, Scores: 2},
		"text":     text(),
		"image":    picture(),
	}
}

func TestEncodeDecode(t *testing.T) {
	for name, p := range samples() {
		require.NoError(t, p.Validate(), name)
		b := descriptor.Encode(nil, p)
		r := wire.NewReader(b)
		got := descriptor.Decode(r)
		require.NoError(t, r.End(), name)
		require.Equal(t, p, got, name)
		for cut := range b {
			r := wire.NewReader(b[:cut])
			descriptor.Decode(r)
			require.ErrorIs(t, r.End(), wire.ErrFormat, "%s cut at %d", name, cut)
		}
	}
}

func TestSampleIsValidAndDeterministic(t *testing.T) {
	for name, p := range samples() {
		first := map[string]bool{}
		for i := range byte(20) {
			input := p.Sample(descriptor.NewStream([]byte{i}))
			require.NoError(t, p.ValidateInput(input), name)
			require.LessOrEqual(t, uint32(len(input)), p.InputBound(), name)
			require.Equal(t, input, p.Sample(descriptor.NewStream([]byte{i})), name)
			first[string(input)] = true
		}
		require.Greater(t, len(first), 10, name)
	}
}

func text() *descriptor.Text {
	return &descriptor.Text{
		Form: descriptor.Step, Inputs: []descriptor.Role{descriptor.Tokens, descriptor.Mask, descriptor.State}, Context: 256, Length: 100,
		Vocabulary: 300, TokenBytes: 9, Prompt: 400, Temperature: 700, TopK: 40, TopP: 900, StopTokens: []uint32{3, 299},
		StopTexts: []string{"\n"}, Words: strings.Fields("a b c d e f g h i j k l m n o p"),
	}
}

func TestTextRules(t *testing.T) {
	require.NoError(t, text().Validate())
	require.Equal(t, uint32(400), text().InputBound())
	require.Equal(t, uint32(900), text().OutputBound())
	require.Equal(t, uint64(256*7+1875), text().Work(7), "a run per place of the context, and 100 draws from 300")
	require.Equal(t, uint64(math.MaxUint64), text().Work(1<<60))
	require.NoError(t, text().ValidateInput([]byte("grüß")))
	require.ErrorIs(t, text().ValidateInput(nil), descriptor.ErrInput)
	require.ErrorContains(t, text().ValidateInput(make([]byte, 401)), "allowed are 1 to 400")
	require.ErrorContains(t, text().ValidateInput([]byte("a\xff")), "not valid UTF-8")
	for name, change := range map[string]func(*descriptor.Text){
		"fails: form":                func(p *descriptor.Text) { p.Form = 3 },
		"fails: no tokens":           func(p *descriptor.Text) { p.Inputs = p.Inputs[1:] },
		"fails: tokens twice":        func(p *descriptor.Text) { p.Inputs[1] = descriptor.Tokens },
		"fails: role":                func(p *descriptor.Text) { p.Inputs[1] = 5 },
		"fails: many inputs":         func(p *descriptor.Text) { p.Inputs = make([]descriptor.Role, descriptor.MaxTextPorts+1) },
		"fails: state of a window":   func(p *descriptor.Text) { p.Form = descriptor.Window },
		"fails: no length":           func(p *descriptor.Text) { p.Length = 0 },
		"fails: no place for prompt": func(p *descriptor.Text) { p.Context = 100 },
		"fails: vocabulary":          func(p *descriptor.Text) { p.Vocabulary = 1 },
		"fails: long tokens":         func(p *descriptor.Text) { p.TokenBytes = 258 },
		"fails: prompt":              func(p *descriptor.Text) { p.Prompt = 8193 },
		"fails: huge answers":        func(p *descriptor.Text) { p.Context, p.Length, p.TokenBytes = 65535, 65534, 257 },
		"fails: hot":                 func(p *descriptor.Text) { p.Temperature = 10001 },
		"fails: top k":               func(p *descriptor.Text) { p.TopK = 301 },
		"fails: top p":               func(p *descriptor.Text) { p.TopP = 0 },
		"fails: stop token":          func(p *descriptor.Text) { p.StopTokens = []uint32{300} },
		"fails: stop tokens twice":   func(p *descriptor.Text) { p.StopTokens = []uint32{3, 3} },
		"fails: empty stop text":     func(p *descriptor.Text) { p.StopTexts = []string{""} },
		"fails: few words":           func(p *descriptor.Text) { p.Words = p.Words[1:] },
		"fails: control in word":     func(p *descriptor.Text) { p.Words[0] = "a\n" },
		"fails: words beyond prompt": func(p *descriptor.Text) { p.Prompt = 12 },
	} {
		p := text()
		change(p)
		require.ErrorIs(t, p.Validate(), descriptor.ErrInvalid, name)
	}
}

func TestTensorInput(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	p := &descriptor.Tensor{Inputs: []descriptor.Input{f32Input(2), intInput(merkle.I8, -3, 7)}, Outputs: []descriptor.Shape{{DType: merkle.F32}}}
	ints := make([]byte, 16)
	for name, tc := range map[string]struct {
		input []byte
		err   string
	}{
		"ok: ends of the domain":   {append(floats(-1, 2), ints...), ""},
		"fails: too short":         {floats(0, 0), "8 bytes, the model takes 24"},
		"fails: too long":          {append(floats(0, 0), make([]byte, 17)...), "25 bytes, the model takes 24"},
		"fails: below the domain":  {append(floats(-1.5, 2), ints...), "element 0 is -1.5, the domain is -1 to 2"},
		"fails: NaN":               {append(floats(0, nan), ints...), "element 1 is NaN"},
		"fails: infinity":          {append(floats(inf, 0), ints...), "element 0 is +Inf"},
		"fails: integer too large": {append(floats(0, 0), append(ints[:15:15], 8)...), "element 15 is 8, the domain is -3 to 7"},
		"fails: integer too small": {append(floats(0, 0), append(ints[:15:15], 0xfc)...), "element 15 is -4"},
	} {
		err := p.ValidateInput(tc.input)
		if tc.err == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, descriptor.ErrInput, name)
		require.ErrorContains(t, err, tc.err, name)
	}
}

func TestPortRules(t *testing.T) {
	valid := func() *descriptor.Tensor {
		return &descriptor.Tensor{Inputs: []descriptor.Input{f32Input(2)}, Outputs: []descriptor.Shape{{DType: merkle.F32}}}
	}
	require.NoError(t, valid().Validate())
	for name, change := range map[string]func(*descriptor.Tensor){
		"fails: no input":         func(p *descriptor.Tensor) { p.Inputs = nil },
		"fails: no output":        func(p *descriptor.Tensor) { p.Outputs = nil },
		"fails: 17 outputs":       func(p *descriptor.Tensor) { p.Outputs = make([]descriptor.Shape, 17) },
		"fails: unknown type":     func(p *descriptor.Tensor) { p.Inputs[0].DType = 77 },
		"fails: empty tensor":     func(p *descriptor.Tensor) { p.Inputs[0].Dims = []uint64{0} },
		"fails: huge tensor":      func(p *descriptor.Tensor) { p.Inputs[0].Dims = []uint64{1 << 18, 2} },
		"fails: overflow":         func(p *descriptor.Tensor) { p.Inputs[0].Dims = []uint64{1 << 63, 1 << 63} },
		"fails: rank 9":           func(p *descriptor.Tensor) { p.Inputs[0].Dims = make([]uint64, 9) },
		"fails: huge output":      func(p *descriptor.Tensor) { p.Outputs[0].Dims = []uint64{1 << 20, 2} },
		"fails: sum of inputs":    func(p *descriptor.Tensor) { p.Inputs = []descriptor.Input{f32Input(1 << 18), f32Input(1)} },
		"fails: NaN domain":       func(p *descriptor.Tensor) { p.Inputs[0].Low = float32(math.NaN()) },
		"fails: infinite domain":  func(p *descriptor.Tensor) { p.Inputs[0].High = float32(math.Inf(1)) },
		"fails: infinite span":    func(p *descriptor.Tensor) { p.Inputs[0].Low, p.Inputs[0].High = -math.MaxFloat32, math.MaxFloat32 },
		"fails: empty domain":     func(p *descriptor.Tensor) { p.Inputs[0].Low = 3 },
		"fails: unknown encoding": func(p *descriptor.Tensor) { p.Inputs[0].Encoding = 3 },
		"fails: bytes of ints": func(p *descriptor.Tensor) {
			p.Inputs[0] = intInput(merkle.U8, 0, 1)
			p.Inputs[0].Encoding = descriptor.Bytes
		},
		"fails: bytes beyond 0 to 1": func(p *descriptor.Tensor) { p.Inputs[0].Encoding = descriptor.Bytes },
		"fails: int domain":          func(p *descriptor.Tensor) { p.Inputs[0] = intInput(merkle.I8, -129, 0) },
		"fails: bool domain":         func(p *descriptor.Tensor) { p.Inputs[0] = intInput(merkle.Bool, 0, 2) },
	} {
		p := valid()
		change(p)
		require.ErrorIs(t, p.Validate(), descriptor.ErrInvalid, name)
	}
	labels := &descriptor.Classify{Input: f32Input(2), Labels: []string{"a", "a"}}
	require.ErrorContains(t, labels.Validate(), `label "a" stands twice`)
	labels.Labels = []string{"a"}
	require.ErrorContains(t, labels.Validate(), "1 labels, allowed are 2 to 1024")
	labels.Labels = []string{"a", "b\u202e"}
	require.ErrorContains(t, labels.Validate(), "U+202E")
}

// TestStream pins the bytes of FORMAT.md section 5.
func TestStream(t *testing.T) {
	s := descriptor.NewStream([]byte("key"))
	long := make([]byte, 100)
	s.Bytes(long)
	again := descriptor.NewStream([]byte("key"))
	require.Equal(t, binary.BigEndian.Uint32(long), again.Uint32())
	require.Equal(t, binary.BigEndian.Uint64(long[4:]), again.Uint64())
	require.Equal(t, uint32(0x4ee38256), binary.BigEndian.Uint32(long), "SHA-256 of key and eight zero bytes")
}

func floats(v ...float32) []byte {
	var b []byte
	for _, f := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
	}
	return b
}
