package descriptor_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle/descriptor"
)

// picture is a grammar in which colours count for the object and for the ground.
func picture() *descriptor.Image {
	colours := [][]string{{"red", "crimson"}, {"blue", "navy"}, {"green"}}
	return &descriptor.Image{
		Height: 64, Width: 64, Latent: 8, LatentRange: 1,
		Separators: []string{"on", "over"},
		Fillers:    []string{"a", "an", "the", "in", "of", "at", "ground"},
		Slots: []descriptor.Slot{
			{Name: "colour", Group: 1, Default: descriptor.Required, Entries: colours},
			{Name: "shape", Group: 1, Default: descriptor.Required, Entries: [][]string{{"fish"}, {"star"}, {"house", "home"}}},
			{Name: "ground", Group: 2, Default: descriptor.Required, Entries: colours},
			{Name: "position", Group: 0, Default: 0, Entries: [][]string{{"centre", "center", "middle"}, {"left"}, {"right"}, {"top"}, {"bottom"}}},
		},
	}
}

func TestPrompt(t *testing.T) {
	for _, tc := range []struct {
		name, prompt string
		want         []int
		err          string
	}{
		{name: "ok: the same words in two groups", prompt: "a red fish on a blue ground", want: []int{0, 0, 1, 0}},
		{name: "ok: capitals and punctuation", prompt: "  A RED, fish -- ON (navy)!", want: []int{0, 0, 1, 0}},
		{name: "ok: position before the separator", prompt: "a green house at the left on a red ground", want: []int{2, 2, 0, 1}},
		{name: "ok: position after the separator", prompt: "a green home over red, top", want: []int{2, 2, 0, 3}},
		{name: "ok: a separator more than groups", prompt: "a red fish on the left on a blue ground", want: []int{0, 0, 1, 1}},
		{name: "ok: order within a group is free", prompt: "star crimson on green middle", want: []int{0, 1, 2, 0}},
		{name: "fails: empty", prompt: "", err: "the prompt is empty"},
		{name: "fails: too long", prompt: strings.Repeat("a ", 128) + "a", err: "257 bytes, allowed are 256"},
		{name: "fails: missing slot", prompt: "a red fish", err: "names no ground; say one of red, blue, green"},
		{name: "fails: unknown word with near ones", prompt: "a red fsh on blue", err: `unknown word "fsh"; did you mean fish?`},
		{name: "fails: unknown word without near ones", prompt: "a purple fish on blue", err: `unknown word "purple"`},
		{name: "fails: repeated", prompt: "a red red fish on blue", err: `"red" names the colour again, after "red"`},
		{name: "fails: conflicting synonyms", prompt: "a red fish on blue navy", err: `"navy" names the ground again, after "blue"`},
		{name: "fails: ground colour before the separator", prompt: "a red fish blue", err: `words for what comes after go behind "on"`},
		{name: "fails: two positions", prompt: "left red fish on blue right", err: `"right" names the position again, after "left"`},
		{name: "fails: word in the other group", prompt: "a red on blue fish", err: `"fish" names the shape, which belongs before the word "on"`},
		{name: "fails: foreign letters", prompt: "a röd fish on blue", err: `unknown word "röd"`},
		{name: "fails: not UTF-8", prompt: "a red fish on blue \xff", err: "not valid UTF-8"},
		{name: "fails: control character", prompt: "a red fish\non blue", err: "control character 0x0a"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := picture().Parse([]byte(tc.prompt))
			if tc.err != "" {
				require.ErrorIs(t, err, descriptor.ErrInput)
				require.ErrorContains(t, err, tc.err)
				require.Error(t, picture().ValidateInput([]byte(tc.prompt)))
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}

// TestPromptRoundTrip writes every combination as a prompt and reads it back.
func TestPromptRoundTrip(t *testing.T) {
	m := picture()
	seen := map[string]bool{}
	var walk func(choice []int)
	walk = func(choice []int) {
		if len(choice) == len(m.Slots) {
			prompt := m.Prompt(choice)
			require.False(t, seen[prompt], prompt)
			seen[prompt] = true
			got, err := m.Parse([]byte(prompt))
			require.NoError(t, err, prompt)
			require.Equal(t, choice, got, prompt)
			return
		}
		for e := range m.Slots[len(choice)].Entries {
			walk(append(choice[:len(choice):len(choice)], e))
		}
	}
	walk(nil)
	require.Len(t, seen, 3*3*3*5)
}

func TestImageValidate(t *testing.T) {
	require.NoError(t, picture().Validate())
	long := strings.Repeat("x", descriptor.MaxWordBytes)
	for name, change := range map[string]func(*descriptor.Image){
		"fails: no height":                    func(m *descriptor.Image) { m.Height = 0 },
		"fails: side of 1025":                 func(m *descriptor.Image) { m.Width = 1025 },
		"fails: latent of 4097":               func(m *descriptor.Image) { m.Latent = 4097 },
		"fails: latent range 0":               func(m *descriptor.Image) { m.LatentRange = 0 },
		"fails: no slots":                     func(m *descriptor.Image) { m.Slots = nil },
		"fails: slot without entries":         func(m *descriptor.Image) { m.Slots[0].Entries = nil },
		"fails: entry without words":          func(m *descriptor.Image) { m.Slots[0].Entries = [][]string{{}} },
		"fails: default out of range":         func(m *descriptor.Image) { m.Slots[3].Default = 5 },
		"fails: two slots of one name":        func(m *descriptor.Image) { m.Slots[1].Name = "colour" },
		"fails: group without slot":           func(m *descriptor.Image) { m.Slots[2].Group = 3 },
		"fails: group above the limit":        func(m *descriptor.Image) { m.Slots[2].Group = 9 },
		"fails: groups without separator":     func(m *descriptor.Image) { m.Separators = nil },
		"fails: capital letter":               func(m *descriptor.Image) { m.Slots[1].Entries[0][0] = "Fish" },
		"fails: word of two words":            func(m *descriptor.Image) { m.Slots[1].Entries[0][0] = "big fish" },
		"fails: long word":                    func(m *descriptor.Image) { m.Slots[1].Entries[0][0] = long + "x" },
		"fails: word is a filler":             func(m *descriptor.Image) { m.Slots[1].Entries[0][0] = "of" },
		"fails: word is a separator":          func(m *descriptor.Image) { m.Slots[1].Entries[0][0] = "on" },
		"fails: filler is a separator":        func(m *descriptor.Image) { m.Fillers[0] = "on" },
		"fails: one word in two slots":        func(m *descriptor.Image) { m.Slots[1].Entries[0][0] = "navy" },
		"fails: one word anywhere and in one": func(m *descriptor.Image) { m.Slots[3].Entries[0][0] = "red" },
		"fails: one word twice in a slot":     func(m *descriptor.Image) { m.Slots[1].Entries[2][1] = "fish" },
		"fails: prompt cannot be written": func(m *descriptor.Image) {
			for i := range 12 {
				word := string(rune('a'+i)) + long[1:]
				m.Slots = append(m.Slots, descriptor.Slot{Name: word, Group: 1, Default: 0, Entries: [][]string{{word}}})
			}
		},
	} {
		m := picture()
		for i := range m.Slots { // the two colour slots share their entries
			entries := make([][]string, len(m.Slots[i].Entries))
			for j, words := range m.Slots[i].Entries {
				entries[j] = append([]string(nil), words...)
			}
			m.Slots[i].Entries = entries
		}
		change(m)
		require.ErrorIs(t, m.Validate(), descriptor.ErrInvalid, name)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a red fish on a blue ground", "red star on on on navy", "\x00", "left right on", strings.Repeat("é", 128)} {
		f.Add([]byte(s))
	}
	m := picture()
	f.Fuzz(func(t *testing.T, input []byte) {
		choice, err := m.Parse(input)
		if err != nil {
			return
		}
		again, err := m.Parse([]byte(m.Prompt(choice)))
		require.NoError(t, err)
		require.Equal(t, choice, again)
	})
}
