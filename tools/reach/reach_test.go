package main

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// wanted reads the `// want rule, rule` comments of a fixture.
func wanted(t *testing.T, root string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		scanner := bufio.NewScanner(f)
		for line := 1; scanner.Scan(); line++ {
			_, list, ok := strings.Cut(scanner.Text(), "// want ")
			if !ok {
				continue
			}
			for _, name := range strings.Split(list, ", ") {
				out = append(out, fmt.Sprintf("%s:%d %s", filepath.Base(path), line, name))
			}
		}
		return scanner.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func TestFindsPlanted(t *testing.T) {
	root := filepath.Join("testdata", "bad")
	got, err := analyse(root)
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for _, finding := range got.findings {
		parts := strings.SplitN(finding, ":", 3)
		_, rest, _ := strings.Cut(parts[2], " from ")
		name, _, _ := strings.Cut(rest, ":")
		places = append(places, fmt.Sprintf("%s:%s %s", filepath.Base(parts[0]), parts[1], name))
	}
	slices.Sort(places)
	want := wanted(t, root)
	if !slices.Equal(places, want) {
		t.Fatalf("got  %q\nwant %q\n%s", places, want, strings.Join(got.findings, "\n"))
	}
	if !strings.Contains(strings.Join(got.findings, "\n"), "Run$1 → ") {
		t.Fatal("a finding names the way to it")
	}
}

func TestGood(t *testing.T) {
	got, err := analyse(filepath.Join("testdata", "good"))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.findings) > 0 {
		t.Fatalf("findings in good code:\n%s", strings.Join(got.findings, "\n"))
	}
	for _, rule := range rules {
		if got.entries[rule.name] == 0 {
			t.Errorf("no %s", rule.name)
		}
	}
}

// A tree whose contracts are not recognised must not pass as clean.
func TestNothingToCheck(t *testing.T) {
	if _, err := analyse(filepath.Join("testdata", "empty")); err == nil || !strings.Contains(err.Error(), "would check nothing") {
		t.Fatalf("contracts without entry points: %v", err)
	}
	if _, err := analyse(filepath.Join("testdata", "broken")); err == nil {
		t.Fatal("code that does not compile passes")
	}
	got, err := analyse(filepath.Join("testdata", "absent"))
	if err != nil || got.counts() != "there is no precompiles/ yet" {
		t.Fatalf("%s, %v", got.counts(), err)
	}
}
