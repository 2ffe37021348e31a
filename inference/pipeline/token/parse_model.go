package token

import (
	"encoding/json"
	"strings"
)

// parseModel reads the model and returns its vocabulary.
func (t *Tokenizer) parseModel(b json.RawMessage) (map[string]uint32, error) {
	var head struct {
		Type string `json:"type"`
	}
	if isNull(b) {
		return nil, refusef("model: is missing")
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return nil, refusef("model: %v", err)
	}
	switch head.Type {
	case "BPE":
		t.Kind = ByteLevel
		return t.parseBPE(b)
	case "WordPiece":
		t.Kind = WordPiece
		return t.parseWordPiece(b)
	default:
		return nil, refusef("model.type: %q, supported are BPE (byte-level) and WordPiece", head.Type)
	}
}

func (t *Tokenizer) parseBPE(b []byte) (map[string]uint32, error) {
	m := struct {
		Type                    string            `json:"type"`
		Dropout                 *float64          `json:"dropout"`
		UnkToken                *string           `json:"unk_token"` // never used: every byte has a token
		ContinuingSubwordPrefix string            `json:"continuing_subword_prefix"`
		EndOfWordSuffix         string            `json:"end_of_word_suffix"`
		FuseUnk                 bool              `json:"fuse_unk"`
		ByteFallback            bool              `json:"byte_fallback"`
		IgnoreMerges            bool              `json:"ignore_merges"`
		Vocab                   map[string]uint32 `json:"vocab"`
		Merges                  []json.RawMessage `json:"merges"`
	}{}
	if err := strict(b, &m, "model"); err != nil {
		return nil, err
	}
	switch {
	case m.Dropout != nil && *m.Dropout != 0:
		return nil, refusef("model.dropout: must be null")
	case m.ContinuingSubwordPrefix != "":
		return nil, refusef("model.continuing_subword_prefix: must be empty")
	case m.EndOfWordSuffix != "":
		return nil, refusef("model.end_of_word_suffix: must be empty")
	case m.ByteFallback:
		return nil, refusef("model.byte_fallback: must be false")
	case m.IgnoreMerges:
		return nil, refusef("model.ignore_merges: must be false")
	case len(m.Vocab) == 0:
		return nil, refusef("model.vocab: is empty")
	}
	for i, raw := range m.Merges {
		left, right, ok := mergeOf(raw)
		if !ok {
			return nil, refusef("model.merges[%d]: neither \"left right\" nor [\"left\", \"right\"]", i)
		}
		l, okL := m.Vocab[left]
		r, okR := m.Vocab[right]
		if !okL || !okR {
			return nil, refusef("model.merges[%d]: %q and %q are not both in model.vocab", i, left, right)
		}
		t.Merges = append(t.Merges, Merge{l, r})
	}
	return m.Vocab, nil
}

func mergeOf(raw json.RawMessage) (left, right string, ok bool) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		left, right, ok = strings.Cut(text, " ")
		return left, right, ok && !strings.Contains(right, " ")
	}
	var pair []string
	if json.Unmarshal(raw, &pair) != nil || len(pair) != 2 {
		return "", "", false
	}
	return pair[0], pair[1], true
}

func (t *Tokenizer) parseWordPiece(b []byte) (map[string]uint32, error) {
	m := struct {
		Type                    string            `json:"type"`
		UnkToken                string            `json:"unk_token"`
		ContinuingSubwordPrefix string            `json:"continuing_subword_prefix"`
		MaxInputCharsPerWord    int               `json:"max_input_chars_per_word"`
		Vocab                   map[string]uint32 `json:"vocab"`
	}{MaxInputCharsPerWord: 100, ContinuingSubwordPrefix: "##", UnkToken: "[UNK]"}
	if err := strict(b, &m, "model"); err != nil {
		return nil, err
	}
	var ok bool
	if t.Unknown, ok = m.Vocab[m.UnkToken]; !ok {
		return nil, refusef("model.unk_token: %q is not in model.vocab", m.UnkToken)
	}
	if !small16(m.MaxInputCharsPerWord) || m.MaxInputCharsPerWord == 0 {
		return nil, refusef("model.max_input_chars_per_word: %d", m.MaxInputCharsPerWord)
	}
	t.Prefix, t.MaxWord = m.ContinuingSubwordPrefix, uint16(m.MaxInputCharsPerWord)
	return m.Vocab, nil
}

// parsePost reads which tokens are put around a text.
func (t *Tokenizer) parsePost(b json.RawMessage, vocab map[string]uint32) error {
	if isNull(b) {
		return nil
	}
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return refusef("post_processor: %v", err)
	}
	around := func(name string) (uint32, error) {
		id, ok := vocab[name]
		if !ok {
			return 0, refusef("post_processor: %q is not in model.vocab", name)
		}
		return id, nil
	}
	switch head.Type {
	case "ByteLevel": // moves offsets only
		return nil
	case "BertProcessing":
		var p struct {
			Sep []any `json:"sep"`
			Cls []any `json:"cls"`
		}
		if err := json.Unmarshal(b, &p); err != nil || len(p.Sep) != 2 || len(p.Cls) != 2 {
			return refusef("post_processor: sep and cls must be a text and an id each")
		}
		for _, x := range []struct {
			name any
			to   *[]uint32
		}{{p.Cls[0], &t.Before}, {p.Sep[0], &t.After}} {
			name, _ := x.name.(string)
			id, err := around(name)
			if err != nil {
				return err
			}
			*x.to = append(*x.to, id)
		}
		return nil
	case "TemplateProcessing":
		return t.parseTemplate(b, around)
	default:
		return refusef("post_processor.type: %q, supported are ByteLevel, BertProcessing, TemplateProcessing", head.Type)
	}
}

func (t *Tokenizer) parseTemplate(b []byte, around func(string) (uint32, error)) error {
	var p struct {
		Single []struct {
			SpecialToken *struct {
				ID string `json:"id"`
			} `json:"SpecialToken"`
			Sequence *struct{} `json:"Sequence"`
		} `json:"single"`
	}
	if err := json.Unmarshal(b, &p); err != nil {
		return refusef("post_processor: %v", err)
	}
	to, sequences := &t.Before, 0
	for _, s := range p.Single {
		if s.Sequence != nil {
			to = &t.After
			sequences++
			continue
		}
		if s.SpecialToken == nil {
			return refusef("post_processor.single: neither SpecialToken nor Sequence")
		}
		id, err := around(s.SpecialToken.ID)
		if err != nil {
			return err
		}
		*to = append(*to, id)
	}
	if sequences != 1 {
		return refusef("post_processor.single: %d sequences, wanted 1", sequences)
	}
	return nil
}

// Byte-level files write bytes as characters that can be seen: ASCII and Latin-1
// characters that can, stand for themselves; the other bytes are the characters from
// U+0100 on, in order (Radford and others, 2019).
var characters, bytesOf = func() (chars [256]rune, back map[rune]byte) {
	back, next := map[rune]byte{}, rune(0x100)
	for i := range chars {
		r := rune(i)
		if r < '!' || r > '~' && r < 0xa1 || r == 0xad {
			r = next
			next++
		}
		chars[i], back[r] = r, byte(i)
	}
	return chars, back
}()

// ToCharacters writes bytes as a byte-level file does.
func ToCharacters(raw string) string {
	var b strings.Builder
	for i := range len(raw) {
		b.WriteRune(characters[raw[i]])
	}
	return b.String()
}

func fromCharacters(text string) (string, bool) {
	var b []byte
	for _, r := range text {
		c, ok := bytesOf[r]
		if !ok {
			return "", false
		}
		b = append(b, c)
	}
	return string(b), true
}
