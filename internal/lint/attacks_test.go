package lint_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// namedTest matches a test that a page names: `package Test` or `package Test: beginning of a case`.
var namedTest = regexp.MustCompile("`([a-z0-9/]+) (Test[A-Za-z0-9]+)(?:: ([^`]+))?`")

// missingTests lists the tests that a page names and that do not exist under root. A case is the text of a t.Run or of a
// table's key.
func missingTests(t *testing.T, root string, page []byte) []string {
	t.Helper()
	var out []string
	for _, m := range namedTest.FindAllSubmatch(page, -1) {
		names, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(string(m[1])), "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		var source []byte
		for _, name := range names {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			source = append(source, raw...)
		}
		if !bytes.Contains(source, []byte("\nfunc "+string(m[2])+"(t *testing.T) {")) || !bytes.Contains(source, append([]byte{'"'}, m[3]...)) {
			out = append(out, fmt.Sprintf("%s: no such test", m[0]))
		}
	}
	return out
}

// TestAttacksHaveTests: every test of docs/attacks.md exists.
func TestAttacksHaveTests(t *testing.T) {
	root := repository(t)
	page, err := os.ReadFile(filepath.Join(root, "docs", "attacks.md"))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(namedTest.FindAll(page, -1)); n < 50 {
		t.Errorf("docs/attacks.md names %d tests", n)
	}
	for _, finding := range missingTests(t, root, page) {
		t.Error(finding)
	}
	wrong := []byte("`internal/lint TestAttacksHaveTests: no test has this name` `internal/lint TestNobodyWrote` `nowhere TestX`")
	if found := missingTests(t, root, wrong); len(found) != 3 {
		t.Errorf("three tests that do not exist: %q", found)
	}
}
