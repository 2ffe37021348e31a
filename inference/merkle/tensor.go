package merkle

import (
	"errors"
	"fmt"
	"math/bits"
)

// Codes of the element types, the same numbers as package ir's.
const (
	F32  byte = 1
	I8   byte = 2
	U8   byte = 3
	I32  byte = 4
	I64  byte = 5
	Bool byte = 6
)

// MaxRank is the largest number of dimensions of a tensor.
const MaxRank = 8

// MaxSize is the largest number of bytes of a tensor: a tree of MaxDepth levels.
const MaxSize = ChunkSize << MaxDepth

// ErrShape marks a dtype or dims that no tensor can have.
var ErrShape = errors.New("tensor has no valid shape")

// ElementSize returns the bytes of one element of dtype, 0 for an unknown type.
func ElementSize(dtype byte) uint64 {
	switch dtype {
	case U8, I8, Bool:
		return 1
	case F32, I32:
		return 4
	case I64:
		return 8
	default:
		return 0
	}
}

// Size returns the number of bytes of a tensor and refuses unknown types, ranks
// above MaxRank and sizes above MaxSize, without overflow on the way.
func Size(dtype byte, dims []uint64) (uint64, error) {
	size := ElementSize(dtype)
	if size == 0 {
		return 0, fmt.Errorf("%w: unknown element type %d", ErrShape, dtype)
	}
	if len(dims) > MaxRank {
		return 0, fmt.Errorf("%w: rank %d is above %d", ErrShape, len(dims), MaxRank)
	}
	for _, d := range dims {
		hi, lo := bits.Mul64(size, d)
		if hi != 0 || lo > MaxSize {
			return 0, fmt.Errorf("%w: more than %d bytes", ErrShape, uint64(MaxSize))
		}
		size = lo
	}
	return size, nil
}

// Chunks returns how many chunks size bytes make.
func Chunks(size uint64) uint64 {
	return size/ChunkSize + (size%ChunkSize+ChunkSize-1)/ChunkSize
}

// TensorRoot returns the root of a tensor whose elements lie little-endian and
// row-major in data.
func TensorRoot(dtype byte, dims []uint64, data []byte) (Hash, error) {
	size, err := Size(dtype, dims)
	if err != nil {
		return Hash{}, err
	}
	if size != uint64(len(data)) {
		return Hash{}, fmt.Errorf("%w: %d bytes given, shape needs %d", ErrShape, len(data), size)
	}
	return tensorHash(dtype, dims, dataTree(data)), nil
}

// BytesRoot returns the tensor root of b as u8[len(b)]; no bytes have a root too.
func BytesRoot(b []byte) Hash {
	dims := [1]uint64{uint64(len(b))}
	return tensorHash(U8, dims[:], dataTree(b))
}

// LeavesRoot returns the root of a tensor from the leaf hashes of its chunks.
func LeavesRoot(dtype byte, dims []uint64, leaves []Hash) (Hash, error) {
	size, err := Size(dtype, dims)
	if err != nil {
		return Hash{}, err
	}
	if n := Chunks(size); n != uint64(len(leaves)) {
		return Hash{}, fmt.Errorf("%w: %d leaves given, shape needs %d", ErrShape, len(leaves), n)
	}
	return tensorHash(dtype, dims, LeavesTree(leaves)), nil
}

// LeavesTree returns the top of the tree over leaf hashes, which TreeRoot makes a tensor root.
func LeavesTree(leaves []Hash) Hash {
	var f frontier
	for i := range leaves {
		f.add(leaves[i])
	}
	return f.root()
}

// ListRoot returns the root of an ordered list of roots; the count is bound.
func ListRoot(items []Hash) Hash {
	var f frontier
	for i := range items {
		f.add(itemHash(items[i]))
	}
	return listHash(uint64(len(items)), f.root())
}

func dataTree(data []byte) Hash {
	var f frontier
	for len(data) > 0 {
		n := min(len(data), ChunkSize)
		f.add(LeafHash(data[:n]))
		data = data[n:]
	}
	return f.root()
}
