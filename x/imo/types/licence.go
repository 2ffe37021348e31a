package types

import "strings"

const (
	// MaxLicenceLength is the longest licence id, the same as in a manifest.
	MaxLicenceLength = 80
	licenceRef       = "licenseref-"
)

// CheckLicence checks a licence: an SPDX id, or LicenseRef-<name> with the hash of its text. SPDX's list grows, so an
// id is checked for its form only; a licence that SPDX does not list must come as LicenseRef-.
func CheckLicence(id, textHash string) error {
	if len(id) < 1 || len(id) > MaxLicenceLength {
		return ErrInvalidLicence.Wrapf("licence has %d characters, allowed are 1 to %d", len(id), MaxLicenceLength)
	}
	for i := range len(id) {
		c := id[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+') {
			return ErrInvalidLicence.Wrapf("licence %q is not an SPDX id: character %q", id, string(c))
		}
	}
	name, isRef := strings.CutPrefix(strings.ToLower(id), licenceRef)
	if isRef && name == "" {
		return ErrInvalidLicence.Wrapf("licence %q has no name", id)
	}
	if !isRef {
		if textHash != "" {
			return ErrInvalidLicence.Wrapf("licence_hash is only for LicenseRef-, licence is %q", id)
		}
		return nil
	}
	if err := CheckHash("licence_hash", textHash); err != nil {
		return ErrInvalidLicence.Wrapf("licence %q needs the hash of its text: %s", id, err)
	}
	return nil
}

// NonCommercial tells whether a licence forbids earning money: an id with a part NC or NonCommercial, as SPDX and
// most others write it, or one of the few that forbid it under another name.
func NonCommercial(id string) bool {
	low := strings.ToLower(id)
	switch low {
	case "aladdin", "ncgl-uk-2.0":
		return true
	}
	parts := strings.FieldsFunc(low, func(r rune) bool { return r == '-' || r == '.' || r == '+' })
	for i, part := range parts {
		switch {
		case part == "nc", strings.Contains(part, "noncommercial"), strings.Contains(part, "researchonly"):
			return true
		case i > 0 && part == "commercial" && parts[i-1] == "non", i > 0 && part == "only" && parts[i-1] == "research":
			return true
		}
	}
	return false
}
