package chain

import (
	"encoding/json"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	dbm "github.com/cosmos/cosmos-db"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
)

// Import starts a new chain from an export, at the height after it, with the same validators.
func (c *Chain) Import(exported servertypes.ExportedApp) *Chain {
	c.T.Helper()
	f := &Follower{Name: "imported", db: dbm.NewMemDB()}
	f.open(c.T)
	c.T.Cleanup(func() { _ = f.App.Close() })

	var updates []abci.ValidatorUpdate
	for _, v := range exported.Validators {
		updates = append(updates, cmttypes.TM2PB.NewValidatorUpdate(v.PubKey, v.Power))
	}
	resetEVM(c.T)
	_, err := f.App.InitChain(&abci.RequestInitChain{
		Time: c.time, ChainId: ID, ConsensusParams: consensusParams(), AppStateBytes: exported.AppState,
		InitialHeight: exported.Height, Validators: updates,
	})
	require.NoError(c.T, err)
	return &Chain{
		T: c.T, Validators: c.Validators, Accounts: c.Accounts, Followers: []*Follower{f}, AfterBlock: CheckSupply,
		height: exported.Height - 1, time: c.time,
	}
}

// ExportUncommitted exports the state that InitChain wrote, before the first block.
func (c *Chain) ExportUncommitted() json.RawMessage {
	c.T.Helper()
	ctx := c.App().NewContextLegacy(false, cmtproto.Header{ChainID: ID, Height: c.height, Time: c.time})
	state, err := c.App().Modules().ExportGenesisForModules(ctx, c.App().AppCodec(), nil)
	require.NoError(c.T, err)
	bytes, err := json.MarshalIndent(state, "", "  ")
	require.NoError(c.T, err)
	return bytes
}
