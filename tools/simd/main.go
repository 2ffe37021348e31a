// Command simd runs ibc-go's test application (testing/simapp) as a chain: another implementation of IBC for the tests of
// purchases from other chains. Started with --hostile it also sends whatever packets it is told to, as a chain that nobody
// can trust may; see forge.go. It is for tests only and no part of the product.
package main

import (
	"os"

	svrcmd "github.com/cosmos/cosmos-sdk/server/cmd"
)

func main() {
	if err := svrcmd.Execute(newRootCmd(), "SIMD", defaultHome); err != nil {
		os.Exit(1)
	}
}
