package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/pipeline"
)

type runFlags struct {
	prompt, hex, file, png, raw string
	seed                        uint64
}

// runView is what a run prints.
type runView struct {
	InputRoot  string `json:"input_root"`
	OutputRoot string `json:"output_root"`
	Witness    string `json:"witness"`
	Seed       string `json:"seed"`
	MediaType  string `json:"media_type"`
	Bytes      int    `json:"bytes"`
	Text       string `json:"text,omitempty"`
}

func modelRunCmd() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run FOLDER",
		Short: "Run a model once and print the hashes that a request would attest",
		Example: `  imod model run bundles/<root> --prompt "a red fish on a blue ground" --seed 7 --png fish.png
  imod model run bundles/<root> --input-file digit.raw`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			asJSON, err := wantsJSON(cmd)
			if err != nil {
				return err
			}
			v, err := runModel(cmd, args[0], f)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), v)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "input root   %s\noutput root  %s\nwitness      %s\noutput       %d bytes, %s\n",
				v.InputRoot, v.OutputRoot, v.Witness, v.Bytes, v.MediaType)
			if err == nil && v.Text != "" {
				_, err = fmt.Fprintln(cmd.OutOrStdout(), strings.Map(harmless, v.Text))
			}
			return err
		},
	}
	cmd.Flags().StringVar(&f.prompt, "prompt", "", "input as text")
	cmd.Flags().StringVar(&f.hex, "input-hex", "", "input in hexadecimal")
	cmd.Flags().StringVar(&f.file, "input-file", "", "file with the raw input")
	cmd.Flags().Uint64Var(&f.seed, "seed", 0, "seed")
	cmd.Flags().StringVar(&f.png, "png", "", "write the picture to this file (image models)")
	cmd.Flags().StringVar(&f.raw, "raw", "", "write the raw output, which is what is hashed, to this file")
	cmd.MarkFlagsOneRequired("prompt", "input-hex", "input-file")
	cmd.MarkFlagsMutuallyExclusive("prompt", "input-hex", "input-file")
	addOutputFlag(cmd)
	return cmd
}

// harmless replaces what could move a terminal's cursor: a stranger's model wrote it.
func harmless(r rune) rune {
	if r != '\n' && r != '\t' && (r < 0x20 || r >= 0x7f && r < 0xa0) {
		return '\ufffd'
	}
	return r
}

func runModel(cmd *cobra.Command, folder string, f runFlags) (runView, error) {
	if err := engine.SelfTest(); err != nil {
		return runView{}, fmt.Errorf("this machine computes wrongly: %w", err)
	}
	input, err := f.input()
	if err != nil {
		return runView{}, err
	}
	b, err := openBundle(folder)
	if err != nil {
		return runView{}, err
	}
	if _, image := b.Manifest.Pipeline.(*descriptor.Image); f.png != "" && !image {
		return runView{}, errors.New("--png: the model does not paint pictures; use --raw")
	}
	r, err := pipeline.New(b)
	if err != nil {
		return runView{}, err
	}
	res, err := r.Run(cmd.Context(), input, f.seed)
	if err != nil {
		return runView{}, err
	}
	v := runView{
		InputRoot: hex.EncodeToString(res.InputRoot[:]), OutputRoot: hex.EncodeToString(res.OutputRoot[:]),
		Witness: hex.EncodeToString(res.Witness[:]), Seed: fmt.Sprint(f.seed),
		MediaType: b.Manifest.Pipeline.MediaType(), Bytes: len(res.Output),
	}
	switch b.Manifest.Pipeline.(type) {
	case *descriptor.Classify, *descriptor.Text:
		v.Text = string(res.Output)
	}
	if f.raw != "" {
		if err := os.WriteFile(f.raw, res.Output, 0o644); err != nil {
			return runView{}, err
		}
	}
	if f.png != "" {
		file, _, err := pipeline.EncodeDisplay(b.Manifest.Pipeline, res.Output)
		if err != nil {
			return runView{}, err
		}
		if err := os.WriteFile(f.png, file, 0o644); err != nil {
			return runView{}, err
		}
	}
	return v, nil
}

func (f runFlags) input() ([]byte, error) {
	switch {
	case f.prompt != "":
		return []byte(f.prompt), nil
	case f.hex != "":
		b, err := hex.DecodeString(f.hex)
		if err != nil {
			return nil, fmt.Errorf("--input-hex: %w", err)
		}
		return b, nil
	case f.file != "":
		return readFile(f.file, descriptor.MaxInput)
	default:
		return nil, errors.New("the input is empty")
	}
}
