package merkle

import (
	"crypto/sha256"
	"encoding/binary"
)

// ChunkSize is the number of bytes under one leaf.
const ChunkSize = 1024

// MaxDepth bounds the depth of a tree: 2^40 leaves are 1 PiB, more than any
// bundle may have.
const MaxDepth = 40

// Hash is a SHA-256 digest.
type Hash = [32]byte

// Domain bytes, one per kind of node.
const (
	leafDomain   byte = 0x00
	innerDomain  byte = 0x01
	tensorDomain byte = 0x02
	listDomain   byte = 0x03
)

// LeafHash hashes one chunk, padded with zero bytes to ChunkSize. Padding is
// added here and never read from a caller, so nobody is free to choose it.
// Bytes beyond ChunkSize are not a chunk: callers cut first.
func LeafHash(chunk []byte) Hash {
	var buf [1 + ChunkSize]byte
	buf[0] = leafDomain
	copy(buf[1:], chunk)
	return sha256.Sum256(buf[:])
}

// itemHash is the leaf of a list: 32 bytes instead of a chunk's 1,024, so the two
// leaves cannot be confused.
func itemHash(item Hash) Hash {
	var buf [1 + 32]byte
	buf[0] = leafDomain
	copy(buf[1:], item[:])
	return sha256.Sum256(buf[:])
}

func innerHash(left, right *Hash) Hash {
	var buf [1 + 64]byte
	buf[0] = innerDomain
	copy(buf[1:33], left[:])
	copy(buf[33:], right[:])
	return sha256.Sum256(buf[:])
}

func tensorHash(dtype byte, dims []uint64, tree Hash) Hash {
	var buf [2 + 1 + 8*MaxRank + 32]byte
	buf[0], buf[1], buf[2] = tensorDomain, dtype, byte(len(dims))
	n := 3
	for _, d := range dims {
		binary.BigEndian.PutUint64(buf[n:], d)
		n += 8
	}
	n += copy(buf[n:], tree[:])
	return sha256.Sum256(buf[:n])
}

// TreeRoot is the root of a tensor whose chunks have this tree. The shape is one that Size takes.
func TreeRoot(dtype byte, dims []uint64, tree Hash) Hash { return tensorHash(dtype, dims, tree) }

func listHash(count uint64, tree Hash) Hash {
	var buf [1 + 8 + 32]byte
	buf[0] = listDomain
	binary.BigEndian.PutUint64(buf[1:], count)
	copy(buf[9:], tree[:])
	return sha256.Sum256(buf[:])
}

// depth is the number of levels above the leaves: the least d with 2^d >= leaves.
func depth(leaves uint64) int {
	d := 0
	for d < MaxDepth && uint64(1)<<d < leaves {
		d++
	}
	return d
}
