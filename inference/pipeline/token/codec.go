package token

import "encoding/binary"

// codecVersion is that of the encoding and of the rules behind it, the tables of
// characters included.
const codecVersion = 1

// flags of the encoding.
const (
	flagAddSpace = 1 << iota
	flagClean
	flagChinese
	flagLower
	flagStrip
)

// Marshal returns the canonical encoding, which FORMAT.md states.
func (t *Tokenizer) Marshal() []byte {
	b := []byte{codecVersion, byte(t.Kind), t.flags()}
	b = binary.BigEndian.AppendUint32(b, t.Unknown)
	b = appendText(b, t.Prefix)
	b = binary.BigEndian.AppendUint16(b, t.MaxWord)
	b = binary.BigEndian.AppendUint32(b, uint32(len(t.Tokens)))
	for _, s := range t.Tokens {
		b = appendText(b, s)
	}
	b = binary.BigEndian.AppendUint32(b, uint32(len(t.Merges)))
	for _, m := range t.Merges {
		b = binary.BigEndian.AppendUint32(b, m.Left)
		b = binary.BigEndian.AppendUint32(b, m.Right)
	}
	for _, ids := range [][]uint32{t.Special, t.Before, t.After} {
		b = binary.BigEndian.AppendUint16(b, uint16(len(ids)))
		for _, id := range ids {
			b = binary.BigEndian.AppendUint32(b, id)
		}
	}
	return b
}

func (t *Tokenizer) flags() (f byte) {
	for _, x := range []struct {
		on  bool
		bit byte
	}{{t.AddSpace, flagAddSpace}, {t.Clean, flagClean}, {t.Chinese, flagChinese}, {t.Lower, flagLower}, {t.Strip, flagStrip}} {
		if x.on {
			f |= x.bit
		}
	}
	return f
}

// Unmarshal reads an encoding; it has exactly one form. Memory stays within a small
// multiple of its length.
func Unmarshal(b []byte) (*Tokenizer, error) {
	r := &reader{rest: b, all: string(b)}
	if v := r.u8(); v != codecVersion {
		return nil, refusef("version %d is not %d", v, codecVersion)
	}
	t := &Tokenizer{Kind: Kind(r.u8())}
	f := r.u8()
	t.AddSpace, t.Clean, t.Chinese = f&flagAddSpace != 0, f&flagClean != 0, f&flagChinese != 0
	t.Lower, t.Strip = f&flagLower != 0, f&flagStrip != 0
	t.Unknown = r.u32()
	t.Prefix = r.text()
	t.MaxWord = r.u16()
	if n := r.count(int(r.u32()), 2); n > 0 {
		t.Tokens = make([]string, n)
		for i := range t.Tokens {
			t.Tokens[i] = r.text()
		}
	}
	if n := r.count(int(r.u32()), 8); n > 0 {
		t.Merges = make([]Merge, n)
		for i := range t.Merges {
			t.Merges[i] = Merge{r.u32(), r.u32()}
		}
	}
	for _, ids := range []*[]uint32{&t.Special, &t.Before, &t.After} {
		for range r.count(int(r.u16()), 4) {
			*ids = append(*ids, r.u32())
		}
	}
	if r.bad || len(r.rest) > 0 {
		return nil, refusef("malformed encoding")
	}
	if t.flags() != f { // every other field has one form by itself
		return nil, refusef("encoding is not canonical")
	}
	if err := t.Prepare(); err != nil {
		return nil, err
	}
	return t, nil
}

func appendText(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(s)))
	return append(b, s...)
}

// reader takes fields off the front; after a failure it gives zeros. Texts are parts of
// all, so that a dispute about a tokenizer does not make thousands of copies.
type reader struct {
	rest []byte
	all  string
	bad  bool
}

func (r *reader) take(n int) []byte {
	if r.bad || n > len(r.rest) {
		r.bad = true
		return make([]byte, min(n, 8))
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) u8() byte    { return r.take(1)[0] }
func (r *reader) u16() uint16 { return binary.BigEndian.Uint16(r.take(2)) }
func (r *reader) u32() uint32 { return binary.BigEndian.Uint32(r.take(4)) }

// count refuses a number of items that cannot lie in the bytes left.
func (r *reader) count(n, size int) int {
	if r.bad || n < 0 || n > len(r.rest)/size {
		r.bad = true
		return 0
	}
	return n
}

func (r *reader) text() string {
	n := int(r.u16())
	if r.bad || n > len(r.rest) {
		r.bad = true
		return ""
	}
	at := len(r.all) - len(r.rest)
	r.take(n)
	return r.all[at : at+n]
}
