package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"math"
	"os"
)

// plan is what a run depends on besides the program.
type plan struct {
	steps, batch int
	rate         float64
}

// header is how a saved state begins: a state of another plan is not taken up.
func (p plan) header() []byte {
	var b []byte
	for _, v := range []uint64{uint64(p.steps), uint64(p.batch), math.Float64bits(p.rate)} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return b
}

// save writes the state after a number of steps, so that a run can go on where
// it stopped and still give the same model.
func (n *net) save(path string, p plan, step int) error {
	b := binary.LittleEndian.AppendUint64(p.header(), uint64(step))
	for _, part := range [][]float32{n.params, n.m1, n.m2} {
		for _, v := range part {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
	}
	if err := os.WriteFile(path+".new", b, 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// load reads a saved state and returns its step, 0 if there is none.
func (n *net) load(path string, p plan) (int, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	b, ok := bytes.CutPrefix(b, p.header())
	if !ok || len(b) != 8+12*len(n.params) {
		return 0, errors.New(path + " belongs to another run: remove it or give another -work")
	}
	step := binary.LittleEndian.Uint64(b)
	b = b[8:]
	for _, part := range [][]float32{n.params, n.m1, n.m2} {
		for i := range part {
			part[i] = math.Float32frombits(binary.LittleEndian.Uint32(b))
			b = b[4:]
		}
	}
	return int(step), nil
}
