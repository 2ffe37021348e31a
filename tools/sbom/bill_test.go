package main

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

const digest = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"

func TestBill(t *testing.T) {
	info := &debug.BuildInfo{
		GoVersion: "go1.26.5",
		Deps: []*debug.Module{
			{Path: "z.org/last", Version: "v1.0.0+incompatible", Sum: "h1:z"},
			{Path: "a.org/first", Version: "v1.2.3", Replace: &debug.Module{Path: "b.org/fork", Version: "v1.2.4", Sum: "h1:f"}},
		},
		Settings: []debug.BuildSetting{{Key: "GOARCH", Value: "arm64"}, {Key: "CGO_CFLAGS", Value: "-I/home/somebody"}},
	}
	got := bill(info, "imod", "v1", digest, time.Unix(1_700_000_000, 0))
	var refs []string
	for _, c := range got.Components {
		refs = append(refs, c.Ref)
	}
	want := "pkg:golang/b.org/fork@v1.2.4 pkg:golang/std@1.26.5 pkg:golang/z.org/last@v1.0.0%2Bincompatible"
	if strings.Join(refs, " ") != want {
		t.Errorf("components %v", refs)
	}
	if p := got.Components[0].Properties; len(p) != 2 || p[0].Value != "h1:f" || p[1].Value != "a.org/first@v1.2.3" {
		t.Errorf("a replaced module says %v", p)
	}
	if got.Metadata.Timestamp != "2023-11-14T22:13:20Z" || got.Metadata.Component.Hashes[0].Content != digest {
		t.Errorf("metadata %+v", got.Metadata)
	}
	if !regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(got.Serial) {
		t.Errorf("serial %s", got.Serial)
	}
	raw, err := json.Marshal(got)
	if err != nil || strings.Contains(string(raw), "somebody") {
		t.Errorf("%v: a path of the machine: %s", err, raw)
	}
}

// TestRun: the bill of this test's own binary is whole and comes out twice the same; a file that is no Go binary is refused.
func TestRun(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if err := run(out, "sbom.test", "v0", time.Unix(1, 0), self); err != nil {
			t.Fatal(err)
		}
	}
	if first.String() != second.String() || !strings.Contains(first.String(), "pkg:golang/std@") {
		t.Errorf("first %s\nsecond %s", first.String(), second.String())
	}
	if err := run(&first, "x", "v0", time.Unix(1, 0), "bill_test.go"); err == nil {
		t.Error("a text file has a bill")
	}
}
