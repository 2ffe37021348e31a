package sidecar

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/custody"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/oracle/types"
)

// attend answers an item of custody: the bundle is here, and its chunks can be asked for.
func (d *dispatcher) attend(ctx context.Context, e *entry, dir string) {
	log := d.log.With("kind", e.work.Kind.String(), "model", e.work.ModelId, "root", bundle.FolderName(e.root))
	reason, err := d.vet(e.work.ModelId, dir, e.root, 0)
	switch {
	case err != nil:
		d.damaged(log, e, dir, err)
		return
	case reason != types.DeclineReason_DECLINE_REASON_UNSPECIFIED:
		log.Warn("custody declined", "reason", reason.String())
		d.queue.giveUp(e, reason)
		return
	}
	input, none := merkle.BytesRoot(nil), bundle.Hash{}
	output := bundle.ProofOutputRoot(none, none)
	result := &types.WorkResult{
		Kind: e.work.Kind, Id: e.work.Id, ManifestRoot: e.work.ManifestRoot, InputRoot: input[:],
		OutputRoot: output[:], Witness: none[:], ResultsRoot: none[:], Draw: e.work.Draw,
	}
	if err := d.withReader(dir, e.root, func(r *custody.Reader) error {
		_, _, err := r.Open([32]byte(e.work.Draw), custody.Holder{})
		return err
	}); err != nil {
		d.damaged(log, e, dir, err)
		return
	}
	d.hand(ctx, finished{e, result, func() { log.Info("held") }})
}

// withReader opens a bundle on disk for reading chunks.
func (d *dispatcher) withReader(dir string, root bundle.Hash, use func(*custody.Reader) error) (err error) {
	folder, err := os.OpenRoot(filepath.Join(dir, bundle.FolderName(root)))
	if err != nil {
		return err
	}
	defer folder.Close() //nolint:errcheck // opened for reading
	m, err := bundle.ReadManifest(folder.FS())
	if err != nil {
		return err
	}
	if m.Root() != root {
		return fmt.Errorf("%w: manifest of another bundle", bundle.ErrBundle)
	}
	raw, err := readFile(folder, bundle.FileTensors, m.TableBytes)
	if err != nil {
		return err
	}
	table, err := bundle.DecodeTable(raw, m)
	if err != nil {
		return err
	}
	graph, err := readFile(folder, bundle.FileIR, m.IRBytes)
	if err != nil {
		return err
	}
	weights, err := folder.Open(bundle.FileWeights)
	if err != nil {
		return err
	}
	defer weights.Close() //nolint:errcheck // opened for reading
	r, err := custody.NewReader(m, table, weights, graph)
	if err != nil {
		return err
	}
	return use(r)
}

// readFile reads a file of a size that the manifest bounds.
func readFile(folder *os.Root, name string, size uint64) ([]byte, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // opened for reading
	b, err := io.ReadAll(io.LimitReader(f, int64(size)+1))
	if err == nil && uint64(len(b)) != size {
		err = fmt.Errorf("%w: file %s has %d bytes or more, wanted %d", bundle.ErrBundle, name, len(b), size)
	}
	return b, err
}

// Open implements the service. One call reads at a time: a large table takes memory.
func (s *server) Open(ctx context.Context, req *types.OpenRequest) (*types.OpenResponse, error) {
	if len(req.ManifestRoot) != 32 || len(req.Draw) != 32 || len(req.Holders) == 0 || len(req.Holders) > types.MaxHolders {
		return nil, status.Errorf(codes.InvalidArgument, "root of %d bytes, draw of %d, %d holders", len(req.ManifestRoot), len(req.Draw), len(req.Holders))
	}
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	case <-ctx.Done():
		return nil, status.FromContextError(ctx.Err()).Err()
	}
	root := bundle.Hash(req.ManifestRoot)
	defer s.d.store.Hold(root)()
	dir, ok := s.d.store.Find(root)
	if !ok {
		return nil, status.Error(codes.NotFound, "the bundle is not here")
	}
	resp := &types.OpenResponse{}
	err := s.d.withReader(dir, root, func(r *custody.Reader) error {
		for _, holder := range req.Holders {
			if len(holder) != custody.HolderSize {
				return fmt.Errorf("holder of %d bytes", len(holder))
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			opening, digest, err := r.Open([32]byte(req.Draw), custody.Holder(holder))
			if err != nil {
				return err
			}
			resp.Openings, resp.Digests = append(resp.Openings, opening), append(resp.Digests, digest[:])
		}
		return nil
	})
	if errors.Is(err, bundle.ErrBundle) {
		if err := s.d.store.Damaged(dir, root); err != nil {
			s.d.log.Error("damaged bundle not removed", "error", err)
		}
		s.d.queue.lost(root)
	}
	if err != nil {
		return nil, status.Error(codes.Unavailable, err.Error())
	}
	return resp, nil
}
