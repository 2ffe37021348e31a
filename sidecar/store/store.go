// Package store finds and keeps bundles on disk: in read-only folders that the
// operator names, and in a folder of its own that it fills from the network and
// keeps below a size.
package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/sidecar/fetch"
)

// partial is the folder of unfinished downloads; its name is no manifest root.
const partial = "partial"

// maxPartial is how many unfinished downloads are kept for later.
const maxPartial = 8

// Config of a Store.
type Config struct {
	// Dir is the store's own folder.
	Dir string
	// Models are read-only folders of bundles, asked first.
	Models []string
	// Mirrors are addresses asked after those of a bundle itself, and before those of SetPeers.
	Mirrors []string
	// MaxBundle bounds one bundle, MaxTotal all bundles in Dir, in bytes.
	MaxBundle, MaxTotal uint64
	// LocalNetwork allows addresses of this machine and of private networks.
	LocalNetwork bool
}

// Store finds bundles. It is safe for concurrent use.
type Store struct {
	cfg    Config
	client *fetch.Client
	flight singleflight.Group

	mu  sync.Mutex
	bad map[bundle.Hash][]string // read-only folders whose copy is damaged
	use map[bundle.Hash]int      // bundles that must not be evicted
	pin map[bundle.Hash]bool     // bundles that are kept for good
	due map[bundle.Hash]uint64   // bytes of the bundles being fetched

	peers []string // never written once it is here
}

// Open opens the store and removes what a crash left behind.
func Open(cfg Config) (*Store, error) {
	for _, m := range cfg.Models {
		info, err := os.Stat(m)
		if err != nil {
			return nil, fmt.Errorf("folder of models: %w", err)
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("folder of models: %s is not a folder", m)
		}
	}
	for _, m := range cfg.Mirrors {
		if err := fetch.CheckURI(m); err != nil {
			return nil, fmt.Errorf("mirror %q: %w", m, err)
		}
	}
	if err := os.MkdirAll(filepath.Join(cfg.Dir, partial), 0o700); err != nil {
		return nil, err
	}
	return &Store{
		cfg: cfg, client: fetch.NewClient(fetch.Options{LocalNetwork: cfg.LocalNetwork}),
		bad: map[bundle.Hash][]string{}, use: map[bundle.Hash]int{}, pin: map[bundle.Hash]bool{}, due: map[bundle.Hash]uint64{},
	}, nil
}

// Find returns the folder of bundles that holds root.
func (s *Store) Find(root bundle.Hash) (string, bool) {
	name := bundle.FolderName(root)
	s.mu.Lock()
	bad := s.bad[root]
	s.mu.Unlock()
	for _, dir := range append(slices.Clone(s.cfg.Models), s.cfg.Dir) {
		if slices.Contains(bad, dir) {
			continue
		}
		if info, err := os.Stat(filepath.Join(dir, name, bundle.FileManifest)); err == nil && info.Mode().IsRegular() {
			return dir, true
		}
	}
	return "", false
}

// Ensure returns the folder of bundles that holds root and downloads it first if
// need be. Calls for one root share one download.
func (s *Store) Ensure(ctx context.Context, root bundle.Hash, uris []string) (string, error) {
	if dir, ok := s.Find(root); ok {
		s.touch(dir, root)
		return dir, nil
	}
	name := bundle.FolderName(root)
	result := s.flight.DoChan(name, func() (any, error) {
		return s.cfg.Dir, s.fetch(ctx, root, s.bases(uris))
	})
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case r := <-result:
		dir, _ := r.Val.(string)
		return dir, r.Err
	}
}

// SetPeers replaces the mirrors that others named: they are asked last, in an order drawn anew each time, so
// that not everybody asks the same one. What is no address is left out; whether one may be connected to is
// decided when it is, as with the addresses of a bundle.
func (s *Store) SetPeers(mirrors []string) (refused []string) {
	var peers []string
	for _, m := range mirrors {
		if fetch.CheckURI(m) != nil {
			refused = append(refused, m)
		} else if !slices.Contains(peers, m) {
			peers = append(peers, m)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.peers = peers
	return refused
}

// bases lists the addresses of a bundle in the order in which they are asked.
func (s *Store) bases(uris []string) []string {
	s.mu.Lock()
	peers := slices.Clone(s.peers)
	s.mu.Unlock()
	rand.Shuffle(len(peers), func(i, j int) { peers[i], peers[j] = peers[j], peers[i] })
	return slices.Concat(uris, s.cfg.Mirrors, peers)
}

func (s *Store) fetch(ctx context.Context, root bundle.Hash, bases []string) error {
	if len(bases) == 0 {
		return fmt.Errorf("%w: %x has no address", fetch.ErrNoSource, root)
	}
	name := bundle.FolderName(root)
	work := filepath.Join(s.cfg.Dir, partial, name)
	defer s.fetched(root)
	room := func(size uint64) error { return s.room(root, size) }
	if err := s.client.Bundle(ctx, bases, root, work, s.cfg.MaxBundle, room); err != nil {
		if errors.Is(err, bundle.ErrManifest) || errors.Is(err, fetch.ErrTooLarge) || errors.Is(err, ErrFull) {
			return errors.Join(err, os.RemoveAll(work))
		}
		return errors.Join(err, s.trimPartial())
	}
	final := filepath.Join(s.cfg.Dir, name)
	if err := os.RemoveAll(final); err != nil { // a copy that turned out damaged
		return err
	}
	return os.Rename(work, final)
}

// Damaged tells the store that the copy in dir does not match its root. Its own
// copy is removed, one of the operator's is passed over from now on.
func (s *Store) Damaged(dir string, root bundle.Hash) error {
	if dir == s.cfg.Dir {
		return os.RemoveAll(filepath.Join(dir, bundle.FolderName(root)))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.bad[root], dir) {
		s.bad[root] = append(s.bad[root], dir)
	}
	return nil
}

// Hold keeps a bundle from being evicted until the returned function is called, and marks it as used.
func (s *Store) Hold(root bundle.Hash) (release func()) {
	s.touch(s.cfg.Dir, root)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.use[root]++
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.use[root]--; s.use[root] == 0 {
			delete(s.use, root)
		}
	})
}

// Count is how many bundles are held, the operator's included.
func (s *Store) Count() int {
	seen := map[string]bool{}
	for _, dir := range append(slices.Clone(s.cfg.Models), s.cfg.Dir) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue // a folder that went away holds nothing
		}
		for _, e := range entries {
			if _, err := bundle.ParseFolderName(e.Name()); err == nil {
				seen[e.Name()] = true
			}
		}
	}
	return len(seen)
}

// touch marks a bundle as used now.
func (s *Store) touch(dir string, root bundle.Hash) {
	if dir != s.cfg.Dir {
		return
	}
	now := time.Now()
	_ = os.Chtimes(filepath.Join(dir, bundle.FolderName(root)), now, now) // only the order of eviction
}
