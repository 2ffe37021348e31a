package token

import (
	"strings"
	"unicode/utf8"
)

func (t *Tokenizer) prepareWords() error {
	if len(t.Merges) > 0 || t.AddSpace {
		return refusef("fields of a byte-level tokenizer in WordPiece")
	}
	if !t.has(t.Unknown) {
		return refusef("unknown token %d of %d", t.Unknown, len(t.Tokens))
	}
	if t.MaxWord == 0 || len(t.Prefix) == 0 || len(t.Prefix) > 16 {
		return refusef("words of %d characters and a prefix of %d bytes", t.MaxWord, len(t.Prefix))
	}
	for i, s := range t.Tokens {
		if !utf8.ValidString(s) {
			return refusef("token %d is not valid UTF-8", i)
		}
	}
	return nil
}

func (t *Tokenizer) appendWords(ids []uint32, text string) []uint32 {
	text = t.normalise(text)
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case isSpace(r):
		case isPoint(r):
			ids = t.appendPieces(ids, text[:size])
		default:
			for size < len(text) {
				r, n := utf8.DecodeRuneInString(text[size:])
				if isSpace(r) || isPoint(r) {
					break
				}
				size += n
			}
			ids = t.appendPieces(ids, text[:size])
		}
		text = text[size:]
	}
	return ids
}

// appendPieces writes a word with the longest pieces from the left, or as unknown.
func (t *Tokenizer) appendPieces(ids []uint32, word string) []uint32 {
	start := len(ids)
	if utf8.RuneCountInString(word) > int(t.MaxWord) {
		return append(ids, t.Unknown)
	}
	for at := 0; at < len(word); {
		prefix := ""
		if at > 0 {
			prefix = t.Prefix
		}
		end := min(len(word), at+MaxTokenBytes)
		for end > at {
			if id, ok := t.ids[prefix+word[at:end]]; ok {
				ids = append(ids, id)
				break
			}
			_, size := utf8.DecodeLastRuneInString(word[at:end])
			end -= size
		}
		if end == at {
			return append(ids[:start], t.Unknown)
		}
		at = end
	}
	return ids
}

// appendPiece writes a piece: what begins a word stands behind a space.
func (t *Tokenizer) appendPiece(b []byte, piece string, first bool) []byte {
	if rest, inside := strings.CutPrefix(piece, t.Prefix); inside {
		return append(b, rest...)
	}
	if !first {
		b = append(b, ' ')
	}
	return append(b, piece...)
}

// normalise is BERT's: clean, set Chinese characters apart, strip accents, small letters.
func (t *Tokenizer) normalise(text string) string {
	var b strings.Builder
	for _, r := range text {
		if t.Clean {
			if r == 0 || r == utf8.RuneError || controls.has(r) && r != '\t' && r != '\n' && r != '\r' {
				continue
			}
			if isSpace(r) {
				r = ' '
			}
		}
		apart := t.Chinese && isChinese(r)
		if apart {
			b.WriteByte(' ')
		}
		s := string(r)
		if t.Strip {
			s = withoutMarks(r)
		}
		for _, c := range s {
			if t.Lower {
				b.WriteString(toSmall(c))
			} else {
				b.WriteRune(c)
			}
		}
		if apart {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// isPoint is BERT's punctuation: ASCII that is neither letter, digit nor space, and
// category P.
func isPoint(r rune) bool {
	switch {
	case r >= '!' && r <= '/', r >= ':' && r <= '@', r >= '[' && r <= '`', r >= '{' && r <= '~':
		return true
	default:
		return points.has(r)
	}
}

// isChinese are the blocks of CJK unified ideographs that BERT names.
func isChinese(r rune) bool {
	switch {
	case r >= 0x4e00 && r <= 0x9fff, r >= 0x3400 && r <= 0x4dbf, r >= 0x20000 && r <= 0x2a6df, r >= 0x2a700 && r <= 0x2b73f:
		return true
	case r >= 0x2b740 && r <= 0x2b81f, r >= 0x2b920 && r <= 0x2ceaf, r >= 0xf900 && r <= 0xfaff, r >= 0x2f800 && r <= 0x2fa1f:
		return true
	default:
		return false
	}
}
