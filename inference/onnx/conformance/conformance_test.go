package conformance_test

import (
	"math"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/imochain/imod/inference/onnx/conformance"
)

func field(id protowire.Number, b []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, id, protowire.BytesType), b)
}

func number(id protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, id, protowire.VarintType), v)
}

func join(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// one is a tensor of one float.
func one(v float32) []byte {
	return join(number(1, 1), number(2, 1), field(4, protowire.AppendFixed32(nil, math.Float32bits(v))))
}

// negate is y = op(x) on one float.
func model(op string) []byte {
	shape := field(2, field(1, number(1, 1)))
	port := func(name string) []byte {
		return join(field(1, []byte(name)), field(2, field(1, join(number(1, 1), shape))))
	}
	node := join(field(1, []byte("x")), field(2, []byte("y")), field(4, []byte(op)))
	graph := join(field(1, node), field(11, port("x")), field(12, port("y")))
	return join(number(1, 8), field(7, graph), field(8, number(2, 13)))
}

func TestCases(t *testing.T) {
	file := func(b []byte) *fstest.MapFile { return &fstest.MapFile{Data: b} }
	dir := fstest.MapFS{
		"a_neg/model.onnx": file(model("Neg")), "a_neg/test_data_set_0/input_0.pb": file(one(2)), "a_neg/test_data_set_0/output_0.pb": file(one(-2)),
		"b_second/model.onnx": file(model("Neg")), "b_second/test_data_set_0/input_0.pb": file(one(2)), "b_second/test_data_set_0/output_0.pb": file(one(-2)),
		"b_second/test_data_set_1/input_0.pb": file(one(2)), "b_second/test_data_set_1/output_0.pb": file(one(-2.5)),
		"c_op/model.onnx": file(model("NonZero")), "c_op/test_data_set_0/input_0.pb": file(one(2)), "c_op/test_data_set_0/output_0.pb": file(one(-2)),
		"d_bare/model.onnx": file(model("Neg")), "e_other/readme": file(nil),
		"light.onnx": file(model("Cos")), "light_output_0.pb": file(one(1)),
	}
	cases, err := conformance.Cases(dir, "suite")
	require.NoError(t, err)
	var lines []string
	for _, c := range cases {
		lines = append(lines, conformance.Run(t.Context(), c).String(c.Name))
	}
	require.Len(t, lines, 5)
	require.Equal(t, "PASS a_neg", lines[0])
	require.Equal(t, "FAIL b_second max_abs=0.5 max_rel=0.2", lines[1])
	require.Contains(t, lines[2], "REFUSED c_op: node computing \"y\" (NonZero): operator is not supported")
	require.Equal(t, "REFUSED d_bare: there is no test_data_set_0", lines[3])
	require.Equal(t, "PASS light", lines[4])

	sub, err := dir.Sub("a_neg")
	require.NoError(t, err)
	cases, err = conformance.Cases(sub, "a_neg")
	require.NoError(t, err)
	require.Len(t, cases, 1, "a case by itself")

	_, err = conformance.Cases(fstest.MapFS{"x": file(nil)}, "x")
	require.ErrorContains(t, err, "no case found")
}
