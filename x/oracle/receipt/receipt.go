// Package receipt commits to the requests that became final in one block. The root stays in state;
// a leaf is proved from any archive that kept the block.
//
//	receipt = "imod/receipt/v1" ‖ id (8) ‖ model (8) ‖ version (4) ‖ manifest root ‖ input root ‖
//	          seed (8) ‖ output root ‖ witness ‖ trust class (1) ‖ height (8)
//	leaf    = SHA-256(0x00 ‖ receipt)
//	inner   = SHA-256(0x01 ‖ left ‖ right); a node without a sibling goes up as it is
//	root    = SHA-256(0x02 ‖ number of leaves (4) ‖ top)
package receipt

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
)

const domain = "imod/receipt/v1"

// Size is the length of a receipt.
const Size = len(domain) + 8 + 8 + 4 + 32 + 32 + 8 + 32 + 32 + 1 + 8

// ErrPath marks a path that does not lead to the root.
var ErrPath = errors.New("receipt does not lead to the root")

// Receipt is what one final request leaves behind.
type Receipt struct {
	ID, ModelID  uint64
	Version      uint32
	ManifestRoot [32]byte
	InputRoot    [32]byte
	Seed         uint64
	Output       [32]byte
	Witness      [32]byte
	TrustClass   byte
	Height       int64
}

// Bytes returns the canonical encoding.
func (r Receipt) Bytes() []byte {
	b := append(make([]byte, 0, Size), domain...)
	b = binary.BigEndian.AppendUint64(b, r.ID)
	b = binary.BigEndian.AppendUint64(b, r.ModelID)
	b = binary.BigEndian.AppendUint32(b, r.Version)
	b = append(b, r.ManifestRoot[:]...)
	b = append(b, r.InputRoot[:]...)
	b = binary.BigEndian.AppendUint64(b, r.Seed)
	b = append(b, r.Output[:]...)
	b = append(b, r.Witness[:]...)
	b = append(b, r.TrustClass)
	return binary.BigEndian.AppendUint64(b, uint64(r.Height))
}

// ErrReceipt marks bytes that are no receipt.
var ErrReceipt = errors.New("not a receipt")

// Parse reads what Bytes wrote.
func Parse(b []byte) (r Receipt, err error) {
	if len(b) != Size || string(b[:len(domain)]) != domain {
		return r, ErrReceipt
	}
	rest := b[len(domain):]
	take := func(n int) []byte {
		out := rest[:n]
		rest = rest[n:]
		return out
	}
	r.ID, r.ModelID = binary.BigEndian.Uint64(take(8)), binary.BigEndian.Uint64(take(8))
	r.Version = binary.BigEndian.Uint32(take(4))
	r.ManifestRoot, r.InputRoot = [32]byte(take(32)), [32]byte(take(32))
	r.Seed = binary.BigEndian.Uint64(take(8))
	r.Output, r.Witness = [32]byte(take(32)), [32]byte(take(32))
	r.TrustClass = take(1)[0]
	r.Height = int64(binary.BigEndian.Uint64(take(8)))
	return r, nil
}

// Root returns the root over receipts, given as their bytes in id order, and the path of one of
// them: the sibling hashes from the leaf up. An index outside has no path.
func Root(receipts [][]byte, index int) (root [32]byte, path [][32]byte) {
	level := make([][32]byte, len(receipts))
	for i, r := range receipts {
		level[i] = leaf(r)
	}
	for len(level) > 1 {
		if sibling := index ^ 1; index >= 0 && sibling < len(level) {
			path = append(path, level[sibling])
		}
		above := make([][32]byte, 0, (len(level)+1)/2)
		for i := 0; i+1 < len(level); i += 2 {
			above = append(above, inner(level[i], level[i+1]))
		}
		if len(level)%2 == 1 {
			above = append(above, level[len(level)-1])
		}
		level = above
		if index >= 0 {
			index /= 2
		}
	}
	var top [32]byte
	if len(level) == 1 {
		top = level[0]
	}
	return seal(len(receipts), top), path
}

// Verify checks that a receipt is leaf index of count under root.
func Verify(root [32]byte, receipt []byte, index, count int, path [][32]byte) error {
	if index < 0 || index >= count {
		return ErrPath
	}
	node, size, next := leaf(receipt), count, 0
	for at := index; size > 1; at, size = at/2, (size+1)/2 {
		if at^1 >= size {
			continue // no sibling: it goes up as it is
		}
		if next == len(path) {
			return ErrPath
		}
		if at%2 == 0 {
			node = inner(node, path[next])
		} else {
			node = inner(path[next], node)
		}
		next++
	}
	if next != len(path) || seal(count, node) != root {
		return ErrPath
	}
	return nil
}

func leaf(receipt []byte) [32]byte {
	return sha256.Sum256(append([]byte{0}, receipt...))
}

func inner(left, right [32]byte) [32]byte {
	b := append([]byte{1}, left[:]...)
	return sha256.Sum256(append(b, right[:]...))
}

func seal(count int, top [32]byte) [32]byte {
	b := binary.BigEndian.AppendUint32([]byte{2}, uint32(count))
	return sha256.Sum256(append(b, top[:]...))
}
