package token_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/imochain/imod/inference/pipeline/token"
)

// byteFile is a tokenizer.json with the given merges of characters, besides all bytes.
func byteFile(merges ...string) map[string]any {
	vocab := map[string]int{}
	for i := range 256 {
		vocab[token.ToCharacters(string([]byte{byte(i)}))] = i
	}
	for _, m := range merges {
		vocab[strings.ReplaceAll(m, " ", "")] = len(vocab)
	}
	end := len(vocab)
	return map[string]any{
		"version": "1.0", "truncation": nil, "padding": nil,
		"added_tokens": []any{map[string]any{
			"id": end, "content": "<|end|>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true,
		}},
		"normalizer":    nil,
		"pre_tokenizer": map[string]any{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
		"post_processor": map[string]any{
			"type":           "TemplateProcessing",
			"single":         []any{map[string]any{"SpecialToken": map[string]any{"id": "<|end|>", "type_id": 0}}, map[string]any{"Sequence": map[string]any{"id": "A", "type_id": 0}}},
			"pair":           []any{},
			"special_tokens": map[string]any{"<|end|>": map[string]any{"id": "<|end|>", "ids": []int{end}, "tokens": []string{"<|end|>"}}},
		},
		"decoder": map[string]any{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
		"model": map[string]any{
			"type": "BPE", "dropout": nil, "unk_token": nil, "continuing_subword_prefix": "", "end_of_word_suffix": "",
			"fuse_unk": false, "byte_fallback": false, "vocab": vocab, "merges": merges,
		},
	}
}

func wordFile(vocab ...string) map[string]any {
	ids := map[string]int{}
	for i, w := range append([]string{"[PAD]", "[UNK]", "[CLS]", "[SEP]"}, vocab...) {
		ids[w] = i
	}
	special := func(id int, text string) any { return map[string]any{"id": id, "content": text, "special": true} }
	return map[string]any{
		"version": "1.0", "added_tokens": []any{special(0, "[PAD]"), special(1, "[UNK]"), special(2, "[CLS]"), special(3, "[SEP]")},
		"normalizer":     map[string]any{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": nil, "lowercase": true},
		"pre_tokenizer":  map[string]any{"type": "BertPreTokenizer"},
		"post_processor": map[string]any{"type": "BertProcessing", "sep": []any{"[SEP]", 3}, "cls": []any{"[CLS]", 2}},
		"decoder":        map[string]any{"type": "WordPiece", "prefix": "##", "cleanup": true},
		"model":          map[string]any{"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": ids},
	}
}

func parse(t *testing.T, file map[string]any) (*token.Tokenizer, error) {
	t.Helper()
	b, err := json.Marshal(file)
	require.NoError(t, err)
	return token.Parse(b)
}

// texts are the tokens of a text as they stand in the vocabulary.
func texts(tok *token.Tokenizer, text string) []string {
	var out []string
	for _, id := range tok.Encode(text) {
		out = append(out, tok.Tokens[id])
	}
	return out
}

func back(tok *token.Tokenizer, ids []uint32) string {
	var b []byte
	for _, id := range ids {
		b = tok.AppendText(b, id, len(b) == 0)
	}
	return string(b)
}

func TestByteLevel(t *testing.T) {
	tok, err := parse(t, byteFile("h e", "l l", "he ll", "hell o", "Ġ w", "o r", "Ġw or", "Ã ¼"))
	require.NoError(t, err)
	require.Equal(t, []string{"<|end|>", "hello", " wor", "l", "d"}, texts(tok, "hello world"))
	require.Equal(t, []string{"<|end|>", "he", "l", "ü"}, texts(tok, "helü"), "characters are bytes, and can be merged")
	require.Equal(t, []string{"<|end|>", "<", "|", "e", "n", "d", "|", ">"}, texts(tok, "<|end|>"), "no text gives a special token")
	require.Equal(t, []string{"<|end|>"}, texts(tok, ""))
	again, err := token.Unmarshal(tok.Marshal())
	require.NoError(t, err)
	require.Equal(t, tok, again)

	spaced := byteFile("Ġ w")
	spaced["pre_tokenizer"].(map[string]any)["add_prefix_space"] = true
	tok, err = parse(t, spaced)
	require.NoError(t, err)
	require.Equal(t, []string{"<|end|>", " w", "e"}, texts(tok, "we"))
}

// The rule is GPT-2's; the pieces below are what its pattern gives.
func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		"Hello world's end, isn't it?": {"Hello", " world", "'s", " end", ",", " isn", "'t", " it", "?"},
		"a  b   c":                     {"a", " ", " b", "  ", " c"},
		"a\n\nb \t c\n":                {"a", "\n", "\n", "b", " \t", " c", "\n"},
		"x1234y 56":                    {"x", "1234", "y", " 56"},
		"über-maß…":                    {"über", "-", "maß", "…"},
		"'quoted' ''s":                 {"'", "quoted", "'", " ''", "s"},
		"日本語 ①½":                       {"日本語", " ①½"},
		"e\u0301":                      {"e", "\u0301"},
		"we'll we'LL":                  {"we", "'ll", " we", "'", "LL"},
		"  ":                           {"  "},
	} {
		require.Equal(t, want, token.Words(text), "%q", text)
	}
}

func TestWordPiece(t *testing.T) {
	tok, err := parse(t, wordFile("un", "##aff", "##able", "want", "##ed", ",", "日", "resume", "!", "run"))
	require.NoError(t, err)
	require.Equal(t, []string{"[CLS]", "un", "##aff", "##able", "want", "##ed", ",", "[SEP]"}, texts(tok, "Unaffable WANTED,"))
	require.Equal(t, []string{"[CLS]", "日", "[UNK]", "resume", "[SEP]"}, texts(tok, "日本 Résumé"), "apart, and without accents")
	require.Equal(t, []string{"[CLS]", "[UNK]", "run", "!", "!", "[SEP]"}, texts(tok, "unx\u0000 r\u00adun!!"), "cleaned")
	require.Equal(t, []string{"[CLS]", "[UNK]", "[SEP]"}, texts(tok, strings.Repeat("un", 51)))
	require.Equal(t, "unaffable wanted ,", back(tok, tok.Encode("Unaffable wanted,")))
	again, err := token.Unmarshal(tok.Marshal())
	require.NoError(t, err)
	require.Equal(t, tok, again)
}

// Merging with a queue gives what merging by the definition gives: always the pair of
// the lowest rank, the leftmost of them.
func TestMergesProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tok := &token.Tokenizer{Kind: token.ByteLevel}
		for i := range 256 {
			tok.Tokens = append(tok.Tokens, string([]byte{byte(i)}))
		}
		ranks := map[token.Merge]int{}
		for range rapid.IntRange(0, 12).Draw(rt, "merges") {
			pick := func(name string) uint32 {
				pool := append([]uint32{'a', 'b', 'c'}, idsFrom(256, len(tok.Tokens))...)
				return rapid.SampledFrom(pool).Draw(rt, name)
			}
			m := token.Merge{Left: pick("left"), Right: pick("right")}
			text := tok.Tokens[m.Left] + tok.Tokens[m.Right]
			if _, twice := ranks[m]; twice || len(text) > 40 {
				continue
			}
			if !slices.Contains(tok.Tokens, text) {
				tok.Tokens = append(tok.Tokens, text)
			}
			ranks[m] = len(tok.Merges)
			tok.Merges = append(tok.Merges, m)
		}
		require.NoError(rt, tok.Prepare())
		text := rapid.StringMatching(`[abc ]{0,40}`).Draw(rt, "text")
		var want []uint32
		for _, word := range token.Words(text) {
			var ids []uint32
			for _, b := range []byte(word) {
				ids = append(ids, uint32(b))
			}
			for {
				at, rank := -1, len(tok.Merges)
				for i := range max(len(ids)-1, 0) {
					if r, ok := ranks[token.Merge{Left: ids[i], Right: ids[i+1]}]; ok && r < rank {
						at, rank = i, r
					}
				}
				if at < 0 {
					break
				}
				joined := slices.Index(tok.Tokens, tok.Tokens[ids[at]]+tok.Tokens[ids[at+1]])
				ids = slices.Replace(ids, at, at+2, uint32(joined))
			}
			want = append(want, ids...)
		}
		require.Equal(rt, want, tok.Encode(text))
		require.Equal(rt, text, back(tok, want))
		again, err := token.Unmarshal(tok.Marshal())
		require.NoError(rt, err)
		require.Equal(rt, want, again.Encode(text))
	})
}

func idsFrom(from, to int) (ids []uint32) {
	for i := from; i < to; i++ {
		ids = append(ids, uint32(i))
	}
	return ids
}

// Every refusal names the field.
func TestParseRefuses(t *testing.T) {
	model := func(f map[string]any) map[string]any { return f["model"].(map[string]any) }
	for want, change := range map[string]func(f map[string]any){
		"truncation: must be null":                   func(f map[string]any) { f["truncation"] = map[string]any{"max_length": 5} },
		"padding: must be null":                      func(f map[string]any) { f["padding"] = map[string]any{"strategy": "x"} },
		"normalizer: must be null":                   func(f map[string]any) { f["normalizer"] = map[string]any{"type": "NFC"} },
		`pre_tokenizer.type: "Whitespace"`:           func(f map[string]any) { f["pre_tokenizer"] = map[string]any{"type": "Whitespace"} },
		"pre_tokenizer.use_regex":                    func(f map[string]any) { f["pre_tokenizer"].(map[string]any)["use_regex"] = false },
		`pre_tokenizer: json: unknown field "other"`: func(f map[string]any) { f["pre_tokenizer"].(map[string]any)["other"] = 1 },
		"pre_tokenizer: is missing":                  func(f map[string]any) { delete(f, "pre_tokenizer") },
		`decoder.type: "Metaspace"`:                  func(f map[string]any) { f["decoder"] = map[string]any{"type": "Metaspace"} },
		`post_processor.type: "RobertaProcessing"`:   func(f map[string]any) { f["post_processor"] = map[string]any{"type": "RobertaProcessing"} },
		"post_processor.single: 0 sequences":         func(f map[string]any) { f["post_processor"] = map[string]any{"type": "TemplateProcessing"} },
		"model: is missing":                          func(f map[string]any) { delete(f, "model") },
		`model.type: "Unigram"`:                      func(f map[string]any) { f["model"] = map[string]any{"type": "Unigram"} },
		"model.dropout":                              func(f map[string]any) { model(f)["dropout"] = 0.1 },
		"model.byte_fallback":                        func(f map[string]any) { model(f)["byte_fallback"] = true },
		"model.ignore_merges":                        func(f map[string]any) { model(f)["ignore_merges"] = true },
		"model.end_of_word_suffix":                   func(f map[string]any) { model(f)["end_of_word_suffix"] = "</w>" },
		"model.continuing_subword_prefix":            func(f map[string]any) { model(f)["continuing_subword_prefix"] = "##" },
		"model.merges[0]: neither":                   func(f map[string]any) { model(f)["merges"] = []any{"a b c"} },
		"model.merges[0]: \"q\" and \"zz\"":          func(f map[string]any) { model(f)["merges"] = []any{[]string{"q", "zz"}} },
		"merge 0 makes \"qz\", which is no token":    func(f map[string]any) { model(f)["merges"] = []any{"q z"} },
		"model.vocab: ids are not 0 to":              func(f map[string]any) { model(f)["vocab"].(map[string]int)["he"] = 300 },
		"is not written in the characters of bytes":  func(f map[string]any) { model(f)["vocab"].(map[string]int)["日"] = 257; f["added_tokens"] = []any{} },
		"byte 0x61 has no token": func(f map[string]any) {
			v := model(f)["vocab"].(map[string]int)
			v["bb"] = v["a"]
			delete(v, "a")
		},
		"added_tokens[0]: \"x\" is not special": func(f map[string]any) {
			f["added_tokens"] = []any{map[string]any{"id": 257, "content": "x", "special": false}}
		},
		`tokenizer.json: json: unknown field "extra"`: func(f map[string]any) { f["extra"] = 1 },
	} {
		f := byteFile("h e")
		change(f)
		_, err := parse(t, f)
		require.ErrorIs(t, err, token.ErrTokenizer, want)
		require.ErrorContains(t, err, want)
	}
	for want, change := range map[string]func(f map[string]any){
		`normalizer.type: "NFKC"`:                 func(f map[string]any) { f["normalizer"] = map[string]any{"type": "NFKC"} },
		`pre_tokenizer.type: "Metaspace"`:         func(f map[string]any) { f["pre_tokenizer"] = map[string]any{"type": "Metaspace"} },
		"decoder: \"WordPiece\" with prefix \"\"": func(f map[string]any) { f["decoder"] = map[string]any{"type": "WordPiece"} },
		"model.unk_token: \"?\"":                  func(f map[string]any) { model(f)["unk_token"] = "?" },
		"model.max_input_chars_per_word: 0":       func(f map[string]any) { model(f)["max_input_chars_per_word"] = 0 },
		"post_processor: sep and cls":             func(f map[string]any) { f["post_processor"] = map[string]any{"type": "BertProcessing"} },
	} {
		f := wordFile("a")
		change(f)
		_, err := parse(t, f)
		require.ErrorIs(t, err, token.ErrTokenizer, want)
		require.ErrorContains(t, err, want)
	}
	_, err := token.Parse([]byte(`{} {}`))
	require.ErrorContains(t, err, "more than one value")
}

// A long word without a break is tokenized in about linear time.
func TestLongWord(t *testing.T) {
	tok, err := parse(t, byteFile("a a", "aa aa", "aaaa aaaa"))
	require.NoError(t, err)
	ids := tok.Encode(strings.Repeat("a", 1<<16))
	require.Len(t, ids, 1+1<<13)
}

func FuzzUnmarshal(f *testing.F) {
	for _, file := range []map[string]any{byteFile("h e"), wordFile("a", "##b")} {
		b, err := json.Marshal(file)
		require.NoError(f, err)
		tok, err := token.Parse(b)
		require.NoError(f, err)
		f.Add(tok.Marshal(), "he ab")
	}
	f.Fuzz(func(t *testing.T, b []byte, text string) {
		tok, err := token.Unmarshal(b)
		if err != nil {
			require.ErrorIs(t, err, token.ErrTokenizer)
			return
		}
		require.Equal(t, b, tok.Marshal())
		for _, id := range tok.Encode(strings.ToValidUTF8(text, "")) {
			require.Less(t, int(id), len(tok.Tokens))
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, file := range []map[string]any{byteFile("h e"), wordFile("a", "##b")} {
		b, err := json.Marshal(file)
		require.NoError(f, err)
		f.Add(b)
		for _, key := range slices.Sorted(maps.Keys(file)) {
			less := maps.Clone(file)
			delete(less, key)
			b, err := json.Marshal(less)
			require.NoError(f, err)
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		tok, err := token.Parse(b)
		if err != nil {
			require.ErrorIs(t, err, token.ErrTokenizer)
			return
		}
		again, err := token.Unmarshal(tok.Marshal())
		require.NoError(t, err)
		require.Equal(t, tok.Encode("a b"), again.Encode("a b"))
	})
}
