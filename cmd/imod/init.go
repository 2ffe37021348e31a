package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	genutilcli "github.com/cosmos/cosmos-sdk/x/genutil/client/cli"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/imochain/imod/app"
)

// initCmd is the SDK's init with this chain's genesis: its own defaults for every module, vote
// extensions from the first block on, and bounded blocks.
func initCmd(temporary *app.App) *cobra.Command {
	cmd := genutilcli.InitCmd(temporary.Basics(), app.DefaultNodeHome)
	inner := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := inner(cmd, args); err != nil {
			return err
		}
		home := client.GetClientContextFromCmd(cmd).HomeDir
		return finishGenesis(filepath.Join(home, "config", "genesis.json"), temporary)
	}
	return cmd
}

func finishGenesis(path string, temporary *app.App) error {
	genesis, err := genutiltypes.AppGenesisFromFile(path)
	if err != nil {
		return fmt.Errorf("genesis: %w", err)
	}
	if genesis.AppState, err = json.Marshal(temporary.DefaultGenesis()); err != nil {
		return err
	}
	app.SetConsensusParams(genesis)
	return genesis.SaveAs(path)
}
