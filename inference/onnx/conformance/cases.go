package conformance

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/onnx"
)

// Limits of what is read.
const (
	maxModel  = 1 << 30
	maxTensor = 1 << 24 // elements of an input or output
	maxFile   = 8*maxTensor + 1<<16
	maxPorts  = 256
)

// Case is one model with its data sets.
type Case struct {
	Name string

	dir   fs.FS
	model string
	sets  []string // folders of data
	whole bool     // an architecture: its input is a convention
}

// Cases lists what a folder holds, by name: itself if it is a case, else the
// cases and architectures right below it.
func Cases(dir fs.FS, name string) ([]Case, error) {
	if c, found, err := open(dir, name); err != nil || found {
		return []Case{c}, err
	}
	entries, err := fs.ReadDir(dir, ".")
	if err != nil {
		return nil, err
	}
	var cases []Case
	for _, e := range entries {
		switch {
		case e.IsDir():
			sub, err := fs.Sub(dir, e.Name())
			if err != nil {
				return nil, err
			}
			c, found, err := open(sub, e.Name())
			if err != nil {
				return nil, err
			}
			if found {
				cases = append(cases, c)
			}
		case strings.HasSuffix(e.Name(), ".onnx"):
			name := strings.TrimSuffix(e.Name(), ".onnx")
			if _, err := fs.Stat(dir, name+"_output_0.pb"); err == nil {
				cases = append(cases, Case{Name: name, dir: dir, model: e.Name(), whole: true})
			}
		}
	}
	if len(cases) == 0 {
		return nil, errors.New("no case found: a case is a folder with model.onnx and test_data_set_0")
	}
	return cases, nil
}

// open reports whether a folder is a case.
func open(dir fs.FS, name string) (c Case, found bool, err error) {
	if _, err := fs.Stat(dir, "model.onnx"); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return Case{}, false, err
	}
	sets, err := fs.Glob(dir, "test_data_set_*")
	slices.Sort(sets)
	return Case{Name: name, dir: dir, model: "model.onnx", sets: sets}, true, err
}

// tensors reads the files <prefix><i>.pb of a folder.
func tensors(dir fs.FS, prefix string) ([]kernel.Tensor, error) {
	var out []kernel.Tensor
	for i := range maxPorts {
		b, err := read(dir, fmt.Sprintf("%s%d.pb", prefix, i), maxFile)
		if errors.Is(err, fs.ErrNotExist) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		t, err := onnx.DecodeTensor(b, maxTensor)
		if err != nil {
			return nil, fmt.Errorf("%s%d: %w", path.Base(prefix), i, err)
		}
		out = append(out, t)
	}
	return nil, fmt.Errorf("more than %d files %s", maxPorts, prefix)
}

// read reads a file of at most limit bytes.
func read(dir fs.FS, name string, limit int64) ([]byte, error) {
	info, err := fs.Stat(dir, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("%s has %d bytes, allowed are %d", name, info.Size(), limit)
	}
	return fs.ReadFile(dir, name)
}
