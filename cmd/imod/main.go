// Command imod is the node, its sidecar and the tools of the imod chain in one binary.
package main

import (
	"fmt"
	"os"

	svrcmd "github.com/cosmos/cosmos-sdk/server/cmd"

	"github.com/imochain/imod/app"
)

func main() {
	if err := svrcmd.Execute(newRootCmd(), "IMOD", app.DefaultNodeHome); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
