package kernel_test

import (
	"bytes"
	"os"
	command "os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// fused matches the instructions of all targets that multiply and add floats
// with one rounding, as the assembler and the compiler name them.
var fused = regexp.MustCompile(`\b(V?FN?M(ADD|SUB)\w*|V?FML[AS]\w*|N?M(ADD|SUB)[FD]|WFN?M[AS]\w*|X?VFN?M(ADD|SUB)\w*)\b`)

// fusedTargets are the compiler's targets; all but wasm and mips64 have fused instructions.
var fusedTargets = []string{
	"GOARCH=amd64 GOAMD64=v1", "GOARCH=amd64 GOAMD64=v3", "GOARCH=arm64", "GOARCH=riscv64", "GOARCH=ppc64le", "GOARCH=s390x",
	"GOARCH=loong64", "GOARCH=mips64", "GOOS=js GOARCH=wasm",
}

// TestNoFusedInstruction reads what the compiler makes of this package for every
// target, and the assembly beside it.
func TestNoFusedInstruction(t *testing.T) {
	if testing.Short() || runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("builds for nine targets")
	}
	control := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(control, name), []byte(text), 0o600))
	}
	write("go.mod", "module control\n\ngo 1.26\n")
	write("p.go", "package control\n\nfunc F(a, b, c float32) float32 { return a*b + c }\n")
	for _, target := range fusedTargets {
		t.Run(target, func(t *testing.T) {
			listing := compile(t, target, ".")
			require.Contains(t, listing, "kernel.madd2x4", "the listing shows this package")
			require.Empty(t, fused.FindString(listing))
			none := strings.Contains(target, "v1") || strings.Contains(target, "wasm") || strings.Contains(target, "mips64")
			require.Equal(t, none, fused.FindString(compile(t, target, control)) == "", "what the scan would find")
		})
	}
}

// compile is the compiler's listing of the package in dir.
func compile(t *testing.T, target, dir string) string {
	t.Helper()
	cmd := command.Command("go", "build", "-gcflags=-S", ".")
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "GOOS=linux", "CGO_ENABLED=0"), strings.Fields(target)...)
	var out bytes.Buffer
	cmd.Stderr = &out
	require.NoError(t, cmd.Run(), "%s: %.2000s", target, &out)
	return out.String()
}

// armWords are the instructions that the arm64 assembly gives as words, with
// their register fields cleared: FMUL, FADD, FCMEQ of four floats, and BIF.
var armWords = []uint64{0x6e20dc00, 0x4e20d400, 0x4e20e400, 0x6ee01c00}

var word = regexp.MustCompile(`WORD \$0x([0-9a-f]+)`)

// TestNoFusedAssembly reads the assembly files: no fused instruction by name, and
// no word other than the few that are known.
func TestNoFusedAssembly(t *testing.T) {
	files, err := filepath.Glob("*.s")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	words := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Empty(t, fused.FindString(string(text)), name)
		require.NotRegexp(t, `\b(BYTE|LONG|QUAD) \$`, string(text), name)
		for _, m := range word.FindAllStringSubmatch(string(text), -1) {
			code, err := strconv.ParseUint(m[1], 16, 32)
			require.NoError(t, err)
			require.Contains(t, armWords, code&^(31<<16|31<<5|31), "%s: %s", name, m[0])
			words++
		}
	}
	require.NotZero(t, words)
	for _, s := range []string{"VFMADD231PS Y1, Y2, Y3", "FMADDS F1, F2, F3, F4", "VFMLA V1.S4, V2.S4, V3.S4", "MADDF F1, F2, F3", "FNMSUB F1"} {
		require.NotEmpty(t, fused.FindString(s), s)
	}
}
