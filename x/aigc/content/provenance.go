package content

import (
	"encoding/hex"
	"strconv"
)

// DigitalSourceType is the IPTC's code for what a trained model made.
const DigitalSourceType = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

// Namespace is the XML namespace of the provenance fields.
const Namespace = "https://github.com/imochain/imod/xmp/1.0/"

// maxPrompt bounds the text of a prompt inside of a packet, in bytes.
const maxPrompt = 4 << 10

// Provenance is where an output came from. Zero values of ids, and empty texts, are
// left out of packets and headers: a challenge of a proof has no request, and an
// input that is no text has no prompt.
type Provenance struct {
	ChainID string
	// RequestID is the paid run; CollectionID and TokenID name the token made of it.
	RequestID    uint64
	CollectionID uint64
	TokenID      string
	// Challenge is the number of a challenge in digits, and Beacon the randomness that
	// it was drawn from.
	Challenge string
	Beacon    []byte

	ModelID      uint64
	Version      uint32
	ManifestRoot [32]byte
	Seed         uint64
	// Prompt is what a user wrote.
	Prompt     string
	OutputRoot [32]byte
	// TrustClass says who answers for the result.
	TrustClass string
}

type field struct{ name, value string }

// fields lists what is known, in a fixed order.
func (p Provenance) fields() []field {
	all := []field{
		{"ChainId", p.ChainID},
		{"RequestId", number(p.RequestID)},
		{"CollectionId", number(p.CollectionID)},
		{"TokenId", p.TokenID},
		{"Challenge", p.Challenge},
		{"Beacon", hex.EncodeToString(p.Beacon)},
		{"ModelId", number(p.ModelID)},
		{"ModelVersion", number(uint64(p.Version))},
		{"ManifestRoot", hex.EncodeToString(p.ManifestRoot[:])},
		{"Seed", strconv.FormatUint(p.Seed, 10)},
		{"OutputRoot", hex.EncodeToString(p.OutputRoot[:])},
		{"TrustClass", p.TrustClass},
	}
	known := all[:0]
	for _, f := range all {
		if f.value != "" {
			known = append(known, f)
		}
	}
	return known
}

// number is the decimal text of an id, empty for 0, which is no id.
func number(n uint64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

// Header is one field of an HTTP answer.
type Header struct{ Name, Value string }

// Headers are the fields that an answer carries, whatever its type. Values are
// visible ASCII; the prompt is not among them.
func Headers(p Provenance) []Header {
	out := []Header{{"Imod-Digital-Source-Type", DigitalSourceType}}
	for _, f := range p.fields() {
		out = append(out, Header{"Imod-" + dashed(f.name), visible(f.value)})
	}
	return out
}

// dashed writes a name of joined words with a dash before each.
func dashed(name string) string {
	var out []byte
	for i := range len(name) {
		if i > 0 && name[i] >= 'A' && name[i] <= 'Z' {
			out = append(out, '-')
		}
		out = append(out, name[i])
	}
	return string(out)
}

// visible replaces what must not stand in a header.
func visible(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c < 0x20 || c > 0x7e {
			b[i] = '?'
		}
	}
	return string(b)
}
