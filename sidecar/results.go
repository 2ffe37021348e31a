package sidecar

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/oracle/types"
)

// itemKey names everything a result depends on, so that a result on disk is never
// taken for that of another item: another version of a model under proof has the
// same kind and id.
type itemKey [32]byte

func keyOf(w *types.WorkItem) itemKey {
	b := binary.BigEndian.AppendUint32([]byte("imod/sidecar-item/v1"), uint32(w.Kind))
	b = binary.BigEndian.AppendUint64(b, w.Id)
	b = binary.BigEndian.AppendUint64(b, w.Seed)
	input := merkle.BytesRoot(w.Input)
	b = append(append(b, input[:]...), w.ManifestRoot...)
	return sha256.Sum256(append(append(b, w.Beacon...), w.Draw...))
}

// resultStore keeps results on disk until their item is closed.
type resultStore struct {
	dir     string
	version string
	all     map[itemKey]*types.WorkResult
}

// openResults loads the results of earlier runs. A file that is damaged, or that
// another version of the program wrote, is removed: its item will run again.
func openResults(dir, version string) (*resultStore, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := removeTemporary(dir); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	s := &resultStore{dir: dir, version: version, all: map[itemKey]*types.WorkResult{}}
	for _, e := range entries {
		key, result, err := s.load(e.Name())
		if err != nil {
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return nil, err
			}
			continue
		}
		s.all[key] = result
	}
	return s, nil
}

// A file is SHA-256(rest) ‖ length of the version, 2 bytes ‖ version ‖ WorkResult.
func (s *resultStore) load(name string) (key itemKey, r *types.WorkResult, err error) {
	raw, err := hex.DecodeString(name)
	if err != nil || len(raw) != len(key) {
		return key, nil, fmt.Errorf("%q is not a result", name)
	}
	b, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		return key, nil, err
	}
	if len(b) < 34 || sha256.Sum256(b[32:]) != [32]byte(b[:32]) {
		return key, nil, errors.New("result is damaged")
	}
	n := int(binary.BigEndian.Uint16(b[32:]))
	if len(b) < 34+n || string(b[34:34+n]) != s.version {
		return key, nil, errors.New("result of another version")
	}
	r = &types.WorkResult{}
	if err := r.Unmarshal(b[34+n:]); err != nil {
		return key, nil, err
	}
	return itemKey(raw), r, r.Validate()
}

func (s *resultStore) path(key itemKey) string {
	return filepath.Join(s.dir, hex.EncodeToString(key[:]))
}

func (s *resultStore) get(key itemKey) *types.WorkResult { return s.all[key] }

// write puts a result on disk; keep makes it known. They are apart because a write
// waits for the disk and must not hold the queue's lock.
func (s *resultStore) write(key itemKey, r *types.WorkResult) error {
	body, err := r.Marshal()
	if err != nil {
		return err
	}
	rest := binary.BigEndian.AppendUint16(nil, uint16(len(s.version)))
	rest = append(append(rest, s.version...), body...)
	sum := sha256.Sum256(rest)
	return replaceFile(s.path(key), append(sum[:], rest...), true)
}

func (s *resultStore) keep(key itemKey, r *types.WorkResult) { s.all[key] = r }

// drop forgets the results of closed items.
func (s *resultStore) drop(open map[itemKey]bool) error {
	var err error
	for key := range s.all {
		if !open[key] {
			err = errors.Join(err, s.remove(key))
		}
	}
	return err
}

func (s *resultStore) remove(key itemKey) error {
	delete(s.all, key)
	return ignoreMissing(os.Remove(s.path(key)))
}
