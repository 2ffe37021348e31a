package main

import (
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/types/bech32"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/pipeline/pack"
)

// manifestView is a manifest for readers. Numbers that may exceed 2^53 are strings.
type manifestView struct {
	Root          string              `json:"root"`
	Folder        string              `json:"folder,omitempty"`
	Manifest      []byte              `json:"manifest"` // as it is registered, base64
	Semantics     uint32              `json:"semantics"`
	Creator       string              `json:"creator"`
	Name          string              `json:"name"`
	Summary       string              `json:"summary"`
	Licence       string              `json:"licence"`
	Domain        string              `json:"domain"`
	IRRoot        string              `json:"ir_root"`
	WeightsRoot   string              `json:"weights_root"`
	CardRoot      string              `json:"card_root"`
	ONNXHash      string              `json:"onnx_sha256"`
	TotalBytes    uint64              `json:"total_bytes"`
	WeightBytes   uint64              `json:"weight_bytes"`
	WorkUnits     uint64              `json:"work_units"`
	PeakMemory    uint64              `json:"peak_memory"`
	MaxInput      uint32              `json:"max_input_bytes"`
	MaxOutput     uint32              `json:"max_output_bytes"`
	PipelineKind  string              `json:"pipeline_kind"`
	Pipeline      descriptor.Pipeline `json:"pipeline"`
	OutputType    string              `json:"output_type"`
	Vectors       []vectorView        `json:"vectors"`
	ManifestBytes int                 `json:"manifest_bytes"`
}

type vectorView struct {
	Input      string `json:"input"` // hexadecimal
	Seed       string `json:"seed"`
	OutputRoot string `json:"output_root"`
	Witness    string `json:"witness"`
}

func describe(m *bundle.Manifest, folder string) (manifestView, error) {
	creator, err := bech32.ConvertAndEncode(app.Bech32Prefix, m.Creator[:])
	if err != nil {
		return manifestView{}, err
	}
	encoded := m.Encode()
	root := bundle.RootOf(encoded)
	v := manifestView{
		Root: hex.EncodeToString(root[:]), Folder: folder, Manifest: encoded, ManifestBytes: len(encoded),
		Semantics: m.Semantics, Creator: creator,
		Name: m.Name, Summary: m.Summary, Licence: m.Licence, Domain: m.Domain,
		IRRoot: hex.EncodeToString(m.IRRoot[:]), WeightsRoot: hex.EncodeToString(m.WeightsRoot[:]),
		CardRoot: hex.EncodeToString(m.CardRoot[:]), ONNXHash: hex.EncodeToString(m.ONNXHash[:]),
		TotalBytes: m.TotalBytes, WeightBytes: m.WeightBytes, WorkUnits: m.WorkUnits, PeakMemory: m.PeakMemory,
		MaxInput: m.MaxInputBytes, MaxOutput: m.MaxOutputBytes,
		PipelineKind: m.Pipeline.Kind().String(), Pipeline: m.Pipeline, OutputType: m.Pipeline.MediaType(),
	}
	for _, x := range m.Vectors {
		v.Vectors = append(v.Vectors, vectorView{
			hex.EncodeToString(x.Input), fmt.Sprint(x.Seed), hex.EncodeToString(x.OutputRoot[:]), hex.EncodeToString(x.Witness[:]),
		})
	}
	return v, nil
}

func modelInspectCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "inspect FOLDER",
		Short: "Print the manifest of a bundle",
		Long: `Prints the manifest in a bundle's folder without reading the weights. With --output json
the field "manifest" holds the bytes that are registered on chain, in base64.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			asJSON, err := wantsJSON(cmd)
			if err != nil {
				return err
			}
			dir, err := os.OpenRoot(args[0])
			if err != nil {
				return err
			}
			defer dir.Close() //nolint:errcheck // opened for reading
			m, err := bundle.ReadManifest(dir.FS())
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			v, err := describe(m, args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), v)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, row := range append([][2]any{
				{"manifest root", v.Root}, {"name", v.Name}, {"summary", v.Summary}, {"licence", v.Licence}, {"domain", v.Domain},
				{"creator", v.Creator}, {"pipeline", v.PipelineKind}, {"output", v.OutputType},
				{"graph root", v.IRRoot}, {"weights root", v.WeightsRoot}, {"ONNX SHA-256", v.ONNXHash},
				{"bytes", v.TotalBytes}, {"work units", v.WorkUnits}, {"peak memory", v.PeakMemory},
				{"max input", v.MaxInput}, {"max output", v.MaxOutput}, {"test vectors", len(v.Vectors)},
			}, vocabulary(m.Pipeline)...) {
				if _, err := fmt.Fprintf(w, "%v\t%v\n", row[0], row[1]); err != nil {
					return err
				}
			}
			return w.Flush()
		},
	}
	addOutputFlag(cmd)
	return cmd
}

// vocabulary lists what a prompt may say.
func vocabulary(p descriptor.Pipeline) [][2]any {
	image, ok := p.(*descriptor.Image)
	if !ok {
		return nil
	}
	var rows [][2]any
	for _, s := range image.Slots {
		words := make([]string, len(s.Entries))
		for i, entry := range s.Entries {
			words[i] = strings.Join(entry, "/")
		}
		name := fmt.Sprintf("prompt: %s", s.Name)
		if s.Default != descriptor.Required {
			name += " (optional)"
		}
		rows = append(rows, [2]any{name, strings.Join(words, " ")})
	}
	return rows
}

func modelVerifyCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "verify FOLDER",
		Short: "Check every byte of a bundle and run all its test vectors",
		Long: `Checks every byte against the manifest, decodes the graph, computes the costs again, and runs all
test vectors and a set of challenges, as validators do in a proof of model.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := openBundle(args[0])
			if err != nil {
				return err
			}
			if err := pack.Check(cmd.Context(), b); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "ok: manifest root %x, %d bytes, %d test vectors and %d challenges\n",
				b.Manifest.Root(), b.Manifest.TotalBytes, len(b.Manifest.Vectors), bundle.Challenges)
			return err
		},
	}
}
