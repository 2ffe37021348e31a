package kernel_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// allowedMath is what kernels may use of package math: exact on every target.
var allowedMath = map[string]bool{
	"Float32bits": true, "Float32frombits": true, "Float64bits": true, "Float64frombits": true,
	"Sqrt": true, "FMA": true, "Floor": true, "Ceil": true, "Trunc": true,
	"MinInt8": true, "MaxInt8": true, "MaxUint8": true, "MinInt16": true, "MaxInt16": true, "MinInt32": true, "MaxInt32": true, "MinInt64": true, "MaxInt64": true,
}

// TestEveryProductIsConverted type-checks the kernels' sources. Every product of
// floats must be the operand of an explicit conversion: only that forbids the
// compiler to fuse it with an addition (SPEC chapter 2).
func TestEveryProductIsConverted(t *testing.T) {
	if runtime.GOOS == "js" {
		t.Skip("needs the standard library's sources")
	}
	c := newChecker(t)
	for _, file := range c.files {
		c.scan(t, file)
	}
	require.Greater(t, c.products, 50, "the scan sees the products")
	require.Greater(t, c.uses, 10, "the scan sees package math")
}

// TestScanFindsViolations makes sure that the rule would catch something.
func TestScanFindsViolations(t *testing.T) {
	for name, body := range map[string]string{
		"ok: converted":             "return float32(a*b) + c",
		"ok: converted in parens":   "return float32((a*b)) + c",
		"ok: integers":              "var i, j int; return float32(i*j + 1)",
		"ok: constants":             "return 2 * 3.5",
		"fails: bare product":       "return a*b + c",
		"fails: in a variable":      "p := a * b; return p + c",
		"fails: assigned":           "a *= b; return a + c",
		"fails: converted too late": "return float32(a*b + c)",
		"fails: a banned function":  "return float32(math.Exp(float64(a)))",
	} {
		src := "package p\nimport \"math\"\nvar _ = math.Sqrt\nfunc f(a, b, c float32) float32 {\n" + body + "\n}\n"
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "p.go", src, 0)
		require.NoError(t, err)
		info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
		if runtime.GOOS == "js" {
			t.Skip("needs the standard library's sources")
		}
		_, err = (&types.Config{Importer: importer.ForCompiler(fset, "source", nil)}).Check("p", fset, []*ast.File{file}, info)
		require.NoError(t, err, name)
		found := len((&checker{fset: fset, info: info}).violations(file))
		require.Equal(t, strings.HasPrefix(name, "fails"), found > 0, name)
	}
}

type checker struct {
	fset           *token.FileSet
	info           *types.Info
	files          []*ast.File
	products, uses int
}

// newChecker loads the package's own files and, for their types, package ir;
// of the standard library only math is loaded.
func newChecker(t *testing.T) *checker {
	t.Helper()
	c := &checker{fset: token.NewFileSet(), info: &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}}
	c.files = parseDir(t, c.fset, ".")
	imp := &sourceImporter{std: importer.ForCompiler(c.fset, "source", nil)}
	// Errors come from the packages that are left out; what stays untyped is
	// caught below where it matters.
	ignore := func(error) {}
	irConf := types.Config{Importer: imp, Error: ignore, IgnoreFuncBodies: true}
	imp.ir, _ = irConf.Check("github.com/imochain/imod/inference/ir", c.fset, parseDir(t, c.fset, "../ir"), nil)
	conf := types.Config{Importer: imp, Error: ignore}
	_, _ = conf.Check("github.com/imochain/imod/inference/kernel", c.fset, c.files, c.info)
	return c
}

func parseDir(t *testing.T, fset *token.FileSet, dir string) []*ast.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	var files []*ast.File
	for _, n := range names {
		if strings.HasSuffix(n, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, n, nil, 0)
		require.NoError(t, err)
		files = append(files, f)
	}
	return files
}

type sourceImporter struct {
	std types.Importer
	ir  *types.Package
}

func (s *sourceImporter) Import(path string) (*types.Package, error) {
	switch {
	case path == "math" || path == "math/bits":
		return s.std.Import(path)
	case strings.HasSuffix(path, "/inference/ir") && s.ir != nil:
		return s.ir, nil
	}
	p := types.NewPackage(path, path[strings.LastIndex(path, "/")+1:])
	p.MarkComplete()
	return p, nil
}

func (c *checker) scan(t *testing.T, file *ast.File) {
	t.Helper()
	for _, v := range c.violations(file) {
		t.Error(v)
	}
}

// violations lists what breaks the rules, with positions.
func (c *checker) violations(file *ast.File) []string {
	var found []string
	report := func(n ast.Node, text string) {
		found = append(found, c.fset.Position(n.Pos()).String()+": "+text)
	}
	var parents []ast.Node
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			parents = parents[:len(parents)-1]
			return true
		}
		switch e := n.(type) {
		case *ast.BinaryExpr:
			if e.Op == token.MUL && c.mayFuse(e) {
				c.products++
				if !c.converted(parents, e) {
					report(e, "product is not the operand of a conversion")
				}
			}
		case *ast.AssignStmt:
			if e.Tok == token.MUL_ASSIGN && c.isFloat(c.info.Types[e.Lhs[0]].Type) {
				report(e, "product is assigned without a conversion")
			}
		case *ast.SelectorExpr:
			if x, ok := e.X.(*ast.Ident); ok && c.isMath(x) {
				c.uses++
				if !allowedMath[e.Sel.Name] {
					report(e, "math."+e.Sel.Name+" is not exact everywhere")
				}
			}
		}
		parents = append(parents, n)
		return true
	})
	return found
}

// mayFuse is true for products that are not constants and whose type is a float,
// may be a float, or is not known.
func (c *checker) mayFuse(e *ast.BinaryExpr) bool {
	tv := c.info.Types[e]
	return tv.Value == nil && (tv.Type == nil || c.isFloat(tv.Type))
}

func (c *checker) isFloat(t types.Type) bool {
	switch u := t.(type) {
	case nil:
		return true
	case *types.TypeParam:
		found := false
		if i, ok := u.Constraint().Underlying().(*types.Interface); ok {
			for k := range i.NumEmbeddeds() {
				found = found || c.isFloat(i.EmbeddedType(k))
			}
		}
		return found
	case *types.Union:
		for k := range u.Len() {
			if c.isFloat(u.Term(k).Type()) {
				return true
			}
		}
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&(types.IsFloat|types.IsComplex) != 0 || u.Kind() == types.Invalid
	case *types.Interface:
		for k := range u.NumEmbeddeds() {
			if c.isFloat(u.EmbeddedType(k)) {
				return true
			}
		}
	}
	return false
}

// converted looks for a conversion around the product, through parentheses.
func (c *checker) converted(parents []ast.Node, e ast.Expr) bool {
	for i := len(parents) - 1; i >= 0; i-- {
		switch p := parents[i].(type) {
		case *ast.ParenExpr:
			e = p
		case *ast.CallExpr:
			// A conversion to a wider type would not force the product's rounding.
			fun := c.info.Types[p.Fun]
			return len(p.Args) == 1 && p.Args[0] == e && fun.IsType() && types.Identical(fun.Type, c.info.Types[e].Type)
		default:
			return false
		}
	}
	return false
}

func (c *checker) isMath(x *ast.Ident) bool {
	p, ok := c.info.Uses[x].(*types.PkgName)
	return ok && p.Imported().Path() == "math"
}
