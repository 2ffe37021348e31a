//go:build !amd64

package kernel

// vectorInts says that there are integer tiles; here are none, and what follows
// is never reached.
const vectorInts = false

func intTile(ISA, int, int, []int32, int, []int16, int, []int8, []int16, int, int, int, int) {}

func widen[T narrowInt]([]int16, []T) {}
