package app

import (
	"net/http"

	"github.com/gorilla/mux"

	"github.com/imochain/imod/docs/openapi"
)

// serveOpenAPI answers with imod's own document where the bundled Swagger page looks for one.
// JSON is YAML, so the page reads it under its old name.
func serveOpenAPI(router *mux.Router) {
	router.HandleFunc("/swagger/swagger.yaml", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(openapi.Document)
	}).Methods(http.MethodGet, http.MethodHead)
}
