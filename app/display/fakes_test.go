package display_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/gorilla/mux"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/imochain/imod/app/display"
	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/testutil/models"
	aigctypes "github.com/imochain/imod/x/aigc/types"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

const (
	chainID           = "imo-test-1"
	opened, decided   = 10, 13
	model, collection = 5, 2
)

// world is a chain with one proved model that paints two by two pixels, one final token of it, and a
// node with its sidecar.
type world struct {
	t       *testing.T
	bundle  *bundle.Bundle
	version imotypes.Version
	token   aigctypes.TokenInfo
	request oracletypes.Request
	stored  []byte              // with the token
	outputs map[[32]byte][]byte // in the sidecar; nil without one
	results []bundle.Result
	record  *oracletypes.ProofRecord // nil: the chain has none
	flags   map[[32]byte]string      // what the node does not show
	router  *mux.Router
}

var prompt = []byte("a red on <blue>")

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, bundle: models.Tiny(t, bytes.Repeat([]byte{1}, 20), 0), outputs: map[[32]byte][]byte{}}
	root := w.bundle.Manifest.Root()
	runner, err := pipeline.New(w.bundle)
	require.NoError(t, err)

	beacon := sha256.Sum256([]byte("beacon"))
	results, outputs, err := runner.ProveAndKeep(t.Context(), beacon)
	require.NoError(t, err)
	w.results = results
	for _, out := range outputs {
		w.outputs[merkle.BytesRoot(out)] = out
	}
	output := bundle.ProofOutputRoot(bundle.ResultsRoot(results), bundle.Hash{})
	w.outputs[output] = bundle.EncodeResults(results)
	w.version = imotypes.Version{
		ModelId: model, Version: 1, Status: imotypes.MODEL_STATUS_REPRODUCED, ManifestRoot: hex.EncodeToString(root[:]),
		SubmittedHeight: opened, DecidedHeight: decided,
	}

	resultsRoot, witness := bundle.ResultsRoot(results), bundle.ProofWitness(results)
	w.record = &oracletypes.ProofRecord{ModelId: model, Version: 1, Beacon: beacon[:], ResultsRoot: resultsRoot[:], Witness: witness[:]}

	run, err := runner.Run(t.Context(), prompt, 9)
	require.NoError(t, err)
	w.outputs[run.OutputRoot] = run.Output
	w.token = aigctypes.TokenInfo{
		CollectionId: collection, TokenId: strings.Repeat("ab", 32), Status: aigctypes.TOKEN_STATUS_FINAL, RequestId: 7, ModelId: model, Version: 1,
		ManifestRoot: w.version.ManifestRoot, Seed: 9, Input: prompt, OutputRoot: hex.EncodeToString(run.OutputRoot[:]),
		TrustClass: oracletypes.TrustClass_TRUST_CLASS_ATTESTED,
	}
	w.request = oracletypes.Request{Id: 7, Status: oracletypes.RequestStatus_REQUEST_STATUS_FINAL, OutputRoot: run.OutputRoot[:]}
	w.router = mux.NewRouter()
	display.Register(w.router, display.Config{ChainID: chainID, State: w, Outputs: func() oracletypes.OutputSource {
		if w.outputs == nil {
			return nil
		}
		return source{w}
	}, Flagged: func(root [32]byte) (string, bool) {
		why, flagged := w.flags[root]
		return why, flagged
	}})
	return w
}

// Invoke implements a connection to the modules' queries.
func (w *world) Invoke(_ context.Context, method string, args, reply any, _ ...grpc.CallOption) error {
	var answer any
	switch req := args.(type) {
	case *aigctypes.QueryTokenRequest:
		if req.CollectionId != w.token.CollectionId || req.TokenId != w.token.TokenId {
			return status.Error(codes.NotFound, "no such token")
		}
		answer = &aigctypes.QueryTokenResponse{Token: w.token}
	case *aigctypes.QueryStoredContentRequest:
		if w.stored == nil {
			return status.Error(codes.NotFound, "no content")
		}
		answer = &aigctypes.QueryStoredContentResponse{Content: w.stored}
	case *oracletypes.QueryRequestRequest:
		answer = &oracletypes.QueryRequestResponse{Request: w.request}
	case *oracletypes.QueryProofRecordRequest:
		if w.record == nil {
			return status.Error(codes.NotFound, "no record of this proof")
		}
		answer = &oracletypes.QueryProofRecordResponse{Record: *w.record}
	case *imotypes.QueryVersionRequest:
		if req.Id != model || req.Version != 1 {
			return status.Error(codes.NotFound, "no such version")
		}
		answer = &imotypes.QueryVersionResponse{Version: w.version, Manifest: w.bundle.Manifest.Encode()}
	default:
		return status.Error(codes.Unimplemented, method)
	}
	reflect.ValueOf(reply).Elem().Set(reflect.ValueOf(answer).Elem())
	return nil
}

// NewStream implements the connection; no query streams.
func (w *world) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, errors.New("no streams")
}

// source is the sidecar.
type source struct{ w *world }

func (s source) Output(_ context.Context, root [32]byte) ([]byte, string, error) {
	if b, ok := s.w.outputs[root]; ok {
		return b, "", nil
	}
	return nil, "", status.Error(codes.NotFound, "output is not held")
}

func (w *world) get(path string, headers ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	out := httptest.NewRecorder()
	w.router.ServeHTTP(out, r)
	require.Equal(w.t, "nosniff", out.Header().Get("X-Content-Type-Options"), path)
	require.Equal(w.t, "default-src 'none'; sandbox", out.Header().Get("Content-Security-Policy"), path)
	return out
}
