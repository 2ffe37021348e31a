package token

import (
	"flag"
	"fmt"
	"go/format"
	"os"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

var update = flag.Bool("update", false, "write tables.go anew")

// version is that of Unicode in which the tables stand; it never changes, because
// results depend on it.
const version = "15.0.0"

// The tables are those of Unicode 15.0. A Go release with another version checks
// nothing here: that is the point of having them.
func TestTables(t *testing.T) {
	if unicode.Version != version || norm.Version != version {
		t.Skipf("this Go has Unicode %s and %s", unicode.Version, norm.Version)
	}
	is := func(tables ...*unicode.RangeTable) func(rune) bool {
		return func(r rune) bool { return unicode.In(r, tables...) }
	}
	assigned := is(unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z)
	var b strings.Builder
	b.WriteString("package token\n\n// Tables of Unicode " + version + ", written by TestTables with -update.\n")
	for _, s := range []struct {
		name, what string
		have       table
		want       func(rune) bool
	}{
		{"letters", "category L", letters, is(unicode.L)},
		{"numbers", "category N", numbers, is(unicode.N)},
		{"points", "category P", points, is(unicode.P)},
		{"marks", "category Mn", marks, is(unicode.Mn)},
		{"controls", "category C, unassigned ones included", controls, func(r rune) bool { return !assigned(r) }},
	} {
		fmt.Fprintf(&b, "\n// %s is %s.\nvar %s = table{", s.name, s.what, s.name)
		from, n := rune(-1), 0
		for r := rune(0); r <= unicode.MaxRune+1; r++ {
			in := r <= unicode.MaxRune && s.want(r)
			if !*update && r <= unicode.MaxRune && s.have.has(r) != in {
				t.Fatalf("%s: U+%04X is %v", s.name, r, !in)
			}
			if in && from < 0 {
				from = r
			}
			if !in && from >= 0 {
				if n++; n%10 == 1 {
					b.WriteString("\n")
				}
				fmt.Fprintf(&b, "%#x, %#x, ", from, r-1)
				from = -1
			}
		}
		b.WriteString("\n}\n")
	}
	for _, m := range []struct {
		name, what string
		have, want func(rune) string
	}{
		{"smallListing", "characters with other small letters", toSmall, smallOf},
		{"bareListing", "characters that decompose, without nonspacing marks; Hangul is arithmetic", withoutMarks, bareOf},
	} {
		fmt.Fprintf(&b, "\n// %s lists %s.\nconst %s = \"\" +", m.name, m.what, m.name)
		line, n := "", 0
		for r := rune(0); r <= unicode.MaxRune; r++ {
			if r >= 0xd800 && r < 0xe000 {
				continue // no characters
			}
			want := m.want(r)
			if !*update && m.have(r) != want {
				t.Fatalf("%s: U+%04X gives %q, want %q", m.name, r, m.have(r), want)
			}
			hangul := r >= hangulFirst && r <= hangulLast
			if want == string(r) || m.name == "bareListing" && (hangul || unicode.Is(unicode.Mn, r) && want == "") {
				continue
			}
			line += string(r) + want + "\n"
			if n++; n%24 == 0 {
				fmt.Fprintf(&b, "\n%+q +", line)
				line = ""
			}
		}
		fmt.Fprintf(&b, "\n%+q\n", line)
	}
	if !*update {
		return
	}
	source, err := format.Source([]byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("tables.go", source, 0o644); err != nil {
		t.Fatal(err)
	}
}

// smallOf is the mapping of single characters, with the one that gives two.
func smallOf(r rune) string {
	if r == 0x130 {
		return "i\u0307"
	}
	return string(unicode.ToLower(r))
}

func bareOf(r rune) string {
	var b strings.Builder
	for _, c := range norm.NFD.String(string(r)) {
		if !unicode.Is(unicode.Mn, c) {
			b.WriteRune(c)
		}
	}
	return b.String()
}
