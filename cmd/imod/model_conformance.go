package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/imochain/imod/inference/onnx/conformance"
)

func modelConformanceCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "conformance FOLDER",
		Short: "Run a folder of ONNX backend tests",
		Long: `Runs a folder in the layout of ONNX's backend tests (model.onnx, test_data_set_0/input_0.pb, output_0.pb),
or every such folder right below it. One line a case: PASS name, FAIL name with the largest differences, or
REFUSED name with the reason. Floats may differ by 1e-3 relative and 1e-5 absolute, all else by nothing.
Ends with 1 if a case fails; a refused case is no failure.`,
		Example: "  imod model conformance onnx/backend/test/data/node",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := os.OpenRoot(args[0])
			if err != nil {
				return err
			}
			defer dir.Close() //nolint:errcheck // opened for reading
			folder, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			cases, err := conformance.Cases(dir.FS(), filepath.Base(folder))
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			return runCases(cmd, cases)
		},
	}
}

func runCases(cmd *cobra.Command, cases []conformance.Case) error {
	var passed, failed, refused int
	for _, c := range cases {
		if err := cmd.Context().Err(); err != nil {
			return err
		}
		r := conformance.Run(cmd.Context(), c)
		switch {
		case r.Refused != nil:
			refused++
		case r.Passed:
			passed++
		default:
			failed++
		}
		if _, err := fmt.Fprintln(cmd.OutOrStdout(), r.String(c.Name)); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(cmd.OutOrStdout(), "total=%d passed=%d failed=%d refused=%d\n", len(cases), passed, failed, refused); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d cases fail", failed, len(cases))
	}
	return nil
}
