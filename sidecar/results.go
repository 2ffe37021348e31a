package sidecar

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/sidecar/journal"
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

// resultStore keeps results until their item is closed: in memory, under the queue's
// lock, and in a journal, which one goroutine writes. A closed item's record stays in
// the journal until that is rewritten; after a restart the first list drops it.
type resultStore struct {
	journal *journal.Journal
	all     map[itemKey]*types.WorkResult
}

// openResults loads the results of earlier runs. What is damaged, or was written by
// another version of the program, is dropped: its item will run again.
func openResults(path, version string) (*resultStore, error) {
	s := &resultStore{all: map[itemKey]*types.WorkResult{}}
	var err error
	s.journal, err = journal.Open(path, version, func(record []byte) {
		r := &types.WorkResult{}
		if len(record) < len(itemKey{}) || r.Unmarshal(record[len(itemKey{}):]) != nil || r.Validate() != nil {
			return
		}
		s.all[itemKey(record)] = r
	})
	return s, err
}

func (s *resultStore) get(key itemKey) *types.WorkResult { return s.all[key] }

// finished is a run with its result.
type finished struct {
	entry  *entry
	result *types.WorkResult
	told   func() // logs what was computed
}

// write puts results on disk, in one go; keep makes one known. They are apart because
// a write waits for the disk and must not hold the queue's lock.
func (s *resultStore) write(batch []finished) error {
	records := make([][]byte, len(batch))
	for i, f := range batch {
		record, err := encodeResult(f.entry.key, f.result)
		if err != nil {
			return err
		}
		records[i] = record
	}
	return s.journal.Append(records...)
}

func encodeResult(key itemKey, r *types.WorkResult) ([]byte, error) {
	body, err := r.Marshal()
	return append(key[:], body...), err
}

func (s *resultStore) keep(key itemKey, r *types.WorkResult) { s.all[key] = r }

// drop forgets the results of closed items.
func (s *resultStore) drop(open map[itemKey]bool) {
	for key := range s.all {
		if !open[key] {
			delete(s.all, key)
		}
	}
}

// records are what a rewritten journal holds.
func (s *resultStore) records() ([][]byte, error) {
	out := make([][]byte, 0, len(s.all))
	for key, r := range s.all {
		record, err := encodeResult(key, r)
		if err != nil {
			return nil, err
		}
		out = append(out, record)
	}
	return out, nil
}
