package kernel

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
)

// ISA chooses between kernels that compute the same bits. The zero value is the
// scalar definition; the others are instruction sets for which faster kernels exist.
type ISA uint8

// The instruction sets, slowest first within an architecture.
const (
	Scalar ISA = iota
	NEON
	AVX2
	AVX512
	AVX512VNNI
)

var isaNames = [...]string{Scalar: "scalar", NEON: "neon", AVX2: "avx2", AVX512: "avx512", AVX512VNNI: "avx512vnni"}

func (i ISA) String() string {
	if int(i) < len(isaNames) {
		return isaNames[i]
	}
	return fmt.Sprintf("isa(%d)", uint8(i))
}

// ISAs lists what this machine can run, slowest first.
func ISAs() []ISA { return append([]ISA{Scalar}, detected()...) }

// ParseISA finds an instruction set of this machine by its name.
func ParseISA(name string) (ISA, error) {
	i := slices.Index(isaNames[:], strings.ToLower(name))
	if i < 0 || !slices.Contains(ISAs(), ISA(i)) {
		return Scalar, fmt.Errorf("instruction set %q is unknown here; there are %v", name, ISAs())
	}
	return ISA(i), nil
}

// unproven are the instruction sets whose kernels no machine of the project has
// run yet. The tests run them where they exist, but they are used on request only.
var unproven = []ISA{AVX512, AVX512VNNI}

// BestISA is the fastest proven instruction set of this machine, or the one that
// the environment variable IMOD_ISA names, as far as the machine has it. It is
// decided once per process.
var BestISA = sync.OnceValue(func() ISA {
	if i, err := ParseISA(os.Getenv("IMOD_ISA")); err == nil {
		return i
	}
	best := Scalar
	for _, i := range ISAs() {
		if !slices.Contains(unproven, i) {
			best = i
		}
	}
	return best
})
