package lint_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/imochain/imod"

// skipped are folders that hold nothing we write, or modules of their own.
var skipped = []string{".git", ".bin", ".gen", ".proto-deps", ".localnet", "node_modules", "build", "dist", "testdata", "tools"}

// file is one parsed Go file.
type file struct {
	path      string // from the repository, with slashes
	fset      *token.FileSet
	ast       *ast.File
	lines     int
	generated bool
	test      bool
}

func (f file) dir() string { return path.Dir(f.path) }

func (f file) at(pos token.Pos) string {
	return fmt.Sprintf("%s:%d", f.path, f.fset.Position(pos).Line)
}

// imports maps the local names of a file's imports to their paths.
func (f file) imports() map[string]string {
	out := make(map[string]string)
	for _, spec := range f.ast.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(target)
		if version.MatchString(name) {
			name = path.Base(path.Dir(target))
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		out[name] = target
	}
	return out
}

// fixture matches packages that only tests import (fakes); the rules treat them as tests.
var fixture = regexp.MustCompile(`(^|/)internal/fixture(/|$)`)

var version = regexp.MustCompile(`^v[0-9]+$`)

// repository is the root of the module.
func repository(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above this test")
		}
		dir = parent
	}
}

// walk calls visit for every file we write under root.
func walk(t *testing.T, root string, visit func(name string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(full string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if full != root && slices.Contains(skipped, entry.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		name, err := filepath.Rel(root, full)
		if err != nil {
			return err
		}
		if entry.Type().IsRegular() {
			visit(filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// goFiles parses every Go file under root.
func goFiles(t *testing.T, root string) []file {
	t.Helper()
	var out []file
	fset := token.NewFileSet()
	walk(t, root, func(name string) {
		if !strings.HasSuffix(name, ".go") {
			return
		}
		parsed, err := parser.ParseFile(fset, filepath.Join(root, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, file{
			path: name, fset: fset, ast: parsed, lines: fset.File(parsed.FileStart).LineCount(),
			generated: ast.IsGenerated(parsed), test: strings.HasSuffix(name, "_test.go") || fixture.MatchString(path.Dir(name)),
		})
	})
	if len(out) == 0 {
		t.Fatalf("no Go files under %s", root)
	}
	return out
}

// repositoryFiles is goFiles of this repository.
func repositoryFiles(t *testing.T) []file {
	t.Helper()
	return goFiles(t, repository(t))
}

// report fails the test once per finding.
func report(t *testing.T, findings []string) {
	t.Helper()
	for _, finding := range findings {
		t.Error(finding)
	}
}

// expect compares the findings of a rule on a testdata tree with the places that carry a `// want` comment.
func expect(t *testing.T, root string, findings []string) {
	t.Helper()
	var want, got []string
	walk(t, root, func(name string) {
		raw, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(raw), "\n") {
			if strings.Contains(line, "// want") {
				want = append(want, fmt.Sprintf("%s:%d", name, i+1))
			}
		}
	})
	for _, finding := range findings {
		parts := strings.SplitN(finding, ":", 3)
		got = append(got, parts[0]+":"+parts[1])
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(want) == 0 {
		t.Fatalf("%s plants nothing", root)
	}
	if !slices.Equal(want, got) {
		t.Fatalf("findings are not the planted ones\nwant %v\ngot  %v\n%s", want, got, strings.Join(findings, "\n"))
	}
}
