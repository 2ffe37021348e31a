package tale

import (
	"slices"
	"strings"

	"github.com/imochain/imod/models/internal/learn"
)

// Write makes up the next tale: plain ASCII, one paragraph without line breaks.
func Write(r *learn.RNG) string {
	t := teller{r: r, bound: map[string]string{}}
	t.cast("hero", "")
	t.cast("friend", t.bound["hero"])
	for _, slot := range []string{"place", "far", "thing", "trouble", "food", "season"} {
		t.bound[slot] = t.expand(t.pick(choices[slot]))
	}
	return t.expand(t.pick(choices["tale"]))
}

// Words lists every word that a tale can hold, in small letters, sorted.
func Words() []string {
	seen := map[string]bool{}
	add := func(text string) {
		for _, piece := range strings.Split(strings.ToLower(text), "{") {
			if _, after, found := strings.Cut(piece, "}"); found {
				piece = after
			}
			for _, w := range strings.FieldsFunc(piece, func(c rune) bool { return c < 'a' || c > 'z' }) {
				seen[w] = true
			}
		}
	}
	for _, texts := range choices {
		for _, text := range texts {
			add(text)
		}
	}
	for _, k := range kinds {
		add(k.name + " " + strings.Join(k.forms[:], " "))
	}
	words := make([]string, 0, len(seen))
	for w := range seen {
		words = append(words, w)
	}
	slices.Sort(words)
	return words
}

// teller expands templates. A slot in braces is a bound value, or else a choice of its
// own each time it stands; one that begins with a capital begins a sentence.
type teller struct {
	r     *learn.RNG
	bound map[string]string
}

func (t *teller) pick(texts []string) string { return texts[t.r.Below(len(texts))] }

// cast binds who a tale is about, somebody else than other.
func (t *teller) cast(role, other string) {
	kind := kinds[t.r.Below(len(kinds))]
	for "the "+kind.name == other {
		kind = kinds[t.r.Below(len(kinds))]
	}
	t.bound[role] = "the " + kind.name
	t.bound["a "+role] = t.article(t.pick(choices["nature"]) + " " + kind.name)
	for i, form := range [...]string{"he", "him", "his"} {
		if role != "hero" {
			form = role + " " + form
		}
		t.bound[form] = kind.forms[i]
	}
}

func (t *teller) article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) || strings.HasPrefix(noun, "honest") {
		return "an " + noun
	}
	return "a " + noun
}

func (t *teller) expand(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		slot, after, _ := strings.Cut(rest, "}")
		small := strings.ToLower(slot[:1]) + slot[1:]
		value, ok := t.bound[small]
		if !ok {
			if noun, is := strings.CutPrefix(small, "a "); is {
				value = t.article(t.expand(t.pick(choices[noun])))
			} else {
				value = t.expand(t.pick(choices[small]))
			}
		}
		if small != slot {
			value = strings.ToUpper(value[:1]) + value[1:]
		}
		b.WriteString(value)
		text = after
	}
}
