package lint_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// checked is a package with its types.
type checked struct {
	files []file
	info  *types.Info
}

// listed is what `go list` says of a package.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	Standard, DepOnly       bool
}

// repositoryTypes loads the consensus packages once for all typed rules.
var repositoryTypes = sync.OnceValues(func() ([]checked, error) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		return nil, err
	}
	var patterns []string
	for _, tree := range consensusTrees {
		if _, err := os.Stat(filepath.Join(root, tree)); err == nil {
			patterns = append(patterns, "./"+tree+"/...")
		}
	}
	return loadTypes(root, patterns...)
})

// loadTypes parses and checks the packages of the patterns. Their imports come from the compiler's export data, which the build
// cache holds after the unit tests; so this costs seconds, not the minutes that type-checking the SDK from source would.
func loadTypes(root string, patterns ...string) ([]checked, error) {
	cmd := exec.Command("go", append([]string{"list", "-export", "-deps", "-tags=test", "-json=ImportPath,Dir,Export,GoFiles,Standard,DepOnly"}, patterns...)...)
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, stderr.String())
	}
	exports := make(map[string]string)
	var targets []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		exports[p.ImportPath] = p.Export
		if !p.DepOnly && !p.Standard {
			targets = append(targets, p)
		}
	}
	if len(targets) == 0 {
		return nil, errors.New("no packages")
	}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		name, ok := exports[path]
		if !ok || name == "" {
			return nil, fmt.Errorf("no export data of %s", path)
		}
		return os.Open(name)
	})
	packages := make([]checked, 0, len(targets))
	for _, p := range targets {
		c, err := checkPackage(root, fset, imports, p)
		if err != nil {
			return nil, err
		}
		packages = append(packages, c)
	}
	return packages, nil
}

func checkPackage(root string, fset *token.FileSet, imports types.Importer, p listed) (checked, error) {
	var c checked
	var parsed []*ast.File
	for _, name := range p.GoFiles {
		full := filepath.Join(p.Dir, name)
		tree, err := parser.ParseFile(fset, full, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return c, err
		}
		rel, err := filepath.Rel(root, full)
		if err != nil {
			return c, err
		}
		parsed = append(parsed, tree)
		c.files = append(c.files, file{path: filepath.ToSlash(rel), fset: fset, ast: tree, generated: ast.IsGenerated(tree), test: fixture.MatchString(filepath.ToSlash(filepath.Dir(rel)))})
	}
	c.info = &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue), Uses: make(map[*ast.Ident]types.Object),
		Defs: make(map[*ast.Ident]types.Object), Selections: make(map[*ast.SelectorExpr]*types.Selection),
	}
	config := types.Config{Importer: imports}
	if _, err := config.Check(p.ImportPath, fset, parsed, c.info); err != nil {
		return c, fmt.Errorf("%s: %w", p.ImportPath, err)
	}
	return c, nil
}

// overConsensus runs a typed rule over the consensus files of the repository.
func overConsensus(t *testing.T, rule func(file, *types.Info) []string) {
	t.Helper()
	packages, err := repositoryTypes()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages {
		for _, f := range p.files {
			if consensus(f) {
				report(t, rule(f, p.info))
			}
		}
	}
}

// overPlanted runs a typed rule over a module in testdata and compares with its `// want` comments.
func overPlanted(t *testing.T, root string, rule func(file, *types.Info) []string) {
	t.Helper()
	abs, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	packages, err := loadTypes(abs, "./...")
	if err != nil {
		t.Fatal(err)
	}
	var findings []string
	for _, p := range packages {
		for _, f := range p.files {
			findings = append(findings, rule(f, p.info)...)
		}
	}
	expect(t, root, findings)
}

// comment returns the text after a marker on the node's line or the line above; ok if the marker is there.
func comment(f file, pos token.Pos, marker string) (text string, ok bool) {
	line := f.fset.Position(pos).Line
	for _, group := range f.ast.Comments {
		for _, c := range group.List {
			if at := f.fset.Position(c.Pos()).Line; at != line && at != line-1 {
				continue
			}
			if rest, found := strings.CutPrefix(c.Text, marker); found {
				return strings.TrimSpace(rest), true
			}
		}
	}
	return "", false
}
