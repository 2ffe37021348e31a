package executor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/custody"
	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/sidecar/store"
	"github.com/imochain/imod/x/oracle/node/player"
)

// Models gives bundles by their manifest's root.
type Models interface {
	// Bundle returns a bundle whose parts were checked against the root.
	Bundle(ctx context.Context, root bundle.Hash, uris []string) (*bundle.Bundle, error)
}

// disk are the bundles of a store.
type disk struct{ store *store.Store }

// OpenDisk opens a store of bundles.
func OpenDisk(cfg store.Config) (Models, error) {
	s, err := store.Open(cfg)
	if err != nil {
		return nil, err
	}
	return disk{s}, nil
}

// Bundle implements Models.
func (d disk) Bundle(ctx context.Context, root bundle.Hash, uris []string) (*bundle.Bundle, error) {
	defer d.store.Hold(root)()
	dir, err := d.store.Ensure(ctx, root, uris)
	if err != nil {
		return nil, err
	}
	folder, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer folder.Close() //nolint:errcheck // opened for reading
	return bundle.Open(folder.FS(), root)
}

// loaded is a model that is ready to run.
type loaded struct {
	*pipeline.Runner
	bundle *bundle.Bundle
}

// samples are the chunks that a draw gives a holder, with their digest.
func (l *loaded) samples(draw [32]byte, holder [20]byte) (samples []byte, digest [32]byte, err error) {
	b := l.bundle
	r, err := custody.NewReader(b.Manifest, b.Table, bytes.NewReader(b.Weights), b.IR)
	if err != nil {
		return nil, digest, err
	}
	return r.Open(draw, holder)
}

// maxLoaded bounds the models in memory: the last used ones.
const maxLoaded = 2

// shelf loads models.
type shelf struct {
	models Models
	mu     sync.Mutex
	held   []*loaded
}

// model loads the model of a manifest root. A model that no result of could be disputed is refused, as one that does
// not run is: with the reason that every runner finds.
func (s *shelf) model(ctx context.Context, root bundle.Hash, uris []string) (*loaded, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, l := range s.held {
		if l.bundle.Manifest.Root() == root {
			s.held = append(append(append([]*loaded{}, s.held[:i]...), s.held[i+1:]...), l)
			return l, nil
		}
	}
	b, err := s.models.Bundle(ctx, root, uris)
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	runner, err := pipeline.New(b, engine.WithWorkers(0))
	if err != nil {
		return nil, err
	}
	if err := player.Disputable(b.Manifest.Pipeline, runner); err != nil {
		return nil, bundle.Refuse(bundle.ReasonDispute, err)
	}
	l := &loaded{Runner: runner, bundle: b}
	if s.held = append(s.held, l); len(s.held) > maxLoaded {
		s.held = s.held[1:]
	}
	return l, nil
}

// refusal returns the reason of a model that cannot be run, 0 for other errors.
func refusal(err error) bundle.Reason {
	var r *bundle.Refusal
	if errors.As(err, &r) {
		return r.Reason
	}
	return 0
}
