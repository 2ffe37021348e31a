package sidecar

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/imochain/imod/sidecar/internal/disk"
)

// errNoOutput tells that an output is not here (any more).
var errNoOutput = errors.New("output is not held")

// outputStore keeps output bytes on disk by their root, the oldest dropped first
// when there are more than limit bytes.
type outputStore struct {
	dir   string
	limit uint64

	mu    sync.Mutex
	total uint64
	order []storedOutput // oldest first
}

type storedOutput struct {
	name string
	size uint64
	when time.Time
}

func openOutputs(dir string, limit uint64) (*outputStore, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := disk.RemoveTemporary(dir); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	s := &outputStore{dir: dir, limit: limit}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return nil, err
		}
		s.order = append(s.order, storedOutput{e.Name(), uint64(info.Size()), info.ModTime()})
		s.total += uint64(info.Size())
	}
	slices.SortFunc(s.order, func(a, b storedOutput) int { return a.when.Compare(b.when) })
	return s, s.trim()
}

// put keeps an output. A file is the length of the media type, 2 bytes, the media
// type, and the output.
func (s *outputStore) put(root [32]byte, output []byte, mediaType string) error {
	name := hex.EncodeToString(root[:])
	file := append(binary.BigEndian.AppendUint16(nil, uint16(len(mediaType))), mediaType...)
	file = append(file, output...)
	s.mu.Lock()
	defer s.mu.Unlock()
	// No sync: an output can be computed again, and get finds a torn file by its root.
	if err := disk.Replace(filepath.Join(s.dir, name), file, false); err != nil {
		return err
	}
	if i := slices.IndexFunc(s.order, func(o storedOutput) bool { return o.name == name }); i >= 0 {
		s.total -= s.order[i].size
		s.order = slices.Delete(s.order, i, i+1)
	}
	s.order = append(s.order, storedOutput{name, uint64(len(file)), time.Now()})
	s.total += uint64(len(file))
	return s.trim()
}

// trim drops the oldest outputs, but never the newest one.
func (s *outputStore) trim() error {
	for s.total > s.limit && len(s.order) > 1 {
		if err := disk.IgnoreMissing(os.Remove(filepath.Join(s.dir, s.order[0].name))); err != nil {
			return err
		}
		s.total -= s.order[0].size
		s.order = slices.Delete(s.order, 0, 1)
	}
	return nil
}

// get returns an output, checked against its root.
func (s *outputStore) get(root [32]byte) (output []byte, mediaType string, err error) {
	name := hex.EncodeToString(root[:])
	file, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		return nil, "", fmt.Errorf("%w: %s", errNoOutput, name)
	}
	if len(file) < 2 || len(file) < 2+int(binary.BigEndian.Uint16(file)) {
		return nil, "", fmt.Errorf("%w: %s is damaged", errNoOutput, name)
	}
	n := int(binary.BigEndian.Uint16(file))
	output, mediaType = file[2+n:], string(file[2:2+n])
	if rootOf(output, mediaType) != root {
		return nil, "", fmt.Errorf("%w: %s is damaged", errNoOutput, name)
	}
	return output, mediaType, nil
}
