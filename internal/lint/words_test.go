package lint_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// bannedWords are what no text of ours may say of tokens, sales and models, with what is wrong about it.
var bannedWords = []struct{ pattern, why string }{
	{`guarantee\w*`, "nothing here is certain: say what is measured, enforced or refunded"},
	{`(share|stock)holders?`, "a holder of tokens owns no part of a company"},
	{`dividends?`, "what holders receive is a share of a model's revenue"},
	{`equity`, "a token is no part of a company"},
	{`(risk|loss)-?free|riskless|no risks?|without risk|zero risk|cannot lose`, "everything can be lost"},
	{`passive income`, "it sounds like a promise of money"},
	{`(investment|financial|legal|tax) advice`, "no text of ours advises anyone"},
	{`(safe|secure|sure) (investment|profit|return|bet)s?`, "no purchase here is safe"},
	{`expected (returns?|profits?)|apy|apr|roi`, "what a model will earn is unknown"},
	{`get rich|to the moon|once in a lifetime`, "advertising"},
	{`unhackable|bug-?free|trustless`, "no program is"},
}

// denials lists the files that may name a banned word to deny it, and why. The line says "not" or the like and carries the marker
// `denies: <word>`, in Markdown inside a comment.
var denials = map[string]string{
	"docs/RISKS.md": "the place that says what tokens and results are not",
}

var (
	denialMarker = regexp.MustCompile(`denies: ([a-z -]+[a-z])`)
	negation     = regexp.MustCompile(`(?i)\b(not|no|nor|never|none|nothing|nobody|neither|cannot|without)\b`)
	// userTexts are files that people read as they are; of Go files only the strings count.
	userTexts = []string{".md", ".proto", ".html", ".css", ".txt", ".sol", ".yml"}
)

// bannedPattern is all banned words as one expression.
var bannedPattern = func() *regexp.Regexp {
	var all []string
	for _, w := range bannedWords {
		all = append(all, w.pattern)
	}
	return regexp.MustCompile(`(?i)\b(` + strings.Join(all, "|") + `)\b`)
}()

// checkWords finds banned words in everything that users read: documents, protos, pages and the strings of programs.
func checkWords(t *testing.T, root string, files []file, used map[string]bool) []string {
	t.Helper()
	var out []string
	walk(t, root, func(name string) {
		script := slices.Contains([]string{".js", ".mjs", ".ts"}, path.Ext(name)) && under(name, "web/static")
		if !slices.Contains(userTexts, path.Ext(name)) && !script || under(name, "LICENSES") || under(name, "web/dist") {
			return
		}
		raw, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(raw), "\n") {
			out = append(out, badWords(name, fmt.Sprintf("%s:%d", name, i+1), line, used)...)
		}
	})
	for _, f := range files {
		if f.test || f.generated || under(f.path, "internal/lint") {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
				out = append(out, badWords(f.path, f.at(text.Pos()), text.Value, used)...)
			}
			return true
		})
	}
	return out
}

// badWords judges one line or string.
func badWords(name, at, text string, used map[string]bool) []string {
	prose := denialMarker.ReplaceAllString(text, "")
	found := bannedPattern.FindAllString(prose, -1)
	var denied []string
	for _, marker := range denialMarker.FindAllStringSubmatch(text, -1) {
		denied = append(denied, marker[1])
		if denials[name] == "" {
			return []string{fmt.Sprintf("%s: %s is not in the list of files that may deny %q", at, name, marker[1])}
		}
		if !slices.ContainsFunc(found, func(word string) bool { return strings.EqualFold(word, marker[1]) }) {
			return []string{fmt.Sprintf("%s: the marker denies %q, which is not there", at, marker[1])}
		}
	}
	var out []string
	for _, word := range found {
		if slices.Contains(denied, strings.ToLower(word)) && negation.MatchString(prose) {
			used[name] = true
			continue
		}
		out = append(out, fmt.Sprintf("%s: %q: %s", at, word, whyBanned(word)))
	}
	return out
}

func whyBanned(word string) string {
	for _, w := range bannedWords {
		if regexp.MustCompile(`(?i)^(` + w.pattern + `)$`).MatchString(word) {
			return w.why
		}
	}
	return "banned"
}

func TestWords(t *testing.T) {
	used := make(map[string]bool)
	report(t, checkWords(t, repository(t), repositoryFiles(t), used))
	for name, reason := range denials {
		if !used[name] || len(strings.Fields(reason)) < 3 {
			t.Errorf("%s: nothing needs this entry, or it states no reason", name)
		}
	}
}

func TestWordsFindPlanted(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		full := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("README.md", "Returns are Guaranteed.\nA plain line about revenue.\n")
	write("docs/RISKS.md", "Revenue is not guaranteed. <!-- denies: guaranteed -->\n"+
		"Revenue is guaranteed. <!-- denies: guaranteed -->\n"+
		"Revenue is not guaranteed.\n"+
		"A token is no share. <!-- denies: equity -->\n"+
		"Not guaranteed, but risk-free. <!-- denies: guaranteed -->\n")
	write("docs/other.md", "It is not guaranteed. <!-- denies: guaranteed -->\n")
	write("proto/imod/x.proto", "// dividends go to holders.\nstring dividend_id = 1;\n")
	write("web/static/app.js", "const text = 'Passive income for shareholders';\n")
	write("web/static/index.html", "<p>No risk: a safe investment</p>\n")
	write("web/dist/lib.js", "// guarantees order\n")
	write("LICENSES/x.txt", "no guarantee\n")
	write("cmd/imod/main.go", "// Package main guarantees nothing in comments.\npackage main\n\nvar help = `buy\nthis is not financial advice`\n")
	write("cmd/imod/main_test.go", "package main\n\nvar bad = \"shareholder\"\n")

	got := checkWords(t, root, goFiles(t, root), make(map[string]bool))
	var places []string
	for _, finding := range got {
		parts := strings.SplitN(finding, ": ", 3)
		places = append(places, parts[0]+" "+strings.SplitN(parts[1], " ", 2)[0])
	}
	slices.Sort(places)
	want := []string{
		`README.md:1 "Guaranteed"`,
		`cmd/imod/main.go:4 "financial`,
		`docs/RISKS.md:2 "guaranteed"`, `docs/RISKS.md:3 "guaranteed"`, `docs/RISKS.md:4 the`, `docs/RISKS.md:5 "risk-free"`,
		`docs/other.md:1 docs/other.md`,
		`proto/imod/x.proto:1 "dividends"`,
		`web/static/app.js:1 "Passive`, `web/static/app.js:1 "shareholders"`,
		`web/static/index.html:1 "No`, `web/static/index.html:1 "safe`,
	}
	slices.Sort(want)
	if !slices.Equal(places, want) {
		t.Fatalf("findings are not the planted ones\nwant %q\ngot  %q\n%s", want, places, strings.Join(got, "\n"))
	}
}
