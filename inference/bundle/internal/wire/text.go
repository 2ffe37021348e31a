package wire

import (
	"fmt"
	"unicode/utf8"
)

// CheckText refuses text that is too short, too long, not UTF-8, or that holds
// control or direction-changing characters, which would let a name display as
// another. The ranges are written out because the standard library's tables
// change between Go releases and this is checked by the state machine.
func CheckText(s string, low, high int, what string) error {
	if len(s) < low || len(s) > high {
		return fmt.Errorf("%s has %d bytes, allowed are %d to %d", what, len(s), low, high)
	}
	if !utf8.ValidString(s) {
		return fmt.Errorf("%s is not valid UTF-8", what)
	}
	for _, r := range s {
		if invisible(r) {
			return fmt.Errorf("%s holds the forbidden character U+%04X", what, r)
		}
	}
	return nil
}

func invisible(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0: // C0, DEL, C1
		return true
	case r == 0xad, r == 0x61c, r == 0xfeff: // soft hyphen, Arabic mark, byte order mark
		return true
	case r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f:
		return true
	default:
		return false
	}
}
