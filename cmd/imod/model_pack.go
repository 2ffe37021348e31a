package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/onnx"
	"github.com/imochain/imod/inference/pipeline/pack"
)

// maxModelFile bounds what is read of a model file; the importer has limits too.
const maxModelFile = 1 << 30

// maxTokenizerFile bounds what is read of a tokenizer.json.
const maxTokenizerFile = 64 << 20

type packFlags struct {
	spec, card, creator, out, tokenizer string
	dims                                []string
}

func modelPackCmd() *cobra.Command {
	var f packFlags
	cmd := &cobra.Command{
		Use:   "pack MODEL.onnx",
		Short: "Make a bundle from an ONNX file, a pipeline description and a model card",
		Long: `Lowers the ONNX file to the canonical graph, runs the test vectors, and writes the bundle
into a folder below --out that is named by the manifest root.

The description (YAML or JSON) names the model and says what goes in and comes out:

  name: Digits
  summary: Reads a digit
  licence: Apache-2.0
  domain: one digit on a black ground, 28 by 28 pixels
  pipeline:                # exactly one of tensor, classify, text, image
    classify:
      input: {encoding: bytes}          # one byte per element, read as b / 255
      labels: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
      scores: 3                         # the best three with their scores; without it the best label alone
  vectors:                 # prompt, hex or sample; none: four are drawn
    - {sample: 1, seed: 0}

tensor takes "inputs": one {low, high, encoding} per graph input. image takes latent, latent_range,
separators, fillers and slots of {name, group, default, words: ["red crimson", ...]}: words before a
separator fill the slots of group 1, those after it those of group 2, those of group 0 count anywhere.

text takes the roles of the graph's inputs (tokens, positions, mask, state; what is behind the list is state),
context, length, max_prompt, temperature and top_p in thousandths, top_k, stop: ["<|end|>"] and words, of which the
prompts of the proof are made. It needs a tokenizer.json (byte-level BPE or WordPiece), beside the ONNX file or
named by --tokenizer.`,
		Example: "  imod model pack fish.onnx --spec pipeline.yaml --card card.md --creator imo1... --out bundles",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			asJSON, err := wantsJSON(cmd)
			if err != nil {
				return err
			}
			b, err := packModel(cmd.Context(), args[0], f)
			if err != nil {
				return err
			}
			folder, err := writeBundle(b, f.out)
			if err != nil {
				return err
			}
			if asJSON {
				v, err := describe(b.Manifest, folder)
				if err != nil {
					return err
				}
				return printJSON(cmd.OutOrStdout(), v)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "manifest root %x\nfolder        %s\nbytes         %d\nwork units    %d\ntest vectors  %d, all run\n",
				b.Manifest.Root(), folder, b.Manifest.TotalBytes, b.Manifest.WorkUnits, len(b.Manifest.Vectors))
			return err
		},
	}
	cmd.Flags().StringVar(&f.spec, "spec", "", "pipeline description, YAML or JSON")
	cmd.Flags().StringVar(&f.card, "card", "", "model card, Markdown")
	cmd.Flags().StringVar(&f.creator, "creator", "", "account that will register the model, imo1... or 0x...")
	cmd.Flags().StringVar(&f.out, "out", ".", "folder in which the bundle's folder is made")
	cmd.Flags().StringVar(&f.tokenizer, "tokenizer", "", "tokenizer of a text model (default: tokenizer.json beside the ONNX file)")
	cmd.Flags().StringArrayVar(&f.dims, "dim", nil, "value of an open dimension, name=size or input:axis=size")
	addOutputFlag(cmd)
	for _, name := range []string{"spec", "card", "creator"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err)
		}
	}
	return cmd
}

func packModel(ctx context.Context, file string, f packFlags) (*bundle.Bundle, error) {
	creator, err := parseAddress(f.creator)
	if err != nil {
		return nil, fmt.Errorf("--creator: %w", err)
	}
	dims, err := parseDims(f.dims)
	if err != nil {
		return nil, err
	}
	spec, err := readSpec(f.spec)
	if err != nil {
		return nil, err
	}
	card, err := readFile(f.card, bundle.MaxCard)
	if err != nil {
		return nil, err
	}
	raw, err := readFile(file, maxModelFile)
	if err != nil {
		return nil, err
	}
	// Weights may lie in files beside the model; the root of that folder is the limit.
	folder, err := os.OpenRoot(filepath.Dir(file))
	if err != nil {
		return nil, err
	}
	defer folder.Close() //nolint:errcheck // opened for reading
	model, err := onnx.Import(raw, onnx.Options{Dims: dims, External: folder.FS()})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	src := pack.Source{Graph: model.Graph, ONNXHash: sha256.Sum256(raw), Card: card, Creator: creator}
	for _, w := range model.Weights {
		src.Weights = append(src.Weights, w.AppendBytes(nil))
	}
	tokenizer := f.tokenizer
	if tokenizer == "" && spec.Pipeline.Text != nil {
		tokenizer = filepath.Join(filepath.Dir(file), "tokenizer.json")
	}
	if tokenizer != "" {
		if src.Tokenizer, err = readFile(tokenizer, maxTokenizerFile); err != nil {
			return nil, err
		}
	}
	return pack.Build(ctx, spec, src)
}

// readSpec reads a description; YAML is turned into JSON first, so that both mean
// the same and unknown fields are refused in both.
func readSpec(path string) (*pack.Spec, error) {
	raw, err := readFile(path, 1<<20)
	if err != nil {
		return nil, err
	}
	var doc map[string]any
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if raw, err = json.Marshal(doc); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	spec, err := pack.ParseSpec(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return spec, nil
}

func parseDims(flags []string) (map[string]int64, error) {
	dims := map[string]int64{}
	for _, d := range flags {
		name, size, ok := strings.Cut(d, "=")
		n, err := strconv.ParseInt(size, 10, 64)
		if !ok || err != nil || n < 1 {
			return nil, fmt.Errorf("--dim %q: wanted name=size", d)
		}
		dims[name] = n
	}
	return dims, nil
}

// readFile reads a whole file of at most limit bytes.
func readFile(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New(path + " is not a file")
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("%s has %d bytes, allowed are %d", path, info.Size(), limit)
	}
	return os.ReadFile(path)
}
