// Command imod is the node, its sidecar and the tools of the imod chain in one binary.
package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	svrcmd "github.com/cosmos/cosmos-sdk/server/cmd"

	"github.com/imochain/imod/app"
)

func main() {
	root := newRootCmd
	if len(os.Args) > 1 && slices.Contains([]string{"sidecar", "model", "web", "chain-info"}, os.Args[1]) {
		root = newLightCmd
	}
	if err := svrcmd.Execute(root(), "IMOD", app.DefaultNodeHome); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// newLightCmd is the command tree without the application: what runs models needs none of it, and
// the processes that do are many and bounded in memory.
func newLightCmd() *cobra.Command {
	root := &cobra.Command{Use: app.Name, SilenceErrors: true, SilenceUsage: true}
	root.AddCommand(modelCmd(), sidecarCmd(), webCmd(), chainInfoCmd())
	return root
}
