package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/types/bech32"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/inference/bundle"
)

// noApplication replaces the root's preparation, which reads the node's files.
func noApplication(*cobra.Command, []string) error { return nil }

func modelCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "model",
		Short: "Pack, look at, compare, check, run and serve model bundles; run conformance tests",
		Long: `A bundle is a folder named by its manifest root: manifest, ir, tensors, weights, card.md.
The manifest is what is registered on chain; everything else hangs on its root.`,
		PersistentPreRunE: noApplication,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(modelPackCmd(), modelInspectCmd(), modelSharedCmd(), modelVerifyCmd(), modelVerifyContentCmd(), modelRunCmd(), modelServeCmd(), modelConformanceCmd())
	return cmd
}

// openBundle opens the bundle in a folder.
func openBundle(folder string) (*bundle.Bundle, error) {
	dir, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer dir.Close() //nolint:errcheck // opened for reading
	b, err := bundle.OpenFolder(dir.FS())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	return b, nil
}

// writeBundle writes a bundle below out, in a folder named by its root. The folder
// appears as a whole or not at all.
func writeBundle(b *bundle.Bundle, out string) (folder string, err error) {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", err
	}
	folder = filepath.Join(out, bundle.FolderName(b.Manifest.Root()))
	temporary, err := os.MkdirTemp(out, "packing-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temporary) //nolint:errcheck // gone after the rename
	err = b.Write(func(name string) (io.WriteCloser, error) {
		return os.OpenFile(filepath.Join(temporary, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	})
	if err != nil {
		return "", err
	}
	if err := os.Chmod(temporary, 0o755); err != nil {
		return "", err
	}
	if err := os.RemoveAll(folder); err != nil { // same root, same bytes
		return "", err
	}
	return folder, os.Rename(temporary, folder)
}

// parseAddress reads a 20-byte account as imo1... or 0x...
func parseAddress(s string) (a [20]byte, err error) {
	var raw []byte
	if digits, ok := strings.CutPrefix(s, "0x"); ok {
		raw, err = hex.DecodeString(digits)
	} else {
		var prefix string
		prefix, raw, err = bech32.DecodeAndConvert(s)
		if err == nil && prefix != app.Bech32Prefix {
			err = fmt.Errorf("prefix is %q, wanted %q", prefix, app.Bech32Prefix)
		}
	}
	if err != nil {
		return a, fmt.Errorf("address %q: %w", s, err)
	}
	if len(raw) != len(a) {
		return a, fmt.Errorf("address %q has %d bytes, wanted %d", s, len(raw), len(a))
	}
	return [20]byte(raw), nil
}

// printJSON prints a value with indentation.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

const (
	flagOutput = "output"
	outputText = "text"
	outputJSON = "json"
)

// addOutputFlag lets a command print for people or for programs.
func addOutputFlag(cmd *cobra.Command) {
	cmd.Flags().String(flagOutput, outputText, "text or json")
}

func wantsJSON(cmd *cobra.Command) (bool, error) {
	format, err := cmd.Flags().GetString(flagOutput)
	if err != nil {
		return false, err
	}
	if format != outputText && format != outputJSON {
		return false, fmt.Errorf("--%s %q is neither %s nor %s", flagOutput, format, outputText, outputJSON)
	}
	return format == outputJSON, nil
}
