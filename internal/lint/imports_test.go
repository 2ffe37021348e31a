package lint_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// moduleOrder is the direction of calls: a module uses those before it, never those after it (docs/adr/0002).
var moduleOrder = []string{"revshare", "imo", "oracle", "aigc", "remote"}

// offChain are the programs and everything that consensus code must not know.
var offChain = []string{"sidecar", "gateway", "courier", "executor", "cmd", "localnet", "models", "web", "clients", "bench", "testutil", "tests", "internal/lint"}

// pureTrees may use the standard library and the libraries named; Never lists what of the standard library they must not.
var pureTrees = map[string][]string{
	"inference": {"google.golang.org/protobuf", "golang.org/x/sys/cpu"}, // the decoder of ONNX; instruction sets
	"zk":        {"github.com/consensys/gnark", "github.com/consensys/gnark-crypto"},
}

var impureStd = []string{"net", "time", "os/exec", "os/signal", "syscall", "math/rand", "crypto/rand", "database/sql", "plugin"}

var moduleFile = regexp.MustCompile(`^x/([a-z0-9]+)(?:/(.*))?$`)

// checkImports returns every import that the table of STYLE 1 forbids. Tests may import what they need.
func checkImports(files []file) []string {
	var out []string
	for _, f := range files {
		if f.test {
			continue
		}
		for _, spec := range f.ast.Imports {
			target, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue
			}
			if why := forbidden(f.dir(), target); why != "" {
				out = append(out, fmt.Sprintf("%s: imports %s: %s", f.at(spec.Pos()), target, why))
			}
		}
	}
	return out
}

// forbidden says why code in dir must not import target; empty if it may.
func forbidden(dir, target string) string {
	for tree, libraries := range pureTrees {
		if under(dir, tree) {
			return forbiddenInPure(tree, libraries, target)
		}
	}
	local, ours := strings.CutPrefix(target, module+"/")
	if ours && fixture.MatchString(local) {
		return "fixtures are for tests"
	}
	if ours && (under(local, "testutil") || under(local, "tests")) && !under(dir, "testutil") && !under(dir, "tests") {
		return "test helpers are for tests"
	}
	if m := moduleFile.FindStringSubmatch(dir); m != nil {
		return forbiddenInModule(m[1], m[2], target, local, ours)
	}
	switch {
	case under(dir, "precompiles"):
		if ours && keeperOf(local) != "" {
			return "a precompile calls the module's servers, never its keeper"
		}
		store := prefixed(target, "github.com/cosmos/cosmos-sdk/store/v2") && target != "github.com/cosmos/cosmos-sdk/store/v2/types" // gas amounts
		if store || prefixed(target, "cosmossdk.io/collections") || target == "cosmossdk.io/core/store" {
			return "a precompile never touches a module's store"
		}
		return offChainImport(local, ours)
	case under(dir, "app"):
		return offChainImport(local, ours)
	case under(dir, "sidecar"), under(dir, "gateway"), under(dir, "courier"), under(dir, "executor"), under(dir, "localnet"):
		if ours && (under(local, "app") || keeperOf(local) != "") {
			return "programs beside the node know formats, not the application"
		}
	case under(dir, "cmd"):
		if ours && keeperOf(local) != "" {
			return "the command line calls app and the programs, never a keeper"
		}
	}
	return ""
}

func forbiddenInPure(tree string, libraries []string, target string) string {
	if prefixed(target, module+"/"+tree) {
		return ""
	}
	if !strings.Contains(strings.SplitN(target, "/", 2)[0], ".") { // standard library
		for _, banned := range impureStd {
			if prefixed(target, banned) {
				return tree + " is pure: no network, clock, process or randomness"
			}
		}
		return ""
	}
	for _, library := range libraries {
		if prefixed(target, library) {
			return ""
		}
	}
	return tree + " uses the standard library and its own decoder only"
}

func forbiddenInModule(name, rest, target, local string, ours bool) string {
	if why := offChainImport(local, ours); why != "" {
		return why
	}
	part, _, _ := strings.Cut(rest, "/")
	withKeeper := slices.Contains([]string{"", "keeper", "simulation", "abci", "node", "migrations"}, part)
	if ours && under(local, "app") || ours && under(local, "precompiles") {
		return "modules do not know the application"
	}
	if owner := keeperOf(local); ours && owner != "" {
		if owner != name {
			return "another module's keeper comes in through expected_keepers.go"
		}
		if !withKeeper {
			return "types and pure packages know no keeper"
		}
	}
	if other := moduleFile.FindStringSubmatch(local); ours && other != nil && other[1] != name {
		mine, theirs := slices.Index(moduleOrder, name), slices.Index(moduleOrder, other[1])
		if theirs < 0 || mine < 0 {
			return "the module is not in the order of internal/lint"
		}
		if theirs > mine {
			return fmt.Sprintf("x/%s lies below x/%s and tells it things by hooks only", name, other[1])
		}
	}
	known := under(local, "inference/bundle") || under(local, "inference/merkle") || under(local, "inference/step")
	if ours && under(local, "inference") && part != "node" && !known {
		return "modules use inference/bundle, inference/merkle and inference/step"
	}
	if part == "keeper" && prefixed(target, "github.com/ethereum/go-ethereum") {
		return "keepers know no Ethereum"
	}
	return ""
}

func offChainImport(local string, ours bool) string {
	for _, tree := range offChain {
		if ours && under(local, tree) {
			return "consensus code knows no off-chain tree"
		}
	}
	return ""
}

// keeperOf names the module whose keeper the path is; empty if it is none.
func keeperOf(local string) string {
	m := moduleFile.FindStringSubmatch(local)
	if m == nil || !under(m[2], "keeper") {
		return ""
	}
	return m[1]
}

// under says whether path is tree or inside it.
func under(path, tree string) bool { return path == tree || strings.HasPrefix(path, tree+"/") }

func prefixed(path, prefix string) bool { return under(path, prefix) }

func TestImports(t *testing.T) { report(t, checkImports(repositoryFiles(t))) }

func TestImportTable(t *testing.T) {
	ours := func(p string) string { return module + "/" + p }
	cases := []struct {
		dir, target string
		allowed     bool
	}{
		{"inference/engine", "context", true},
		{"inference/engine", ours("inference/ir"), true},
		{"inference/onnx", "google.golang.org/protobuf/encoding/protowire", true},
		{"inference/engine", "time", false},
		{"inference/engine", "net/http", false},
		{"inference/engine", "github.com/cosmos/cosmos-sdk/types", false},
		{"inference/engine", ours("x/imo/types"), false},
		{"inference/engine", ours("inferences"), false},
		{"x/imo/types", "github.com/cosmos/cosmos-sdk/types", true},
		{"x/imo/types", ours("x/imo/keeper"), false},
		{"x/imo/curve", ours("x/imo/keeper"), false},
		{"x/imo/types", ours("sidecar"), false},
		{"x/imo", ours("x/imo/keeper"), true},
		{"x/imo/simulation", ours("x/imo/keeper"), true},
		{"x/imo/keeper", ours("x/revshare/types"), true},
		{"x/imo/keeper", ours("x/revshare/keeper"), false},
		{"x/imo/keeper", ours("x/oracle/types"), false},
		{"x/imo/keeper", ours("inference/bundle"), true},
		{"x/imo/keeper", ours("inference/engine"), false},
		{"x/imo/keeper", "github.com/ethereum/go-ethereum/common", false},
		{"x/aigc/keeper", ours("x/oracle/types"), true},
		{"x/revshare/types", ours("x/imo/types"), false},
		{"x/oracle/keeper", ours("app"), false},
		{"x/oracle/node", ours("inference/engine"), true},
		{"precompiles/token", ours("x/revshare/types"), true},
		{"precompiles/token", ours("x/revshare/keeper"), false},
		{"precompiles/token", "cosmossdk.io/collections", false},
		{"app", ours("x/imo/keeper"), true},
		{"app", ours("sidecar"), false},
		{"app", ours("testutil"), false},
		{"sidecar", ours("inference/engine"), true},
		{"sidecar", ours("app"), false},
		{"gateway", ours("x/imo/keeper"), false},
		{"localnet", ours("app"), false},
		{"cmd/imod", ours("app"), true},
		{"cmd/imod", ours("x/imo/keeper"), false},
		{"tests/e2e", ours("testutil"), true},
	}
	for _, tc := range cases {
		if why := forbidden(tc.dir, tc.target); (why == "") != tc.allowed {
			t.Errorf("%s importing %s: allowed %v, want %v (%s)", tc.dir, tc.target, why == "", tc.allowed, why)
		}
	}
}

func TestImportsFindsPlanted(t *testing.T) {
	expect(t, "testdata/imports", checkImports(goFiles(t, "testdata/imports")))
}
