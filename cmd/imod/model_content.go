package main

import (
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/imochain/imod/clients/recompute"
	aigctypes "github.com/imochain/imod/x/aigc/types"
)

// maxCompared bounds a file that is compared with a token's content.
const maxCompared = 4 * aigctypes.MaxContentBytes

// contentView is what verify-content prints.
type contentView struct {
	Collection   string `json:"collection"`
	TokenID      string `json:"token_id"`
	ModelID      string `json:"model_id"`
	Version      uint32 `json:"version"`
	ManifestRoot string `json:"manifest_root"`
	Seed         string `json:"seed"`
	OutputRoot   string `json:"output_root"`
	TrustClass   string `json:"trust_class"`
	// File says that a file was compared, and is the content.
	File bool `json:"file"`
}

func modelVerifyContentCmd() *cobra.Command {
	var address, folder, file string
	cmd := &cobra.Command{
		Use:   "verify-content COLLECTION TOKEN-ID",
		Short: "Run the model of a token again and compare with the chain's record",
		Long: `The record of a final token says that this model, on this input and seed, gave the output of this root. The command checks the record
against itself and the registry, runs the model from a bundle on this machine, and compares. With --file a picture or a raw output
that somebody shows is compared as well: a PNG by its pixels, whatever its metadata say.`,
		Example: `  imod model verify-content 1 5c0f…e2 --bundle bundles/<root> --file star.png`,
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			asJSON, err := wantsJSON(cmd)
			if err != nil {
				return err
			}
			collection, err := strconv.ParseUint(args[0], 10, 64)
			if err != nil {
				return fmt.Errorf("collection: %w", err)
			}
			view, err := verifyContent(cmd, collection, args[1], address, folder, file)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), view)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "token %s of collection %s: version %d of model %s gives the output root %s with seed %s (%s)\n",
				view.TokenID, view.Collection, view.Version, view.ModelID, view.OutputRoot, view.Seed, view.TrustClass)
			if err == nil && view.File {
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is that output\n", file)
			}
			return err
		},
	}
	cmd.Flags().StringVar(&address, "grpc", "127.0.0.1:9090", "gRPC address of a node")
	cmd.Flags().StringVar(&folder, "bundle", "", "folder of the model's bundle")
	cmd.Flags().StringVar(&file, "file", "", "file that is said to be the content: raw output or PNG")
	if err := cmd.MarkFlagRequired("bundle"); err != nil {
		panic(err) // the flag is three lines above
	}
	addOutputFlag(cmd)
	return cmd
}

func verifyContent(cmd *cobra.Command, collection uint64, token, address, folder, file string) (contentView, error) {
	b, err := openBundle(folder)
	if err != nil {
		return contentView{}, err
	}
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return contentView{}, err
	}
	defer conn.Close() //nolint:errcheck // only asked
	claim, err := recompute.Read(cmd.Context(), conn, collection, token)
	if err != nil {
		return contentView{}, err
	}
	report, err := recompute.Check(cmd.Context(), claim, b)
	if err != nil {
		return contentView{}, err
	}
	if file != "" {
		shown, err := readFile(file, maxCompared)
		if err != nil {
			return contentView{}, err
		}
		if err := report.Shows(shown); err != nil {
			return contentView{}, fmt.Errorf("%s: %w", file, err)
		}
	}
	return contentView{
		Collection: strconv.FormatUint(claim.CollectionID, 10), TokenID: claim.TokenID.String(), ModelID: strconv.FormatUint(claim.ModelID, 10),
		Version: claim.Version, ManifestRoot: hex.EncodeToString(claim.ManifestRoot[:]), Seed: strconv.FormatUint(claim.Seed, 10),
		OutputRoot: hex.EncodeToString(claim.OutputRoot[:]), TrustClass: claim.TrustClass, File: file != "",
	}, nil
}
