package models

import (
	"context"
	"crypto/sha256"
	"embed"
	"fmt"
	"path"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/onnx"
	"github.com/imochain/imod/inference/pipeline/pack"
)

//go:embed */*.onnx */pipeline.json */card.md */digests.json */tokenizer.json
var files embed.FS

// Names lists the models.
func Names() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}

// Read returns a file of a model: pipeline.json, card.md, digests.json, tokenizer.json
// of one that reads text, or the ONNX file, which is named like the model.
func Read(name, file string) ([]byte, error) { return files.ReadFile(path.Join(name, file)) }

// Pack makes the bundle of a model for the account that will register it, as
// `imod model pack` does, which runs the test vectors and a proof of model.
func Pack(ctx context.Context, name string, creator [20]byte) (*bundle.Bundle, error) {
	var read [3][]byte
	for i, file := range []string{name + ".onnx", "pipeline.json", "card.md"} {
		var err error
		if read[i], err = Read(name, file); err != nil {
			return nil, fmt.Errorf("model %q: %w", name, err)
		}
	}
	spec, err := pack.ParseSpec(read[1])
	if err != nil {
		return nil, fmt.Errorf("model %q: %w", name, err)
	}
	m, err := onnx.Import(read[0], onnx.Options{})
	if err != nil {
		return nil, fmt.Errorf("model %q: %w", name, err)
	}
	src := pack.Source{Graph: m.Graph, ONNXHash: sha256.Sum256(read[0]), Card: read[2], Creator: creator}
	if spec.Pipeline.Text != nil {
		if src.Tokenizer, err = Read(name, "tokenizer.json"); err != nil {
			return nil, fmt.Errorf("model %q: %w", name, err)
		}
	}
	for _, w := range m.Weights {
		src.Weights = append(src.Weights, w.AppendBytes(nil))
	}
	return pack.Build(ctx, spec, src)
}
