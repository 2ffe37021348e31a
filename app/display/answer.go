package display

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/x/aigc/content"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// answer is a file whose bytes never change; whether it is shown can.
type answer struct {
	body      []byte
	mediaType string
	headers   []content.Header
	// mutable files are asked for again: they can be withdrawn.
	mutable bool
}

// render turns a raw output into the file that is served, with the mark that a model
// made it.
func render(p descriptor.Pipeline, output []byte, from content.Provenance) (answer, error) {
	file, mediaType, err := pipeline.EncodeDisplay(p, output)
	if err != nil {
		return answer{}, err
	}
	file, _, err = content.Mark(file, mediaType, from)
	return answer{body: file, mediaType: mediaType, headers: content.Headers(from)}, err
}

// promptOf is an input as text, empty for a pipeline that takes none.
func promptOf(p descriptor.Pipeline, input []byte) string {
	switch p.(type) {
	case *descriptor.Image, *descriptor.Text:
		if utf8.Valid(input) {
			return string(input)
		}
	}
	return ""
}

// trust is a trust class as people read it.
func trust(c oracletypes.TrustClass) string { return strings.TrimPrefix(c.String(), "TRUST_CLASS_") }

// write sends the file. What a model made is a stranger's file: it is never sniffed,
// and a browser that shows it as a page runs nothing and loads nothing.
func (a answer) write(w http.ResponseWriter, r *http.Request) {
	sum := sha256.Sum256(a.body)
	h := w.Header()
	harden(h)
	for _, extra := range a.headers {
		h.Set(extra.Name, extra.Value)
	}
	h.Set("Content-Type", a.mediaType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	if a.mutable {
		h.Set("Cache-Control", "public, max-age=300, must-revalidate")
	}
	h.Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.body))
}

func harden(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

// failure is an error with its HTTP status and words for whoever asked.
type failure struct {
	http int
	code codes.Code
	text string
}

func (f failure) Error() string { return f.text }

// asFailure finds the status of an error of a query.
func asFailure(err error) failure {
	if f, ok := err.(failure); ok { //nolint:errorlint // failures are never wrapped
		return f
	}
	code := status.Code(err)
	at := map[codes.Code]int{
		codes.NotFound: http.StatusNotFound, codes.InvalidArgument: http.StatusBadRequest,
		codes.FailedPrecondition: http.StatusConflict, codes.Unavailable: http.StatusServiceUnavailable,
	}[code]
	if at == 0 {
		return failure{http.StatusInternalServerError, codes.Internal, fmt.Sprintf("the file cannot be made: %s", status.Convert(err).Message())}
	}
	return failure{at, code, status.Convert(err).Message()}
}

// writeError answers in the form of the other REST paths.
func writeError(w http.ResponseWriter, err error) {
	f := asFailure(err)
	body, err := json.Marshal(map[string]any{"code": f.code, "message": f.text, "details": []string{}})
	if err != nil {
		body = []byte("{}") // a number and texts: it cannot be
	}
	h := w.Header()
	harden(h)
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(f.http)
	_, _ = w.Write(body) // an error means that the client went away
}
