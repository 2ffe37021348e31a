package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/onnx"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/inference/pipeline/pack"
	"github.com/imochain/imod/inference/pipeline/token"
	"github.com/imochain/imod/models/internal/learn"
	"github.com/imochain/imod/models/prose/tale"
)

// tolerance is how far a score of the exported file may be from this program's own
// arithmetic, which sums in another order here and there.
const tolerance = 1e-3

// finish measures the trained network, writes its files, and lets the packed model
// tell tales.
func (n *net) finish(tokens *token.Tokenizer, folder string) error {
	loss := 0.0
	const batches = 20
	for i := range batches {
		ids, next := draw(tokens, streamFresh, i*n.batch, n.batch)
		n.forward(ids)
		loss += n.compare(next) / batches
	}
	file := n.export()
	worst, err := n.verify(file, tokens)
	if err != nil {
		return err
	}
	vocabulary, err := tokenizerFile(tokens)
	if err != nil {
		return err
	}
	fmt.Printf("loss on fresh tales %.4f a token; %d bytes, at most %.1e from the trained network\n", loss, len(file), worst)
	for name, content := range map[string][]byte{"prose.onnx": file, "tokenizer.json": vocabulary} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			return err
		}
	}
	return tell(folder)
}

// verify runs the exported file step by step over fresh tales and compares its scores
// with the network's. It returns the largest difference.
func (n *net) verify(file []byte, tokens *token.Tokenizer) (float32, error) {
	m, err := onnx.Import(file, onnx.Options{})
	if err != nil {
		return 0, err
	}
	p, err := engine.Load(m.Graph, m.Weights)
	if err != nil {
		return 0, err
	}
	ids, _ := draw(tokens, streamFresh, 0, n.batch)
	n.forward(ids)
	worst := float32(0)
	inputs := make([]kernel.Tensor, len(m.Graph.Inputs))
	for i, d := range m.Graph.Inputs {
		inputs[i] = kernel.New(d)
	}
	for i := range length {
		inputs[0].I64[0], inputs[1].I64[0] = int64(ids[i]), int64(i)
		out, _, err := p.Run(context.Background(), inputs)
		if err != nil {
			return 0, err
		}
		copy(inputs[2:], out[1:])
		for j, v := range out[0].F32 {
			d := v - n.scores[i*vocabulary+j]
			worst = max(worst, d, -d)
		}
	}
	if !(worst <= tolerance) {
		return worst, fmt.Errorf("the exported model differs from the trained one by %g", worst)
	}
	return worst, nil
}

// tell packs the files of a folder, continues openings of tales, and counts how many
// of the words are in the grammar's list.
func tell(folder string) error {
	r, err := packed(folder)
	if err != nil {
		return err
	}
	list, known, all, whole := tale.Words(), 0, 0, 0
	const tales = 100
	for i := range tales {
		random := learn.NewRNG(streamFresh, uint64(1<<20+i))
		prompt := strings.Join(strings.Fields(tale.Write(&random))[:3], " ")
		res, err := r.Run(context.Background(), []byte(prompt), uint64(i))
		if err != nil {
			return err
		}
		text := prompt + string(res.Output)
		for _, w := range strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return c < 'a' || c > 'z' }) {
			all++
			if _, ok := slices.BinarySearch(list, w); ok {
				known++
			}
		}
		if strings.HasSuffix(text, ".") {
			whole++
		}
		if i < 6 {
			fmt.Printf("%d: %s\n", i, text)
		}
	}
	fmt.Printf("%d tales: %d of %d words are in the list, %d end with a full stop\n", tales, known, all, whole)
	return nil
}

func packed(folder string) (*pipeline.Runner, error) {
	var files [4][]byte
	for i, name := range []string{"prose.onnx", "pipeline.json", "tokenizer.json", "card.md"} {
		var err error
		if files[i], err = os.ReadFile(filepath.Join(folder, name)); err != nil {
			return nil, err
		}
	}
	m, err := onnx.Import(files[0], onnx.Options{})
	if err != nil {
		return nil, err
	}
	spec, err := pack.ParseSpec(files[1])
	if err != nil {
		return nil, err
	}
	src := pack.Source{Graph: m.Graph, ONNXHash: sha256.Sum256(files[0]), Tokenizer: files[2], Card: files[3], Creator: [20]byte{1}}
	for _, w := range m.Weights {
		src.Weights = append(src.Weights, w.AppendBytes(nil))
	}
	b, err := pack.Build(context.Background(), spec, src)
	if err != nil {
		return nil, err
	}
	return pipeline.New(b)
}
