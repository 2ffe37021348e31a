package types

import (
	"encoding/hex"
	"strings"
)

// Bounds of texts and lists that users write.
const (
	MaxNameLength    = 64
	MaxSummaryLength = 512
	MaxURILength     = 256
	MaxBundleURIs    = 8
	MaxContributors  = 16
	MaxWeight        = 10_000
	hashLength       = 64
)

// CheckText refuses anything but printable ASCII of the given length. Other scripts are refused because look-alike
// letters let one name pass for another; single spaces inside are fine.
func CheckText(field, s string, least, most int) error {
	if len(s) < least || len(s) > most {
		return ErrInvalidText.Wrapf("%s has %d characters, allowed are %d to %d", field, len(s), least, most)
	}
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return ErrInvalidText.Wrapf("%s has byte 0x%02x at position %d, allowed is printable ASCII", field, s[i], i)
		}
	}
	if strings.TrimSpace(s) != s || strings.Contains(s, "  ") {
		return ErrInvalidText.Wrapf("%s %q begins or ends with a space or has two in a row", field, s)
	}
	return nil
}

// CheckName checks a name that people will read as an identity: reserved words and the spelling of denoms are refused.
func CheckName(field, s string) error {
	if err := CheckText(field, s, 1, MaxNameLength); err != nil {
		return err
	}
	low := strings.ToLower(s)
	switch low {
	case "imo", "imod", BaseDenom:
		return ErrInvalidText.Wrapf("%s %q is reserved", field, s)
	}
	if IsTokenDenom(low) {
		return ErrInvalidText.Wrapf("%s %q looks like the denom of a token", field, s)
	}
	return nil
}

// CheckSymbol checks a token symbol: 2 to 11 characters A-Z and 0-9, a letter first, not a reserved one.
func CheckSymbol(s string) error {
	if len(s) < 2 || len(s) > 11 {
		return ErrInvalidText.Wrapf("token_symbol %q has %d characters, allowed are 2 to 11", s, len(s))
	}
	for i := range len(s) {
		letter, digit := s[i] >= 'A' && s[i] <= 'Z', s[i] >= '0' && s[i] <= '9'
		if !letter && (i == 0 || !digit) {
			return ErrInvalidText.Wrapf("token_symbol %q must be A-Z and 0-9, a letter first", s)
		}
	}
	if s == "IMO" || s == "AIMO" {
		return ErrInvalidText.Wrapf("token_symbol %q is reserved", s)
	}
	return nil
}

// CheckHash checks a SHA-256 digest in lower-case hex.
func CheckHash(field, s string) error {
	if len(s) != hashLength {
		return ErrInvalidHash.Wrapf("%s has %d characters, must be %d of lower-case hex", field, len(s), hashLength)
	}
	if _, err := hex.DecodeString(s); err != nil || strings.ToLower(s) != s {
		return ErrInvalidHash.Wrapf("%s %q is not lower-case hex", field, s)
	}
	return nil
}

// CheckURI checks an address that programs will fetch: an allowed scheme, a host without credentials, no blanks. It
// does not use net/url, whose rules differ between Go releases.
func CheckURI(field, s string, schemes ...string) error {
	if len(s) > MaxURILength {
		return ErrInvalidURI.Wrapf("%s has %d characters, allowed are %d", field, len(s), MaxURILength)
	}
	for i := range len(s) {
		if s[i] <= 0x20 || s[i] > 0x7e || strings.IndexByte("\"<>\\^`{|}", s[i]) >= 0 {
			return ErrInvalidURI.Wrapf("%s has byte 0x%02x at position %d", field, s[i], i)
		}
	}
	for _, scheme := range schemes {
		rest, ok := strings.CutPrefix(s, scheme+"://")
		if !ok {
			continue
		}
		host := rest
		if end := strings.IndexAny(rest, "/?#"); end >= 0 {
			host = rest[:end]
		}
		if host == "" || strings.Contains(host, "@") {
			return ErrInvalidURI.Wrapf("%s %q must have a host and no credentials", field, s)
		}
		return nil
	}
	return ErrInvalidURI.Wrapf("%s %q must begin with %s://", field, s, strings.Join(schemes, ":// or "))
}

// CheckBundleURIs checks the places from which a bundle is fetched.
func CheckBundleURIs(uris []string) error {
	if len(uris) < 1 || len(uris) > MaxBundleURIs {
		return ErrInvalidURI.Wrapf("%d bundle_uris, allowed are 1 to %d", len(uris), MaxBundleURIs)
	}
	for i, uri := range uris {
		if err := CheckURI("bundle_uris", uri, "http", "https"); err != nil {
			return err
		}
		for _, earlier := range uris[:i] {
			if earlier == uri {
				return ErrInvalidURI.Wrapf("bundle_uris has %q twice", uri)
			}
		}
	}
	return nil
}
