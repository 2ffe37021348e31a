package sidecar

import (
	"context"
	"errors"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/sidecar/worker"
	"github.com/imochain/imod/x/oracle/types"
)

// maxStreams bounds open Results streams: a node needs one.
const maxStreams = 8

// server answers the node.
type server struct {
	d        *dispatcher
	preview  *worker.Worker // nil when previews are off
	busy     chan struct{}  // holds a token while a preview runs
	streams  chan struct{}
	reading  chan struct{} // holds a token while chunks are read
	stopping <-chan struct{}
}

var _ types.SidecarServer = (*server)(nil)

// Submit implements the service. A node that has not read a list yet says so by
// height 0 and closes nothing.
func (s *server) Submit(_ context.Context, req *types.SubmitRequest) (*types.SubmitResponse, error) {
	if req.Height <= 0 {
		return &types.SubmitResponse{}, nil
	}
	if err := checkItems(req.Items); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &types.SubmitResponse{Done: s.d.queue.submit(req.Height, req.Items)}, nil
}

// Results implements the service.
func (s *server) Results(_ *types.ResultsRequest, stream types.Sidecar_ResultsServer) error {
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		return status.Errorf(codes.ResourceExhausted, "%d streams are open already", maxStreams)
	}
	sent := map[*entry]bool{}
	for {
		results, changed := s.d.queue.fresh(sent)
		for _, r := range results {
			if err := stream.Send(r); err != nil {
				return err
			}
		}
		select {
		case <-changed:
		case <-stream.Context().Done():
			return stream.Context().Err()
		case <-s.stopping:
			return status.Error(codes.Unavailable, "the sidecar stops")
		}
	}
}

// Output implements the service. The node asks for what is final only. Behind the
// output root of a proof are its results, one after the other (bundle.EncodeResults);
// they name the roots of the challenges' outputs.
func (s *server) Output(_ context.Context, req *types.OutputRequest) (*types.OutputResponse, error) {
	if len(req.OutputRoot) != 32 {
		return nil, status.Errorf(codes.InvalidArgument, "output root of %d bytes, wanted 32", len(req.OutputRoot))
	}
	output, media, err := s.d.outputs.get([32]byte(req.OutputRoot))
	if errors.Is(err, errNoOutput) {
		output, media, err = s.d.samples.get([32]byte(req.OutputRoot))
	}
	if err != nil {
		return nil, status.Error(codes.NotFound, err.Error())
	}
	return &types.OutputResponse{Output: output, MediaType: media}, nil
}

// Preview implements the service: one at a time, in a worker of its own, so that
// it never delays a request.
func (s *server) Preview(ctx context.Context, req *types.PreviewRequest) (*types.PreviewResponse, error) {
	if s.preview == nil {
		return nil, status.Error(codes.Unavailable, "previews are off on this sidecar")
	}
	if len(req.ManifestRoot) != 32 {
		return nil, status.Errorf(codes.InvalidArgument, "manifest root of %d bytes, wanted 32", len(req.ManifestRoot))
	}
	if s.d.unfit.Load() {
		return nil, status.Error(codes.Unavailable, "the numeric self-test failed on this machine")
	}
	select {
	case s.busy <- struct{}{}:
		defer func() { <-s.busy }()
	default:
		return nil, status.Error(codes.ResourceExhausted, "another preview is running")
	}
	root := bundle.Hash(req.ManifestRoot)
	limits := s.d.cfg.bounds(types.SubjectKind_SUBJECT_KIND_REQUEST, 0, root)
	ctx, cancel := context.WithTimeout(ctx, limits.wall)
	defer cancel()
	defer s.d.store.Hold(root)()
	dir, err := s.d.store.Ensure(ctx, root, req.Uris)
	if err != nil {
		return nil, status.Errorf(codes.Unavailable, "bundle: %v", err)
	}
	reason, err := s.d.vet(0, dir, root, limits.memory)
	if err != nil {
		return nil, status.Errorf(codes.Unavailable, "bundle: %v", err)
	}
	if reason != types.DeclineReason_DECLINE_REASON_UNSPECIFIED {
		return nil, status.Errorf(codes.FailedPrecondition, "this machine declines the model: %s", reason)
	}
	reply, err := s.preview.Do(ctx, worker.Job{
		Op: worker.OpRun, Store: dir, Root: root, Input: req.Input, Seed: req.Seed, CPU: limits.cpu, Memory: limits.memory,
	})
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, status.Errorf(codes.DeadlineExceeded, "the model ran longer than %s", limits.wall.Round(time.Second))
	case err != nil:
		return nil, status.Error(codes.Unavailable, err.Error())
	case reply.Error != "":
		return nil, status.Error(codes.InvalidArgument, reply.Error)
	}
	return &types.PreviewResponse{Output: reply.Output, OutputRoot: reply.OutputRoot[:]}, nil
}

// Pin implements the service.
func (s *server) Pin(_ context.Context, req *types.PinRequest) (*types.PinResponse, error) {
	if err := checkPins(req.Bundles); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	if len(req.Mirrors) > types.MaxMirrors {
		return nil, status.Errorf(codes.InvalidArgument, "%d mirrors, allowed are %d", len(req.Mirrors), types.MaxMirrors)
	}
	if refused := s.d.store.SetPeers(req.Mirrors); len(refused) > 0 {
		s.d.log.Warn("mirrors of validators that are no addresses", "mirrors", refused)
	}
	held := s.d.queue.keep(req.Bundles)
	s.d.store.Pin(s.d.queue.kept())
	return &types.PinResponse{Held: held}, nil
}

// Status implements the service.
func (s *server) Status(context.Context, *types.StatusRequest) (*types.StatusResponse, error) {
	return s.d.status(), nil
}
