package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"

	oracletypes "github.com/imochain/imod/x/oracle/types"
)

const (
	requestCreated = "imod.oracle.v1.EventRequestCreated"
	// maxShown is the largest output that is printed as text.
	maxShown = 4096
)

// followRequests waits for the results of the requests that a transaction made and prints them. One that expired is an error.
func followRequests(ctx context.Context, clientCtx client.Context, tx *sdk.TxResponse, out io.Writer, asJSON bool) error {
	for _, event := range tx.Events {
		if event.Type != requestCreated {
			continue
		}
		for _, a := range event.Attributes {
			if a.Key != "request_id" {
				continue
			}
			id, err := strconv.ParseUint(strings.Trim(a.Value, `"`), 10, 64)
			if err != nil {
				return fmt.Errorf("request id %s: %w", a.Value, err)
			}
			if err := followRequest(ctx, clientCtx, id, out, asJSON); err != nil {
				return err
			}
		}
	}
	return nil
}

func followRequest(ctx context.Context, clientCtx client.Context, id uint64, out io.Writer, asJSON bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, waitLimit, fmt.Errorf("no result within %s", waitLimit))
	defer cancel()
	queries := oracletypes.NewQueryClient(clientCtx)
	began := time.Now()
	for {
		res, err := queries.Request(ctx, &oracletypes.QueryRequestRequest{Id: id})
		if err == nil && (res.Request.Status == oracletypes.RequestStatus_REQUEST_STATUS_FINAL || res.Request.Status == oracletypes.RequestStatus_REQUEST_STATUS_EXPIRED) {
			if asJSON {
				if err := clientCtx.WithOutput(out).WithOutputFormat(flags.OutputFormatJSON).PrintProto(&res.Request); err != nil {
					return err
				}
			}
			if res.Request.Status == oracletypes.RequestStatus_REQUEST_STATUS_EXPIRED {
				return fmt.Errorf("request %d expired without a result: fee and price are refunded in full", id)
			}
			if asJSON {
				return nil
			}
			return printRequest(ctx, queries, &res.Request, time.Since(began), out)
		}
		if waitErr := pause(ctx); waitErr != nil {
			return fmt.Errorf("request %d: %w; imod query oracle request %d shows where it stands", id, waitErr, id)
		}
	}
}

// printRequest tells people the result, or where its bytes are.
func printRequest(ctx context.Context, queries oracletypes.QueryClient, r *oracletypes.Request, took time.Duration, out io.Writer) error {
	fmt.Fprintf(out, "request %d is FINAL in block %d after %s: %s by %d of %d power\n",
		r.Id, r.FinalHeight, took.Round(100*time.Millisecond), strings.TrimPrefix(r.TrustClass.String(), "TRUST_CLASS_"), r.Attested.MatchedPower, r.Attested.TotalPower)
	fmt.Fprintf(out, "  output hash %s\n", hex.EncodeToString(r.OutputRoot))
	res, err := queries.Output(ctx, &oracletypes.QueryOutputRequest{Id: r.Id})
	switch {
	case err == nil && printable(res.Output):
		_, err = fmt.Fprintf(out, "  output %s\n", res.Output)
	case err == nil:
		_, err = fmt.Fprintf(out, "  output of %d bytes: imod query oracle output %d, or REST /imod/oracle/v1/requests/%d/output\n", len(res.Output), r.Id, r.Id)
	default:
		_, err = fmt.Fprintf(out, "  this node does not hold the output yet: imod query oracle output %d, or REST /imod/oracle/v1/requests/%d/output\n", r.Id, r.Id)
	}
	return err
}

// printable tells whether an output is short text that a terminal can show as it is.
func printable(output []byte) bool {
	return len(output) > 0 && len(output) <= maxShown && utf8.Valid(output) &&
		!strings.ContainsFunc(string(output), func(r rune) bool { return !unicode.IsPrint(r) && r != '\n' })
}
