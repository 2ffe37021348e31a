package lint_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// bannedRules names the rules and says why they are there (SAFETY 15, 20, 24, 37).
var bannedRules = map[string]string{
	"clock":        "block code and messages know no clock but the block's",
	"random":       "all nodes must decide alike",
	"environment":  "environment, files and processes differ between nodes",
	"network":      "consensus code opens no connection",
	"cachecontext": "a branch is for block code: below a precompile it forges coins",
	"eventmanager": "balances of the EVM are mirrored from bank events: replaced events forge coins",
	"json":         "JSON from outside needs a strict decoder: duplicates and unknown fields split nodes",
	"panic":        "a user's item must not stop the block: return an error",
	"float":        "floats differ between CPUs outside inference/kernel",
	"goroutine":    "the order of goroutines differs between nodes",
	"ack":          "error acknowledgements come from the library's constructor: other text splits nodes",
}

// bannedCalls maps package-level functions to their rule; a name ending in * is a prefix.
var bannedCalls = map[string]map[string]string{
	"time": {
		"Now": "clock", "Since": "clock", "Until": "clock", "Sleep": "clock", "After": "clock", "AfterFunc": "clock", "Tick": "clock",
		"NewTimer": "clock", "NewTicker": "clock",
	},
	"os":           {"*": "environment"},
	"os/exec":      {"*": "environment"},
	"runtime":      {"NumCPU": "environment", "NumGoroutine": "environment", "GOMAXPROCS": "environment"},
	"math/rand":    {"*": "random"},
	"math/rand/v2": {"*": "random"},
	"crypto/rand":  {"*": "random"},
	"hash/maphash": {"*": "random"},
	"net":          {"Dial*": "network", "Listen*": "network", "Lookup*": "network"},
	"net/http": {
		"Get": "network", "Head": "network", "Post*": "network", "ListenAndServe*": "network", "Serve": "network", "Client": "network",
		"DefaultClient": "network", "NewRequest*": "network",
	},
	"encoding/json":                                              {"Unmarshal": "json", "NewDecoder": "json"},
	"github.com/cosmos/cosmos-sdk/types":                         {"NewEventManager": "eventmanager", "MustAccAddressFromBech32": "panic"},
	"github.com/cometbft/cometbft/libs/rand":                     {"*": "random"},
	"github.com/cosmos/ibc-go/v11/modules/core/04-channel/types": {"Acknowledgement_Error": "ack"},
}

// bannedMethods are methods by name, whatever their receiver: few enough that a name is proof.
var bannedMethods = map[string]string{
	"CacheContext": "cachecontext", "WithEventManager": "eventmanager", "Float64": "float", "Float32": "float", "MustFloat64": "float",
}

// consensusTrees is where the rules hold.
var consensusTrees = []string{"app", "x", "precompiles", "zk"}

// consensus says whether a file decides anything on chain. x/oracle/node is the node's side of its sidecar; simulation makes test traffic.
func consensus(f file) bool {
	if f.test || f.generated || under(f.dir(), "x/oracle/node") || path.Base(f.dir()) == "simulation" || path.Base(f.path) == "autocli.go" {
		return false
	}
	return slices.ContainsFunc(consensusTrees, func(tree string) bool { return under(f.path, tree) })
}

// checkBanned returns what consensus code must not do.
func checkBanned(files []file, used map[exception]bool) []string {
	var out []string
	for _, f := range files {
		if !consensus(f) {
			continue
		}
		names := f.imports()
		var function string // top-level function around the node
		for _, decl := range f.ast.Decls {
			function = ""
			if fn, ok := decl.(*ast.FuncDecl); ok {
				function = fn.Name.Name
			}
			ast.Inspect(decl, func(n ast.Node) bool {
				for rule, what := range breaks(n, names) {
					if permitted(rule, f.path, function) || excepted(rule, f.path, used) {
						continue
					}
					out = append(out, fmt.Sprintf("%s: %s: %s (%s)", f.at(n.Pos()), what, bannedRules[rule], rule))
				}
				return true
			})
		}
	}
	return out
}

// permitted are the places where a rule does not hold by its own terms.
func permitted(rule, name, function string) bool {
	switch rule {
	case "cachecontext":
		return matchesAny(name, blockCode)
	case "float":
		return path.Base(name) == "telemetry.go"
	case "panic":
		return mayPanic(name, function)
	}
	return false
}

// mayPanic lists where a panic stops a node before its first block, or says so in its name.
func mayPanic(name, function string) bool {
	starts := func(prefixes ...string) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(strings.ToLower(function), p) })
	}
	switch {
	case starts("new", "must"):
		return true
	case under(name, "app"):
		return function == "init" || starts("add", "register")
	case matchesAny(name, []string{"x/*/module.go"}):
		return starts("register", "initgenesis", "exportgenesis") // the SDK's interfaces return no error
	case matchesAny(name, []string{"x/*/keeper/keeper.go"}):
		return starts("set") // wiring: once, by app
	}
	return false
}

// breaks returns the rules that one node breaks, with what it is.
func breaks(n ast.Node, names map[string]string) map[string]string {
	out := make(map[string]string)
	switch n := n.(type) {
	case *ast.GoStmt:
		out["goroutine"] = "go statement"
	case *ast.BasicLit:
		if n.Kind == token.FLOAT {
			out["float"] = n.Value
		}
	case *ast.Ident:
		if n.Name == "float32" || n.Name == "float64" {
			out["float"] = n.Name
		}
	case *ast.CallExpr:
		if callee, ok := n.Fun.(*ast.Ident); ok && callee.Name == "panic" {
			out["panic"] = "panic"
		}
	case *ast.SelectorExpr: // a reference is as bad as a call: time.Now can be passed on
		path, name := qualified(names, n)
		if calls, ok := bannedCalls[path]; ok {
			for _, pattern := range slices.Sorted(maps.Keys(calls)) {
				prefix, wild := strings.CutSuffix(pattern, "*")
				if pattern == name || wild && strings.HasPrefix(name, prefix) {
					out[calls[pattern]] = path + "." + name
				}
			}
		} else if rule, ok := bannedMethods[n.Sel.Name]; ok && path == "" {
			out[rule] = n.Sel.Name
		}
	}
	return out
}

func TestBannedCalls(t *testing.T) {
	files := repositoryFiles(t)
	if !slices.ContainsFunc(files, consensus) {
		t.Fatal("no consensus code found: this rule checks nothing")
	}
	report(t, checkBanned(files, make(map[exception]bool)))
}

func TestBannedCallsFindsPlanted(t *testing.T) {
	expect(t, "testdata/banned", checkBanned(goFiles(t, "testdata/banned"), make(map[exception]bool)))
}
