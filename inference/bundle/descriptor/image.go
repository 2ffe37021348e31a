package descriptor

import (
	"github.com/imochain/imod/inference/bundle/internal/wire"
)

// Bounds of image pipelines.
const (
	MaxPrompt    = 256  // bytes of a prompt
	MaxSide      = 1024 // pixels
	MaxLatent    = 4096
	MaxSlots     = 16
	MaxGroups    = 8
	MaxEntries   = 64  // entries of one slot
	MaxWords     = 512 // words of all slots together, synonyms included
	MaxWordBytes = 24
	MaxFillers   = 64
)

// Required is the Default of a slot that every prompt must fill.
const Required = 0xffff

// Image turns a prompt and a seed into a picture: the prompt fills the slots, the
// graph gets one one-hot block per slot, in slot order, followed by Latent uniform
// numbers from the seed, and returns [1, 3, Height, Width] in [0, 1].
type Image struct {
	Height uint16 `json:"height"`
	Width  uint16 `json:"width"`
	// Latent is how many numbers the seed gives, LatentRange their bound: they are
	// uniform in [-LatentRange, LatentRange).
	Latent      uint16  `json:"latent"`
	LatentRange float32 `json:"latent_range"`
	// Separators are the words that end a group: words before the first one belong
	// to group 1, those after it to group 2, and so on; further ones are ignored.
	Separators []string `json:"separators"`
	// Fillers are words without meaning.
	Fillers []string `json:"fillers"`
	Slots   []Slot   `json:"slots"`
}

// Slot is one attribute of the picture.
type Slot struct {
	// Name is used in messages.
	Name string `json:"name"`
	// Group is the part of the prompt in which the slot's words count, from 1; the
	// words of group 0 count anywhere.
	Group uint8 `json:"group"`
	// Default is the index of the entry used when the prompt fills the slot with
	// none, or Required.
	Default uint16 `json:"default"`
	// Entries are the values; each is a word and its synonyms.
	Entries [][]string `json:"entries"`
}

var _ Pipeline = (*Image)(nil)

// Kind implements Pipeline.
func (*Image) Kind() Kind { return KindImage }

// InputBound implements Pipeline.
func (*Image) InputBound() uint32 { return MaxPrompt }

// OutputBound implements Pipeline.
func (m *Image) OutputBound() uint32 { return 3 * uint32(m.Height) * uint32(m.Width) }

// Work implements Pipeline.
func (*Image) Work(graph uint64) uint64 { return graph }

// MediaType implements Pipeline.
func (m *Image) MediaType() string { return RGBMediaType(int(m.Width), int(m.Height)) }

// Features is the length of the graph's input vector.
func (m *Image) Features() int {
	n := int(m.Latent)
	for _, s := range m.Slots {
		n += len(s.Entries)
	}
	return n
}

func (m *Image) appendTo(b []byte) []byte {
	b = wire.U16(b, m.Height)
	b = wire.U16(b, m.Width)
	b = wire.U16(b, m.Latent)
	b = wire.F32(b, m.LatentRange)
	b = appendTexts(b, m.Separators)
	b = appendTexts(b, m.Fillers)
	b = wire.U16(b, uint16(len(m.Slots)))
	for _, s := range m.Slots {
		b = wire.Text(b, s.Name)
		b = wire.U8(b, s.Group)
		b = wire.U16(b, s.Default)
		b = wire.U16(b, uint16(len(s.Entries)))
		for _, words := range s.Entries {
			b = appendTexts(b, words)
		}
	}
	return b
}

func decodeImage(r *wire.Reader) *Image {
	m := &Image{
		Height:      r.U16("height"),
		Width:       r.U16("width"),
		Latent:      r.U16("latent"),
		LatentRange: r.F32("latent range"),
		Separators:  decodeTexts(r, MaxFillers, MaxWordBytes, "separators"),
		Fillers:     decodeTexts(r, MaxFillers, MaxWordBytes, "fillers"),
	}
	for range r.Count(MaxSlots, 7, "slots") {
		s := Slot{Name: r.Text(MaxWordBytes, "slot name"), Group: r.U8("group"), Default: r.U16("default")}
		for range r.Count(MaxEntries, 2, "entries") {
			s.Entries = append(s.Entries, decodeTexts(r, MaxWords, MaxWordBytes, "words"))
		}
		m.Slots = append(m.Slots, s)
	}
	return m
}
