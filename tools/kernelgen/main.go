// Command kernelgen writes the amd64 assembly of inference/kernel. Each run
// writes the functions of one instruction set:
//
//	go -C tools/kernelgen run . -isa avx2 -out ../../inference/kernel/fast_avx2_amd64.s -stubs ../../inference/kernel/fast_avx2_amd64.go
//
// There is no fused multiply-add in what it writes, on purpose: a product and the
// sum it goes into are two roundings (inference/SPEC.md, chapter 2).
package main

import (
	"flag"
	"fmt"
	"os"

	. "github.com/mmcloughlin/avo/build"
)

var dispatchTo = flag.String("dispatch", "", "write the Go functions that choose a tile to this file, nothing else")

var isaName = flag.String("isa", "avx2", "instruction set: avx2, avx512, avx512vnni or neon")

func main() {
	flag.Parse()
	if *dispatchTo != "" {
		if err := dispatch(*dispatchTo); err != nil {
			fmt.Fprintln(os.Stderr, "kernelgen:", err)
			os.Exit(1)
		}
		return
	}
	if *isaName == "neon" {
		if err := writeNEON(flag.Lookup("out").Value.String(), flag.Lookup("stubs").Value.String()); err != nil {
			fmt.Fprintln(os.Stderr, "kernelgen:", err)
			os.Exit(1)
		}
		return
	}
	s, ok := sets[*isaName]
	if !ok {
		fmt.Fprintf(os.Stderr, "kernelgen: unknown instruction set %q\n", *isaName)
		os.Exit(2)
	}
	ConstraintExpr("amd64")
	s.write()
	Generate()
}

func (s set) write() {
	if len(s.tiles) == 1 {
		s.products() // one tile for the benchmark
		return
	}
	s.intProducts()
	if s.vnni {
		return // everything else is the same as without
	}
	s.products()
	s.scalars()
	s.elementwise()
	if s.width == 8 {
		packing()
		widening()
	}
}
