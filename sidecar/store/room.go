package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/imochain/imod/inference/bundle"
)

// ErrFull tells that a bundle has no room: what is here is pinned or in use.
var ErrFull = errors.New("the cache is full")

// kept is something in the store's folder that takes space.
type kept struct {
	root bundle.Hash
	path string
	size uint64
	used time.Time
	// partial is an unfinished download.
	partial bool
}

// Pin replaces the set of bundles that are never evicted.
func (s *Store) Pin(roots []bundle.Hash) {
	pins := make(map[bundle.Hash]bool, len(roots))
	for _, root := range roots {
		pins[root] = true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pin = pins
}

// Pinned tells whether a bundle is never evicted.
func (s *Store) Pinned(root bundle.Hash) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pin[root]
}

// Pins counts the pinned bundles and those of them that are not here.
func (s *Store) Pins() (pinned, missing int) {
	s.mu.Lock()
	roots := make([]bundle.Hash, 0, len(s.pin))
	for root := range s.pin {
		roots = append(roots, root)
	}
	s.mu.Unlock()
	for _, root := range roots {
		if _, ok := s.Find(root); !ok {
			missing++
		}
	}
	return len(roots), missing
}

// Used returns the bytes of everything in the store's folder.
func (s *Store) Used() (bytes uint64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.list()
	for _, k := range all {
		bytes += k.size
	}
	return bytes, err
}

// Bundle is one that is held.
type Bundle struct {
	Root   bundle.Hash
	Bytes  uint64 // 0 when it lies in a folder of the operator
	Pinned bool
}

// Bundles lists at most limit of the bundles that are held, by their roots.
func (s *Store) Bundles(limit int) ([]Bundle, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sizes := map[bundle.Hash]uint64{}
	for _, dir := range s.cfg.Models {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue // a folder that went away holds nothing
		}
		for _, e := range entries {
			if root, err := bundle.ParseFolderName(e.Name()); err == nil {
				sizes[root] = 0
			}
		}
	}
	all, err := s.list()
	if err != nil {
		return nil, err
	}
	for _, k := range all {
		if !k.partial {
			sizes[k.root] = k.size
		}
	}
	out := make([]Bundle, 0, len(sizes))
	for root, size := range sizes {
		out = append(out, Bundle{root, size, s.pin[root]})
	}
	slices.SortFunc(out, func(a, b Bundle) int { return slices.Compare(a.Root[:], b.Root[:]) })
	return out[:min(len(out), limit)], nil
}

// room makes space for a bundle of size bytes, before it is fetched: unfinished downloads that nobody is
// at go first, then the bundles used longest ago; those pinned, on hold or being fetched stay. If that is
// not enough nothing is removed.
func (s *Store) room(root bundle.Hash, size uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.list()
	if err != nil {
		return err
	}
	total, free := size, []kept(nil)
	for other, bytes := range s.due {
		if other != root {
			total += bytes
		}
	}
	stuck := total
	for _, k := range all {
		_, coming := s.due[k.root]
		if k.root == root || k.partial && coming {
			continue // counted as what it will be
		}
		total += k.size
		if !k.partial && (s.use[k.root] > 0 || s.pin[k.root]) {
			stuck += k.size
		} else {
			free = append(free, k)
		}
	}
	if stuck > s.cfg.MaxTotal {
		return fmt.Errorf("%w: %d of %d bytes are pinned, in use or being fetched, and %d more are needed", ErrFull, stuck-size, s.cfg.MaxTotal, size)
	}
	slices.SortFunc(free, func(a, b kept) int {
		if a.partial != b.partial {
			if a.partial {
				return -1
			}
			return 1
		}
		return a.used.Compare(b.used)
	})
	for _, k := range free {
		if total <= s.cfg.MaxTotal {
			break
		}
		if err := os.RemoveAll(k.path); err != nil {
			return err
		}
		total -= k.size
	}
	s.due[root] = size
	return nil
}

// fetched ends the claim of a bundle to room.
func (s *Store) fetched(root bundle.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.due, root)
}

// list finds what takes space in the store's folder. Callers hold the lock.
func (s *Store) list() ([]kept, error) {
	var all []kept
	for _, partly := range []bool{false, true} {
		dir := s.cfg.Dir
		if partly {
			dir = filepath.Join(dir, partial)
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			root, err := bundle.ParseFolderName(e.Name())
			if err != nil {
				continue
			}
			k := kept{root: root, path: filepath.Join(dir, e.Name()), partial: partly}
			if k.size, k.used, err = measure(k.path); errors.Is(err, fs.ErrNotExist) {
				continue // moved into place or removed meanwhile
			}
			if err != nil {
				return nil, err
			}
			all = append(all, k)
		}
	}
	return all, nil
}

// trimPartial removes the oldest unfinished downloads.
func (s *Store) trimPartial() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.list()
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(k kept) bool {
		_, coming := s.due[k.root]
		return !k.partial || coming
	})
	slices.SortFunc(all, func(a, b kept) int { return a.used.Compare(b.used) })
	for _, k := range all[:max(0, len(all)-maxPartial)] {
		if err := os.RemoveAll(k.path); err != nil {
			return err
		}
	}
	return nil
}

// measure returns the size of a folder's files and when the folder was touched.
func measure(dir string) (size uint64, used time.Time, err error) {
	info, err := os.Stat(dir)
	if err != nil {
		return 0, time.Time{}, err
	}
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		fi, err := e.Info()
		if err != nil {
			return err
		}
		size += uint64(fi.Size())
		return nil
	})
	return size, info.ModTime(), err
}
