// Package amount reads and writes amounts of coins as people do: 0.01imo, 1.5MODEL-7, 250aimo.
//
//   - [Parse] reads one amount, [ParseList] a list separated by commas; [Prices] also takes fractions of base units.
//   - [Amount.String] writes base units, as the chain reads them; [Amount.Human] writes whole units where the denom has any.
//
// It computes with integers only. What cannot be stated exactly in base units is refused, never rounded.
package amount

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
)

const (
	// decimals lie between a base denom of this chain and the unit that people use.
	decimals = 18
	// maxBits is the widest amount that a coin can hold.
	maxBits = 255
	// maxLength bounds what is looked at.
	maxLength = 256

	coinBase, coinUnit   = "aimo", "imo"
	tokenBase, tokenUnit = "model-", "MODEL-"
)

// Amount is a number of base units of a denom. It is never negative.
type Amount struct {
	Units *big.Int
	Denom string
}

var (
	shape  = regexp.MustCompile(`^(\d+)(?:\.(\d+))?([a-zA-Z][a-zA-Z0-9/:._-]*)$`)
	spaced = regexp.MustCompile(`^[\d.]+\s+[a-zA-Z]`)
	// exponent matches a denom that starts like the exponent of a number.
	exponent = regexp.MustCompile(`^[eE]\d`)
	tokenID  = regexp.MustCompile(`^[1-9]\d{0,19}$`)
)

// Parse reads one amount: digits, at most one point, and the denom without a space.
func Parse(text string) (Amount, error) {
	digits, denom, scale, err := split(text)
	if err != nil {
		return Amount{}, err
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	if len(fraction) > scale {
		if scale == 0 {
			return Amount{}, fmt.Errorf("%q: %s cannot be divided%s", text, denom, hint(denom))
		}
		return Amount{}, fmt.Errorf("%q has %d decimals, the smallest amount has %d", text, len(fraction), scale)
	}
	units, ok := new(big.Int).SetString(whole+fraction+strings.Repeat("0", scale-len(fraction)), 10)
	if !ok || units.BitLen() > maxBits {
		return Amount{}, fmt.Errorf("%q is more than a coin can hold", text)
	}
	return Amount{Units: units, Denom: denom}, nil
}

// ParseList reads amounts separated by commas and returns them in base units, in the same order.
func ParseList(text string) (string, error) {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		a, err := Parse(part)
		if err != nil {
			return "", err
		}
		out = append(out, a.String())
	}
	return strings.Join(out, ","), nil
}

// Prices reads gas prices separated by commas. A price of base units may have decimals; one of whole units must be exact.
func Prices(text string) (string, error) {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		digits, denom, scale, err := split(part)
		if err != nil {
			return "", err
		}
		if scale > 0 {
			a, err := Parse(part)
			if err != nil {
				return "", err
			}
			digits = a.Units.String()
		}
		out = append(out, digits+denom)
	}
	return strings.Join(out, ","), nil
}

// IsUnit tells whether an argument is an amount in whole units, which only this package reads.
func IsUnit(text string) bool {
	_, _, scale, err := split(text)
	return err == nil && scale > 0
}

// split separates the digits from the denom, and returns the base denom and how many decimals a unit of it was written in has.
func split(text string) (digits, denom string, scale int, err error) {
	if len(text) > maxLength {
		return "", "", 0, fmt.Errorf("an amount has at most %d characters, this one has %d", maxLength, len(text))
	}
	parts := shape.FindStringSubmatch(text)
	if parts == nil {
		return "", "", 0, fmt.Errorf("%q is not an amount such as 0.01imo%s", text, why(text))
	}
	digits, denom = parts[1], parts[3]
	if parts[2] != "" {
		digits += "." + parts[2]
	}
	switch id, token := strings.CutPrefix(denom, tokenUnit); {
	case strings.EqualFold(denom, coinUnit):
		return digits, coinBase, decimals, nil
	case exponent.MatchString(denom): // a coin of this name would be one thousand times less than what was meant
		return "", "", 0, fmt.Errorf("%q: write all digits, not an exponent", text)
	case token && tokenID.MatchString(id):
		return digits, tokenBase + id, decimals, nil
	case token:
		return "", "", 0, fmt.Errorf("%q: %s is followed by the number of a model, as in 1.5MODEL-7", text, tokenUnit)
	}
	return digits, denom, 0, nil
}

// why names the usual mistakes.
func why(text string) string {
	switch {
	case text == "":
		return ""
	case spaced.MatchString(text):
		return fmt.Sprintf(": write it without the space, %s", strings.Join(strings.Fields(text), ""))
	case strings.HasPrefix(text, "-"):
		return ": it cannot be negative"
	case strings.HasPrefix(text, "."):
		return fmt.Sprintf(": write a digit before the point, 0%s", text)
	case strings.Trim(text, "0123456789.") == "":
		return ": the denom is missing, imo or aimo (10^18 aimo are one imo)"
	}
	return ""
}

// hint says in which unit a fraction can be written.
func hint(denom string) string {
	switch id, token := strings.CutPrefix(denom, tokenBase); {
	case denom == coinBase:
		return "; 10^18 aimo are one imo, so write it in imo"
	case token:
		return "; write whole tokens as " + tokenUnit + id
	}
	return ""
}

// String writes base units, as the chain does.
func (a Amount) String() string { return a.Units.String() + a.Denom }

// Human writes whole units if the denom has any, and base units otherwise. It is exact: Parse reads the same amount back.
func (a Amount) Human() string {
	unit := ""
	switch id, token := strings.CutPrefix(a.Denom, tokenBase); {
	case a.Denom == coinBase:
		unit = coinUnit
	case token && tokenID.MatchString(id):
		unit = tokenUnit + id
	default:
		return a.String()
	}
	digits := a.Units.String()
	if pad := decimals + 1 - len(digits); pad > 0 {
		digits = strings.Repeat("0", pad) + digits
	}
	whole, fraction := digits[:len(digits)-decimals], strings.TrimRight(digits[len(digits)-decimals:], "0")
	if fraction != "" {
		fraction = "." + fraction
	}
	return whole + fraction + unit
}
