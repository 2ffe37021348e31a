package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cast"
	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/node/archive"
	"github.com/imochain/imod/x/oracle/receipt"
	"github.com/imochain/imod/x/oracle/types"
)

// maxProof bounds a file with a proof.
const maxProof = 1 << 20

func receiptsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "receipts",
		Short: "Export, prove and verify the receipts of final requests",
		Long: `The chain keeps the root of each block's receipts for ever and forgets the requests after a while. A node with
archive = true in the section [receipts] of app.toml keeps the receipts in data/receipts.dat; from there a result can be
proved to anybody who reads the root from any node.`,
		PersistentPreRunE: noApplication,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(receiptsExportCmd(), receiptsProveCmd(), receiptsVerifyCmd())
	return cmd
}

// archiveFile is where a node keeps its receipts.
func archiveFile(home string) string { return filepath.Join(home, "data", "receipts.dat") }

// attachArchive opens the archive of a node that keeps one. It stays open until the process ends.
func attachArchive(node *app.Node, options servertypes.AppOptions, chainID string) error {
	path := cast.ToString(options.Get(keyArchiveFile))
	if path == "" {
		return nil
	}
	w, err := archive.Open(path, attestation.ChainHash(chainID))
	if err != nil {
		return err
	}
	node.Archived = w.Last()
	node.Archive = func(height int64, receipts [][]byte) error {
		return w.Append(archive.Block{Height: height, Receipts: receipts})
	}
	return nil
}

// shownReceipt is a receipt for people; bytes are its encoding, which is what is proved.
type shownReceipt struct {
	RequestID  string `json:"request_id"`
	ModelID    string `json:"model_id"`
	Version    uint32 `json:"version"`
	Seed       string `json:"seed"`
	Manifest   string `json:"manifest_root"`
	Input      string `json:"input_root"`
	Output     string `json:"output_root"`
	Witness    string `json:"witness"`
	TrustClass string `json:"trust_class"`
	Height     int64  `json:"height"`
	Bytes      string `json:"bytes"`
}

func show(raw []byte) (shownReceipt, error) {
	r, err := receipt.Parse(raw)
	return shownReceipt{
		RequestID: strconv.FormatUint(r.ID, 10), ModelID: strconv.FormatUint(r.ModelID, 10), Version: r.Version,
		Seed: strconv.FormatUint(r.Seed, 10), Manifest: hex.EncodeToString(r.ManifestRoot[:]), Input: hex.EncodeToString(r.InputRoot[:]),
		Output: hex.EncodeToString(r.Output[:]), Witness: hex.EncodeToString(r.Witness[:]),
		TrustClass: types.TrustClass(r.TrustClass).String(), Height: r.Height, Bytes: hex.EncodeToString(raw),
	}, err
}

// shownProof is a proof as a file.
type shownProof struct {
	Receipt shownReceipt `json:"receipt"`
	Height  int64        `json:"height"`
	Index   int          `json:"index"`
	Count   int          `json:"count"`
	Path    []string     `json:"path"`
	Root    string       `json:"root"`
}

// withArchive opens the archive that the flags name.
func withArchive(home, file string, use func(io.Reader) error) error {
	if file == "" {
		file = archiveFile(home)
	}
	f, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: a node writes it with archive = true in the section [receipts] of app.toml", err)
	}
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // opened for reading
	return use(f)
}

func addArchiveFlags(cmd *cobra.Command, home, file *string) {
	cmd.Flags().StringVar(home, "home", app.DefaultNodeHome, "home of the node")
	cmd.Flags().StringVar(file, "archive", "", "file of receipts (default: data/receipts.dat below the home)")
}

func receiptsExportCmd() *cobra.Command {
	var home, file string
	var from, to int64
	cmd := &cobra.Command{
		Use:     "export",
		Short:   "Print receipts, one line of JSON each",
		Example: "  imod receipts export --from 1000 --to 2000 | jq .output_root",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			encoder := json.NewEncoder(cmd.OutOrStdout())
			return withArchive(home, file, func(in io.Reader) error {
				var failed error
				err := archive.Read(in, nil, func(b archive.Block) bool {
					if b.Height < from || to != 0 && b.Height > to {
						return b.Height < from
					}
					for _, raw := range b.Receipts {
						shown, err := show(raw)
						if failed = errors.Join(err, encoder.Encode(shown)); failed != nil {
							return false
						}
					}
					return true
				})
				return errors.Join(err, failed)
			})
		},
	}
	addArchiveFlags(cmd, &home, &file)
	cmd.Flags().Int64Var(&from, "from", 0, "first height")
	cmd.Flags().Int64Var(&to, "to", 0, "last height (0: no end)")
	return cmd
}

func receiptsProveCmd() *cobra.Command {
	var home, file string
	cmd := &cobra.Command{
		Use:     "prove [request-id]",
		Short:   "Print the proof that a request's result is under the root of its block",
		Example: "  imod receipts prove 17 >proof.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := strconv.ParseUint(args[0], 10, 64)
			if err != nil {
				return err
			}
			return withArchive(home, file, func(in io.Reader) error {
				p, err := archive.Prove(in, id)
				if err != nil {
					return err
				}
				out := shownProof{Height: p.Height, Index: p.Index, Count: p.Count, Root: hex.EncodeToString(p.Root[:])}
				if out.Receipt, err = show(p.Receipt); err != nil {
					return err
				}
				for _, node := range p.Path {
					out.Path = append(out.Path, hex.EncodeToString(node[:]))
				}
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetIndent("", "  ")
				return encoder.Encode(out)
			})
		},
	}
	addArchiveFlags(cmd, &home, &file)
	return cmd
}

func receiptsVerifyCmd() *cobra.Command {
	var address string
	cmd := &cobra.Command{
		Use:     "verify [proof]",
		Short:   "Check a proof against the root that a node has",
		Example: "  imod receipts verify proof.json --grpc 127.0.0.1:9090",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			raw, err := readFile(args[0], maxProof)
			if err != nil {
				return err
			}
			conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()))
			if err != nil {
				return err
			}
			defer conn.Close() //nolint:errcheck // only asked
			height, r, err := verifyProof(cmd.Context(), types.NewQueryClient(conn), raw)
			if err != nil {
				return err
			}
			cmd.Printf("request %d of model %d: output root %x is under the root of block %d\n", r.ID, r.ModelID, r.Output, height)
			return nil
		},
	}
	cmd.Flags().StringVar(&address, "grpc", "127.0.0.1:9090", "gRPC address of a node")
	return cmd
}

// rootSource tells the roots that the chain keeps.
type rootSource interface {
	ReceiptRoot(ctx context.Context, in *types.QueryReceiptRootRequest, opts ...grpc.CallOption) (*types.QueryReceiptRootResponse, error)
}

// verifyProof checks a proof. Everything but the receipt's bytes, its place and the path is taken from the
// chain or from those bytes.
func verifyProof(ctx context.Context, chain rootSource, raw []byte) (height int64, r receipt.Receipt, err error) {
	var p shownProof
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		return 0, r, fmt.Errorf("proof: %w", err)
	}
	leaf, err := hex.DecodeString(p.Receipt.Bytes)
	if err != nil {
		return 0, r, fmt.Errorf("receipt: %w", err)
	}
	if r, err = receipt.Parse(leaf); err != nil {
		return 0, r, err
	}
	var path [][32]byte
	for _, text := range p.Path {
		node, err := hex.DecodeString(text)
		if err != nil || len(node) != 32 {
			return 0, r, fmt.Errorf("path: %q is not a hash", text)
		}
		path = append(path, [32]byte(node))
	}
	resp, err := chain.ReceiptRoot(ctx, &types.QueryReceiptRootRequest{Height: r.Height})
	if err != nil {
		return 0, r, fmt.Errorf("root of block %d: %w", r.Height, err)
	}
	if len(resp.ReceiptRoot.Root) != 32 {
		return 0, r, fmt.Errorf("root of block %d has %d bytes", r.Height, len(resp.ReceiptRoot.Root))
	}
	return r.Height, r, receipt.Verify([32]byte(resp.ReceiptRoot.Root), leaf, p.Index, int(resp.ReceiptRoot.Count), path)
}
