package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// step is one block of commands of a guide.
type step struct {
	guide string
	name  string
	code  string
	// after names the guide after which the step runs; empty is its place.
	after string
	// notYet says what brings the step, if the commands do not exist yet.
	notYet string
}

// journeys are read and run in this order, each on a network of its own; a guide goes on where the one before it left the network.
var journeys = [][]string{{"builder", "investor", "dapp", "validator"}, {"join"}}

// atEnd is where steps go that end the network.
const atEnd = "end"

// readGuides takes the steps out of guides in a folder.
func readGuides(dir string, guides []string) ([]step, error) {
	var all []step
	for _, name := range guides {
		raw, err := os.ReadFile(filepath.Join(dir, name+".md"))
		if err != nil {
			return nil, err
		}
		steps, err := readSteps(name, string(raw))
		if err != nil {
			return nil, err
		}
		all = append(all, steps...)
	}
	return all, nil
}

// attribute is a word behind the language of a block.
var attribute = regexp.MustCompile(`^(after|not-yet)=("[^"]+"|[a-z]+)$`)

// readSteps finds the fenced blocks of shell commands in a page. A step is named by the heading above it; blocks of
// other languages are for readers only.
func readSteps(guide, page string) ([]step, error) {
	var steps []step
	var current *step
	heading, open := "Before", ""
	for i, line := range strings.Split(page, "\n") {
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case open == "" && isFence:
			open = "text"
			language, attributes, _ := strings.Cut(fence, " ")
			if language != "sh" {
				continue
			}
			open = language
			current = &step{guide: guide, name: heading}
			if err := current.describe(attributes); err != nil {
				return nil, fmt.Errorf("%s.md, line %d: %w", guide, i+1, err)
			}
		case isFence:
			if open == "sh" {
				if strings.TrimSpace(current.code) == "" {
					return nil, fmt.Errorf("%s.md, line %d: a block without commands", guide, i+1)
				}
				steps = append(steps, *current)
			}
			open = ""
		case open == "sh":
			current.code += line + "\n"
		case open == "" && strings.HasPrefix(line, "## "):
			heading = strings.TrimPrefix(line, "## ")
		}
	}
	if open != "" {
		return nil, fmt.Errorf("%s.md: the last block has no end", guide)
	}
	return numbered(steps), nil
}

func (s *step) describe(attributes string) error {
	if attributes == "" {
		return nil
	}
	m := attribute.FindStringSubmatch(attributes)
	if m == nil {
		return fmt.Errorf("unknown words behind the language: %s", attributes)
	}
	value := strings.Trim(m[2], `"`)
	if m[1] == "not-yet" {
		s.notYet = value
		return nil
	}
	s.after = value
	return nil
}

// numbered tells blocks under one heading apart.
func numbered(steps []step) []step {
	count := map[string]int{}
	for _, s := range steps {
		count[s.name]++
	}
	seen := map[string]int{}
	for i, s := range steps {
		if seen[s.name]++; count[s.name] > 1 {
			steps[i].name += " (" + strconv.Itoa(seen[s.name]) + ")"
		}
	}
	return steps
}

// ordered puts the steps that run into their order, those that wait for another guide behind it.
func ordered(guides []string, all []step) ([]step, error) {
	var out []step
	known := map[string]bool{"": true, atEnd: true}
	pick := func(keep func(s step) bool) {
		for _, s := range all {
			if s.notYet == "" && keep(s) {
				out = append(out, s)
			}
		}
	}
	for _, guide := range slices.Concat(guides, []string{atEnd}) {
		pick(func(s step) bool { return s.after == "" && s.guide == guide })
		pick(func(s step) bool { return s.after == guide })
		known[guide] = true
	}
	for _, s := range all {
		if !known[s.after] {
			return nil, fmt.Errorf("%s.md, %s: no guide is named %s", s.guide, s.name, s.after)
		}
	}
	return out, nil
}
