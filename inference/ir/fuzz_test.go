package ir_test

import (
	"bytes"
	"testing"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel/kerneltest"
)

// FuzzDecodeIR: whatever is accepted re-encodes to the same bytes, has a cost and
// stays within the limits; nothing panics.
func FuzzDecodeIR(f *testing.F) {
	f.Add(sample().Encode())
	for seed := range uint64(8) {
		f.Add(kerneltest.Random(seed, 12).Graph.Encode())
	}
	l := ir.DefaultLimits()
	l.MaxBytes = 1 << 16
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := ir.Decode(b, l)
		if err != nil {
			return
		}
		if !bytes.Equal(g.Encode(), b) {
			t.Fatalf("accepted %x, encodes as %x", b, g.Encode())
		}
		c, err := g.Cost()
		if err != nil || c.MACs > l.MaxMACs || c.PeakBytes > l.MaxPeakBytes || c.WorkUnits < 1 {
			t.Fatalf("cost %+v, %v", c, err)
		}
		_ = g.Root()
	})
}
