package main

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// document is the part of CycloneDX 1.6 that is written.
type document struct {
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Serial       string       `json:"serialNumber"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Timestamp string    `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Purl       string     `json:"purl,omitempty"`
	Hashes     []hash     `json:"hashes,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependency struct {
	Ref string   `json:"ref"`
	On  []string `json:"dependsOn"`
}

// settings are the build settings that say how the binary was made; paths of the machine are not among them.
var settings = []string{"CGO_ENABLED", "GOARCH", "GOAMD64", "GOARM64", "GOOS", "-compiler", "-tags", "-trimpath"}

// bill lists the modules and the standard library of a binary, sorted by name. digest is the SHA-256 of the binary in hex, which also
// gives the serial number, so that two bills of one binary are equal.
func bill(info *debug.BuildInfo, name, version, digest string, at time.Time) document {
	main := component{
		Type: "application", Ref: name, Name: name, Version: version,
		Hashes: []hash{{Algorithm: "SHA-256", Content: digest}}, Properties: []property{{Name: "go:version", Value: info.GoVersion}},
	}
	for _, s := range info.Settings {
		if slices.Contains(settings, s.Key) {
			main.Properties = append(main.Properties, property{Name: "go:build:" + s.Key, Value: s.Value})
		}
	}
	components := []component{module("std", strings.TrimPrefix(info.GoVersion, "go"), "")}
	for _, m := range info.Deps {
		c := module(m.Path, m.Version, m.Sum)
		if m.Replace != nil {
			c = module(m.Replace.Path, m.Replace.Version, m.Replace.Sum)
			c.Properties = append(c.Properties, property{Name: "go:replaces", Value: m.Path + "@" + m.Version})
		}
		components = append(components, c)
	}
	slices.SortFunc(components, func(a, b component) int { return strings.Compare(a.Ref, b.Ref) })
	refs := make([]string, len(components))
	for i, c := range components {
		refs[i] = c.Ref
	}
	return document{
		Format: "CycloneDX", Spec: "1.6", Serial: serial(digest), Version: 1,
		Metadata:   metadata{Timestamp: at.UTC().Format(time.RFC3339), Component: main},
		Components: components, Dependencies: []dependency{{Ref: name, On: refs}},
	}
}

// module is one Go module; sum is its line of go.sum, a hash of the module's tree and not of a file.
func module(path, version, sum string) component {
	purl := fmt.Sprintf("pkg:golang/%s@%s", path, strings.ReplaceAll(version, "+", "%2B"))
	c := component{Type: "library", Ref: purl, Name: path, Version: version, Purl: purl}
	if sum != "" {
		c.Properties = append(c.Properties, property{Name: "go:sum", Value: sum})
	}
	return c
}

// serial makes a UUID (version 8, own content) of the first 16 bytes of a digest.
func serial(digest string) string {
	d := []byte(digest[:32])
	d[12], d[16] = '8', 'a'
	return fmt.Sprintf("urn:uuid:%s-%s-%s-%s-%s", d[:8], d[8:12], d[12:16], d[16:20], d[20:])
}
