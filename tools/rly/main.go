// Command rly is the IBC relayer github.com/cosmos/relayer with the one thing that it lacks for this chain: the type of
// our account keys. It has a go.mod of its own because its SDK is four versions older than ours.
package main

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/cosmos/relayer/v2/cmd"
	"github.com/cosmos/relayer/v2/relayer/chains/cosmos"
)

func main() {
	sdk.SetAddrCacheEnabled(false) // one process prints addresses of several prefixes
	cosmos.ModuleBasics = append(cosmos.ModuleBasics, keyTypes{})
	cmd.Execute()
}
