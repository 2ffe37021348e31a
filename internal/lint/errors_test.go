package lint_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// errorCode is one errors.Register(ModuleName, code, text).
type errorCode struct {
	at   string
	code int
	text string
}

// checkErrorCodes wants the codes of each module dense from 2 and unique: 0 reads as success, 1 is the SDK's internal error,
// and a duplicate silently replaces. Texts are lower case, without a full stop and without the module's name.
func checkErrorCodes(files []file) []string {
	byModule := make(map[string][]errorCode)
	var out []string
	for _, f := range files {
		m := moduleFile.FindStringSubmatch(f.dir())
		if m == nil || f.test || f.generated {
			continue
		}
		codes, bad := errorCodes(f)
		byModule[m[1]] = append(byModule[m[1]], codes...)
		out = append(out, bad...)
	}
	for _, name := range slices.Sorted(maps.Keys(byModule)) {
		codes := byModule[name]
		slices.SortStableFunc(codes, func(a, b errorCode) int { return a.code - b.code })
		for i, c := range codes {
			if c.code != i+2 {
				out = append(out, fmt.Sprintf("%s: code %d of x/%s: codes are dense from 2 and unique, here %d is due", c.at, c.code, name, i+2))
				break
			}
		}
		for _, c := range codes {
			if why := badText(c.text, name); why != "" {
				out = append(out, fmt.Sprintf("%s: error text %q %s", c.at, c.text, why))
			}
		}
	}
	return out
}

// errorCodes reads the registrations of one file. A code that is no literal cannot be checked and is refused.
func errorCodes(f file) (codes []errorCode, bad []string) {
	names := f.imports()
	ast.Inspect(f.ast, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) < 3 {
			return true
		}
		path, name := qualified(names, call.Fun)
		if path != "cosmossdk.io/errors" || (name != "Register" && name != "RegisterWithGRPCCode") {
			return true
		}
		code, ok := call.Args[1].(*ast.BasicLit)
		text, okText := call.Args[len(call.Args)-1].(*ast.BasicLit)
		if !ok || !okText || code.Kind != token.INT || text.Kind != token.STRING {
			bad = append(bad, f.at(call.Pos())+": code and text of an error are literals")
			return true
		}
		number, err := strconv.Atoi(code.Value)
		if err != nil {
			bad = append(bad, f.at(call.Pos())+": "+err.Error())
		}
		words, err := strconv.Unquote(text.Value)
		if err != nil {
			bad = append(bad, f.at(call.Pos())+": "+err.Error())
		}
		codes = append(codes, errorCode{at: f.at(call.Pos()), code: number, text: words})
		return true
	})
	return codes, bad
}

func badText(text, module string) string {
	switch {
	case text == "":
		return "is empty"
	case strings.HasSuffix(text, "."):
		return "ends with a full stop"
	case unicode.IsUpper([]rune(text)[0]) && (len(text) < 2 || !unicode.IsUpper([]rune(text)[1])): // EVM, IBC may begin it
		return "begins with a capital"
	case strings.HasPrefix(text, module+":"), strings.HasPrefix(text, "x/"+module):
		return "repeats the module's name"
	}
	return ""
}

// qualified resolves package.Name of an expression; the path is empty if it is something else.
func qualified(imports map[string]string, e ast.Expr) (path, name string) {
	selector, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	base, ok := selector.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	return imports[base.Name], selector.Sel.Name
}

func TestErrorCodes(t *testing.T) {
	files := repositoryFiles(t)
	registered := 0
	for _, f := range files {
		if codes, _ := errorCodes(f); moduleFile.MatchString(f.dir()) {
			registered += len(codes)
		}
	}
	if registered == 0 {
		t.Fatal("no error codes found: this rule checks nothing")
	}
	report(t, checkErrorCodes(files))
}

func TestErrorCodesFindsPlanted(t *testing.T) {
	expect(t, "testdata/errors", checkErrorCodes(goFiles(t, "testdata/errors")))
}
