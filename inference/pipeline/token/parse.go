package token

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
)

// file is tokenizer.json. What a field may hold is checked where it is used; a field
// that is not named here is refused.
type file struct {
	Version       string          `json:"version"`
	Truncation    json.RawMessage `json:"truncation"`
	Padding       json.RawMessage `json:"padding"`
	AddedTokens   []addedToken    `json:"added_tokens"`
	Normalizer    json.RawMessage `json:"normalizer"`
	PreTokenizer  json.RawMessage `json:"pre_tokenizer"`
	PostProcessor json.RawMessage `json:"post_processor"`
	Decoder       json.RawMessage `json:"decoder"`
	Model         json.RawMessage `json:"model"`
}

type addedToken struct {
	ID         uint32 `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`
}

// maxFile bounds tokenizer.json in bytes.
const maxFile = 64 << 20

// Parse reads a tokenizer.json of the Hugging Face format. It takes byte-level BPE and
// WordPiece in the settings that change nothing or that this package knows, and names
// the field of everything else. Special tokens are never found in a text, whatever it
// says: only the post-processor puts them there.
func Parse(b []byte) (*Tokenizer, error) {
	if len(b) > maxFile {
		return nil, refusef("tokenizer.json has %d bytes, allowed are %d", len(b), maxFile)
	}
	var f file
	if err := strict(b, &f, "tokenizer.json"); err != nil {
		return nil, err
	}
	for name, field := range map[string]json.RawMessage{"truncation": f.Truncation, "padding": f.Padding} {
		if !isNull(field) {
			return nil, refusef("%s: must be null; the pipeline's context bounds a text", name)
		}
	}
	t := &Tokenizer{}
	vocab, err := t.parseModel(f.Model)
	if err != nil {
		return nil, err
	}
	for i, a := range f.AddedTokens {
		if !a.Special {
			return nil, refusef("added_tokens[%d]: %q is not special; only special tokens can be added", i, a.Content)
		}
		if id, known := vocab[a.Content]; known && id != a.ID {
			return nil, refusef("added_tokens[%d]: %q has id %d, in model.vocab %d", i, a.Content, a.ID, id)
		}
		vocab[a.Content] = a.ID
		t.Special = append(t.Special, a.ID)
	}
	slices.Sort(t.Special)
	t.Special = slices.Compact(t.Special)
	if err := t.fill(vocab); err != nil {
		return nil, err
	}
	if t.Kind == ByteLevel {
		err = t.byteSettings(&f)
	} else {
		err = t.wordSettings(&f)
	}
	if err != nil {
		return nil, err
	}
	if err := t.parsePost(f.PostProcessor, vocab); err != nil {
		return nil, err
	}
	return t, t.Prepare()
}

// fill turns a vocabulary, whose ids must be 0 to n-1, into Tokens. The texts of a
// byte-level tokenizer are bytes written as characters; added ones are as they stand.
func (t *Tokenizer) fill(vocab map[string]uint32) error {
	if len(vocab) > MaxTokens {
		return refusef("model.vocab: %d tokens, allowed are %d", len(vocab), MaxTokens)
	}
	t.Tokens = make([]string, len(vocab))
	for text, id := range vocab {
		if !t.has(id) || t.Tokens[id] != "" {
			return refusef("model.vocab: ids are not 0 to %d, each once (%q has %d)", len(vocab)-1, text, id)
		}
		if _, special := slices.BinarySearch(t.Special, id); t.Kind == ByteLevel && !special {
			raw, ok := fromCharacters(text)
			if !ok {
				return refusef("model.vocab: %q is not written in the characters of bytes", text)
			}
			text = raw
		}
		if text == "" {
			return refusef("model.vocab: token %d is empty", id)
		}
		t.Tokens[id] = text
	}
	return nil
}

// byteSettings checks the parts around a byte-level model.
func (t *Tokenizer) byteSettings(f *file) error {
	if !isNull(f.Normalizer) {
		return refusef("normalizer: must be null for byte-level BPE")
	}
	pre := struct {
		Type           string `json:"type"`
		AddPrefixSpace bool   `json:"add_prefix_space"`
		TrimOffsets    bool   `json:"trim_offsets"`
		UseRegex       *bool  `json:"use_regex"`
	}{}
	if err := strict(f.PreTokenizer, &pre, "pre_tokenizer"); err != nil {
		return err
	}
	if pre.Type != "ByteLevel" {
		return refusef("pre_tokenizer.type: %q, supported is ByteLevel", pre.Type)
	}
	if pre.UseRegex != nil && !*pre.UseRegex {
		return refusef("pre_tokenizer.use_regex: must be true")
	}
	t.AddSpace = pre.AddPrefixSpace
	if isNull(f.Decoder) {
		return nil
	}
	pre.Type = ""
	if err := strict(f.Decoder, &pre, "decoder"); err != nil {
		return err
	}
	if pre.Type != "ByteLevel" {
		return refusef("decoder.type: %q, supported is ByteLevel", pre.Type)
	}
	return nil
}

// wordSettings checks the parts around a WordPiece model.
func (t *Tokenizer) wordSettings(f *file) error {
	if !isNull(f.Normalizer) {
		norm := struct {
			Type    string `json:"type"`
			Clean   bool   `json:"clean_text"`
			Chinese bool   `json:"handle_chinese_chars"`
			Strip   *bool  `json:"strip_accents"`
			Lower   bool   `json:"lowercase"`
		}{}
		if err := strict(f.Normalizer, &norm, "normalizer"); err != nil {
			return err
		}
		if norm.Type != "BertNormalizer" {
			return refusef("normalizer.type: %q, supported is BertNormalizer", norm.Type)
		}
		t.Clean, t.Chinese, t.Lower, t.Strip = norm.Clean, norm.Chinese, norm.Lower, norm.Lower
		if norm.Strip != nil {
			t.Strip = *norm.Strip
		}
	}
	pre := struct {
		Type string `json:"type"`
	}{}
	if err := strict(f.PreTokenizer, &pre, "pre_tokenizer"); err != nil {
		return err
	}
	if pre.Type != "BertPreTokenizer" {
		return refusef("pre_tokenizer.type: %q, supported is BertPreTokenizer", pre.Type)
	}
	if isNull(f.Decoder) {
		return nil
	}
	dec := struct {
		Type    string `json:"type"`
		Prefix  string `json:"prefix"`
		Cleanup bool   `json:"cleanup"` // the text of tokens is joined as FORMAT.md says, either way
	}{}
	if err := strict(f.Decoder, &dec, "decoder"); err != nil {
		return err
	}
	if dec.Type != "WordPiece" || dec.Prefix != t.Prefix {
		return refusef("decoder: %q with prefix %q, supported is WordPiece with the model's prefix", dec.Type, dec.Prefix)
	}
	return nil
}

// strict decodes one JSON value and refuses fields that it does not know.
func strict(b []byte, into any, what string) error {
	if isNull(b) {
		return refusef("%s: is missing", what)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return refusef("%s: %v", what, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return refusef("%s: more than one value", what)
	}
	return nil
}

func isNull(b json.RawMessage) bool { return len(b) == 0 || string(b) == "null" }

// small16 reports whether a number fits the encoding's field.
func small16(n int) bool { return n >= 0 && n <= math.MaxUint16 }
