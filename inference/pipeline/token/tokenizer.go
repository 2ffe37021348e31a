package token

import "slices"

// Bounds of a tokenizer.
const (
	MaxTokens     = 1 << 18
	MaxTokenBytes = 256
	MaxMerges     = 1 << 18
	MaxSpecial    = 1024
)

// Kind is the algorithm; codes are part of the encoding.
type Kind uint8

// Kinds of tokenizers.
const (
	// ByteLevel is byte pair encoding over the bytes of the text, split by GPT-2's rule.
	ByteLevel Kind = 1
	// WordPiece takes the longest known piece of each word, split by BERT's rule.
	WordPiece Kind = 2
)

// Merge joins two neighbouring tokens into one.
type Merge struct{ Left, Right uint32 }

// Tokenizer turns text into ids.
type Tokenizer struct {
	// Kind is the algorithm.
	Kind Kind
	// Tokens are the texts of all ids: of ByteLevel the bytes they stand for, of
	// WordPiece the pieces with their prefix.
	Tokens []string
	// Merges are ByteLevel's, the ones that go first in front.
	Merges []Merge
	// Special are the ids that no text can give and that are not written: ends,
	// starts, fillers. Ascending.
	Special []uint32
	// Before and After are the ids put around every text.
	Before, After []uint32
	// AddSpace puts a space in front of a ByteLevel text that has none.
	AddSpace bool
	// Clean, Chinese, Lower and Strip are WordPiece's normalisation: without control
	// characters, spaces around Chinese characters, small letters, no accents.
	Clean, Chinese, Lower, Strip bool
	// Unknown is the id of words that WordPiece cannot write, Prefix marks its pieces
	// inside a word, MaxWord is how many characters a word may have.
	Unknown uint32
	Prefix  string
	MaxWord uint16

	ids     map[string]uint32 // without ByteLevel's single bytes
	merges  map[Merge]merged
	special map[uint32]bool
	bytes   [256]uint32 // ByteLevel's ids of single bytes
}

// noToken stands for a byte without an id.
const noToken = ^uint32(0)

// merged is what becomes of a pair.
type merged struct{ rank, id uint32 }

// Prepare checks the rules and builds the tables; a tokenizer that was put together by
// hand needs it once, before its first use.
func (t *Tokenizer) Prepare() error {
	if n := len(t.Tokens); n < 2 || n > MaxTokens {
		return refusef("%d tokens, allowed are 2 to %d", n, MaxTokens)
	}
	t.special = make(map[uint32]bool, len(t.Special))
	for i, id := range t.Special {
		if i > 0 && id <= t.Special[i-1] {
			return refusef("special tokens are not ascending")
		}
		if !t.has(id) {
			return refusef("special token %d of %d", id, len(t.Tokens))
		}
		t.special[id] = true
	}
	if len(t.Special) > MaxSpecial {
		return refusef("%d special tokens, allowed are %d", len(t.Special), MaxSpecial)
	}
	for _, id := range slices.Concat(t.Before, t.After) {
		if !t.has(id) {
			return refusef("token %d put around a text, of %d", id, len(t.Tokens))
		}
	}
	if len(t.Before) > 8 || len(t.After) > 8 {
		return refusef("more than 8 tokens put before or after a text")
	}
	// Single bytes of a ByteLevel tokenizer stand in a table of their own: half of a
	// small vocabulary, which a dispute reads in tens of microseconds.
	size := len(t.Tokens)
	if t.Kind == ByteLevel {
		size -= min(size, len(t.bytes))
	}
	t.ids = make(map[string]uint32, size)
	for i := range t.bytes {
		t.bytes[i] = noToken
	}
	specials := t.Special
	for i, s := range t.Tokens {
		if len(s) > MaxTokenBytes || len(s) == 0 {
			return refusef("token %d has %d bytes, allowed are 1 to %d", i, len(s), MaxTokenBytes)
		}
		if len(specials) > 0 && specials[0] == uint32(i) {
			specials = specials[1:]
			continue // no text gives it, so it may read like another
		}
		if t.Kind == ByteLevel && len(s) == 1 {
			if t.bytes[s[0]] != noToken {
				return refusef("token %q stands twice", s)
			}
			t.bytes[s[0]] = uint32(i)
			continue
		}
		if _, twice := t.ids[s]; twice {
			return refusef("token %q stands twice", s)
		}
		t.ids[s] = uint32(i)
	}
	switch t.Kind {
	case ByteLevel:
		return t.prepareBytes()
	case WordPiece:
		return t.prepareWords()
	default:
		return refusef("kind %d", t.Kind)
	}
}

func (t *Tokenizer) has(id uint32) bool { return uint64(id) < uint64(len(t.Tokens)) }

// Encode returns the ids of a text, which must be valid UTF-8.
func (t *Tokenizer) Encode(text string) []uint32 {
	ids := slices.Clone(t.Before)
	if t.Kind == ByteLevel {
		ids = t.appendBytes(ids, text)
	} else {
		ids = t.appendWords(ids, text)
	}
	return append(ids, t.After...)
}

// AppendText appends the bytes that a token stands for in a text; special ones stand
// for none. First says that nothing stands before it.
func (t *Tokenizer) AppendText(b []byte, id uint32, first bool) []byte {
	switch {
	case !t.has(id) || t.special[id]:
		return b
	case t.Kind == ByteLevel:
		return append(b, t.Tokens[id]...)
	default:
		return t.appendPiece(b, t.Tokens[id], first)
	}
}

// Longest is the most bytes that one token can add to a text.
func (t *Tokenizer) Longest() int {
	most := 0
	for _, s := range t.Tokens {
		most = max(most, len(s))
	}
	return most + 1 // the space before a word
}

// SpecialID is the id of a special token by its text.
func (t *Tokenizer) SpecialID(text string) (uint32, bool) {
	for _, id := range t.Special {
		if t.Tokens[id] == text {
			return id, true
		}
	}
	return 0, false
}
