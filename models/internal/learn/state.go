package learn

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"math"
	"os"
)

// Save writes the state after a number of steps, so that a run can go on where it
// stopped and still give the same model. The plan is what the run depends on besides
// the program: a state of another plan is not taken up.
func Save(path string, plan []float64, step int, parts ...[]float32) error {
	b := binary.LittleEndian.AppendUint64(header(plan), uint64(step))
	for _, part := range parts {
		for _, v := range part {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
	}
	if err := os.WriteFile(path+".new", b, 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// Load reads a saved state and returns its step, 0 if there is none.
func Load(path string, plan []float64, parts ...[]float32) (int, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	size := 8
	for _, part := range parts {
		size += 4 * len(part)
	}
	b, ok := bytes.CutPrefix(b, header(plan))
	if !ok || len(b) != size {
		return 0, errors.New(path + " belongs to another run: remove it or give another -work")
	}
	step := binary.LittleEndian.Uint64(b)
	b = b[8:]
	for _, part := range parts {
		for i := range part {
			part[i] = math.Float32frombits(binary.LittleEndian.Uint32(b))
			b = b[4:]
		}
	}
	return int(step), nil
}

func header(plan []float64) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(plan)))
	for _, v := range plan {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}
