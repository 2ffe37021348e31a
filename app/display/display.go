// Package display serves what models made as files that a browser shows: the picture
// of a token, and the outputs of the challenges of a proof of model.
//
//	GET /imod/aigc/v1/content/{collection}/{token_id}
//	GET /imod/oracle/v1/models/{id}/versions/{version}/challenges
//	GET /imod/oracle/v1/models/{id}/versions/{version}/challenges/{n}
//
// Every byte is checked against a root on chain before it is shown, and every answer
// says that a model made it: pictures in their XMP, all files in their headers. The
// chain keeps no outputs, so a node whose sidecar has lost or never had them answers
// 503; other nodes may have them, and anybody can compute them. The sidecar keeps the
// challenge outputs of the proofs that it made; a node that joined later has none, and
// nothing is computed because somebody asked.
package display

import (
	"context"
	"encoding/hex"
	"net/http"
	"strconv"

	"github.com/gorilla/mux"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/gogoproto/grpc"

	"github.com/imochain/imod/inference/bundle"
	aigctypes "github.com/imochain/imod/x/aigc/types"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// maxBusy bounds the files that are made at one time; a picture of the largest size
// takes a tenth of a second.
const maxBusy = 8

// Config is what the pages are made from.
type Config struct {
	ChainID string
	// State answers the modules' queries.
	State grpc.ClientConn
	// Outputs returns the node's sidecar, nil if it has none.
	Outputs func() oracletypes.OutputSource
	// Flagged tells which outputs this node does not show, and why; nil shows all.
	Flagged func(root [32]byte) (why string, flagged bool)
}

type server struct {
	Config
	aigc   aigctypes.QueryClient
	imo    imotypes.QueryClient
	oracle oracletypes.QueryClient
	busy   chan struct{}
}

// Register adds the paths to a router.
func Register(router *mux.Router, cfg Config) {
	s := &server{
		Config: cfg, busy: make(chan struct{}, maxBusy),
		aigc: aigctypes.NewQueryClient(cfg.State), imo: imotypes.NewQueryClient(cfg.State), oracle: oracletypes.NewQueryClient(cfg.State),
	}
	const challenges = "/imod/oracle/v1/models/{id}/versions/{version}/challenges"
	s.add(router, "/imod/aigc/v1/content/{collection}/{token_id}", s.token)
	s.add(router, challenges, s.challenges)
	s.add(router, challenges+"/{n}", s.challenge)
}

func (s *server) add(router *mux.Router, path string, serve func(*http.Request) (answer, error)) {
	router.HandleFunc(path, s.handle(serve)).Methods(http.MethodGet, http.MethodHead)
}

// handle runs one page and writes its answer or its error.
func (s *server) handle(serve func(*http.Request) (answer, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case s.busy <- struct{}{}:
			defer func() { <-s.busy }()
		default:
			w.Header().Set("Retry-After", "1")
			writeError(w, failure{http.StatusServiceUnavailable, codes.Unavailable, "this node makes as many files as it may; ask again"})
			return
		}
		a, err := serve(r)
		if err != nil {
			writeError(w, err)
			return
		}
		a.write(w, r)
	}
}

// manifest returns a version and its decoded manifest.
func (s *server) manifest(ctx context.Context, model uint64, version uint32) (imotypes.Version, *bundle.Manifest, error) {
	resp, err := s.imo.Version(ctx, &imotypes.QueryVersionRequest{Id: model, Version: version})
	if err != nil {
		return imotypes.Version{}, nil, err
	}
	m, err := bundle.DecodeManifest(resp.Manifest)
	return resp.Version, m, err
}

// output asks the sidecar for the bytes behind a root, checked by the caller's rule.
func (s *server) output(ctx context.Context, root bundle.Hash, rootOf func([]byte) (bundle.Hash, error)) ([]byte, error) {
	source := s.Outputs()
	if source == nil {
		return nil, notHere("this node runs no sidecar")
	}
	output, _, err := source.Output(ctx, root)
	if err != nil {
		return nil, notHere(status.Convert(err).Message())
	}
	if got, err := rootOf(output); err != nil || got != root {
		return nil, notHere("the sidecar's bytes do not match the root on chain")
	}
	return output, nil
}

// refuse fails for an output that the lists of this node's operator name.
func (s *server) refuse(root bundle.Hash) error {
	if s.Flagged == nil {
		return nil
	}
	why, flagged := s.Flagged(root)
	switch {
	case !flagged:
		return nil
	case why == "":
		why = "no reason is given"
	}
	return failure{http.StatusUnavailableForLegalReasons, codes.PermissionDenied, "this node does not show the content: " + why}
}

// notHere is the failure of a node that lacks bytes that exist elsewhere.
func notHere(why string) error {
	return failure{
		http.StatusServiceUnavailable, codes.Unavailable,
		"this node does not hold the output (" + why + "); another node may, and `imod model run` makes it again",
	}
}

// number reads a path variable as an id or a version.
func number(r *http.Request, name string, bits int) (uint64, error) {
	text := mux.Vars(r)[name]
	n, err := strconv.ParseUint(text, 10, bits)
	if err != nil {
		return 0, failure{http.StatusBadRequest, codes.InvalidArgument, name + " must be a number"}
	}
	return n, nil
}

// hash reads a root that a query gives in hex.
func hash(text string) (h bundle.Hash, err error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(h) {
		return h, status.Error(codes.Internal, "a root on chain is not 32 bytes in hex")
	}
	return bundle.Hash(b), nil
}
