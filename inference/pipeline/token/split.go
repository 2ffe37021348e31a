package token

import (
	"strings"
	"unicode/utf8"
)

// contractions are what GPT-2's rule keeps behind an apostrophe.
var contractions = []string{"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}

// nextWord is the length in bytes of the first word of a text that is not empty, by
// GPT-2's rule:
//
//	's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
func nextWord(text string) int {
	for _, c := range contractions {
		if strings.HasPrefix(text, c) {
			return len(c)
		}
	}
	body := strings.TrimPrefix(text, " ")
	if body != "" {
		if c := classAt(body); c != space {
			return len(text) - len(body) + run(body, c)
		}
	}
	// White space: all but its last character if a word follows, which takes a space
	// with it, or leaves another character to itself.
	n := run(text, space)
	if n == len(text) {
		return n
	}
	_, last := utf8.DecodeLastRuneInString(text[:n])
	if n > last {
		return n - last
	}
	return n
}

// run is the length of the characters of one class that a text begins with.
func run(text string, c class) int {
	n := 0
	for n < len(text) && classAt(text[n:]) == c {
		_, size := utf8.DecodeRuneInString(text[n:])
		n += size
	}
	return n
}

// class is what the splitting rules tell apart.
type class uint8

const (
	other class = iota
	letter
	number
	space
)

func classAt(text string) class {
	r, _ := utf8.DecodeRuneInString(text)
	switch {
	case isSpace(r):
		return space
	case letters.has(r):
		return letter
	case numbers.has(r):
		return number
	default:
		return other
	}
}

// isSpace is the property White_Space, which no version of Unicode has changed since
// 6.3.
func isSpace(r rune) bool {
	switch {
	case r >= 0x09 && r <= 0x0d, r == 0x20, r == 0x85, r == 0xa0, r == 0x1680:
		return true
	case r >= 0x2000 && r <= 0x200a, r == 0x2028, r == 0x2029, r == 0x202f, r == 0x205f, r == 0x3000:
		return true
	default:
		return false
	}
}

// Words cuts a text by GPT-2's rule.
func Words(text string) []string {
	var words []string
	for text != "" {
		n := nextWord(text)
		words = append(words, text[:n])
		text = text[n:]
	}
	return words
}
