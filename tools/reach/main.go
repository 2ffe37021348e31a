// Command reach shows that no code below a precompiled contract opens a branch of the state, replaces the event manager, or, inside
// an action, calls the EVM; and that block code never calls the EVM (SAFETY rules 24 and 37). `make lint` runs it.
//
// The call graph is by class hierarchy over our own packages: an interface call reaches every type of ours that fits, a call of a
// function value every function of that signature. What lies outside has no body here; function values handed to it count as called.
// So the answer errs to the safe side: it may name a path that cannot happen, never miss one that stays within our code.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	dir := flag.String("C", ".", "root of the repository")
	flag.Parse()
	result, err := analyse(*dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, "reach:", err)
		os.Exit(1)
	}
	for _, finding := range result.findings {
		fmt.Println(finding)
	}
	fmt.Printf("reach: %s; %d findings\n", result.counts(), len(result.findings))
	if len(result.findings) > 0 {
		os.Exit(1)
	}
}
