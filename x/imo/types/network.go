package types

import (
	"slices"
	"strings"
)

const networkKindPrefix = "NETWORK_KIND_"

// Validate wants one of the three kinds.
func (k NetworkKind) Validate() error {
	if _, known := NetworkKind_name[int32(k)]; !known || k == NETWORK_KIND_UNSPECIFIED {
		return ErrInvalidGenesis.Wrapf("network_kind %s: a genesis names its network: %s", k, strings.Join(NetworkKinds(), ", "))
	}
	return nil
}

// Word is the short name that people read and type: LOCAL, TEST or MAIN.
func (k NetworkKind) Word() string { return strings.TrimPrefix(k.String(), networkKindPrefix) }

// NetworkKinds are the words of all kinds, in the order of their numbers.
func NetworkKinds() []string {
	var out []string
	for n := NETWORK_KIND_LOCAL; NetworkKind_name[int32(n)] != ""; n++ {
		out = append(out, n.Word())
	}
	return out
}

// ParseNetworkKind reads a word or the full name, in any case.
func ParseNetworkKind(text string) (NetworkKind, error) {
	word := strings.TrimPrefix(strings.ToUpper(text), networkKindPrefix)
	if !slices.Contains(NetworkKinds(), word) {
		return NETWORK_KIND_UNSPECIFIED, ErrInvalidGenesis.Wrapf("network kind %q is not one of %s", text, strings.Join(NetworkKinds(), ", "))
	}
	return NetworkKind(NetworkKind_value[networkKindPrefix+word]), nil
}
