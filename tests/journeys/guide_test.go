package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const page = "# T\n\n```text\nnot run\n```\n\n## One\n\n```sh\na\nb\n```\n\ntext\n\n```sh after=dapp\nc\n```\n\n## Two\n\n" +
	"```sh not-yet=\"a thing: what brings it\"\nd\n```\n"

func TestReadSteps(t *testing.T) {
	steps, err := readSteps("builder", page)
	require.NoError(t, err)
	require.Equal(t, []step{
		{guide: "builder", name: "One (1)", code: "a\nb\n"},
		{guide: "builder", name: "One (2)", code: "c\n", after: "dapp"},
		{guide: "builder", name: "Two", code: "d\n", notYet: "a thing: what brings it"},
	}, steps)
	for _, bad := range []string{"```sh\n", "```sh\n\n```\n", "```sh later\na\n```\n", "```sh not-yet=two words\na\n```\n"} {
		_, err := readSteps("builder", bad)
		require.Error(t, err, bad)
	}
}

func TestOrdered(t *testing.T) {
	s := func(guide, after, code string) step { return step{guide: guide, after: after, code: code} }
	got, err := ordered(journeys[0], []step{
		s("builder", "", "1"), s("builder", "investor", "4"), s("builder", atEnd, "6"), s("investor", "", "2"), s("investor", "", "3"),
		{guide: "investor", notYet: "x"}, s("validator", "", "5"),
	})
	require.NoError(t, err)
	var order []string
	for _, x := range got {
		order = append(order, x.code)
	}
	require.Equal(t, "1 2 3 4 5 6", strings.Join(order, " "))
	_, err = ordered(journeys[0], []step{s("builder", "nobody", "1")})
	require.ErrorContains(t, err, "no guide is named nobody")
}

// TestGuides: every guide has steps, every network ends once, and what is missing says what brings it.
func TestGuides(t *testing.T) {
	for _, guides := range journeys {
		all, err := readGuides(filepath.Join("..", "..", "docs", "guides"), guides)
		require.NoError(t, err)
		count, ends := map[string]int{}, 0
		for _, s := range all {
			count[s.guide]++
			if s.after == atEnd {
				ends++
			}
			if s.notYet != "" {
				require.Contains(t, s.notYet, ":", s.guide)
			}
		}
		for _, guide := range guides {
			require.GreaterOrEqual(t, count[guide], 5, guide)
		}
		require.Equal(t, 1, ends, guides)
		_, err = ordered(guides, all)
		require.NoError(t, err)
	}
}

// TestShell: variables live from block to block, output belongs to its block, and a failed command is an error.
func TestShell(t *testing.T) {
	dir := t.TempDir()
	sh, err := startShell(dir, []string{"PATH=/usr/bin:/bin"})
	require.NoError(t, err)
	t.Cleanup(sh.close)
	file := filepath.Join(dir, "block")
	out, err := sh.run(file, "x=5; printf one\n")
	require.NoError(t, err)
	require.Equal(t, "one", out)
	out, err = sh.run(file, "echo $x; cat; pwd\n") // cat sees no input: the next command is not eaten
	require.NoError(t, err)
	require.Equal(t, "5\n"+dir+"\n", out)
	out, err = sh.run(file, "echo before; false | true; echo after\n")
	require.ErrorContains(t, err, "a command failed")
	require.Equal(t, "before\n", out)
	_, err = sh.run(file, "true\n")
	require.Error(t, err)
}
