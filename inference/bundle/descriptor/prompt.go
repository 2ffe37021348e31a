package descriptor

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// ValidateInput implements Pipeline.
func (m *Image) ValidateInput(input []byte) error {
	_, err := m.Parse(input)
	return err
}

// Parse reads a prompt and returns the chosen entry of every slot, in slot order.
// A prompt is UTF-8 without control characters; ASCII capitals count as small
// letters; words are runs of letters and digits, everything else in ASCII only
// separates them.
func (m *Image) Parse(input []byte) ([]int, error) {
	if len(input) == 0 {
		return nil, inputf("the prompt is empty")
	}
	if len(input) > MaxPrompt {
		return nil, inputf("the prompt has %d bytes, allowed are %d", len(input), MaxPrompt)
	}
	if !utf8.Valid(input) {
		return nil, inputf("the prompt is not valid UTF-8")
	}
	p := parser{image: m, group: 1, chosen: make([]int, len(m.Slots)), by: make([]string, len(m.Slots))}
	for i := range p.chosen {
		p.chosen[i] = -1
		p.last = max(p.last, m.Slots[i].Group)
	}
	for i := 0; i < len(input); {
		c := input[i]
		if c < 0x20 || c == 0x7f {
			return nil, inputf("the prompt holds the control character 0x%02x", c)
		}
		start := i
		for i < len(input) && inToken(input[i]) {
			i++
		}
		if i == start {
			i++
			continue
		}
		if err := p.take(strings.Map(lower, string(input[start:i]))); err != nil {
			return nil, err
		}
	}
	for i, s := range m.Slots {
		if p.chosen[i] >= 0 {
			continue
		}
		if s.Default == Required {
			return nil, inputf("the prompt names no %s; say one of %s", s.Name, s.choices())
		}
		p.chosen[i] = int(s.Default)
	}
	return p.chosen, nil
}

// Prompt writes the canonical prompt of a choice: each group's words in slot
// order, the groups joined by the first separator, the words of group 0 last.
func (m *Image) Prompt(choice []int) string {
	var words []string
	var last uint8
	for _, s := range m.Slots {
		last = max(last, s.Group)
	}
	for group := uint8(1); group <= last; group++ {
		if group > 1 {
			words = append(words, m.Separators[0])
		}
		words = m.appendGroup(words, group, choice)
	}
	return strings.Join(m.appendGroup(words, 0, choice), " ")
}

func (m *Image) appendGroup(words []string, group uint8, choice []int) []string {
	for i, s := range m.Slots {
		if s.Group == group {
			words = append(words, s.Entries[choice[i]][0])
		}
	}
	return words
}

// Sample implements Pipeline: every slot is filled by a draw modulo its entries.
func (m *Image) Sample(s *Stream) []byte {
	choice := make([]int, len(m.Slots))
	for i, slot := range m.Slots {
		choice[i] = int(s.Uint32() % uint32(len(slot.Entries)))
	}
	return []byte(m.Prompt(choice))
}

// parser fills slots word by word.
type parser struct {
	image  *Image
	group  uint8 // the part of the prompt we are in
	last   uint8 // the last group that has slots
	chosen []int
	by     []string // the word that filled each slot
}

func (p *parser) take(word string) error {
	if slices.Contains(p.image.Separators, word) {
		p.group = min(p.group+1, max(p.last, 1))
		return nil
	}
	if slices.Contains(p.image.Fillers, word) {
		return nil
	}
	elsewhere := -1
	for i, s := range p.image.Slots {
		entry := s.entryOf(word)
		switch {
		case entry < 0:
		case s.Group != 0 && s.Group != p.group:
			elsewhere = i
		case p.chosen[i] >= 0:
			return p.twice(i, word)
		default:
			p.chosen[i], p.by[i] = entry, word
			return nil
		}
	}
	if elsewhere >= 0 {
		return p.misplaced(elsewhere, word)
	}
	msg := fmt.Sprintf("the prompt holds the unknown word %q", word)
	if near := p.image.near(word, p.group); len(near) > 0 {
		msg += "; did you mean " + strings.Join(near, ", ") + "?"
	}
	return inputf("%s", msg)
}

func (p *parser) twice(slot int, word string) error {
	s := p.image.Slots[slot]
	hint := ""
	if p.group < p.last && len(p.image.Separators) > 0 {
		hint = fmt.Sprintf("; words for what comes after go behind %q", p.image.Separators[0])
	}
	return inputf("%q names the %s again, after %q%s", word, s.Name, p.by[slot], hint)
}

func (p *parser) misplaced(slot int, word string) error {
	s := p.image.Slots[slot]
	side := "before"
	if s.Group > p.group {
		side = "after"
	}
	return inputf("%q names the %s, which belongs %s the word %q", word, s.Name, side, p.image.Separators[0])
}

func (s Slot) entryOf(word string) int {
	for i, words := range s.Entries {
		if slices.Contains(words, word) {
			return i
		}
	}
	return -1
}

func (s Slot) choices() string {
	const shown = 12
	names := make([]string, 0, shown+1)
	for i, words := range s.Entries {
		if i == shown {
			names = append(names, "...")
			break
		}
		names = append(names, words[0])
	}
	return strings.Join(names, ", ")
}

// inToken reports whether a byte belongs to a word; bytes beyond ASCII do, so that
// foreign letters give an unknown word instead of vanishing.
func inToken(c byte) bool {
	return c >= 0x80 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func lower(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r + ('a' - 'A')
	}
	return r
}
