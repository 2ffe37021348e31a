package attestation

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Version is the first byte of a vote extension.
const Version byte = 1

// MaxExtension is the most bytes a vote extension may have.
const MaxExtension = 4096

// minItem is the least space an item takes: a one-byte delta and the binding.
const minItem = 1 + BindingSize

// ErrExtension marks bytes that are no vote extension.
var ErrExtension = errors.New("not a canonical vote extension")

// Item is one binding in a vote extension.
type Item struct {
	Key
	Binding Binding
}

// EncodeExtension writes items, which must be strictly ascending by key. No items are no bytes.
func EncodeExtension(items []Item) ([]byte, error) {
	if len(items) == 0 {
		return nil, nil
	}
	out := make([]byte, 1, MaxExtension)
	out[0] = Version
	for first := 0; first < len(items); {
		kind := items[first].Kind
		if !kind.Valid() || items[first].ID == 0 {
			return nil, fmt.Errorf("%w: subject %d/%d", ErrExtension, kind, items[first].ID)
		}
		if first > 0 && kind < items[first-1].Kind {
			return nil, fmt.Errorf("%w: kinds are not ascending", ErrExtension)
		}
		end := first
		for end < len(items) && items[end].Kind == kind {
			end++
		}
		out = append(out, byte(kind))
		out = binary.AppendUvarint(out, uint64(end-first))
		var last uint64
		for _, item := range items[first:end] {
			if item.ID <= last {
				return nil, fmt.Errorf("%w: ids are not ascending", ErrExtension)
			}
			out = binary.AppendUvarint(out, item.ID-last)
			out = append(out, item.Binding[:]...)
			last = item.ID
		}
		first = end
	}
	if len(out) > MaxExtension {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrExtension, len(out), MaxExtension)
	}
	return out, nil
}

// DecodeExtension reads a vote extension and refuses every other encoding of its items. No bytes
// are no items. The items are ascending by key.
func DecodeExtension(b []byte) ([]Item, error) {
	if len(b) == 0 {
		return nil, nil
	}
	if len(b) > MaxExtension {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrExtension, len(b), MaxExtension)
	}
	if b[0] != Version {
		return nil, fmt.Errorf("%w: version %d", ErrExtension, b[0])
	}
	rest := b[1:]
	if len(rest) == 0 {
		return nil, fmt.Errorf("%w: no groups", ErrExtension)
	}
	items := make([]Item, 0, len(rest)/minItem)
	var lastKind Kind
	for len(rest) > 0 {
		kind := Kind(rest[0])
		if !kind.Valid() || kind <= lastKind {
			return nil, fmt.Errorf("%w: kind %d after %d", ErrExtension, kind, lastKind)
		}
		lastKind = kind
		count, n := minimalUvarint(rest[1:])
		if n == 0 || count == 0 {
			return nil, fmt.Errorf("%w: bad count", ErrExtension)
		}
		rest = rest[1+n:]
		if count > uint64(len(rest)/minItem) {
			return nil, fmt.Errorf("%w: %d items in %d bytes", ErrExtension, count, len(rest))
		}
		var id uint64
		for range count {
			delta, n := minimalUvarint(rest)
			if n == 0 || delta == 0 || id+delta < id || len(rest) < n+BindingSize {
				return nil, fmt.Errorf("%w: bad item after id %d", ErrExtension, id)
			}
			id += delta
			items = append(items, Item{Key{kind, id}, Binding(rest[n : n+BindingSize])})
			rest = rest[n+BindingSize:]
		}
	}
	return items, nil
}

// minimalUvarint reads a varint and returns its length, 0 when it is cut, too long or has a
// shorter form.
func minimalUvarint(b []byte) (uint64, int) {
	v, n := binary.Uvarint(b)
	if n <= 0 || n > 1 && b[n-1] == 0 {
		return 0, 0
	}
	return v, n
}

func uvarintSize(v uint64) int {
	n := 1
	for ; v >= 0x80; v >>= 7 {
		n++
	}
	return n
}
