package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"os"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/onnx"
	"github.com/imochain/imod/models/digits/glyph"
	"github.com/imochain/imod/models/internal/learn"
)

// accuracy runs an exported file by the runtime on fresh glyphs and counts those that
// it reads right.
func accuracy(file []byte, count int) (right int, err error) {
	m, err := onnx.Import(file, onnx.Options{})
	if err != nil {
		return 0, err
	}
	p, err := engine.Load(m.Graph, m.Weights)
	if err != nil {
		return 0, err
	}
	var pixels [glyph.Pixels]byte
	for i := range count {
		r := learn.NewRNG(streamFresh, uint64(i))
		digit := glyph.Draw(&r, &pixels)
		out, _, err := p.Run(context.Background(), []kernel.Tensor{input(m.Graph.Inputs[0], &pixels)})
		if err != nil {
			return 0, err
		}
		if best(out[0]) == digit {
			right++
		}
	}
	return right, nil
}

// input makes the graph's input of a glyph, as the pipelines of both files do.
func input(d ir.TensorDecl, pixels *[glyph.Pixels]byte) kernel.Tensor {
	t := kernel.New(d)
	copy(t.U8, pixels[:])
	for i := range t.F32 {
		t.F32[i] = float32(pixels[i]) / 255
	}
	return t
}

func best(t kernel.Tensor) int {
	at := 0
	for i := range t.Len() {
		if t.F32 != nil && t.F32[i] > t.F32[at] || t.I32 != nil && t.I32[i] > t.I32[at] {
			at = i
		}
	}
	return at
}

// examples writes the inputs of digests.json, the first fresh glyph of every digit. The
// tests of package models add the results.
func examples(path string) error {
	type example struct {
		Hex  string `json:"hex"`
		Seed uint64 `json:"seed"`
	}
	var file struct {
		Results [glyph.Digits]example `json:"results"`
	}
	var pixels [glyph.Pixels]byte
	for i, found := uint64(0), 0; found < glyph.Digits; i++ {
		r := learn.NewRNG(streamFresh, i)
		if e := &file.Results[glyph.Draw(&r, &pixels)]; e.Hex == "" {
			e.Hex = hex.EncodeToString(pixels[:])
			found++
		}
	}
	b, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

// samples draws a sheet of fresh glyphs, enlarged twice.
func samples(path string) error {
	const columns, rows, scale = 16, 6, 2
	sheet := image.NewGray(image.Rect(0, 0, columns*glyph.Side*scale, rows*glyph.Side*scale))
	var pixels [glyph.Pixels]byte
	for i := range columns * rows {
		r := learn.NewRNG(streamFresh, uint64(i))
		glyph.Draw(&r, &pixels)
		left, top := i%columns*glyph.Side*scale, i/columns*glyph.Side*scale
		for k := range glyph.Pixels * scale * scale {
			x, y := k%(glyph.Side*scale), k/(glyph.Side*scale)
			sheet.SetGray(left+x, top+y, color.Gray{Y: pixels[y/scale*glyph.Side+x/scale]})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, sheet); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}
