package main

import (
	"bytes"
	"encoding/json"

	"github.com/imochain/imod/inference/pipeline/token"
)

// tokenizerFile writes a byte-level tokenizer with one special token, which stands in
// front of every text, as tokenizer.json.
func tokenizerFile(t *token.Tokenizer) ([]byte, error) {
	type object = map[string]any
	vocab, merges := map[string]int{}, make([]string, len(t.Merges))
	end := int(t.Special[0])
	for i, s := range t.Tokens {
		if i != end {
			vocab[token.ToCharacters(s)] = i
		}
	}
	for i, m := range t.Merges {
		merges[i] = token.ToCharacters(t.Tokens[m.Left]) + " " + token.ToCharacters(t.Tokens[m.Right])
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(object{
		"version": "1.0", "truncation": nil, "padding": nil, "normalizer": nil,
		"added_tokens": []object{{
			"id": end, "content": endText, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true,
		}},
		"pre_tokenizer": object{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
		"post_processor": object{
			"type": "TemplateProcessing", "pair": []object{},
			"single": []object{
				{"SpecialToken": object{"id": endText, "type_id": 0}},
				{"Sequence": object{"id": "A", "type_id": 0}},
			},
			"special_tokens": object{endText: object{"id": endText, "ids": []int{end}, "tokens": []string{endText}}},
		},
		"decoder": object{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
		"model": object{
			"type": "BPE", "dropout": nil, "unk_token": nil, "continuing_subword_prefix": "", "end_of_word_suffix": "",
			"fuse_unk": false, "byte_fallback": false, "vocab": vocab, "merges": merges,
		},
	})
	return b.Bytes(), err
}
