package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"

	"github.com/imochain/imod/cmd/imod/amount"
	"github.com/imochain/imod/localnet/rpc"
)

const (
	flagWait = "wait"
	// waitLimit bounds the wait for a block and, after it, for the result of a request.
	waitLimit = 2 * time.Minute
	waitPoll  = 200 * time.Millisecond
)

// enhanceTx makes every command that sends a transaction read amounts in whole units, say which network it acts on, and wait for the
// result when asked to. The commands below tx that only handle files stay as they are.
func enhanceTx(tx *cobra.Command) {
	for _, group := range tx.Commands() {
		if !group.HasSubCommands() && group.Name() != "broadcast" {
			continue
		}
		eachLeaf(group, func(cmd *cobra.Command) {
			if cmd.Flags().Lookup(flags.FlagBroadcastMode) == nil || cmd.RunE == nil {
				return
			}
			cmd.Flags().Bool(flagWait, false, "wait until the transaction is in a block, and a request until it has its result, and print what happened")
			inner := cmd.RunE
			cmd.RunE = func(cmd *cobra.Command, args []string) error { return sendTx(cmd, args, inner) }
		})
	}
}

func eachLeaf(cmd *cobra.Command, do func(*cobra.Command)) {
	if !cmd.HasSubCommands() {
		do(cmd)
	}
	for _, child := range cmd.Commands() {
		eachLeaf(child, do)
	}
}

// sendTx runs a command that sends a transaction.
func sendTx(cmd *cobra.Command, args []string, inner func(*cobra.Command, []string) error) error {
	args, err := readAmounts(cmd, args)
	if err != nil {
		return err
	}
	asJSON := jsonAsked(cmd)
	if !asJSON {
		banner(cmd)
	}
	if wait, err := cmd.Flags().GetBool(flagWait); err != nil || !wait || !sends(cmd) {
		return errors.Join(err, inner(cmd, args))
	}
	clientCtx := client.GetClientContextFromCmd(cmd)
	out := cmd.OutOrStdout()
	sent, err := captured(cmd, clientCtx, func() error { return inner(cmd, args) })
	if err != nil || sent == nil { // nil: not confirmed
		return err
	}
	if sent.Code != 0 {
		return &rpc.TxError{Hash: sent.TxHash, Codespace: sent.Codespace, Code: sent.Code, Log: sent.RawLog}
	}
	ctx, cancel := context.WithTimeoutCause(cmd.Context(), waitLimit, fmt.Errorf("not in a block within %s", waitLimit))
	defer cancel()
	// The command may have set node and chain by flags of its own: read them as it did.
	if clientCtx, err = client.GetClientQueryContext(cmd); err != nil {
		return err
	}
	result, err := included(ctx, clientCtx, sent.TxHash)
	if err != nil {
		return err
	}
	if asJSON {
		err = clientCtx.WithOutput(out).WithOutputFormat(flags.OutputFormatJSON).PrintProto(result)
	} else {
		err = printResult(out, result)
	}
	if err != nil {
		return err
	}
	if result.Code != 0 {
		return &rpc.TxError{Hash: result.TxHash, Height: result.Height, Codespace: result.Codespace, Code: result.Code, Log: result.RawLog}
	}
	return followRequests(cmd.Context(), clientCtx, result, out, asJSON)
}

// jsonAsked tells whether JSON was asked for by name; the default of the flag does not count.
func jsonAsked(cmd *cobra.Command) bool {
	f := cmd.Flags().Lookup(flags.FlagOutput)
	return f != nil && f.Changed && f.Value.String() == flags.OutputFormatJSON
}

// sends tells whether the command broadcasts what it makes.
func sends(cmd *cobra.Command) bool {
	for _, name := range []string{flags.FlagGenerateOnly, flags.FlagDryRun, flags.FlagAux, flags.FlagOffline} {
		if on, err := cmd.Flags().GetBool(name); err == nil && on {
			return false
		}
	}
	return true
}

// captured runs a command and returns the answer to its broadcast; nil if it broadcast nothing. What is to be confirmed is shown.
func captured(cmd *cobra.Command, clientCtx client.Context, run func() error) (*sdk.TxResponse, error) {
	var answer bytes.Buffer
	var sink io.Writer = &answer
	if yes, err := cmd.Flags().GetBool(flags.FlagSkipConfirmation); err == nil && !yes {
		sink = io.MultiWriter(&answer, cmd.ErrOrStderr())
	}
	out := cmd.OutOrStdout()
	cmd.SetOut(sink)
	defer cmd.SetOut(out)
	if err := cmd.Flags().Set(flags.FlagOutput, flags.OutputFormatJSON); err != nil {
		return nil, err
	}
	if err := client.SetCmdClientContext(cmd, clientCtx.WithOutput(sink).WithOutputFormat(flags.OutputFormatJSON)); err != nil {
		return nil, err
	}
	if err := run(); err != nil {
		return nil, err
	}
	var sent *sdk.TxResponse
	for decoder := json.NewDecoder(&answer); ; {
		var document json.RawMessage
		if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
			return sent, nil
		} else if err != nil {
			return nil, fmt.Errorf("the answer of the node: %w", err)
		}
		var response sdk.TxResponse
		if err := clientCtx.Codec.UnmarshalJSON(document, &response); err == nil && response.TxHash != "" {
			sent = &response
		}
	}
}

// included waits until a transaction is in a block.
func included(ctx context.Context, clientCtx client.Context, hash string) (*sdk.TxResponse, error) {
	for {
		result, err := authtx.QueryTx(clientCtx, hash)
		if err == nil {
			return result, nil
		}
		if err := pause(ctx); err != nil {
			return nil, fmt.Errorf("transaction %s: %w; imod query tx %s shows whether it was included later", hash, err, hash)
		}
	}
}

// pause waits for the next look.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(waitPoll):
		return nil
	}
}

// printResult tells people what a transaction did.
func printResult(out io.Writer, result *sdk.TxResponse) error {
	word := "done"
	if result.Code != 0 {
		word = "FAILED"
	}
	fee := ""
	if tx, ok := result.Tx.GetCachedValue().(*txtypes.Tx); ok {
		fee = ", fee " + humanCoins(tx.GetFee().String())
	}
	if _, err := fmt.Fprintf(out, "%s in block %d: transaction %s, code %d, gas %d of %d%s\n",
		word, result.Height, result.TxHash, result.Code, result.GasUsed, result.GasWanted, fee); err != nil {
		return err
	}
	for _, line := range eventLines(result.Events) {
		if _, err := fmt.Fprintln(out, " ", line); err != nil {
			return err
		}
	}
	return nil
}

// humanCoins writes a list of coins in whole units where they have any.
func humanCoins(list string) string {
	var out bytes.Buffer
	for i, part := range bytes.Split([]byte(list), []byte(",")) {
		text := string(part)
		if a, err := amount.Parse(text); err == nil {
			text = a.Human()
		}
		if i > 0 {
			out.WriteString(", ")
		}
		out.WriteString(text)
	}
	return out.String()
}
