package main

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/shared"
)

// sharedView is what two bundles have in common. Proof is base64.
type sharedView struct {
	Tensors     uint32 `json:"tensors"`
	Bytes       uint64 `json:"bytes"`
	WeightBytes uint64 `json:"weight_bytes"` // of the later bundle
	Proof       []byte `json:"proof"`
}

func modelSharedCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "shared FOLDER EARLIER-FOLDER",
		Short: "Prove that a bundle has weights of an earlier one",
		Long: `Compares the tensors of two bundles, without reading their weights, and writes a proof of those that are
bit for bit in both. Whoever registered the earlier model puts it on chain, where it is shown with the later one:

  imod model shared models/copy models/mine --proof-file shared.proof
  imod tx imo show-shared-weights 8 0 7 0 shared.proof --from mine

A proof of at most 32 KiB names the largest common tensors. One changed bit hides a tensor.`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			asJSON, err := wantsJSON(cmd)
			if err != nil {
				return err
			}
			file, err := cmd.Flags().GetString("proof-file")
			if err != nil {
				return err
			}
			later, manifest, err := readTable(args[0])
			if err != nil {
				return err
			}
			earlier, _, err := readTable(args[1])
			if err != nil {
				return err
			}
			proof, found, err := shared.Prove(later, earlier)
			if err != nil {
				return err
			}
			if file != "" {
				if err := os.WriteFile(file, proof, 0o644); err != nil {
					return err
				}
			}
			v := sharedView{found.Tensors, found.Bytes, manifest.WeightBytes, proof}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), v)
			}
			out := cmd.OutOrStdout()
			if _, err := fmt.Fprintf(out, "%d tensors with %d of %d bytes of weights are in both\n", v.Tensors, v.Bytes, v.WeightBytes); err != nil {
				return err
			}
			if file == "" {
				_, err = fmt.Fprintf(out, "proof: %s\n", base64.StdEncoding.EncodeToString(proof))
			}
			return err
		},
	}
	cmd.Flags().String("proof-file", "", "write the proof to this file")
	addOutputFlag(cmd)
	return cmd
}

// readTable reads manifest and tensor table of the bundle in a folder.
func readTable(folder string) (*bundle.Table, *bundle.Manifest, error) {
	dir, err := os.OpenRoot(folder)
	if err != nil {
		return nil, nil, err
	}
	defer dir.Close() //nolint:errcheck // opened for reading
	m, err := bundle.ReadManifest(dir.FS())
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", folder, err)
	}
	raw, err := fs.ReadFile(dir.FS(), bundle.FileTensors)
	if err != nil {
		return nil, nil, err
	}
	table, err := bundle.DecodeTable(raw, m)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", folder, err)
	}
	return table, m, nil
}
