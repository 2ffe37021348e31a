// Package token turns text into token ids and back, the way tokenizers of the Hugging
// Face format do, for the two kinds that are supported: byte-level BPE (GPT-2 and its
// kin) and WordPiece (BERT and its kin).
//
// Parse reads tokenizer.json on the model builder's machine and refuses whatever it
// does not support, by the name of the field. A bundle holds the canonical encoding
// instead: Encode and Decode. A Tokenizer is immutable and safe for concurrent use;
// its results depend on nothing but the text, because the classes of characters are
// those of Unicode 15.0 in tables of our own and not those of a Go release.
package token
