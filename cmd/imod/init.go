package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	genutilcli "github.com/cosmos/cosmos-sdk/x/genutil/client/cli"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/imochain/imod/app"
	imotypes "github.com/imochain/imod/x/imo/types"
)

const flagNetworkKind = "network-kind"

// initCmd is the SDK's init with this chain's genesis: its own defaults for every module, vote
// extensions from the first block on, and bounded blocks.
func initCmd(temporary *app.App) *cobra.Command {
	cmd := genutilcli.InitCmd(temporary.Basics(), app.DefaultNodeHome)
	inner := cmd.RunE
	cmd.Flags().String(flagNetworkKind, imotypes.NETWORK_KIND_TEST.Word(),
		"what the network is for, for ever: "+strings.Join(imotypes.NetworkKinds(), ", "))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		text, err := cmd.Flags().GetString(flagNetworkKind)
		if err != nil {
			return err
		}
		kind, err := imotypes.ParseNetworkKind(text)
		if err != nil {
			return err
		}
		if err := inner(cmd, args); err != nil {
			return err
		}
		home := client.GetClientContextFromCmd(cmd).HomeDir
		return finishGenesis(filepath.Join(home, "config", "genesis.json"), temporary, kind)
	}
	return cmd
}

func finishGenesis(path string, temporary *app.App, kind imotypes.NetworkKind) error {
	genesis, err := genutiltypes.AppGenesisFromFile(path)
	if err != nil {
		return fmt.Errorf("genesis: %w", err)
	}
	state := temporary.DefaultGenesis()
	var imo imotypes.GenesisState
	if err := temporary.AppCodec().UnmarshalJSON(state[imotypes.ModuleName], &imo); err != nil {
		return err
	}
	imo.NetworkKind = kind
	if state[imotypes.ModuleName], err = temporary.AppCodec().MarshalJSON(&imo); err != nil {
		return err
	}
	if genesis.AppState, err = json.Marshal(state); err != nil {
		return err
	}
	app.SetConsensusParams(genesis)
	return genesis.SaveAs(path)
}
