package app

import (
	"encoding/json"
	"errors"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	"github.com/cosmos/cosmos-sdk/x/staking"
)

// errZeroHeight is why an export restarts at the next height: rewriting the heights inside open
// offerings, requests and epochs would change what people were promised.
var errZeroHeight = errors.New("export for zero height is not supported: deadlines and epochs are counted in heights")

// ExportAppStateAndValidators writes the state of the last height as a genesis that starts at
// the next one.
func (app *App) ExportAppStateAndValidators(forZeroHeight bool, _, modules []string) (servertypes.ExportedApp, error) {
	if forZeroHeight {
		return servertypes.ExportedApp{}, errZeroHeight
	}
	ctx := app.NewContext(true)
	state, err := app.modules.ExportGenesisForModules(ctx, app.codec, modules)
	if err != nil {
		return servertypes.ExportedApp{}, err
	}
	bytes, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return servertypes.ExportedApp{}, err
	}
	validators, err := staking.WriteValidators(ctx, app.StakingKeeper)
	return servertypes.ExportedApp{
		AppState:        bytes,
		Validators:      validators,
		Height:          app.LastBlockHeight() + 1,
		ConsensusParams: app.GetConsensusParams(ctx),
	}, err
}
