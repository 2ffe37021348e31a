package main

import (
	"fmt"

	"github.com/imochain/imod/models/internal/learn"
	"github.com/imochain/imod/models/internal/onnxfile"
)

// export writes one step of the model: the token and its position go in together with
// the keys and values of earlier positions, and the scores of the next token come out
// with the keys and values that now include this one. Keys lie head by position, so
// that no step turns them.
func (n *net) export() []byte {
	g := &graph{}
	g.ints64("heads_rows", 1, heads, 1, head)
	g.ints64("heads_columns", 1, heads, head, 1)
	g.ints64("one_row", 1, 1, width)
	g.Floats("scale", []float32{scale})
	g.Floats("hidden", []float32{-1e9})
	g.Floats("bend", []float32{bend})
	g.Ints("thirds", width, width, width)
	places := make([]int64, length)
	for i := range places {
		places[i] = int64(i)
	}
	g.Ints("places", places...)
	here := g.Node("Equal", "here_flat", []string{"places", "position"}) // [1, length]
	seen := g.Node("LessOrEqual", "seen_flat", []string{"places", "position"})
	g.ints64("as_row", 1, 1, 1, length)
	g.ints64("as_column", 1, 1, length, 1)
	g.Node("Reshape", "here_row", []string{here, "as_row"})
	g.Node("Reshape", "here_column", []string{here, "as_column"})
	g.Node("Reshape", "seen", []string{seen, "as_row"})

	x := g.Node("Gather", "token_row", []string{g.Floats("tokens", n.tokens, vocabulary, width), "token"})
	p := g.Node("Gather", "place_row", []string{g.Floats("place", n.place, length, width), "position"})
	x = g.Node("Add", "x0", []string{x, p})
	inputs := []onnxfile.Port{onnxfile.NewPort("token", onnxfile.I64, 1, 1), onnxfile.NewPort("position", onnxfile.I64, 1, 1)}
	outputs := []onnxfile.Port{onnxfile.NewPort("scores", onnxfile.F32, 1, 1, vocabulary)}
	for i, b := range n.blocks {
		x = g.block(b, fmt.Sprintf("block%d_", i), x)
		for _, s := range []struct {
			name string
			dims []int
		}{{"keys", []int{1, heads, head, length}}, {"values", []int{1, heads, length, head}}} {
			name := fmt.Sprintf("block%d_%s", i, s.name)
			inputs = append(inputs, onnxfile.NewPort(name+"_before", onnxfile.F32, s.dims...))
			outputs = append(outputs, onnxfile.NewPort(name, onnxfile.F32, s.dims...))
		}
	}
	x = g.norm(n.last, "last", x)
	g.linear(n.score, "scores", x)
	return g.Encode("prose", "imod models/prose/train", inputs, outputs)
}

// graph adds the model's building blocks to the file.
type graph struct{ onnxfile.File }

func (g *graph) ints64(name string, values ...int64) { g.Ints(name, values...) }

func (g *graph) norm(n *norm, name, x string) string {
	return g.Node("LayerNormalization", name, []string{x, g.Floats(name+"_gain", n.gain, width), g.Floats(name+"_bias", n.bias, width)},
		onnxfile.Int("axis", -1), onnxfile.Float("epsilon", epsilon))
}

func (g *graph) linear(l *learn.Linear, name, x string) string {
	y := g.Node("MatMul", name+"_product", []string{x, g.Floats(name+"_w", l.W, l.In, l.Out)})
	return g.Node("Add", name, []string{y, g.Floats(name+"_b", l.B, l.Out)})
}

func (g *graph) block(b *block, name, x string) string {
	h := g.norm(b.norm1, name+"norm1", x)
	h = g.linear(b.mix.ask, name+"ask", h)
	parts := g.Nodes("Split", name+"parts", []string{h, "thirds"}, []string{name + "query_flat", name + "key_flat", name + "value_flat"}, onnxfile.Int("axis", -1))
	query := g.Node("Reshape", name+"query", []string{parts[0], "heads_rows"})
	key := g.Node("Reshape", name+"key", []string{parts[1], "heads_columns"})
	value := g.Node("Reshape", name+"value", []string{parts[2], "heads_rows"})
	keys := g.Node("Where", name+"keys", []string{"here_row", key, name + "keys_before"})
	values := g.Node("Where", name+"values", []string{"here_column", value, name + "values_before"})
	share := g.Node("MatMul", name+"share_raw", []string{query, keys})
	share = g.Node("Mul", name+"share_scaled", []string{share, "scale"})
	share = g.Node("Where", name+"share_seen", []string{"seen", share, "hidden"})
	share = g.Node("Softmax", name+"share", []string{share}, onnxfile.Int("axis", -1))
	mixed := g.Node("MatMul", name+"mixed", []string{share, values})
	mixed = g.Node("Reshape", name+"mixed_row", []string{mixed, "one_row"})
	x = g.Node("Add", name+"x1", []string{x, g.linear(b.mix.out, name+"out", mixed)})
	h = g.norm(b.norm2, name+"norm2", x)
	h = g.linear(b.up, name+"up", h)
	gate := g.Node("Mul", name+"gate_in", []string{h, "bend"})
	gate = g.Node("Sigmoid", name+"gate", []string{gate})
	h = g.Node("Mul", name+"bent", []string{h, gate})
	return g.Node("Add", name+"x2", []string{x, g.linear(b.down, name+"down", h)})
}
