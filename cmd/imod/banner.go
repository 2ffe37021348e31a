package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	sdkserver "github.com/cosmos/cosmos-sdk/server"

	imotypes "github.com/imochain/imod/x/imo/types"
)

// bannerTimeout bounds the question for the banner, without whose answer a transaction goes on.
const bannerTimeout = 3 * time.Second

// kindWords says what a kind of network means for whoever signs there.
var kindWords = map[imotypes.NetworkKind]string{
	imotypes.NETWORK_KIND_LOCAL: "its keys are public and its coins are worth nothing",
	imotypes.NETWORK_KIND_TEST:  "its coins are worth nothing",
	imotypes.NETWORK_KIND_MAIN:  "its coins have value and transactions cannot be undone",
}

// banner prints one line about the network that a transaction is for. A node that does not answer is not asked twice: the command
// itself says what is wrong.
func banner(cmd *cobra.Command) {
	if !sends(cmd) {
		return
	}
	clientCtx, err := client.GetClientQueryContext(cmd)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), bannerTimeout)
	defer cancel()
	network, err := imotypes.NewQueryClient(clientCtx).Network(ctx, &imotypes.QueryNetworkRequest{})
	if err != nil {
		return
	}
	signer := ""
	if f := cmd.Flags().Lookup(flags.FlagFrom); f != nil && f.Value.String() != "" {
		signer = "; signed by " + f.Value.String()
	}
	cmd.PrintErrf("%s network %s: %s%s\n", network.Kind.Word(), network.ChainId, kindWords[network.Kind], signer)
}

// statusCmd is the SDK's status of a node, with what the network is for.
func statusCmd() *cobra.Command {
	cmd := sdkserver.StatusCommand()
	cmd.Short = "Show where a node stands and what its network is for"
	inner := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		clientCtx, err := client.GetClientQueryContext(cmd)
		if err != nil {
			return err
		}
		var answer bytes.Buffer
		if err := client.SetCmdClientContext(cmd, clientCtx.WithOutput(&answer).WithOutputFormat(flags.OutputFormatJSON)); err != nil {
			return err
		}
		format, err := cmd.Flags().GetString(flags.FlagOutput)
		if err != nil {
			return err
		}
		if err := cmd.Flags().Set(flags.FlagOutput, flags.OutputFormatJSON); err != nil {
			return err
		}
		if err := inner(cmd, args); err != nil {
			return err
		}
		status := make(map[string]json.RawMessage)
		if err := json.Unmarshal(answer.Bytes(), &status); err != nil {
			return fmt.Errorf("the answer of the node: %w", err)
		}
		if network, err := imotypes.NewQueryClient(clientCtx).Network(cmd.Context(), &imotypes.QueryNetworkRequest{}); err == nil {
			if status["network_kind"], err = json.Marshal(network.Kind.Word()); err != nil {
				return err
			}
		}
		raw, err := json.Marshal(status)
		if err != nil {
			return err
		}
		return clientCtx.WithOutput(cmd.OutOrStdout()).WithOutputFormat(format).PrintRaw(raw)
	}
	return cmd
}
