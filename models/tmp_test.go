package models_test

import (
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"testing"
	"time"

	"github.com/imochain/imod/inference/onnx"
	"github.com/imochain/imod/models/picture/drawing"
)

func TestTmpDemo(t *testing.T) {
	file, _ := os.ReadFile("picture/picture.onnx")
	m, err := onnx.Import(file, onnx.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d, _ := os.ReadFile("picture/pipeline.json")
	r := runner(t, d, []byte("card"), file, m)
	var ps []string
	if b, err := os.ReadFile("/tmp/prompts.json"); err == nil {
		json.Unmarshal(b, &ps)
	}
	var pics [][]float32
	start := time.Now()
	for _, p := range ps {
		for seed := range uint64(8) {
			res, err := r.Run(t.Context(), []byte(p), seed+1)
			if err != nil {
				t.Fatal(err)
			}
			f := make([]float32, len(res.Output))
			for i, v := range res.Output {
				f[i] = float32(v) / 255
			}
			pics = append(pics, f)
		}
	}
	fmt.Println(time.Since(start) / time.Duration(len(pics)))
	f, _ := os.Create("/tmp/demo.png")
	png.Encode(f, drawing.Sheet(pics, 8, 2))
	f.Close()
}
