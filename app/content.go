package app

import (
	"github.com/cosmos/cosmos-sdk/server/api"

	"github.com/imochain/imod/app/display"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// serveContent adds what models made, as files, to the REST server.
func (app *App) serveContent(server *api.Server) {
	display.Register(server.Router, display.Config{
		ChainID: app.ChainID(), State: server.ClientCtx,
		Outputs: func() oracletypes.OutputSource { return app.outputs },
		Flagged: func(root [32]byte) (string, bool) {
			if app.flagged == nil {
				return "", false
			}
			return app.flagged(root)
		},
	})
}
