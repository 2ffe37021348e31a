package display

import (
	"context"
	"net/http"

	"github.com/gorilla/mux"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/aigc/content"
	aigctypes "github.com/imochain/imod/x/aigc/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// token serves the content of a final token.
func (s *server) token(r *http.Request) (answer, error) {
	collection, err := number(r, "collection", 64)
	if err != nil {
		return answer{}, err
	}
	id := mux.Vars(r)["token_id"]
	resp, err := s.aigc.Token(r.Context(), &aigctypes.QueryTokenRequest{CollectionId: collection, TokenId: id})
	if err != nil {
		return answer{}, err
	}
	t := resp.Token
	if t.Flags != nil && t.Flags.Withdrawn {
		return answer{}, failure{http.StatusUnavailableForLegalReasons, codes.PermissionDenied, "the content was withdrawn: " + t.Flags.Note}
	}
	switch t.Status {
	case aigctypes.TOKEN_STATUS_FINAL:
	case aigctypes.TOKEN_STATUS_BURNT:
		return answer{}, failure{http.StatusGone, codes.NotFound, "the token was burnt"}
	default:
		return answer{}, s.pending(r.Context(), t)
	}
	root, err := hash(t.OutputRoot)
	if err != nil {
		return answer{}, err
	}
	if err := s.refuse(root); err != nil {
		return answer{}, err
	}
	manifestRoot, err := hash(t.ManifestRoot)
	if err != nil {
		return answer{}, err
	}
	_, manifest, err := s.manifest(r.Context(), t.ModelId, t.Version)
	if err != nil {
		return answer{}, err
	}
	output, err := s.tokenOutput(r.Context(), t, root)
	if err != nil {
		return answer{}, err
	}
	file, err := render(manifest.Pipeline, output, content.Provenance{
		ChainID: s.ChainID, RequestID: t.RequestId, CollectionID: t.CollectionId, TokenID: t.TokenId,
		ModelID: t.ModelId, Version: t.Version, ManifestRoot: manifestRoot, Seed: t.Seed, Prompt: promptOf(manifest.Pipeline, t.Input),
		OutputRoot: root, TrustClass: trust(t.TrustClass),
	})
	file.mutable = true // flags can come
	if t.Flags != nil && t.Flags.Sensitive {
		file.headers = append(file.headers, content.Header{Name: "X-Content-Sensitive", Value: "true"})
	}
	return file, err
}

// pending says what a token waits for.
func (s *server) pending(ctx context.Context, t aigctypes.TokenInfo) error {
	words := "the result is not final yet; ask again in a few seconds"
	if resp, err := s.oracle.Request(ctx, &oracletypes.QueryRequestRequest{Id: t.RequestId}); err == nil && resp.Request.Final() {
		words = "the result is final; anyone may settle the token now (imod tx aigc settle)"
	}
	return failure{http.StatusConflict, codes.FailedPrecondition, "the token is pending: " + words}
}

// tokenOutput finds the raw bytes: kept with the token, kept with the request, or in
// the node's sidecar, where they stay when the request is pruned.
func (s *server) tokenOutput(ctx context.Context, t aigctypes.TokenInfo, root bundle.Hash) ([]byte, error) {
	kept, err := s.aigc.StoredContent(ctx, &aigctypes.QueryStoredContentRequest{CollectionId: t.CollectionId, TokenId: t.TokenId})
	if err == nil && merkle.BytesRoot(kept.Content) == root {
		return kept.Content, nil
	}
	if err != nil && status.Code(err) != codes.NotFound {
		return nil, err
	}
	request, err := s.oracle.Request(ctx, &oracletypes.QueryRequestRequest{Id: t.RequestId})
	if err == nil && merkle.BytesRoot(request.Request.Output) == root {
		return request.Request.Output, nil
	}
	return s.output(ctx, root, bytesRoot)
}

func bytesRoot(b []byte) (bundle.Hash, error) { return merkle.BytesRoot(b), nil }
