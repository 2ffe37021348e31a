package main

import (
	"testing"

	"github.com/imochain/imod/models/picture/drawing"
)

// The exported graph is the trained network: the runtime paints the same.
func TestExportEqualsNetwork(t *testing.T) {
	n := newNet(4)
	n.init()
	ws := []*worker{newWorker()}
	for k := range 10 {
		n.step(k, ws, 0.003)
	}
	file := n.export()
	if worst, err := n.verify(file, 12); err != nil {
		t.Fatalf("largest difference %g: %v", worst, err)
	}
	n.colour.b[0] += 0.01
	if _, err := n.verify(file, 2*len(drawing.Things)); err == nil {
		t.Error("a model that differs passes")
	}
}
