package descriptor

import (
	"fmt"

	"github.com/imochain/imod/inference/bundle/internal/wire"
)

// Validate implements Pipeline. Besides sizes it makes sure that every word has
// at most one meaning in every part of a prompt, and that each combination of
// entries can be written as a prompt.
func (m *Image) Validate() error {
	if m.Height < 1 || m.Height > MaxSide || m.Width < 1 || m.Width > MaxSide {
		return invalidf("picture of %dx%d, sides are 1 to %d", m.Width, m.Height, MaxSide)
	}
	if m.Latent > MaxLatent {
		return invalidf("latent of %d, allowed are %d", m.Latent, MaxLatent)
	}
	if !(m.LatentRange > 0) || !finite(m.LatentRange) {
		return invalidf("latent range %v is not a positive number", m.LatentRange)
	}
	if n := len(m.Slots); n < 1 || n > MaxSlots {
		return invalidf("%d slots, allowed are 1 to %d", n, MaxSlots)
	}
	groups, err := m.checkSlots()
	if err != nil {
		return err
	}
	if groups > 1 && len(m.Separators) == 0 {
		return invalidf("%d groups need a separator word", groups)
	}
	if err := m.checkVocabulary(); err != nil {
		return err
	}
	longest := make([]int, len(m.Slots))
	for i, s := range m.Slots {
		for e, words := range s.Entries {
			if len(words[0]) > len(s.Entries[longest[i]][0]) {
				longest[i] = e
			}
		}
	}
	if n := len(m.Prompt(longest)); n > MaxPrompt {
		return invalidf("the longest prompt has %d bytes, allowed are %d", n, MaxPrompt)
	}
	return nil
}

// checkSlots checks every slot by itself and returns the number of groups.
func (m *Image) checkSlots() (int, error) {
	var used [MaxGroups + 1]bool
	groups, words := 0, 0
	for i, s := range m.Slots {
		if err := wire.CheckText(s.Name, 1, MaxWordBytes, fmt.Sprintf("name of slot %d", i)); err != nil {
			return 0, invalidf("%v", err)
		}
		for _, earlier := range m.Slots[:i] {
			if earlier.Name == s.Name {
				return 0, invalidf("slot %q stands twice", s.Name)
			}
		}
		if s.Group > MaxGroups {
			return 0, invalidf("slot %q: group %d is above %d", s.Name, s.Group, MaxGroups)
		}
		if n := len(s.Entries); n < 1 || n > MaxEntries {
			return 0, invalidf("slot %q: %d entries, allowed are 1 to %d", s.Name, n, MaxEntries)
		}
		if s.Default != Required && int(s.Default) >= len(s.Entries) {
			return 0, invalidf("slot %q: default %d of %d entries", s.Name, s.Default, len(s.Entries))
		}
		for _, e := range s.Entries {
			if len(e) == 0 {
				return 0, invalidf("slot %q has an entry without a word", s.Name)
			}
			words += len(e)
		}
		used[s.Group] = true
		groups = max(groups, int(s.Group))
	}
	for g := 1; g <= groups; g++ {
		if !used[g] {
			return 0, invalidf("group %d has no slot", g)
		}
	}
	if words > MaxWords {
		return 0, invalidf("%d words, allowed are %d", words, MaxWords)
	}
	return groups, nil
}

// checkVocabulary checks all words and that none has two meanings in one place.
func (m *Image) checkVocabulary() error {
	if len(m.Separators) > MaxFillers || len(m.Fillers) > MaxFillers {
		return invalidf("%d separators and %d fillers, allowed are %d each", len(m.Separators), len(m.Fillers), MaxFillers)
	}
	taken := map[string]string{} // words that have their meaning in every group
	claim := func(word, owner string) error {
		if !isWord(word) {
			return invalidf("%s: %q is not a word of 1 to %d letters a-z and digits", owner, word, MaxWordBytes)
		}
		if other, ok := taken[word]; ok {
			return invalidf("word %q belongs to %s and to %s", word, other, owner)
		}
		taken[word] = owner
		return nil
	}
	for _, w := range m.Separators {
		if err := claim(w, "the separators"); err != nil {
			return err
		}
	}
	for _, w := range m.Fillers {
		if err := claim(w, "the fillers"); err != nil {
			return err
		}
	}
	for _, s := range m.Slots {
		if s.Group != 0 {
			continue
		}
		if err := s.eachWord(func(w string) error { return claim(w, s.owner()) }); err != nil {
			return err
		}
	}
	type place struct {
		group uint8
		word  string
	}
	grouped := map[place]string{} // words that have their meaning in one group
	for _, s := range m.Slots {
		if s.Group == 0 {
			continue
		}
		err := s.eachWord(func(w string) error {
			if !isWord(w) {
				return invalidf("%s: %q is not a word of 1 to %d letters a-z and digits", s.owner(), w, MaxWordBytes)
			}
			other, ok := taken[w]
			if !ok {
				other, ok = grouped[place{s.Group, w}]
			}
			if ok {
				return invalidf("word %q belongs to %s and to %s", w, other, s.owner())
			}
			grouped[place{s.Group, w}] = s.owner()
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s Slot) owner() string { return fmt.Sprintf("slot %q", s.Name) }

func (s Slot) eachWord(f func(string) error) error {
	for _, words := range s.Entries {
		for _, w := range words {
			if err := f(w); err != nil {
				return err
			}
		}
	}
	return nil
}

func isWord(s string) bool {
	if len(s) < 1 || len(s) > MaxWordBytes {
		return false
	}
	for i := range len(s) {
		if !wordByte(s[i]) {
			return false
		}
	}
	return true
}

func wordByte(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }
